/** Undo and redo: what was done and what undoes it, as operations. Edits of the same step in quick succession are one. */
import { computed, signal } from '@angular/core';
import type { Operation } from './operations';
import { isSameUpdate } from './saving';

interface Change {
  forward: readonly Operation[];
  backward: readonly Operation[];
  at: number;
}

const LONGEST = 200;
const TOGETHER_MILLISECONDS = 1500;

export class History {
  private readonly done = signal<readonly Change[]>([]);
  private readonly undone = signal<readonly Change[]>([]);

  readonly canUndo = computed(() => this.done().length > 0);
  readonly canRedo = computed(() => this.undone().length > 0);

  /** Notes a change. `now` in milliseconds. */
  record(forward: readonly Operation[], backward: readonly Operation[], now: number): void {
    if (backward.length === 0) return;
    this.undone.set([]);
    this.done.update((done) => {
      const last = done.at(-1);
      const [previous, next] = [last?.forward[0], forward[0]];
      const together = last?.forward.length === 1 && forward.length === 1 && previous && next && isSameUpdate(previous, next);
      if (last && together && now - last.at < TOGETHER_MILLISECONDS) return [...done.slice(0, -1), { ...last, forward, at: now }];
      return [...done, { forward, backward, at: now }].slice(-LONGEST);
    });
  }

  /** Operations that undo the last change. */
  undo(): readonly Operation[] {
    const last = this.done().at(-1);
    if (!last) return [];
    this.done.update((done) => done.slice(0, -1));
    this.undone.update((undone) => [...undone, { ...last, at: 0 }]);
    return last.backward;
  }

  /** Operations that do again what was undone last. */
  redo(): readonly Operation[] {
    const last = this.undone().at(-1);
    if (!last) return [];
    this.undone.update((undone) => undone.slice(0, -1));
    this.done.update((done) => [...done, { ...last, at: 0 }]);
    return last.forward;
  }

  clear(): void {
    this.done.set([]);
    this.undone.set([]);
  }
}
