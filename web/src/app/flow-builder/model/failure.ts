/** Where a run failed: the step, and in which iterations of the loops around it. */
import type { LoopPath } from './run-progress';
import { type StepResults, iterationsOf } from './run-results';

export interface Failure {
  step: string;
  /** For each loop around the step the iteration, from 0. */
  path: LoopPath;
}

/**
 * The deepest failed step; where several steps failed (a failure may be allowed), the one that the run names, or else the last one.
 * Undefined if none did.
 */
export function failureOf(steps: unknown, named?: string | null): Failure | undefined {
  const found = typeof steps === 'object' && steps !== null ? failuresIn(steps as StepResults, []) : [];
  return found.findLast((failure) => failure.step === named) ?? found.at(-1);
}

/** Failed steps in order, each container before what is in it. */
function failuresIn(results: StepResults, path: LoopPath): Failure[] {
  return Object.entries(results).flatMap(([step, result]) => {
    const inside = iterationsOf(result).flatMap((iteration, index) => failuresIn(iteration, [...path, [step, index]]));
    return result.status === 'FAILED' ? [{ step, path }, ...inside] : inside;
  });
}
