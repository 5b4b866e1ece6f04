import { Component, input, model } from '@angular/core';
import { mdiChevronDown } from '@mdi/js';
import { Icon } from './icon';

export interface Choice {
  value: string;
  label: string;
  /** The language of the label, where it is not the page's. */
  lang?: string;
}

let fields = 0;

/** One of a few choices, with the browser's own list: it works with keyboard and telephone, and costs nothing to load. */
@Component({
  selector: 'pw-select-field',
  imports: [Icon],
  template: `
    <label [for]="id" [class.pw-visually-hidden]="labelHidden()">{{ label() }}</label>
    <div class="box">
      <select [id]="id" [disabled]="disabled()" (change)="chosen($event)">
        @for (choice of choices(); track choice.value) {
          <option [value]="choice.value" [selected]="choice.value === value()" [attr.lang]="choice.lang ?? null">{{ choice.label }}</option>
        }
      </select>
      <pw-icon class="arrow" [path]="arrow" />
    </div>
    @if (hint()) {
      <p class="hint">{{ hint() }}</p>
    }
  `,
  styleUrl: './field.scss',
})
export class SelectField {
  readonly label = input.required<string>();
  readonly choices = input.required<readonly Choice[]>();
  readonly value = model.required<string>();
  readonly hint = input('');
  readonly labelHidden = input(false);
  readonly disabled = input(false);

  protected readonly id = `pw-select-${++fields}`;
  protected readonly arrow = mdiChevronDown;

  protected chosen(event: Event): void {
    this.value.set((event.target as HTMLSelectElement).value);
  }
}
