/** Where the data selector puts what is chosen: the field that had the focus last. */
import { Injectable, signal } from '@angular/core';
import type { ValueKind } from './template-input';

export interface Field {
  readonly element: HTMLElement;
  readonly kind: () => ValueKind;
  readonly label: () => string;
  /** Puts an expression with its braces at the cursor. */
  insert(expression: string): void;
  focus(): void;
}

@Injectable()
export class DataTarget {
  /** The field that has the focus, or had it when the selector took it. */
  readonly field = signal<Field | null>(null);
  readonly isOpen = signal(false);
  /** Grows when somebody asks for the selector by the keyboard: it takes the focus then. */
  readonly calls = signal(0);
  private selector: HTMLElement | null = null;

  /** The selector is there; what happens in it does not take the field its place. */
  attach(selector: HTMLElement | null): void {
    this.selector = selector;
  }

  entered(field: Field): void {
    if (this.field() !== field) this.field.set(field);
    this.isOpen.set(true);
  }

  /** The focus leaves a field or the selector; `to` has it now. */
  left(to: EventTarget | null): void {
    if (to === null && !document.hasFocus()) return; // another window has it, for a while
    const element = this.field()?.element;
    if (to instanceof Node && (this.selector?.contains(to) || element?.contains(to))) return;
    this.close();
  }

  call(field: Field): void {
    this.entered(field);
    this.calls.update((calls) => calls + 1);
  }

  insert(expression: string): void {
    this.field()?.insert(expression);
  }

  /** Back to the field, with the selector closed. */
  dismiss(): void {
    const field = this.field();
    field?.focus();
    this.isOpen.set(false);
  }

  /** The field is gone. */
  removed(field: Field): void {
    if (this.field() === field) this.close();
  }

  private close(): void {
    this.isOpen.set(false);
    this.field.set(null);
  }
}
