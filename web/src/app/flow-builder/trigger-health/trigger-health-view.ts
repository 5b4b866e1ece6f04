import { Component, computed, inject, linkedSignal, resource } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiCheckCircleOutline, mdiRefresh } from '@mdi/js';
import type { TriggerRun } from '../../api/schema';
import { Icon } from '../../design/icon';
import { ProblemText } from '../../design/notify';
import { Pieces } from '../../design/pieces';
import { StatusChip } from '../../design/status-chip';
import { ClockPipe, DateTimePipe, DurationPipe, RelativeTimePipe } from '../../design/when';
import { shortError } from '../../runs/view/step-error';
import { FlowBuilder } from '../flow-builder';
import { TriggerWatch } from './trigger-watch';
import { type Kind, kindOf, stateOf } from './verdict';

/** How many runs are shown before somebody wants to see more. */
const FEW = 4;

/** Whether the published trigger does what it should: its last and its next poll or renewal, and what went wrong. */
@Component({
  selector: 'pw-trigger-health',
  imports: [ClockPipe, DateTimePipe, DurationPipe, Icon, RelativeTimePipe, StatusChip, TranslocoDirective],
  providers: [TriggerWatch],
  templateUrl: './trigger-health-view.html',
  styleUrl: './trigger-health-view.scss',
})
export class TriggerHealthView {
  protected readonly watch = inject(TriggerWatch);
  private readonly builder = inject(FlowBuilder);
  private readonly pieces = inject(Pieces);
  private readonly problems = inject(ProblemText);

  protected readonly icons = { refresh: mdiRefresh, good: mdiCheckCircleOutline, bad: mdiAlertCircleOutline };
  protected readonly problem = computed(() => (this.watch.problem() ? this.problems.of(this.watch.problem()) : ''));
  private readonly metadata = resource({
    params: () => this.watch.health()?.pieceName ?? undefined,
    loader: ({ params }) => this.pieces.metadata(params).catch(() => null), // a piece that is gone is a problem of the step
  });
  private readonly trigger = computed(() => {
    const metadata = this.metadata.hasValue() ? this.metadata.value() : null;
    return metadata?.triggers[this.watch.health()?.triggerName ?? ''];
  });
  /** What is shown; null until it is known, and for a flow that a person starts. */
  protected readonly shown = computed(() => {
    const health = this.watch.health();
    if (!health || this.metadata.isLoading()) return null;
    const kind = kindOf(health, this.trigger()?.['type'] as string | undefined);
    if (kind === 'manual') return null;
    return { health, kind, state: stateOf(health, kind) };
  });
  /** The published trigger's name where the draft has another one. */
  protected readonly other = computed(() => {
    const { pieceName, triggerName } = this.watch.health() ?? {};
    const draft = this.builder.draft()?.trigger.settings;
    if (!pieceName || (pieceName === draft?.pieceName && triggerName === draft.triggerName)) return '';
    const trigger = this.trigger()?.['displayName'] as string | undefined;
    return `${this.pieces.displayName(pieceName)} · ${trigger ?? triggerName}`;
  });
  protected readonly isLong = linkedSignal<string, boolean>({ source: () => this.builder.flowId(), computation: () => false });
  protected readonly runs = computed(() => (this.isLong() ? this.watch.runs() : this.watch.runs().slice(0, FEW)));
  protected readonly hasMore = computed(() => this.runs().length < this.watch.runs().length || this.watch.hasMore());

  protected more(): void {
    if (this.isLong()) void this.watch.more();
    this.isLong.set(true);
  }

  /** What a run that went well did. */
  protected doneKey(run: TriggerRun, kind: Kind): string {
    if (run.type === 'ENABLE') return 'triggerHealth.enabled';
    return run.type === 'RENEW' ? 'triggerHealth.renewed' : this.startedKey(run, kind);
  }

  /** A poll brings items, and starts a run for each; the clock just starts runs. */
  protected startedKey({ items }: TriggerRun, kind: Kind): string {
    return `triggerHealth.${kind === 'clock' ? 'ran' : 'started'}.${items === 0 ? 'none' : items === 1 ? 'one' : 'many'}`;
  }

  protected short(run: TriggerRun): string {
    return shortError(run.error ?? '');
  }
}
