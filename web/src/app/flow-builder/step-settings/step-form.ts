/**
 * The form of the selected step. What is typed is kept here at once and given to the builder after a short rest, when a field is left, when
 * another step is selected or the panel goes: nothing is lost, and the server's answer never overwrites what is being typed. When somebody
 * else or an undo changes the step, the form follows.
 */
import { DestroyRef, Injectable, computed, effect, inject, resource, signal, untracked } from '@angular/core';
import type { PieceMetadata } from '../../api/schema';
import { Pieces } from '../../design/pieces';
import { FlowBuilder } from '../flow-builder';
import { bare } from '../model/copy';
import type { Operation } from '../model/operations';
import { type Action, type PropertySetting, type Step, type StepSettings, isTrigger } from '../model/step';
import { findStep } from '../model/tree';
import { isSame, rebased } from './model/equality';
import { type PieceOperation, operationOf } from './model/metadata';
import { type Missing, type Obstacle, missingInPiece, obstaclesOf } from './model/missing';

const REST_MILLISECONDS = 300;

/** A piece with the action or trigger that the step is. */
export interface StepPiece {
  piece: PieceMetadata;
  operation: PieceOperation | undefined;
}

@Injectable()
export class StepForm {
  private readonly builder = inject(FlowBuilder);
  private readonly pieces = inject(Pieces);

  private readonly local = signal<Step | null>(null);
  /** The step as it was when the editing here began. */
  private base: Step | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isDirty = false;
  /** Whether something was typed since the step was selected. */
  readonly isTouched = signal(false);

  /** The step with what was typed so far. */
  readonly step = this.local.asReadonly();
  readonly isReadonly = this.builder.isReadonly;
  readonly settings = computed<StepSettings>(() => this.step()?.settings ?? {});
  readonly input = computed<Record<string, unknown>>(() => this.settings().input ?? {});

  private readonly pieceKey = computed(() => {
    const { pieceName, pieceVersion } = this.settings();
    return pieceName ? `${pieceName}\n${pieceVersion ?? ''}\n${this.pieces.generation()}` : undefined;
  });
  private readonly metadata = resource({
    params: () => this.pieceKey(),
    loader: ({ params }) => {
      const [name = '', version] = params.split('\n');
      return this.pieces.metadata(name, version || undefined);
    },
  });
  /** The step's piece; undefined while it loads, if it is not installed, and for steps without one. */
  readonly stepPiece = computed<StepPiece | undefined>(() => {
    const step = this.step();
    if (!step || !this.metadata.hasValue()) return undefined;
    const piece = this.metadata.value();
    if (piece.name !== step.settings.pieceName) return undefined;
    const name = isTrigger(step) ? step.settings.triggerName : step.settings.actionName;
    return { piece, operation: operationOf(piece, isTrigger(step) ? 'trigger' : 'action', name) };
  });
  readonly isLoading = this.metadata.isLoading;
  /** Why the piece cannot be shown. */
  readonly failure = computed(() => this.metadata.error());
  readonly needsConnection = computed(() => {
    const found = this.stepPiece();
    return !!found?.piece.auth && found.operation?.requireAuth !== false;
  });

  readonly missing = computed<Missing[]>(() => {
    const step = this.step();
    const found = this.stepPiece();
    if (!step || !found?.operation) return [];
    return missingInPiece(step, found.operation, this.needsConnection(), found.piece.displayName);
  });
  readonly obstacles = computed<Obstacle[]>(() => {
    const step = this.step();
    return step ? obstaclesOf(step) : [];
  });

  constructor() {
    effect(() => {
      const incoming = this.builder.selectedStep();
      untracked(() => this.arrived(incoming));
    });
    inject(DestroyRef).onDestroy(() => this.flush());
  }

  reloadPiece(): void {
    this.metadata.reload();
  }

  rename(displayName: string): void {
    this.change((step) => ({ ...step, displayName }));
  }

  setInput(name: string, value: unknown): void {
    const input = { ...this.input() };
    if (value === undefined) delete input[name];
    else input[name] = value;
    this.patch({ input });
  }

  setPropertySetting(name: string, setting: PropertySetting): void {
    this.patch({ propertySettings: { ...this.settings().propertySettings, [name]: setting } });
  }

  /** Changes some of the settings. */
  patch(settings: Partial<StepSettings>): void {
    this.change((step) => ({ ...step, settings: { ...step.settings, ...settings } }));
  }

  /** Gives the builder what was typed. */
  flush(): void {
    clearTimeout(this.timer);
    const [local, base, draft] = [this.local(), this.base, this.builder.draft()];
    if (!this.isDirty || !local || !base || !draft) return;
    this.isDirty = false;
    const current = findStep(draft.trigger, local.name);
    if (!current || current.type !== local.type) return;
    const next = merged(base, local, current);
    this.base = next;
    if (!isSame(next, current)) this.builder.edit(update(next));
  }

  /** Edits the structure (branches, another piece): what was typed goes first, and the form shows the result. */
  edit(...operations: Operation[]): void {
    this.flush();
    this.builder.edit(...operations);
  }

  private change(change: (step: Step) => Step): void {
    const step = this.local();
    if (!step || this.isReadonly()) return;
    const changed = change(step);
    this.local.set(changed);
    const valid = this.validity(changed);
    if (valid !== changed.valid) this.local.set({ ...changed, valid });
    this.isDirty = true;
    this.isTouched.set(true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), REST_MILLISECONDS);
  }

  /** As the server will compute it; what the server knows and we do not yet (a piece that is still loading) stays as it was. */
  private validity(step: Step): boolean {
    if (step.type === 'EMPTY') return false;
    if (step.type !== 'PIECE' && step.type !== 'PIECE_TRIGGER') return obstaclesOf(step).length === 0;
    return this.stepPiece()?.operation ? this.missing().every((each) => !each.isBlocking) : step.valid;
  }

  private arrived(incoming: Step | null): void {
    const local = this.local();
    const isOther = local?.name !== incoming?.name || local?.type !== incoming?.type;
    if (this.isDirty && !isOther) return;
    this.flush();
    if (isOther) this.isTouched.set(false);
    this.base = incoming;
    this.local.set(incoming);
  }
}

/** The edited step on top of what is there now. A router whose branches were counted anew keeps the branches that it has. */
function merged(base: Step, edited: Step, current: Step): Step {
  const next = rebased(base, edited, current) as Step;
  if ((current.settings.branches?.length ?? 0) === (edited.settings.branches?.length ?? 0)) return { ...next, valid: edited.valid };
  return { ...next, settings: { ...next.settings, branches: current.settings.branches } };
}

function update(step: Step): Operation {
  if (isTrigger(step)) {
    const alone = { ...step };
    delete alone.nextAction;
    delete alone.lastUpdatedDate;
    return { type: 'UPDATE_TRIGGER', request: alone };
  }
  const alone = { ...bare(step as Action) };
  delete alone.lastUpdatedDate;
  return { type: 'UPDATE_ACTION', request: alone };
}
