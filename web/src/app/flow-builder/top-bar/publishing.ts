import { Injectable, computed, inject, resource, signal } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { TranslocoService } from '@jsverse/transloco';
import { Api, ok } from '../../api/api';
import { ApiProblem } from '../../api/problem';
import { Confirm } from '../../design/confirm';
import { Notify } from '../../design/notify';
import { Pieces, shortName } from '../../design/pieces';
import { FlowBuilder } from '../flow-builder';
import { humanPageOf, humanPageUrl } from '../human-page';
import type { Trigger } from '../model/step';
import { Problems } from '../panels/problems';
import { RunMode } from '../run-mode/run-mode';

/** How a trigger starts a flow, as its piece says; undefined until that is known. */
export type Strategy = 'MANUAL' | 'POLLING' | 'WEBHOOK' | 'APP_WEBHOOK';

/** Whether the draft is what is published. */
export type PublishState = 'unpublished' | 'published' | 'changed';

@Injectable()
export class Publishing {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly confirm = inject(Confirm);
  private readonly dialog = inject(MatDialog);
  private readonly notify = inject(Notify);
  private readonly pieces = inject(Pieces);
  private readonly problems = inject(Problems);
  private readonly runMode = inject(RunMode);
  private readonly transloco = inject(TranslocoService);

  readonly isPublishing = signal(false);
  readonly state = computed<PublishState>(() => {
    const flow = this.builder.flow();
    if (!flow?.publishedVersionId) return 'unpublished';
    return flow.publishedVersionId === flow.version.id && !this.builder.hasUnsaved() ? 'published' : 'changed';
  });
  readonly isEnabled = computed(() => this.builder.flow()?.status === 'ENABLED');

  private readonly chosen = computed(
    () => {
      const trigger = this.builder.draft()?.trigger;
      const { pieceName = '', pieceVersion = '', triggerName = '' } = trigger?.type === 'PIECE_TRIGGER' ? trigger.settings : {};
      return { pieceName, pieceVersion, triggerName };
    },
    { equal: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  private readonly known = resource({
    params: () => (this.chosen().pieceName ? this.chosen() : undefined),
    loader: async ({ params }) =>
      (await this.pieces.metadata(params.pieceName, params.pieceVersion)).triggers[params.triggerName]?.['type'],
  });
  readonly strategy = computed(() => (this.known.hasValue() ? (this.known.value() as Strategy | undefined) : undefined));
  /** Whether the published flow is started with a button. */
  readonly isManual = computed(() => this.strategy() === 'MANUAL' && this.state() !== 'unpublished');

  /** Publishes the draft, if nothing stands against it, and says what happens next. */
  async publish(): Promise<void> {
    this.isPublishing.set(true);
    try {
      await this.builder.settled();
      await this.problems.read();
      if (this.problems.errors().length > 0) return this.builder.panel.set('problems');
      await this.builder.operate({ type: 'LOCK_AND_PUBLISH', request: {} });
      await this.tellNext();
    } catch (problem) {
      if (problem instanceof ApiProblem && Array.isArray(problem.params['problems'])) this.builder.panel.set('problems');
      else this.notify.problem(problem);
    } finally {
      this.isPublishing.set(false);
    }
  }

  async enable(isEnabled: boolean): Promise<void> {
    await this.notify.attempt(async () => {
      await this.builder.operate({ type: 'CHANGE_STATUS', request: { status: isEnabled ? 'ENABLED' : 'DISABLED' } });
      this.notify.done(this.transloco.translate(isEnabled ? 'topBar.enabled' : 'topBar.disabled'));
    });
  }

  /** Tests the draft. A trigger that nobody has tried gives nothing to test with: then the user is led there. */
  async test(): Promise<void> {
    const trigger = this.builder.draft()?.trigger;
    if (!trigger) return;
    if (trigger.type === 'EMPTY') {
      this.notify.done(this.transloco.translate('topBar.chooseTrigger'));
      return this.builder.select(trigger.name);
    }
    if (!this.hasSample(trigger) && !(await this.wantsNoSample(trigger))) return;
    await this.runMode.startTest();
  }

  private hasSample(trigger: Trigger): boolean {
    return Boolean(trigger.settings.sampleData?.sampleDataFileId) || this.strategy() === 'MANUAL';
  }

  private async wantsNoSample(trigger: Trigger): Promise<boolean> {
    const agreed = await this.confirm.ask({
      heading: this.transloco.translate('topBar.noSample'),
      text: this.transloco.translate('topBar.noSampleText', { trigger: trigger.displayName }),
      yes: this.transloco.translate('topBar.toTriggerTest'),
    });
    if (agreed) {
      this.builder.select(trigger.name);
      this.builder.focusField.set('test');
    }
    return false;
  }

  private async tellNext(): Promise<void> {
    const { PublishedDialog } = await import('./published-dialog');
    const flow = this.builder.flow();
    if (!flow) return;
    const page = humanPageOf(this.chosen());
    const isWebhook = shortName(this.chosen().pieceName) === 'webhook';
    const url = page ? humanPageUrl(page, flow.id) : isWebhook ? await this.webhookUrl(flow.id) : '';
    const data = {
      isEnabled: this.isEnabled(),
      strategy: this.strategy(),
      url,
      page,
      trigger: this.builder.draft()?.trigger.displayName ?? '',
    };
    this.dialog.open(PublishedDialog, { data, maxWidth: 560 });
  }

  private async webhookUrl(flowId: string): Promise<string> {
    const flags = (await ok(this.api.GET('/flags'))) as Record<string, unknown>;
    return `${String(flags['WEBHOOK_URL_PREFIX'])}/${flowId}`;
  }
}
