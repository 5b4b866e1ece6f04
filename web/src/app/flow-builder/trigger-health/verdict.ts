/** How a published trigger does: pure, from what `GET /triggers/{id}/health` answers. */
import type { TriggerHealth } from '../../api/schema';

const SCHEDULE = '@activepieces/piece-schedule';

/** What makes the trigger start runs: it asks for news, the clock, somebody who calls it, or a person. */
export type Kind = 'poll' | 'clock' | 'call' | 'manual';

/** `AWAITED`: the clock will call it for the first time since it was published. `LISTENING`: it waits to be called, and nothing went wrong. */
export type State = 'WELL' | 'LISTENING' | 'FAILING' | 'AWAITED' | 'OFF';

/** `strategy`: the type that the piece gives its trigger, undefined where it is not installed. */
export function kindOf(health: TriggerHealth, strategy: string | undefined): Kind {
  if (strategy === 'MANUAL') return 'manual';
  if (health.pieceName === SCHEDULE) return 'clock';
  if (strategy !== undefined) return strategy === 'POLLING' ? 'poll' : 'call';
  return health.schedule && health.lastRun?.type !== 'RENEW' ? 'poll' : 'call';
}

/** A trigger that failed before it was published again has not failed since. One that fails and does not listen could not be switched on. */
export function stateOf(health: TriggerHealth, kind: Kind): State {
  if (health.failures > 0) return 'FAILING';
  if (!health.listening) return 'OFF';
  if (kind === 'call' || kind === 'manual') return 'LISTENING';
  return health.lastRun?.status === 'COMPLETED' || !health.nextRunAt ? 'WELL' : 'AWAITED';
}

/** Whether a run that has begun tells that the trigger was called since its health was read. */
export function isNews(health: TriggerHealth, run: { flowId: string; environment: string; created: string }): boolean {
  if (run.flowId !== health.flowId || run.environment !== 'PRODUCTION' || !health.nextRunAt) return false;
  return Date.parse(run.created) >= Date.parse(health.nextRunAt);
}
