import { Component, ElementRef, afterNextRender, inject, input, output, viewChild } from '@angular/core';

/** A name that is edited in place: Enter or leaving keeps it, Escape does not. */
@Component({
  selector: 'pw-rename',
  template: `<input
    #field
    class="f-drag-blocker"
    maxlength="200"
    [attr.aria-label]="label()"
    [value]="value()"
    (keydown.enter)="end(field.value, $event)"
    (keydown.escape)="end(value(), $event)"
    (blur)="end(field.value)"
  />`,
  styles: `
    input {
      width: 100%;
      padding: 2px 6px;
      border: 1px solid var(--pw-accent);
      border-radius: var(--pw-radius-small);
      outline: none;
      background: var(--pw-surface);
      color: var(--pw-text);
      font: inherit;
      font-weight: 600;
      box-shadow: 0 0 0 3px var(--pw-accent-soft);
    }
  `,
})
export class Rename {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private isDone = false;

  readonly value = input.required<string>();
  readonly label = input.required<string>();
  /** The new name, or the old one. */
  readonly done = output<string>();

  constructor() {
    afterNextRender(() => {
      this.field().nativeElement.focus({ preventScroll: true });
      this.field().nativeElement.select();
    });
  }

  protected end(value: string, event?: Event): void {
    event?.preventDefault();
    event?.stopPropagation();
    if (this.isDone) return;
    this.isDone = true;
    const card = this.host.parentElement;
    this.done.emit(value);
    if (event) setTimeout(() => card?.querySelector('button')?.focus({ preventScroll: true }));
  }
}
