/** Which step of a run started another run. Pure functions. */
import type { FlowRunView, RunTimeline } from '../../api/schema';
import { type LoopPath, type RunSteps, iterationsOf } from './run-tree';
import type { StepPlace } from './step-place';
import { executedAt } from './timeline-rows';

/**
 * The step that started a run: the one that names it in its output (`{runId}`), as Call Flow does unless it was answered, or else the one that
 * was being executed when it began. Undefined where neither is known.
 */
export function callerOf(
  child: Pick<FlowRunView, 'id' | 'created'>,
  steps: RunSteps,
  timeline: RunTimeline | null,
  now: number,
): StepPlace | undefined {
  return namedBy(child.id, steps, []) ?? (timeline ? executedAt(timeline, Date.parse(child.created), now) : undefined);
}

function namedBy(id: string, steps: RunSteps, path: LoopPath): StepPlace | undefined {
  for (const [name, record] of Object.entries(steps)) {
    const { output } = record;
    if (typeof output === 'object' && output !== null && (output as { runId?: unknown }).runId === id) return { name, path };
    for (const [index, iteration] of iterationsOf(record).entries()) {
      const found = namedBy(id, iteration, [...path, [name, index]]);
      if (found) return found;
    }
  }
  return undefined;
}
