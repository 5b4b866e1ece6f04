/** What is selected in the runs table, and what can be done with it. Pure functions. */
import type { FlowRunStatus, FlowRunView } from '../api/schema';
import { type ApiFilter, FAILED_STATUSES, STATUSES, UNFINISHED_STATUSES } from './run-filter';

export type RunAction = 'retry' | 'retryLatest' | 'cancel' | 'archive';
export const ACTIONS: readonly RunAction[] = ['retry', 'retryLatest', 'cancel', 'archive'];
/** Runs that the API takes in one request. */
export const MOST_AT_ONCE = 10_000;

/** In which statuses a run can be retried, cancelled or archived. A run that was cancelled goes on where it stopped. */
export const STATUSES_FOR: Record<RunAction, readonly FlowRunStatus[]> = {
  retry: [...FAILED_STATUSES, 'CANCELED'],
  retryLatest: STATUSES.filter((status) => !UNFINISHED_STATUSES.includes(status)),
  cancel: UNFINISHED_STATUSES,
  archive: STATUSES.filter((status) => !UNFINISHED_STATUSES.includes(status)),
};

/** Runs by id, or everything that matches a filter, with how many it is by status. */
export type Selection =
  | { kind: 'some'; runs: readonly Pick<FlowRunView, 'id' | 'status' | 'projectId'>[] }
  | { kind: 'all'; filter: ApiFilter; counts: Readonly<Record<string, number>> };

export function suits(action: RunAction, status: string): boolean {
  return STATUSES_FOR[action].some((each) => each === status);
}

/** How many runs of a selection an action takes. */
export function countFor(action: RunAction, selection: Selection): number {
  if (selection.kind === 'some') return selection.runs.filter((run) => suits(action, run.status)).length;
  const count = STATUSES_FOR[action].reduce((sum, status) => sum + (selection.counts[status] ?? 0), 0);
  return Math.min(count, MOST_AT_ONCE);
}

/** How many runs are selected. */
export function sizeOf(selection: Selection): number {
  if (selection.kind === 'some') return selection.runs.length;
  return Object.values(selection.counts).reduce((sum, count) => sum + count, 0);
}

/** The API's selection for an action: only runs that it suits. Null if it suits none. */
export function bodyFor(
  action: RunAction,
  selection: Selection,
): (Partial<ApiFilter> & { projectId: string; flowRunIds?: string[] }) | null {
  if (countFor(action, selection) === 0) return null;
  if (selection.kind === 'some') {
    const runs = selection.runs.filter((run) => suits(action, run.status));
    return { projectId: runs[0]?.projectId ?? '', flowRunIds: runs.map((run) => run.id) };
  }
  const { filter } = selection;
  const status = STATUSES_FOR[action].filter((each) => !filter.status || filter.status.includes(each));
  return { ...filter, status };
}
