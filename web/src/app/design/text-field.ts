import { Component, type ElementRef, computed, input, model, signal, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiEyeOffOutline, mdiEyeOutline } from '@mdi/js';
import { Icon } from './icon';

let fields = 0;

/**
 * A line of text with its label, a hint, and what is wrong with it. Plain elements instead of Material's form field, because signing in
 * must not wait for that. Passwords can be looked at.
 */
@Component({
  selector: 'pw-text-field',
  imports: [Icon, TranslocoDirective],
  templateUrl: './text-field.html',
  styleUrl: './field.scss',
})
export class TextField {
  readonly label = input.required<string>();
  readonly value = model('');
  readonly type = input<'text' | 'email' | 'password' | 'number' | 'url' | 'search'>('text');
  readonly hint = input('');
  /** What is wrong, as a sentence; empty when nothing is. */
  readonly problem = input('');
  readonly autocomplete = input('off');
  readonly placeholder = input('');
  readonly maxLength = input<number>();
  readonly readOnly = input(false);
  readonly labelHidden = input(false);

  protected readonly id = `pw-field-${++fields}`;
  protected readonly revealed = signal(false);
  protected readonly shownType = computed(() => (this.type() === 'password' && this.revealed() ? 'text' : this.type()));
  protected readonly eye = computed(() => (this.revealed() ? mdiEyeOffOutline : mdiEyeOutline));
  private readonly control = viewChild.required<ElementRef<HTMLInputElement>>('control');

  focus(): void {
    this.control().nativeElement.focus();
  }

  protected typed(event: Event): void {
    this.value.set((event.target as HTMLInputElement).value);
  }
}

/** Goes to the first field that has something wrong; whether there was one. */
export function focusProblem(all: readonly TextField[]): boolean {
  const wrong = all.find((field) => field.problem());
  wrong?.focus();
  return wrong !== undefined;
}
