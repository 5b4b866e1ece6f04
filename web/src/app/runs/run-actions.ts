import { Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Api, ok } from '../api/api';
import type { RunSelection } from '../api/schema';
import { Confirm } from '../design/confirm';
import { Notify } from '../design/notify';
import { MOST_AT_ONCE, type RunAction, type Selection, bodyFor, countFor, sizeOf } from './run-selection';

/** What can be done with runs: asks first where it is more than one or cannot be undone, does it, and says what came of it. */
@Injectable({ providedIn: 'root' })
export class RunActions {
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);

  /** Whether it was done. */
  async take(action: RunAction, selection: Selection): Promise<boolean> {
    const body = bodyFor(action, selection);
    if (!body) return false;
    const count = countFor(action, selection);
    if ((sizeOf(selection) > 1 || action === 'cancel') && !(await this.confirm.ask(this.question(action, count, sizeOf(selection)))))
      return false;
    return this.notify.attempt(async () => {
      const done = await this.send(action, body, count);
      this.notify.done(this.text(`done.${action}`, done));
    });
  }

  private question(
    action: RunAction,
    count: number,
    selected: number,
  ): { heading: string; text: string; yes: string; destructive: boolean } {
    const rest = selected - count;
    const texts = [this.transloco.translate(`runs.explain.${action}`)];
    if (rest > 0) texts.push(this.text(count === MOST_AT_ONCE ? 'restLater' : 'rest', rest));
    return {
      heading: this.text(`ask.${action}`, count),
      text: texts.join(' '),
      yes: this.transloco.translate(`runs.actions.${action}`),
      destructive: action === 'cancel',
    };
  }

  /** Does it; how many runs it took. */
  private async send(action: RunAction, body: RunSelection, count: number): Promise<number> {
    if (action === 'cancel') await this.api.POST('/flow-runs/cancel', { body });
    else if (action === 'archive') await this.api.POST('/flow-runs/archive', { body });
    else {
      const strategy = action === 'retry' ? 'FROM_FAILED_STEP' : 'ON_LATEST_VERSION';
      return (await ok(this.api.POST('/flow-runs/retry', { body: { ...body, strategy } }))).length;
    }
    return count;
  }

  /** A message for one run or for several: `<key>.one`, `<key>.many`. */
  private text(key: string, count: number): string {
    return this.transloco.translate(`runs.${key}.${count === 1 ? 'one' : 'many'}`, { count });
  }
}
