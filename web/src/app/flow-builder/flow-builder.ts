/**
 * The state of one open flow, shared by the canvas and the panels beside it. The flow is records in signals; the canvas only draws them.
 * Every edit is a list of operations given to `edit`: applied at once, sent behind the scenes, undone by `undo`.
 */
import { Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, type FlowOperation, ok } from '../api/api';
import type { FlowRunView, FlowVersion, PopulatedFlow } from '../api/schema';
import { Notify, ProblemText } from '../design/notify';
import { Live } from '../session/live';
import { Session } from '../session/session';
import { apply } from './model/apply';
import { History } from './model/history';
import { inverse } from './model/inverse';
import type { Operation } from './model/operations';
import { Saving } from './model/saving';
import type { Draft, Note, Step, Trigger } from './model/step';
import { resultsAt } from './model/run-results';
import { findStep, walk } from './model/tree';
import { wasDone } from './model/was-done';

/** What the canvas shows: the draft to edit, a version as it was, or a run on the version that it ran. */
export type View = { kind: 'edit' } | { kind: 'version'; version: FlowVersion } | { kind: 'run'; version: FlowVersion };

/** What is open at the right of the canvas. */
export type Panel = 'none' | 'step' | 'runs' | 'versions' | 'problems';

export interface Person {
  userId: string;
  userDisplayName: string;
  userEmail: string;
  userImageUrl: string | null;
}

/** Something that somebody else did to the flow. */
export interface ForeignChange {
  userId: string | null;
  /** The names of the steps that were changed. */
  steps: readonly string[];
}

/** What FLOW_VERSION_UPDATED tells. */
interface VersionUpdate {
  flowId: string;
  flowVersion: FlowVersion;
  changedStepNames?: string[];
}

/** A run that ends nowhere but in one of these is over. */
const UNFINISHED = new Set(['QUEUED', 'RUNNING', 'PAUSED']);

export const isOver = (run: Pick<FlowRunView, 'status'>): boolean => !UNFINISHED.has(run.status);

