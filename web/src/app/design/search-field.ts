import { Component, input, output } from '@angular/core';
import { MatInputModule } from '@angular/material/input';
import { mdiMagnify } from '@mdi/js';
import { Icon } from './icon';

/** A field that narrows down what a page lists, as one types. */
@Component({
  selector: 'pw-search-field',
  imports: [Icon, MatInputModule],
  template: `
    <mat-form-field appearance="outline" subscriptSizing="dynamic">
      <pw-icon matPrefix [path]="magnifier" />
      <input
        #field
        matInput
        type="search"
        [attr.aria-label]="label()"
        [placeholder]="label()"
        [value]="value()"
        (input)="typed.emit(field.value)"
      />
    </mat-form-field>
  `,
  styles: `
    :host {
      display: block;
    }
    mat-form-field {
      width: 100%;
    }
    pw-icon {
      margin: 0 2px 0 12px;
      color: var(--pw-text-soft);
    }
  `,
})
export class SearchField {
  readonly label = input.required<string>();
  readonly value = input.required<string>();
  readonly typed = output<string>();

  protected readonly magnifier = mdiMagnify;
}
