/** What the user can do on the canvas, whether by keys, menus or buttons. */
import { Injectable, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Notify } from '../../design/notify';
import { FlowBuilder } from '../flow-builder';
import { pasteOperations, toClipboard } from '../model/copy';
import { type BareAction, type BareTrigger, type Operation, type Place, addAction } from '../model/operations';
import { type Action, type Step, type Trigger, NOTE_COLORS } from '../model/step';
import { blockOf, freeNames, walk } from '../model/tree';
import { PiecePicker } from '../piece-picker/piece-picker';
import { CanvasState } from './canvas-state';
import { Clipboard } from './clipboard';
import {
  branchAddition,
  branchDuplication,
  chainOf,
  duplication,
  moving,
  noteAddition,
  pastePlace,
  removal,
  renaming,
  selectedActions,
  skipToggle,
} from './edits';
import { type Direction, neighbour } from './navigation';
import type { Command } from './shortcuts';
import { Texts } from './texts';
import { Viewport } from './viewport';

@Injectable()
export class CanvasCommands {
  private readonly builder = inject(FlowBuilder);
  private readonly clipboard = inject(Clipboard);
  private readonly dialog = inject(MatDialog);
  private readonly notify = inject(Notify);
  private readonly picker = inject(PiecePicker);
  private readonly state = inject(CanvasState);
  private readonly texts = inject(Texts);
  private readonly viewport = inject(Viewport);

  private readonly actions: Record<Command, () => void> = {
    undo: () => this.builder.undo(),
    redo: () => this.builder.redo(),
    copy: () => void this.copy(),
    cut: () => void this.cut(),
    duplicate: () => this.duplicate(),
    delete: () => this.remove(),
    skip: () => this.toggleSkip(),
    rename: () => this.rename(),
    open: () => this.open(),
    add: () => void this.addAt(this.placeForNew()),
    all: () => this.builder.selection.set(new Set(this.builder.steps().keys())),
    clear: () => this.builder.clearSelection(),
    up: () => this.go('up'),
    down: () => this.go('down'),
    left: () => this.go('left'),
    right: () => this.go('right'),
    zoomIn: () => this.viewport.zoomBy(1.2),
    zoomOut: () => this.viewport.zoomBy(1 / 1.2),
    zoomReset: () => this.viewport.zoomTo(1),
    fit: () => this.fit(),
    help: () => void this.help(),
  };

  run(command: Command): void {
    this.actions[command]();
  }

  /** Lets the user pick a step and adds it at a place. */
  async addAt(place: Place, origin?: HTMLElement): Promise<void> {
    const picked = await this.picker.pick({ kind: 'action', origin, favoured: this.trigger().settings.pieceName });
    if (!picked) return;
    const name = freeNames(this.trigger()).next().value;
    this.builder.edit(addAction({ ...picked, name } as BareAction, place));
    this.builder.select(name);
  }

  async pickTrigger(origin?: HTMLElement): Promise<void> {
    const picked = await this.picker.pick({ kind: 'trigger', origin });
    const { name } = this.trigger();
    if (picked) this.builder.edit({ type: 'UPDATE_TRIGGER', request: { ...picked, name } as BareTrigger });
    if (picked) this.builder.select(name);
  }

  select(step: Step, origin: HTMLElement): void {
    this.builder.select(step.name);
    if (step.type === 'EMPTY' && !this.builder.isReadonly()) void this.pickTrigger(origin);
  }

  toggleSelected(name: string): void {
    const selection = new Set(this.builder.selection());
    if (!selection.delete(name)) selection.add(name);
    this.builder.selection.set(selection);
  }

  async copy(names = this.selection()): Promise<void> {
    await this.copyActions(selectedActions(this.trigger(), names));
  }

  async copyBranch(router: Action, branchIndex: number): Promise<void> {
    await this.copyActions(chainOf(router.children?.[branchIndex] ?? undefined));
  }

  async cut(names = this.selection()): Promise<void> {
    const operations = removal(this.trigger(), names);
    await this.copy(names);
    this.builder.edit(...operations);
  }

  /** Pastes what was copied last, wherever it is. */
  async paste(place: Place): Promise<void> {
    this.insert(await this.clipboard.read(), place);
  }

  /** Pastes a text that the browser handed over, after the selection or at the end. */
  pasteText(text: string): void {
    this.insert(this.clipboard.stepsOf(text), pastePlace(this.trigger(), this.selection()));
  }

  duplicate(names = this.selection()): void {
    this.editAndSelectNew(duplication(this.trigger(), names));
  }

