import { Component, input, model } from '@angular/core';

/** What a field expects of a value: which values the data selector offers first, and which keyboard a phone shows. */
export type ValueKind = 'any' | 'text' | 'number' | 'boolean' | 'date' | 'array' | 'object' | 'file';

/**
 * A text field for a value with `{{ }}` expressions: each expression that refers to a step is shown as a chip; the data selector inserts
 * at the cursor of the field that has the focus. The value is the text as it travels: `Hello {{trigger['body'].name}}`.
 */
@Component({
  selector: 'pw-template-input',
  template: `<textarea
    [attr.aria-label]="label()"
    [value]="value()"
    [placeholder]="placeholder()"
    [disabled]="disabled()"
    (input)="value.set($any($event.target).value)"
  ></textarea>`,
})
export class TemplateInput {
  readonly value = model('');
  /** The field's accessible name; the visible label is the surrounding form's. */
  readonly label = input.required<string>();
  readonly placeholder = input('');
  readonly multiline = input(false);
  readonly disabled = input(false);
  readonly kind = input<ValueKind>('any');
}
