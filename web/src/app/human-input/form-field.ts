import { Component, type ElementRef, computed, input, output, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Field, Value } from './form-fields';

let fields = 0;

/** One field of a form, with its label, its description, and what is wrong with it. */
@Component({
  selector: 'pw-form-field',
  imports: [TranslocoDirective],
  templateUrl: './form-field.html',
  styleUrl: './form-field.scss',
})
export class FormField {
  readonly field = input.required<Field>();
  readonly value = input.required<Value>();
  readonly problem = input('');
  readonly valueChange = output<Value>();

  protected readonly id = `pw-form-${++fields}`;
  protected readonly text = computed(() => (typeof this.value() === 'string' ? String(this.value()) : ''));
  protected readonly describedBy = computed(() =>
    [this.field().description && `${this.id}-help`, this.problem() && `${this.id}-problem`].filter(Boolean).join(' '),
  );
  private readonly control = viewChild.required<ElementRef<HTMLElement>>('control');

  focus(): void {
    this.control().nativeElement.focus();
  }

  protected typed(event: Event): void {
    this.valueChange.emit((event.target as HTMLInputElement | HTMLTextAreaElement).value);
  }

  protected switched(event: Event): void {
    this.valueChange.emit((event.target as HTMLInputElement).checked);
  }

  protected chosen(event: Event): void {
    this.valueChange.emit((event.target as HTMLInputElement).files?.[0]);
  }
}
