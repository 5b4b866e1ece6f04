/** The tests of single steps: started here, told by the server as they go. They outlive the panel that shows them. */
import { DestroyRef, Injectable, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../../api/api';
import { ProblemText } from '../../design/notify';
import { StoredValues, storedOutput } from '../../runs/view/stored-values';
import { Live } from '../../session/live';
import { Session } from '../../session/session';
import { FlowBuilder } from '../flow-builder';
import { FlowConnections } from '../flow-connections';
import { type StepResult, resultsAt } from '../model/run-results';
import type { Step } from '../model/step';

/** What TEST_STEP_PROGRESS and TEST_STEP_FINISHED tell (spec/api.md §3.2). */
export interface StepRunResponse {
  runId: string;
  success: boolean;
  input?: unknown;
  output?: unknown;
  standardError?: string;
  standardOutput?: string;
  /** The run's. */
  status?: string;
  /** Milliseconds. */
  duration?: number | null;
}

export type StepTrial =
  | { state: 'starting' }
  | { state: 'running'; runId: string; isStopping: boolean }
  | { state: 'done'; response: StepRunResponse; at: string }
  | { state: 'stopped' }
  | { state: 'refused'; problem: string };

const OVER = new Set(['SUCCEEDED', 'FAILED', 'CANCELED', 'TIMEOUT', 'INTERNAL_ERROR', 'MEMORY_LIMIT_EXCEEDED', 'LOG_SIZE_EXCEEDED']);

@Injectable()
export class StepTests {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly connections = inject(FlowConnections);
  private readonly live = inject(Live);
  private readonly problems = inject(ProblemText);
  private readonly session = inject(Session);
  private readonly stored = inject(StoredValues);
  private readonly trials = signal<ReadonlyMap<string, StepTrial>>(new Map());
  /** Ends that were told before the answer that names the run. */
  private readonly early = new Map<string, StepRunResponse>();

  constructor() {
    const stopListening = this.live.on<StepRunResponse>('TEST_STEP_FINISHED', (response) => this.finished(response));
    inject(DestroyRef).onDestroy(stopListening);
    effect(() => {
      if (this.live.epoch() > 1) untracked(() => void this.catchUp());
    });
  }

  /** The last test of a step since the page was opened. */
  of(name: string): StepTrial | undefined {
    return this.trials().get(name);
  }

  isRunning(name: string): boolean {
    const state = this.of(name)?.state;
    return state === 'starting' || state === 'running';
  }

  /** Runs a step, really, once the server has every edit. */
  async start(step: Step): Promise<void> {
    const { name } = step;
    if (this.isRunning(name)) return;
    this.set(name, { state: 'starting' });
    try {
      await this.builder.settled();
      const body = { projectId: this.session.projectId(), flowVersionId: this.builder.versionId(), stepName: name };
      const run = await ok(this.api.POST('/sample-data/test-step', { body }));
      this.set(name, { state: 'running', runId: run.id, isStopping: false });
      const response = this.early.get(run.id);
      if (response) this.finished(response);
    } catch (error) {
      this.set(name, { state: 'refused', problem: this.problems.of(error) });
    }
  }

  async stop(name: string): Promise<void> {
    const trial = this.of(name);
    if (trial?.state !== 'running') return;
    this.set(name, { ...trial, isStopping: true });
    try {
      const body = { projectId: this.session.projectId(), flowRunIds: [trial.runId], environment: 'TESTING' as const };
      await ok(this.api.POST('/flow-runs/cancel', { body }));
      await this.catchUp(); // a test that had not begun is told by nobody
    } catch (error) {
      this.set(name, { state: 'refused', problem: this.problems.of(error) });
    }
  }

  private finished(response: StepRunResponse): void {
    const name = this.nameOf(response.runId);
    if (name === undefined) {
      this.early.set(response.runId, response);
      return;
    }
    this.early.delete(response.runId);
    const isStopped = response.status === 'CANCELED';
    this.set(name, isStopped ? { state: 'stopped' } : { state: 'done', response, at: new Date().toISOString() });
    if (response.success) void this.builder.reload();
    else this.connections.reload(); // the step may have found that its service refuses it
  }

  /** Asks how the tests went whose end may have been missed. */
  private async catchUp(): Promise<void> {
    for (const [name, trial] of this.trials()) {
      if (trial.state !== 'running') continue;
      const run = await ok(this.api.GET('/flow-runs/{id}', { params: { path: { id: trial.runId } } })).catch(() => null);
      const now = this.of(name);
      if (!run || !OVER.has(run.status) || now?.state !== 'running' || now.runId !== trial.runId) continue;
      const result = await this.whole(resultsAt(run.steps, new Map()).get(name));
      this.finished(responseOf(run.id, run.status, result, run.failedStep?.message ?? ''));
    }
  }

  /** A result whose output was too large for the run's log is shown with it all the same. */
  private async whole(result: StepResult | undefined): Promise<StepResult | undefined> {
    const reference = storedOutput(result);
    return result && reference ? { ...result, output: await this.stored.read(reference).catch(() => null) } : result;
  }

  private nameOf(runId: string): string | undefined {
    for (const [name, trial] of this.trials()) if (trial.state === 'running' && trial.runId === runId) return name;
    return undefined;
  }

  private set(name: string, trial: StepTrial): void {
    this.trials.update((trials) => new Map(trials).set(name, trial));
  }
}

function responseOf(runId: string, status: string, result: StepResult | undefined, reason: string): StepRunResponse {
  const success = result !== undefined && result.status !== 'FAILED' && status === 'SUCCEEDED';
  const error = typeof result?.errorMessage === 'string' ? result.errorMessage : reason;
  return {
    runId,
    success,
    status,
    input: result?.input,
    output: success ? result.output : error,
    standardError: success ? '' : error,
    duration: result?.duration ?? null,
  };
}
