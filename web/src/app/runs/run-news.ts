import type { FlowRunView } from '../api/schema';

/**
 * Rows with what was told of runs since they were read: known runs change in their places or go, new ones come before the others, newest
 * first. What is told lacks the flow's name; rows keep theirs, new ones take it from `names`. It lacks what the run waits for, too, and that
 * may be something else now. `isWhole`: no page follows, so that older runs belong here too.
 */
export function withNews(
  rows: readonly FlowRunView[],
  news: readonly FlowRunView[],
  belongs: (run: FlowRunView) => boolean,
  names: ReadonlyMap<string, string>,
  isWhole = false,
): FlowRunView[] {
  const told = new Map(news.map((run) => [run.id, run]));
  const kept = rows.flatMap((row) => {
    const run = told.get(row.id);
    if (!run) return [row];
    told.delete(row.id);
    // Messages may overtake what was read; an older one says nothing new.
    if (run.updated < row.updated) return [row];
    return belongs(run) ? [{ ...row, ...run, archivedAt: row.archivedAt, waitpoints: [] }] : [];
  });
  const last = kept.at(-1)?.created ?? '';
  const added = [...told.values()]
    .filter((run) => belongs(run) && (isWhole || kept.length === 0 || run.created >= last))
    .map((run) => ({ ...run, displayName: names.get(run.flowId) ?? null }));
  return [...added, ...kept].sort((one, other) => other.created.localeCompare(one.created) || other.id.localeCompare(one.id));
}