@Injectable()
export class FlowBuilder {
  private readonly api = inject(Api);
  private readonly live = inject(Live);
  private readonly session = inject(Session);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);

  private readonly loaded = signal<PopulatedFlow | null>(null);
  private readonly saving = signal<Saving | null>(null);
  private readonly history = new History();
  private readonly endings: (() => void)[] = [];

  /** The flow as the server has it; null until it is loaded. */
  readonly flow = this.loaded.asReadonly();
  readonly flowId = computed(() => this.loaded()?.id ?? '');
  /** The draft with the edits that are still on their way. */
  readonly draft = computed<Draft | null>(() => {
    const flow = this.loaded();
    return flow ? (this.saving()?.applied(draftOf(flow.version)) ?? draftOf(flow.version)) : null;
  });
  readonly saveState = computed(() => this.saving()?.state() ?? 'saved');
  /** As `saveState`, and `offline` also while nothing waits and the server is away. */
  readonly connectionState = computed(() => (this.saveState() === 'saved' && this.live.isOffline() ? 'offline' : this.saveState()));
  /** Why the server did not take the last edits, while `saveState` is `refused`. */
  readonly refusal = signal('');
  /** Whether closing the window would lose edits: the browser could not keep them. */
  readonly isAtRisk = computed(() => this.saving()?.isAtRisk() ?? false);
  /** Whether the browser holds edits that the server does not have. */
  readonly hasUnsaved = computed(() => (this.saving()?.pending().length ?? 0) > 0);

  readonly view = signal<View>({ kind: 'edit' });
  readonly isReadonly = computed(() => this.view().kind !== 'edit');
  /** What the canvas draws. */
  readonly shown = computed<Draft | null>(() => {
    const view = this.view();
    return view.kind === 'edit' ? this.draft() : draftOf(view.version);
  });
  /** The id of the version that is shown: of the draft, or of the one that is looked at. */
  readonly versionId = computed(() => {
    const view = this.view();
    return (view.kind === 'edit' ? this.loaded()?.version.id : view.version.id) ?? '';
  });
  readonly steps = computed<ReadonlyMap<string, Step>>(() => {
    const shown = this.shown();
    return new Map(shown ? walk(shown.trigger).map((step) => [step.name, step]) : []);
  });

  /** The names of the steps that are selected on the canvas. */
  readonly selection = signal<ReadonlySet<string>>(new Set());
  /** The one step that is selected, if it is one. */
  readonly selectedStep = computed<Step | null>(() => {
    const [name, ...others] = this.selection();
    return name !== undefined && others.length === 0 ? (this.steps().get(name) ?? null) : null;
  });
  readonly panel = signal<Panel>('none');
  /**
   * What the step panel shall show and focus, once: the path of a field (`settings.input.url`), or `test` for the step's test. Whoever has
   * done that sets it to null.
   */
  readonly focusField = signal<string | null>(null);
  /** Steps that a comparison of versions points at. */
  readonly highlighted = signal<ReadonlySet<string>>(new Set());

  /** The run on the canvas: one that was opened, or the test that was started last. Its steps arrive as they happen. */
  readonly run = signal<FlowRunView | null>(null);
  /** For each loop of the run, by its name, the iteration (from 0) whose steps are shown. */
  readonly iterations = signal<ReadonlyMap<string, number>>(new Map());

  /** What each step of the shown version did in `run`, in the iterations that are chosen. */
  readonly results = computed(() => resultsAt(this.run()?.steps, this.iterations()));

  /** Who else has this flow open. */
  readonly others = signal<readonly Person[]>([]);
  /** What somebody else did last. */
  readonly foreignChange = signal<ForeignChange | null>(null);

  readonly canUndo = computed(() => !this.isReadonly() && this.history.canUndo());
  readonly canRedo = computed(() => !this.isReadonly() && this.history.canRedo());

  constructor() {
    effect(() => {
      const id = this.flowId();
      if (id && this.live.epoch() > 0) untracked(() => void this.arrived(id));
    });
  }

  /** Opens a flow. Edits that an earlier visit could not send are sent now; whether there were any. */
  async open(flowId: string): Promise<boolean> {
    const flow = await ok(this.api.GET('/flows/{id}', { params: { path: { id: flowId } } }));
    let hadLeftovers = true;
    const saving: Saving = new Saving(flowId, {
      send: (operation) => this.send(flowId, operation),
      doneBefore: (operation) => this.doneBefore(flowId, operation, hadLeftovers ? null : this.loaded()),
      refused: (problem) => void this.refused(problem),
      saved: (saved) => {
        hadLeftovers = false;
        if (this.saving() === saving) this.loaded.set(saved);
      },
    });
    this.loaded.set(flow);
    this.saving.set(saving);
    this.endings.push(
      () => saving.close(),
      this.live.on<VersionUpdate>('FLOW_VERSION_UPDATED', (told) => this.versionUpdated(told)),
      this.live.on<{ flow?: { id?: string }; id?: string }>('FLOW_UPDATED', (told) => {
        if ((told.flow?.id ?? told.id) === flowId) void this.reload();
      }),
      this.live.on<{ resourceId: string; users: Person[] }>('PRESENCE_UPDATED', (told) => {
        if (told.resourceId === flowId) this.attended(told.users);
      }),
    );
    hadLeftovers = saving.hasLeftovers;
    saving.start();
    return hadLeftovers;
  }

  /** The window looks at something else. */
  close(): void {
    for (const end of this.endings.splice(0)) end();
    if (this.flowId()) void this.live.ask('LEAVE_PRESENCE', { resourceId: this.flowId() }).catch(() => undefined);
  }

  /** Edits the draft. What was done last is undone as one. */
  edit(...operations: readonly Operation[]): void {
    const before = this.draft();
    if (!before || this.isReadonly() || operations.length === 0) return;
    let draft = before;
    const backward: Operation[][] = [];
    for (const operation of operations) {
      backward.push(inverse(draft, operation));
      draft = apply(draft, operation);
    }
    this.history.record(operations, backward.reverse().flat(), Date.now());
    this.save(operations);
    this.selection.update((selection) => new Set([...selection].filter((name) => findStep(draft.trigger, name))));
  }

  undo(): void {
    this.save(this.history.undo());
  }

  redo(): void {
    this.save(this.history.redo());
  }

  /** Sends operations. What the last test has shown is not true of the edited flow any more. */
  private save(operations: readonly Operation[]): void {
    this.saving()?.add(operations);
    const run = this.run();
    if (run && isOver(run)) this.run.set(null);
  }

  /** Selects one step and opens its settings. */
  select(name: string, panel: Panel = 'step'): void {
    this.selection.set(new Set([name]));
    this.panel.set(panel);
  }

  clearSelection(): void {
    this.selection.set(new Set());
    if (this.panel() === 'step') this.panel.set('none');
  }

  /** Reads the flow again from the server. Edits that wait stay on top of it. */
  async reload(): Promise<void> {
    const id = this.flowId();
    if (!id) return;
    try {
      const flow = await ok(this.api.GET('/flows/{id}', { params: { path: { id } } }));
      // While edits are on their way, some of them may be in this answer; what the last one of them is answered has everything.
      // And while it was on its way, somebody may have told of something newer.
      const known = this.loaded();
      const isOld = known?.id !== id || Date.parse(flow.version.updated) < Date.parse(known.version.updated);
      if (!this.hasUnsaved() && !isOld) this.loaded.set(flow);
    } catch (error) {
      this.notify.problem(error);
    }
  }

  /** The server answered an operation that was not sent through `edit` (publishing, enabling, restoring). The history starts anew. */
  replaced(flow: PopulatedFlow): void {
    this.history.clear();
    this.loaded.set(flow);
  }

  /** Does something with the flow as a whole that `undo` does not take back: publishes, enables, restores. Rejects with an `ApiProblem`. */
  async operate(operation: FlowOperation): Promise<void> {
    this.replaced(await ok(this.api.POST('/flows/{id}', { params: { path: { id: this.flowId() } }, body: operation })));
  }

  /** Resolves once the server has every edit: before a test, before publishing. */
  async settled(): Promise<void> {
    await this.saving()?.settled();
  }

  private async send(flowId: string, operation: Operation): Promise<PopulatedFlow> {
    return ok(this.api.POST('/flows/{id}', { params: { path: { id: flowId } }, body: operation as FlowOperation }));
  }

  /** Whether the server has done an operation whose answer never came. */
  private async doneBefore(flowId: string, operation: Operation, before: PopulatedFlow | null): Promise<PopulatedFlow | null> {
    const now = await ok(this.api.GET('/flows/{id}', { params: { path: { id: flowId } } }));
    if (before && before.version.updated === now.version.updated) return null;
    return wasDone(operation, before && draftOf(before.version), draftOf(now.version)) ? now : null;
  }

  private async refused(problem: unknown): Promise<void> {
    this.refusal.set(this.problems.of(problem));
    this.history.clear();
    this.notify.problem(problem);
    await this.reload();
  }

  private versionUpdated({ flowId, flowVersion: version, changedStepNames }: VersionUpdate): void {
    const flow = this.loaded();
    if (!flow || flow.id !== flowId) return;
    const isForeign = version.updatedBy !== this.session.userId();
    const later = Date.parse(version.updated) - Date.parse(flow.version.updated);
    // What we did ourselves is told as well; the answer to it was here before.
    if (isForeign ? later < 0 : later <= 0) return;
    if (isForeign) this.foreignChange.set({ userId: version.updatedBy, steps: changedStepNames ?? [] });
    // Edits that are on their way come back with everything that others did before them.
    if (!this.hasUnsaved()) this.loaded.set({ ...flow, version });
  }

  /** The connection is there, for the first time or again: tell that we are here, and catch up with what we missed. */
  private async arrived(flowId: string): Promise<void> {
    try {
      const { users } = await this.live.ask<{ users?: Person[] }>('JOIN_PRESENCE', { resourceId: flowId });
      this.attended(users ?? []);
    } catch {
      this.others.set([]); // presence is a courtesy; the next connection asks again
    }
    if (this.live.epoch() > 1) {
      this.saving()?.start();
      await this.reload();
    }
  }

  private attended(users: readonly Person[]): void {
    this.others.set(users.filter((user) => user.userId !== this.session.userId()));
  }
}

/** What the builder edits of a version as it travels. */
export function draftOf(version: FlowVersion): Draft {
  return { displayName: version.displayName, trigger: version.trigger as unknown as Trigger, notes: version.notes as unknown as Note[] };
}
