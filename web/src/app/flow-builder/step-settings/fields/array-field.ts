import { NgTemplateOutlet } from '@angular/common';
import { Component, computed, forwardRef, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiClose, mdiPlus } from '@mdi/js';
import { Icon } from '../../../design/icon';
import { IconButton } from '../../../design/icon-button';
import { TemplateInput } from '../../data/template-input';
import { defaultInput } from '../model/defaults';
import { isRecord } from '../model/equality';
import { textOf } from '../model/json-text';
import type { Properties } from '../model/metadata';
import { MoveButtons } from '../move-buttons';
import { PropertyForm } from './property-form';

/** The list with an item at another place. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const result = [...items];
  result.splice(to, 0, ...result.splice(from, 1));
  return result;
}

/** A list of texts, or of objects with fields of their own. */
@Component({
  selector: 'pw-array-field',
  imports: [Icon, IconButton, MoveButtons, NgTemplateOutlet, TemplateInput, TranslocoDirective, forwardRef(() => PropertyForm)],
  templateUrl: './array-field.html',
  styleUrl: './array-field.scss',
})
export class ArrayField {
  readonly value = input<unknown>();
  readonly label = input.required<string>();
  /** The fields of each item; a list of texts without. */
  readonly properties = input<Properties>();
  readonly disabled = input(false);
  readonly valueChange = output<unknown[]>();

  protected readonly icons = { add: mdiPlus, remove: mdiClose };
  protected readonly text = textOf;
  protected readonly items = computed<unknown[]>(() => {
    const value = this.value();
    if (Array.isArray(value)) return value;
    return value === undefined || value === null || value === '' ? [] : [value];
  });

  protected record(item: unknown): Record<string, unknown> {
    return isRecord(item) ? item : {};
  }

  protected set(index: number, item: unknown): void {
    const old = this.items()[index];
    if (typeof item === 'string' && textOf(old) === item) return;
    this.valueChange.emit(this.items().map((each, at) => (at === index ? item : each)));
  }

  protected setField(index: number, name: string, value: unknown): void {
    this.set(index, { ...this.record(this.items()[index]), [name]: value });
  }

  protected add(): void {
    const properties = this.properties();
    this.valueChange.emit([...this.items(), properties ? defaultInput(properties) : '']);
  }

  protected remove(index: number): void {
    this.valueChange.emit(this.items().filter((_, at) => at !== index));
  }

  protected move(from: number, to: number): void {
    this.valueChange.emit(moved(this.items(), from, to));
  }
}
