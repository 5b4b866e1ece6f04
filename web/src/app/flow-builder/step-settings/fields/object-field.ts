import { Component, computed, input, linkedSignal, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiClose, mdiPlus } from '@mdi/js';
import { Icon } from '../../../design/icon';
import { TemplateInput } from '../../data/template-input';
import { isRecord, isSame } from '../model/equality';
import { textOf } from '../model/json-text';

export interface Row {
  key: string;
  value: unknown;
}

/** The rows of an object's fields. */
export function rowsOf(value: unknown): Row[] {
  return isRecord(value) ? Object.entries(value).map(([key, item]) => ({ key, value: item })) : [];
}

/** The object of rows; a row without a key does not count, and of two with the same key the last. */
export function objectOf(rows: readonly Row[]): Record<string, unknown> {
  return Object.fromEntries(rows.filter((row) => row.key.trim() !== '').map((row) => [row.key, row.value]));
}

/** An object as rows of keys and values. */
@Component({
  selector: 'pw-object-field',
  imports: [Icon, TemplateInput, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @for (row of rows(); track $index) {
        <div class="row">
          <input
            type="text"
            autocomplete="off"
            spellcheck="false"
            [class.mono]="monospaced()"
            [attr.aria-label]="t('stepSettings.keyOf', { name: label(), number: $index + 1 })"
            [attr.aria-invalid]="repeated().has(row.key)"
            [placeholder]="keyWord() || t('stepSettings.key')"
            [disabled]="disabled()"
            [value]="row.key"
            (input)="setKey($index, $any($event.target).value)"
          />
          <pw-template-input
            [label]="t('stepSettings.valueOf', { name: row.key || $index + 1 })"
            [placeholder]="t('stepSettings.value')"
            [disabled]="disabled()"
            [value]="text(row.value)"
            (valueChange)="setValue($index, $event)"
          />
          <button
            type="button"
            [disabled]="disabled()"
            [attr.aria-label]="t('stepSettings.removeRow', { name: row.key || $index + 1 })"
            [title]="t('stepSettings.remove')"
            (click)="remove($index)"
          >
            <pw-icon [path]="icons.remove" />
          </button>
        </div>
      }
      @if (repeated().size > 0) {
        <p class="problem">{{ t('stepSettings.repeatedKey', { key: [...repeated()][0] }) }}</p>
      }
      @if (!disabled()) {
        <button type="button" class="add" (click)="add()"><pw-icon [path]="icons.add" />{{ addWord() || t('stepSettings.addRow') }}</button>
      } @else if (rows().length === 0) {
        <p class="note">{{ t('stepSettings.emptyObject') }}</p>
      }
    </ng-container>
  `,
  styles: `
    @use '../fields' as fields;
    :host {
      display: grid;
      gap: 6px;
    }
    .row {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 2fr) 28px;
      gap: 6px;
      align-items: start;
    }
    input {
      @include fields.box;
    }
    .mono {
      font-family: var(--pw-mono);
      font-size: 12.5px;
    }
    input[aria-invalid='true'] {
      border-color: var(--pw-bad);
    }
    button {
      @include fields.quiet-button;
    }
    .row button {
      margin-top: 4px;
    }
    .add {
      @include fields.add-button;
    }
    .problem {
      @include fields.problem;
    }
    .note {
      @include fields.note;
    }
  `,
})
export class ObjectField {
  readonly value = input<unknown>();
  readonly label = input.required<string>();
  readonly keyWord = input('');
  readonly addWord = input('');
  readonly monospaced = input(false);
  readonly disabled = input(false);
  readonly valueChange = output<Record<string, unknown>>();

  protected readonly icons = { add: mdiPlus, remove: mdiClose };
  protected readonly text = textOf;
  /** What is typed: also rows without a key, and two with the same one. It follows a value that did not come from here. */
  protected readonly rows = linkedSignal<unknown, Row[]>({
    source: this.value,
    computation: (value, previous) =>
      previous && isSame(objectOf(previous.value), isRecord(value) ? value : {}) ? previous.value : rowsOf(value),
  });
  protected readonly repeated = computed(() => {
    const keys = this.rows().map((row) => row.key);
    return new Set(keys.filter((key, index) => key !== '' && keys.indexOf(key) !== index));
  });

  protected setKey(index: number, key: string): void {
    this.update(this.rows().map((row, each) => (each === index ? { ...row, key } : row)));
  }

  protected setValue(index: number, value: string): void {
    const row = this.rows()[index];
    if (row && textOf(row.value) !== value) this.update(this.rows().map((each) => (each === row ? { ...row, value } : each)));
  }

  protected add(): void {
    this.rows.update((rows) => [...rows, { key: '', value: '' }]);
  }

  protected remove(index: number): void {
    this.update(this.rows().filter((_, each) => each !== index));
  }

  private update(rows: Row[]): void {
    this.rows.set(rows);
    this.valueChange.emit(objectOf(rows));
  }
}
