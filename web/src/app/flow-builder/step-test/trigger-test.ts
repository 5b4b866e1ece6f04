import { Clipboard } from '@angular/cdk/clipboard';
import { Component, computed, effect, inject, input, linkedSignal, resource, signal, untracked } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatProgressSpinnerModule } from '@angular/material/progress-spinner';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiCheckCircleOutline, mdiContentCopy, mdiPlay, mdiStop } from '@mdi/js';
import { Api, ok } from '../../api/api';
import { Icon } from '../../design/icon';
import { Notify } from '../../design/notify';
import { Pieces } from '../../design/pieces';
import { SampleData } from '../data/sample-data';
import { FlowBuilder } from '../flow-builder';
import { HumanPageLinks, humanPageOf } from '../human-page';
import type { Trigger } from '../model/step';
import { curlLine } from './curl';
import { EventList } from './event-list';
import { SampleBox } from './sample-box';
import { SampleForm } from './sample-form';
import { TriggerTests } from './trigger-tests';

const WEBHOOK = '@activepieces/piece-webhook';
const SCHEDULE = '@activepieces/piece-schedule';

/** How a trigger can be tried: by waiting for a call or for an event of its service, by asking its piece, or not at all. */
type Way = 'wait' | 'service' | 'schedule' | 'manual' | 'ask' | 'unknown';

/** Gets a sample of what the flow will begin with: from a call, from the piece, from the past, or by hand. */
@Component({
  selector: 'pw-trigger-test',
  imports: [EventList, HumanPageLinks, Icon, MatButtonModule, MatProgressSpinnerModule, SampleBox, SampleForm, TranslocoDirective],
  templateUrl: './trigger-test.html',
  styleUrl: './test-panel.scss',
  host: { '(document:keydown)': 'key($event)' },
})
export class TriggerTest {
  readonly step = input.required<Trigger>();

  private readonly api = inject(Api);
  private readonly clipboard = inject(Clipboard);
  private readonly notify = inject(Notify);
  private readonly pieces = inject(Pieces);
  private readonly samples = inject(SampleData);
  private readonly transloco = inject(TranslocoService);
  protected readonly builder = inject(FlowBuilder);
  protected readonly tests = inject(TriggerTests);

  protected readonly icons = { run: mdiPlay, stop: mdiStop, copy: mdiContentCopy, good: mdiCheckCircleOutline };
  private readonly metadata = resource({
    params: () => {
      const { pieceName, pieceVersion } = this.step().settings;
      return pieceName ? { pieceName, pieceVersion } : undefined;
    },
    loader: ({ params }) => this.pieces.metadata(params.pieceName, params.pieceVersion),
  });
  private readonly trigger = computed(() => {
    const metadata = this.metadata.hasValue() ? this.metadata.value() : undefined;
    return metadata?.triggers[this.step().settings.triggerName ?? ''];
  });
  protected readonly way = computed<Way>(() => {
    const trigger = this.trigger();
    if (!trigger) return 'unknown';
    const { pieceName } = this.step().settings;
    if (trigger['testStrategy'] === 'SIMULATION') return this.hasPage() || pieceName === WEBHOOK ? 'wait' : 'service';
    if (trigger['type'] === 'MANUAL') return 'manual';
    return pieceName === SCHEDULE ? 'schedule' : 'ask';
  });
  private readonly flags = resource({ loader: () => ok(this.api.GET('/flags')) });
  protected readonly testUrl = computed(() => {
    const prefix = this.flags.hasValue() ? (this.flags.value() as Record<string, unknown>)['WEBHOOK_URL_PREFIX'] : undefined;
    return typeof prefix === 'string' ? `${prefix}/${this.builder.flowId()}/test` : '';
  });
  protected readonly curl = computed(() => (this.testUrl() ? curlLine(this.testUrl(), this.step().settings.input ?? {}) : ''));
  /** A form or a chat is sent from its page: nobody writes such a call by hand. */
  protected readonly hasPage = computed(() => humanPageOf(this.step().settings) !== undefined);
  protected readonly hasSample = computed(() => !!this.step().settings.sampleData?.sampleDataFileId);
  protected readonly isWriting = linkedSignal<string, boolean>({ source: () => this.builder.flowId(), computation: () => false });
  protected readonly written = signal<unknown>({});
  protected readonly sample = computed(() => {
    const sample = this.samples.sample(this.step());
    return sample.state === 'ready' ? sample.value : undefined;
  });
  /** What the waiting is for, and what one does meanwhile. */
  protected readonly waiting = computed(() => {
    if (this.way() === 'service') {
      const isApp = this.trigger()?.['type'] === 'APP_WEBHOOK'; // it knows one address for all flows: nothing is registered
      return { heading: 'stepTest.waitingService', hint: isApp ? 'stepTest.waitingAppHint' : 'stepTest.waitingServiceHint' };
    }
    return { heading: 'stepTest.waiting', hint: this.hasPage() ? 'stepTest.waitingPageHint' : 'stepTest.waitingHint' };
  });
  protected readonly service = computed(() => this.pieces.displayName(this.step().settings.pieceName ?? ''));
  private readonly kind = computed(() => `${this.step().settings.pieceName}:${this.step().settings.triggerName}`);
  protected readonly makeUp = (value: unknown): Promise<void> => this.tests.makeUp(value);

  constructor() {
    effect(() => {
      this.kind(); // another trigger has other events
      untracked(() => void this.tests.load());
    });
    effect(() => {
      const step = this.step();
      untracked(() => void this.samples.load(step));
    });
  }

  protected run(): void {
    if (this.builder.isReadonly() || this.tests.isBusy() || this.way() === 'unknown') return;
    void (this.way() === 'wait' || this.way() === 'service' ? this.tests.wait() : this.tests.ask());
  }

  protected copy(text: string): void {
    if (this.clipboard.copy(text)) this.notify.done(this.transloco.translate('stepTest.copied'));
  }

  protected write(): void {
    this.written.set(this.sample() ?? {});
    this.isWriting.set(true);
  }

  protected key(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    event.preventDefault();
    this.run();
  }
}
