/** What the steps of a run did, as `GET /flow-runs/{id}` has it in `steps` (spec/engine.md): by name, a loop's inner steps per iteration. */
import type { StepLocation } from './step';

export interface StepResult {
  type: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'PAUSED' | 'STOPPED';
  input?: unknown;
  output?: unknown;
  /** `slice`: the output is kept beside the log, and `output` says where. */
  outputType?: string;
  errorMessage?: unknown;
  /** Milliseconds. */
  duration?: number;
}

export type StepResults = Record<string, StepResult>;

interface LoopOutput {
  item?: unknown;
  index?: number;
  iterations?: StepResults[];
}

/** A loop's iterations; none for other steps and loops that have not begun. */
export function iterationsOf(result: StepResult | undefined): StepResults[] {
  const output = result?.type === 'LOOP_ON_ITEMS' ? (result.output as LoopOutput | null | undefined) : undefined;
  return Array.isArray(output?.iterations) ? output.iterations : [];
}

/**
 * Whether a chain inside a step was taken in a run: a router's branch, or what runs after success or failure. Undefined while that is not
 * decided, for other chains, and for steps that the run did not come to.
 */
export function wasTaken(result: StepResult | undefined, location: StepLocation, branchIndex?: number): boolean | undefined {
  if (location === 'INSIDE_BRANCH') {
    const { branches } = (result?.output ?? {}) as { branches?: { evaluation?: boolean }[] };
    return Array.isArray(branches) ? branches[branchIndex ?? 0]?.evaluation : undefined;
  }
  if (location !== 'INSIDE_ON_SUCCESS_BRANCH' && location !== 'INSIDE_ON_FAILURE_BRANCH') return undefined;
  if (result?.status !== 'SUCCEEDED' && result?.status !== 'FAILED') return undefined;
  return (result.status === 'SUCCEEDED') === (location === 'INSIDE_ON_SUCCESS_BRANCH');
}

/** The result of every step by its name; inside a loop those of the chosen iteration, or else of the last one that there is. */
export function resultsAt(steps: unknown, chosen: ReadonlyMap<string, number>): ReadonlyMap<string, StepResult> {
  const found = new Map<string, StepResult>();
  const collect = (results: StepResults): void => {
    for (const [name, result] of Object.entries(results)) {
      found.set(name, result);
      const iterations = iterationsOf(result);
      const inner = iterations[chosen.get(name) ?? iterations.length - 1];
      if (inner) collect(inner);
    }
  };
  if (typeof steps === 'object' && steps !== null) collect(steps as StepResults);
  return found;
}
