/** A run as it happens: what the server tells of its steps (UPDATE_RUN_PROGRESS), put into the run where it belongs. */
import type { FlowRunView } from '../../api/schema';
import { type StepResult, type StepResults, iterationsOf } from './run-results';

/** The way to a step through the loops around it: each loop's name with the iteration, from 0. */
export type LoopPath = readonly (readonly [loop: string, iteration: number])[];

export interface RunProgress {
  flowRun: FlowRunView;
  /** Absent when only the run's own state has changed. */
  step?: { name: string; path: LoopPath; output: StepResult };
}

/** What the server says of the run, with the steps and the version that we have of it. */
export function withProgress(run: FlowRunView, progress: RunProgress): FlowRunView {
  const { step } = progress;
  const known = (run.steps ?? {}) as StepResults;
  const steps = step ? withStep(known, step.path, step.name, step.output) : known;
  return { ...run, ...progress.flowRun, steps, ...(run.flowVersion ? { flowVersion: run.flowVersion } : {}) };
}

/** The results with one step's result in its place. Loops and iterations that nobody has told of yet are made. */
export function withStep(results: StepResults, path: LoopPath, name: string, result: StepResult): StepResults {
  const [outer, ...rest] = path;
  if (!outer) return { ...results, [name]: withIterations(results[name], result) };
  const [loopName, index] = outer;
  const loop: StepResult = results[loopName] ?? { type: 'LOOP_ON_ITEMS', status: 'RUNNING' };
  const iterations = [...iterationsOf(loop)];
  while (iterations.length <= index) iterations.push({});
  iterations[index] = withStep(iterations[index] ?? {}, rest, name, result);
  return { ...results, [loopName]: { ...loop, output: { ...fieldsOf(loop.output), iterations } } };
}

/** A loop tells of itself without its iterations, or with fewer than we know of: they stay. */
function withIterations(known: StepResult | undefined, told: StepResult): StepResult {
  const iterations = iterationsOf(known);
  if (told.type !== 'LOOP_ON_ITEMS' || iterationsOf(told).length >= iterations.length) return told;
  return { ...told, output: { ...fieldsOf(told.output), iterations } };
}

function fieldsOf(output: unknown): object {
  return typeof output === 'object' && output !== null ? output : {};
}
