/** The clipboard for steps: the system's, and a copy of our own in the browser's storage where the system's may not be read or written. */
import { Injectable, computed, signal } from '@angular/core';
import { fromClipboard } from '../model/copy';
import type { Action } from '../model/step';

const KEY = 'piecework.clipboard';

@Injectable({ providedIn: 'root' })
export class Clipboard {
  private readonly kept = signal(localStorage.getItem(KEY) ?? '');
  /** Whether the system's clipboard did not take what was copied last. */
  private isOnlyKept = false;

  /** How many steps were copied last, here or in another window. */
  readonly count = computed(() => fromClipboard(this.kept())?.length ?? 0);

  constructor() {
    addEventListener('storage', (event) => {
      if (event.key === KEY) this.kept.set(event.newValue ?? '');
    });
  }

  async write(text: string): Promise<void> {
    this.kept.set(text);
    try {
      localStorage.setItem(KEY, text);
    } catch {
      // the storage is full or forbidden: other windows do not see the copy
    }
    try {
      await navigator.clipboard.writeText(text);
      this.isOnlyKept = false;
    } catch {
      this.isOnlyKept = true; // no permission, or no secure connection
    }
  }

  /** The steps that were copied last. */
  async read(): Promise<Action[] | undefined> {
    try {
      return this.stepsOf(await navigator.clipboard.readText()) ?? fromClipboard(this.kept());
    } catch {
      return fromClipboard(this.kept());
    }
  }

  /** The steps of a text that was pasted; undefined if it is something else. */
  stepsOf(pasted: string): Action[] | undefined {
    return fromClipboard(this.isOnlyKept ? this.kept() : pasted);
  }
}
