/**
 * Runs on the canvas: one that was opened (`?run=…`), and the flow's test, which is watched while one edits. Their steps arrive as they
 * happen and are in `FlowBuilder.run`.
 */
import { Injectable, OnDestroy, computed, effect, inject, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';
import { Api, ok } from '../../api/api';
import { ApiProblem } from '../../api/problem';
import type { FlowRunView, FlowVersion } from '../../api/schema';
import { Notify, ProblemText } from '../../design/notify';
import { Live } from '../../session/live';
import { FlowBuilder, isOver } from '../flow-builder';
import { failureOf } from '../model/failure';
import { type RunProgress, withProgress } from '../model/run-progress';
import { FlowRuns } from './flow-runs';

export type Retry = 'FROM_FAILED_STEP' | 'ON_LATEST_VERSION';

const GOES_WELL: ReadonlySet<string> = new Set(['QUEUED', 'RUNNING', 'PAUSED', 'SUCCEEDED']);
const STARTING_MILLISECONDS = 15_000;

@Injectable()
export class RunMode implements OnDestroy {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly live = inject(Live);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);
  private readonly router = inject(Router);
  private readonly runs = inject(FlowRuns);
  private readonly transloco = inject(TranslocoService);

  /** Whether a run was opened, be it found or not: the canvas is not for editing. */
  readonly isOpen = signal(false);
  /** Why the run that was asked for is not shown; empty when it is. */
  readonly failure = signal('');
  readonly isLoading = signal(false);
  /** Whether a test is being started: edits are saved, the server is asked. */
  readonly isStarting = signal(false);
  /** The opened run. */
  readonly opened = computed(() => (this.isOpen() && !this.failure() ? this.builder.run() : null));
  /** The test whose results the draft shows. */
  readonly test = computed(() => (this.builder.view().kind === 'edit' ? this.builder.run() : null));
  /** The step in which the opened run or the test failed; a failure after which the run goes on is none. */
  readonly failed = computed(() => {
    const run = this.builder.run();
    return run && !GOES_WELL.has(run.status) ? failureOf(run.steps, run.failedStep?.name) : undefined;
  });

  private readonly stopListening = this.live.on<RunProgress>('UPDATE_RUN_PROGRESS', (told) => this.progressed(told));
  private asked = 0;

  constructor() {
    // What happened while nobody could tell us.
    effect(() => {
      if (this.live.epoch() > 0) untracked(() => void this.catchUp());
    });
  }

  ngOnDestroy(): void {
    this.stopListening();
  }

  // Opening

  /** The way to a run and one of its steps. */
  show(runId: string, step?: string): void {
    void this.router.navigate(['/flows', this.builder.flowId()], { queryParams: { run: runId, ...(step ? { step } : {}) } });
  }

  /** Back to the draft; with a step to its settings there. */
  edit(step?: string): void {
    void this.router.navigate(['/flows', this.builder.flowId()], { queryParams: step ? { step } : {} });
  }

  /** Shows a run, as its address says. Without a step the one that failed is selected. */
  async open(runId: string, step?: string): Promise<void> {
    const asked = ++this.asked;
    this.isOpen.set(true);
    this.isLoading.set(true);
    this.failure.set('');
    this.builder.iterations.set(new Map());
    try {
      const run = await this.read(runId);
      if (asked !== this.asked) return;
      const version = run.flowVersion as unknown as FlowVersion | undefined;
      if (run.flowId !== this.builder.flowId()) this.refuse('builder.runOfOtherFlow');
      else if (!version) this.refuse('builder.versionOfRunGone');
      else this.enter(run, version, step);
    } catch (problem) {
      if (asked !== this.asked) return;
      this.refuse('');
      this.failure.set(this.problems.of(problem));
    } finally {
      if (asked === this.asked) this.isLoading.set(false);
    }
  }

  /** The address names no run any more. The last test's results stay with the draft that it tested. */
  leave(): void {
    if (!this.isOpen()) return;
    this.asked += 1;
    this.isOpen.set(false);
    this.isLoading.set(false);
    this.failure.set('');
    this.builder.view.set({ kind: 'edit' });
    this.builder.iterations.set(new Map());
    const [run, version] = [this.builder.run(), this.builder.flow()?.version];
    const isOfDraft = run?.environment === 'TESTING' && run.flowVersionId === version?.id && run.created >= version.updated;
    if (!isOfDraft) this.builder.run.set(null);
  }

  private refuse(message: string): void {
    this.builder.run.set(null);
    this.builder.view.set({ kind: 'edit' });
    if (message) this.failure.set(this.transloco.translate(message));
  }

  private enter(run: FlowRunView, version: FlowVersion, step?: string): void {
    this.builder.run.set(run);
    this.builder.view.set({ kind: 'run', version });
    if (this.builder.panel() === 'problems' || this.builder.panel() === 'versions') this.builder.panel.set('step');
    if (step) this.builder.selection.set(new Set([step]));
    else this.builder.selection.set(new Set());
    this.selectFailed(step);
  }

  /** Shows the error of a failed run without a click: the step and the iterations in which it failed. */
  selectFailed(only?: string): void {
    const failed = this.failed();
    if (!failed || (only && failed.step !== only)) return;
    this.builder.iterations.set(new Map(failed.path));
    this.builder.selection.set(new Set([failed.step]));
  }

  // What the server tells

  private progressed(told: RunProgress): void {
    const run = this.builder.run();
    if (run?.id !== told.flowRun.id) return;
    this.builder.run.set(withProgress(run, told));
    // A run's last message leaves large outputs out, and its first ones may have been before we listened.
    if (!told.step && isOver(told.flowRun)) void this.finish(run.id);
  }

  private async finish(runId: string): Promise<void> {
    try {
      const run = await this.read(runId);
      if (this.builder.run()?.id !== runId) return;
      this.builder.run.set(run);
      if (this.isOpen() && this.builder.selection().size === 0) this.selectFailed();
    } catch (problem) {
      this.notify.problem(problem);
    }
  }

  /** Reads the shown run again: somebody has just done something with it. */
  async reload(): Promise<void> {
    const run = this.builder.run();
    if (run) await this.finish(run.id);
  }

  private async catchUp(): Promise<void> {
    const run = this.builder.run();
    if (run && !isOver(run)) await this.finish(run.id);
  }

  private read(id: string): Promise<FlowRunView> {
    return ok(this.api.GET('/flow-runs/{id}', { params: { path: { id } } }));
  }

  // What one can do with a run

  /** Goes on in the same run where it failed, or starts a new one on the latest version; either is shown as it happens. */
  async retry(strategy: Retry): Promise<void> {
    const run = this.builder.run();
    if (!run) return;
    await this.notify.attempt(async () => {
      const body = { projectId: run.projectId, strategy };
      const retried = await ok(this.api.POST('/flow-runs/{id}/retry', { params: { path: { id: run.id } }, body }));
      if (retried.id !== run.id) return this.show(retried.id);
      this.builder.run.update((now) => (now && now.id === run.id ? withProgress(now, { flowRun: retried }) : now));
      this.runs.take(retried);
    });
  }

  async cancel(): Promise<void> {
    const run = this.builder.run();
    if (!run) return;
    await this.notify.attempt(async () => {
      const body = { projectId: run.projectId, flowRunIds: [run.id], environment: run.environment as 'PRODUCTION' | 'TESTING' };
      await ok(this.api.POST('/flow-runs/cancel', { body }));
      await this.finish(run.id);
    });
  }

  // Starting one

  /** Runs the draft on its trigger's sample and watches it. The server must have every edit. */
  async startTest(): Promise<void> {
    await this.starting(async () => {
      await this.builder.settled();
      const run = await this.started('TEST_FLOW_RUN', 'TEST_FLOW_RUN_STARTED', this.builder.flow()?.version.id ?? '');
      this.builder.iterations.set(new Map());
      this.builder.run.set(run);
    });
  }

  /** Runs the published version, whose trigger is started by hand, and shows the run. */
  async startManually(): Promise<void> {
    await this.starting(async () => {
      const version = this.builder.flow()?.publishedVersionId ?? '';
      const run = await this.started('MANUAL_TRIGGER_RUN_STARTED', 'MANUAL_TRIGGER_RUN_STARTED', version);
      this.runs.take(run);
      this.show(run.id);
    });
  }

  dismissTest(): void {
    this.builder.run.set(null);
  }

  private async starting(start: () => Promise<void>): Promise<void> {
    if (this.isStarting()) return;
    this.isStarting.set(true);
    try {
      await this.notify.attempt(start);
    } finally {
      this.isStarting.set(false);
    }
  }

  /** Asks for a run; it is told to this connection alone. Rejects with what the server says, or when it does not answer. */
  private async started(question: string, answer: string, flowVersionId: string): Promise<FlowRunView> {
    let stop = (): void => undefined;
    const run = new Promise<FlowRunView>((resolve) => (stop = this.live.on<FlowRunView>(answer, resolve)));
    try {
      const refusal = await this.live.ask<{ code?: string; params?: Record<string, unknown> } | null | undefined>(question, {
        flowVersionId,
      });
      if (refusal?.code) throw new ApiProblem(400, refusal.code, refusal.params ?? {}, String(refusal.params?.['message'] ?? ''));
      return await Promise.race([run, silence()]);
    } catch (problem) {
      throw problem instanceof ApiProblem ? problem : new ApiProblem(0, 'OFFLINE', {}, '');
    } finally {
      stop();
    }
  }
}

function silence(): Promise<never> {
  return new Promise((_resolve, reject) => setTimeout(() => reject(new ApiProblem(0, 'OFFLINE', {}, '')), STARTING_MILLISECONDS));
}
