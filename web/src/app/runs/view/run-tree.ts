/**
 * Reading a run's log: the `steps` of `GET /flow-runs/{id}` (spec/engine.md §3). Pure functions.
 *
 * A loop's inner steps stand in its output's `iterations`, one object of steps for each. A path names the loops around a step, outermost
 * first, each with its iteration counted from 0; that is also how live progress names them (`step.path`).
 */
import type { StoredReference } from './stored-values';

export type LoopPath = readonly (readonly [loop: string, iteration: number])[];

/** One step of a run. `startedAt` (milliseconds since 1970) and `attempts` are Piecework's; runs of other engines lack them. */
export interface StepRecord {
  type: string;
  status: string;
  input?: unknown;
  output?: unknown;
  /** `slice`: the output is kept beside the log, and `output` says where. */
  outputType?: string;
  /** Where a loop's items are, if they are too large for the log. */
  itemsSlice?: StoredReference;
  /** Milliseconds. */
  duration?: number;
  startedAt?: number;
  /** Of a step that was tried more than once. */
  attempts?: number;
  errorMessage?: string;
  /** The parts of the failure (Piecework's). */
  error?: Record<string, unknown>;
  standardOutput?: string;
}

export type RunSteps = Readonly<Record<string, StepRecord>>;

/** The steps of a run as the API sends them. */
export function stepsOf(run: { steps?: unknown }): RunSteps {
  return (isRecord(run.steps) ? run.steps : {}) as RunSteps;
}

/** What a loop did in each of its iterations; empty for every other step. */
export function iterationsOf(record: StepRecord | undefined): RunSteps[] {
  if (record?.type !== 'LOOP_ON_ITEMS' || !isRecord(record.output)) return [];
  const { iterations } = record.output;
  return Array.isArray(iterations) ? (iterations as RunSteps[]) : [];
}

/** The item that a loop had in an iteration (from 0), if its input is known. */
export function itemOf(record: StepRecord | undefined, iteration: number): unknown {
  const items: unknown = isRecord(record?.input) ? record.input['items'] : undefined;
  return Array.isArray(items) ? items[iteration] : undefined;
}

/** The steps at one level: the flow's own, or those of one iteration. Empty where the run did not come. */
export function levelAt(steps: RunSteps, path: LoopPath): RunSteps {
  return path.reduce<RunSteps>((level, [loop, iteration]) => iterationsOf(level[loop])[iteration] ?? {}, steps);
}

/** A step's record for a path; undefined where the run did not come. */
export function stepAt(steps: RunSteps, name: string, path: LoopPath = []): StepRecord | undefined {
  return levelAt(steps, path)[name];
}

/**
 * The paths of a step's records in the order in which they were made. `chosen` holds loops at one iteration each (as a selector of
 * iterations does); loops that it does not name are gone through entirely.
 */
export function pathsOf(steps: RunSteps, name: string, chosen: Readonly<Record<string, number>> = {}): LoopPath[] {
  const found: LoopPath[] = [];
  const look = (level: RunSteps, path: LoopPath): void => {
    if (name in level) found.push(path);
    for (const [loop, record] of Object.entries(level)) {
      for (const [iteration, inner] of iterationsOf(record).entries()) {
        if ((chosen[loop] ?? iteration) === iteration) look(inner, [...path, [loop, iteration]]);
      }
    }
  };
  look(steps, []);
  return found;
}

/** Where one most likely wants to look at a step: where it failed, else where it was last. Undefined if it never ran. */
export function tellingPathOf(steps: RunSteps, name: string): LoopPath | undefined {
  const paths = pathsOf(steps, name);
  return paths.findLast((path) => stepAt(steps, name, path)?.status === 'FAILED') ?? paths.at(-1);
}

/** Steps that are being executed: every record that says RUNNING and has none inside that does. Several where branches run side by side. */
export function inFlight(steps: RunSteps, path: LoopPath = []): { name: string; path: LoopPath }[] {
  return Object.entries(steps).flatMap(([name, record]) => {
    const inside = iterationsOf(record).flatMap((iteration, index) => inFlight(iteration, [...path, [name, index]]));
    const isWork = record.type !== 'LOOP_ON_ITEMS' && record.type !== 'ROUTER';
    return record.status === 'RUNNING' && isWork ? [{ name, path }] : inside;
  });
}

/** How many tries a step took. */
export function attemptsOf(record: StepRecord): number {
  return record.attempts ?? 1;
}

/** How long a run has taken, in milliseconds; null while it has not begun. `now`: for one that has not ended. */
export function durationOf(run: { startTime: string | null; finishTime: string | null }, now: number): number | null {
  if (!run.startTime) return null;
  return Math.max((run.finishTime ? Date.parse(run.finishTime) : now) - Date.parse(run.startTime), 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