  remove(names = this.selection()): void {
    const operations = removal(this.trigger(), names);
    if (operations.length === 0) return;
    const [only, ...others] = blockOf(this.trigger(), names);
    const step = this.builder.steps().get(only ?? '')?.displayName ?? '';
    this.builder.edit(...operations);
    this.notify.done(this.texts.t(others.length > 0 ? 'deletedMany' : 'deletedOne', { count: others.length + 1, step }));
  }

  toggleSkip(names = this.selection()): void {
    this.builder.edit(...skipToggle(this.trigger(), names));
  }

  rename(name = this.builder.selectedStep()?.name): void {
    const step = this.builder.steps().get(name ?? '');
    if (step && step.type !== 'EMPTY') this.state.renaming.set({ name: step.name });
  }

  renamed(step: Step, displayName: string): void {
    this.state.renaming.set(null);
    this.builder.edit(...renaming(step, displayName));
  }

  move(names: ReadonlySet<string>, place: Place): void {
    this.builder.edit(...moving(this.trigger(), names, place));
  }

  addBranch(router: Action): void {
    const number = (router.settings.branches?.length ?? 0) + (router.settings.branches?.at(-1)?.branchType === 'FALLBACK' ? 0 : 1);
    this.builder.edit(...branchAddition(router, this.texts.t('branch.new', { number })));
  }

  duplicateBranch(router: Action, branchIndex: number): void {
    const name = this.texts.t('branch.copy', { name: router.settings.branches?.[branchIndex]?.branchName ?? '' });
    this.builder.edit(...branchDuplication(this.trigger(), router, branchIndex, name));
  }

  moveBranch(router: Action, branchIndex: number, by: 1 | -1): void {
    const request = { stepName: router.name, sourceBranchIndex: branchIndex, targetBranchIndex: branchIndex + by };
    this.builder.edit({ type: 'MOVE_BRANCH', request });
  }

  removeBranch(router: Action, branchIndex: number): void {
    this.builder.edit({ type: 'DELETE_BRANCH', request: { stepName: router.name, branchIndex } });
  }

  addNote(): void {
    const draft = this.builder.draft();
    if (!draft) return;
    const color = draft.notes.at(-1)?.color ?? NOTE_COLORS[5];
    const { note, operations } = noteAddition(draft, this.viewport.middle(), color, this.state.boxes().values());
    this.builder.edit(...operations);
    this.state.editedNote.set(note.id);
    this.viewport.reveal({ ...note.position, ...note.size });
  }

  fit(): void {
    const bounds = this.state.drawn()?.bounds;
    const notes = this.builder.shown()?.notes ?? [];
    if (!bounds) return;
    const left = Math.min(bounds.x, ...notes.map((note) => note.position.x));
    const top = Math.min(bounds.y, ...notes.map((note) => note.position.y));
    const right = Math.max(bounds.x + bounds.width, ...notes.map((note) => note.position.x + note.size.width));
    const bottom = Math.max(bounds.y + bounds.height, ...notes.map((note) => note.position.y + note.size.height));
    this.viewport.fit({ x: left, y: top, width: right - left, height: bottom - top });
  }

  async help(): Promise<void> {
    const { ShortcutsDialog } = await import('./shortcuts-dialog');
    this.dialog.open(ShortcutsDialog, { width: '900px', maxWidth: '94vw', autoFocus: 'dialog' });
  }

  private async copyActions(actions: Action[]): Promise<void> {
    if (actions.length === 0) return;
    await this.clipboard.write(toClipboard(actions));
    const { length: count } = actions;
    this.notify.done(this.texts.t(count > 1 ? 'copiedMany' : 'copiedOne', { count, step: actions[0]?.displayName ?? '' }));
  }

  private insert(actions: Action[] | undefined, place: Place): void {
    if (actions) this.editAndSelectNew(pasteOperations(this.trigger(), actions, place));
    else this.notify.done(this.texts.t('noSteps'));
  }

  private editAndSelectNew(operations: Operation[]): void {
    const before = new Set(this.builder.steps().keys());
    this.builder.edit(...operations);
    const fresh = walk(this.trigger()).flatMap(({ name }) => (before.has(name) ? [] : [name]));
    const block = blockOf(this.trigger(), new Set(fresh));
    if (block.length > 0) this.builder.selection.set(new Set(block));
  }

  private open(): void {
    const step = this.builder.selectedStep();
    if (step) this.builder.select(step.name);
  }

  private go(direction: Direction): void {
    const last = [...this.selection()].at(-1);
    const next = last === undefined ? this.trigger().name : neighbour(this.trigger(), last, direction);
    if (next !== undefined) this.builder.select(next, this.builder.panel());
  }

  private placeForNew(): Place {
    return pastePlace(this.trigger(), this.selection());
  }

  private selection(): ReadonlySet<string> {
    return this.builder.selection();
  }

  private trigger(): Trigger {
    return (this.builder.shown() as { trigger: Trigger }).trigger;
  }
}
