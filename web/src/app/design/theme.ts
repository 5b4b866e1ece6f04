import { Injectable, effect, signal } from '@angular/core';

export type ThemeChoice = 'system' | 'light' | 'dark';
export const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];
const STORED = 'piecework.theme';

/** Light, dark, or as the system is. The colours follow `color-scheme` (styles.scss). */
@Injectable({ providedIn: 'root' })
export class Theme {
  readonly choice = signal<ThemeChoice>(THEMES.find((theme) => theme === localStorage.getItem(STORED)) ?? 'system');

  constructor() {
    effect(() => {
      const choice = this.choice();
      if (choice === 'system') delete document.documentElement.dataset['theme'];
      else document.documentElement.dataset['theme'] = choice;
      localStorage.setItem(STORED, choice);
    });
  }
}
