/** Which triggers of the project fail now: read once for all flows of the page, and kept in step with what the server tells. */
import { DestroyRef, Injectable, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../api/api';
import type { PopulatedFlow, TriggerFailures } from '../api/schema';
import { Notify } from '../design/notify';
import { Live } from '../session/live';
import { Session } from '../session/session';

@Injectable()
export class FailingTriggers {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly live = inject(Live);
  private readonly notify = inject(Notify);

  private readonly known = signal<ReadonlyMap<string, TriggerFailures>>(new Map());
  /** Counts the reads, so that the answer to an outdated one is not shown. */
  private reads = 0;
  /** Counts what was told, which the answer under way may not know. */
  private told = 0;

  /** By the flow's id. */
  readonly byFlow = this.known.asReadonly();

  constructor() {
    const endings = [
      this.live.on<TriggerFailures>('TRIGGER_HEALTH_CHANGED', (told) => this.take(told)),
      // published anew or switched, a trigger that failed has not failed since
      this.live.on<{ flow: PopulatedFlow }>('FLOW_UPDATED', ({ flow }) => this.known().has(flow.id) && void this.refresh()),
    ];
    effect(() => {
      this.live.epoch();
      untracked(() => void this.refresh());
    });
    inject(DestroyRef).onDestroy(() => endings.forEach((end) => end()));
  }

  private take(told: TriggerFailures): void {
    this.known.update((known) => {
      const next = new Map(known);
      if (told.failures > 0) next.set(told.flowId, told);
      else next.delete(told.flowId);
      return next;
    });
    this.told += 1;
  }

  private async refresh(): Promise<void> {
    const read = ++this.reads;
    await this.notify.attempt(async () => {
      let told: number;
      do {
        told = this.told;
        const query = { projectId: this.session.projectId() };
        const { data } = await ok(this.api.GET('/triggers/failing', { params: { query } }));
        if (read !== this.reads) return;
        this.known.set(new Map(data.map((failures) => [failures.flowId, failures])));
      } while (told !== this.told);
    });
  }
}
