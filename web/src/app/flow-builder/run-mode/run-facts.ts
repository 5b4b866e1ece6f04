/**
 * What the run on the canvas is beyond its steps: its timeline with what it waits for, the run that started it and those that it started.
 * Read when the run is opened, and again when the server tells that it moved.
 */
import { Injectable, OnDestroy, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../../api/api';
import type { FlowRunView, RunTimeline } from '../../api/schema';
import { Live } from '../../session/live';
import { placeOf, titleOf } from '../../runs/view/step-place';
import type { ChildRun } from '../../runs/view/related-runs';
import { callerOf } from '../../runs/view/child-runs';
import { stepsOf } from '../../runs/view/run-tree';
import { kindOf } from '../../runs/view/waiting';
import type { Waiting } from '../../runs/view/waiting-list';
import { FlowBuilder, isOver } from '../flow-builder';
import type { Step } from '../model/step';
import type { RunProgress } from '../model/run-progress';

/** Of what is told of a run that moves fast, at most so often something is read. */
const READ_EVERY_MILLISECONDS = 700;
const MOST_CHILDREN = 50;
type Environment = 'PRODUCTION' | 'TESTING';

@Injectable()
export class RunFacts implements OnDestroy {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly live = inject(Live);

  private readonly read = signal<RunTimeline | null>(null);
  private readonly found = signal<readonly FlowRunView[]>([]);
  /** Null until it is read; what went wrong stands in `problem`. */
  readonly timeline = this.read.asReadonly();
  readonly problem = signal<unknown>(null);
  readonly parent = signal<FlowRunView | null>(null);
  readonly hasMoreChildren = signal(false);

  readonly displayNames = computed(() =>
    Object.fromEntries([...this.builder.steps().values()].map((step) => [step.name, step.displayName])),
  );
  /** What the run waits for, oldest first; a part of it may wait while others work. Empty once it is over. */
  readonly waiting = computed<Waiting[]>(() => {
    const run = this.builder.run();
    if (!run || isOver(run)) return [];
    const steps = this.builder.steps();
    return (this.read()?.waitpoints ?? []).map((waitpoint) => {
      const place = placeOf(waitpoint.step);
      return { waitpoint, kind: kindOf(waitpoint, waitingStep(steps.get(place.name))), step: titleOf(place, this.displayNames()) };
    });
  });
  /** The runs that this one started, oldest first, with the steps that did. */
  readonly children = computed<ChildRun[]>(() => {
    const timeline = this.read();
    const steps = stepsOf(this.builder.run() ?? {});
    return this.found().map((run) => {
      const place = callerOf(run, steps, timeline, Date.now());
      return { run, caller: place ? { ...place, title: titleOf(place, this.displayNames()) } : null };
    });
  });

  private readonly stopListening = this.live.on<RunProgress>('UPDATE_RUN_PROGRESS', ({ flowRun }) => this.told(flowRun));
  private timer: ReturnType<typeof setTimeout> | undefined;
  private runId = '';
  private isOpened = false;

  constructor() {
    effect(() => {
      const run = this.builder.run();
      const isOpened = this.builder.view().kind === 'run';
      // Of a test that one watches while one edits, only what it waits for is shown.
      const wanted = isOpened || run?.status === 'PAUSED' ? run : null;
      untracked(() => this.follow(wanted, isOpened));
    });
    // What happened before anybody could tell us.
    effect(() => {
      if (this.live.epoch() > 0) untracked(() => this.catchUp());
    });
  }

  ngOnDestroy(): void {
    this.stopListening();
    clearTimeout(this.timer);
  }

  /** Reads the timeline again, for instance after somebody has answered what the run waited for. */
  async refresh(): Promise<void> {
    const id = this.runId;
    if (!id) return;
    try {
      const timeline = await ok(this.api.GET('/flow-runs/{id}/timeline', { params: { path: { id } } }));
      if (id !== this.runId) return;
      this.read.set(timeline);
      this.problem.set(null);
    } catch (problem) {
      if (id === this.runId) this.problem.set(problem);
    }
  }

  private follow(run: FlowRunView | null, isOpened: boolean): void {
    if (run?.id === this.runId && isOpened === this.isOpened) return this.refreshSoon();
    this.runId = run?.id ?? '';
    this.isOpened = isOpened;
    this.read.set(null);
    this.found.set([]);
    this.parent.set(null);
    this.hasMoreChildren.set(false);
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!run) return;
    void this.refresh();
    if (isOpened) void this.readRelated(run);
  }

  private catchUp(): void {
    const run = this.builder.run();
    if (run?.id !== this.runId) return;
    void this.refresh();
    if (this.isOpened) void this.readRelated(run);
  }

  private refreshSoon(): void {
    const id = this.runId;
    if (!id) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (id === this.runId) void this.refresh();
    }, READ_EVERY_MILLISECONDS);
  }

  /** A run that this one started has begun, or has changed. */
  private told(run: FlowRunView): void {
    if (!this.isOpened || !this.runId || run.parentRunId !== this.runId) return;
    const known = this.found().some((each) => each.id === run.id);
    if (known) this.found.update((runs) => runs.map((each) => (each.id === run.id ? { ...each, ...run } : each)));
    else {
      const parent = this.builder.run();
      if (parent) void this.readRelated(parent);
      this.refreshSoon();
    }
  }

  /** What cannot be read is left out: the run itself is what one came for. */
  private async readRelated(run: FlowRunView): Promise<void> {
    const other: Environment = run.environment === 'TESTING' ? 'PRODUCTION' : 'TESTING';
    const environments = run.environment === 'TESTING' ? (['TESTING', other] as const) : (['PRODUCTION'] as const);
    const pages = await Promise.all(
      environments.map((environment) => this.list(run.projectId, { environment, parentRunId: run.id, limit: MOST_CHILDREN })),
    );
    if (run.id !== this.runId) return;
    this.found.set(pages.flatMap((page) => page.data).sort((one, two) => one.created.localeCompare(two.created)));
    this.hasMoreChildren.set(pages.some((page) => page.next !== null));
    const { parentRunId } = run;
    if (!parentRunId || this.parent()) return;
    for (const environment of ['PRODUCTION', 'TESTING'] as const) {
      const [parent] = (await this.list(run.projectId, { environment, flowRunIds: [parentRunId], limit: 1 })).data;
      if (run.id !== this.runId) return;
      if (parent) return this.parent.set(parent);
    }
  }

  private async list(
    projectId: string,
    query: { environment: Environment; limit: number; parentRunId?: string; flowRunIds?: string[] },
  ): Promise<{ data: FlowRunView[]; next: string | null }> {
    try {
      return await ok(this.api.GET('/flow-runs', { params: { query: { projectId, includeArchived: true, ...query } } }));
    } catch {
      return { data: [], next: null };
    }
  }
}

const waitingStep = (step: Step | undefined) => ({ piece: step?.settings.pieceName ?? '', action: step?.settings.actionName ?? '' });
