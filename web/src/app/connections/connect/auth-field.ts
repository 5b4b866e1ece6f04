import { Component, computed, input, output, viewChild } from '@angular/core';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { Markdown } from '../../design/markdown';
import { SelectField } from '../../design/select-field';
import { TextField } from '../../design/text-field';
import type { AuthField } from './auth-kinds';

/** A field of a connection's form, by its kind. */
@Component({
  selector: 'pw-auth-field',
  imports: [Markdown, MatCheckboxModule, SelectField, TextField],
  template: `
    @let given = field();
    @switch (given.type) {
      @case ('MARKDOWN') {
        <pw-markdown [text]="given.help" />
      }
      @case ('CHECKBOX') {
        <mat-checkbox [checked]="value() === true" (change)="valueChange.emit($event.checked)">{{ label() }}</mat-checkbox>
        @if (given.help) {
          <pw-markdown class="help" [text]="given.help" />
        }
      }
      @case ('STATIC_DROPDOWN') {
        <pw-select-field [label]="label()" [choices]="choices()" [value]="chosen()" (valueChange)="choose($event)" />
        @if (problem()) {
          <p class="problem" aria-live="polite">{{ problem() }}</p>
        }
        @if (given.help) {
          <pw-markdown class="help" [text]="given.help" />
        }
      }
      @default {
        <pw-text-field
          [type]="given.type === 'SECRET_TEXT' ? 'password' : 'text'"
          [label]="label()"
          [value]="text()"
          [problem]="problem()"
          [autocomplete]="given.type === 'SECRET_TEXT' ? 'new-password' : 'off'"
          (valueChange)="typed($event)"
        />
        @if (given.help) {
          <pw-markdown class="help" [text]="given.help" />
        }
      }
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 4px;
      min-width: 0;
    }
    .help {
      color: var(--pw-text-soft);
      font-size: 12.5px;
    }
    .problem {
      color: var(--pw-bad);
      font-size: 12.5px;
    }
  `,
})
export class AuthFieldInput {
  readonly field = input.required<AuthField>();
  readonly value = input<unknown>();
  readonly problem = input('');
  readonly valueChange = output<unknown>();

  protected readonly label = computed(() => (this.field().required ? `${this.field().label} *` : this.field().label));
  protected readonly text = computed(() => {
    const value = this.value();
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  });
  /** The browser's list knows texts alone: a choice is its place in the list. */
  protected readonly choices = computed(() => [
    { value: '', label: '' },
    ...this.field().choices.map((choice, index) => ({ value: String(index), label: choice.label })),
  ]);
  protected readonly chosen = computed(() => {
    const index = this.field().choices.findIndex((choice) => choice.value === this.value());
    return index < 0 ? '' : String(index);
  });
  private readonly control = viewChild(TextField);

  focus(): void {
    this.control()?.focus();
  }

  protected typed(text: string): void {
    if (text !== this.text()) this.valueChange.emit(text);
  }

  protected choose(index: string): void {
    this.valueChange.emit(index === '' ? undefined : this.field().choices[Number(index)]?.value);
  }
}
