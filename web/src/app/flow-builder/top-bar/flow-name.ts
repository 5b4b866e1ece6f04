import { Component, ElementRef, computed, inject, signal, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { FlowBuilder } from '../flow-builder';

/** The flow's name; a click, or Enter, lets one change it in place. */
@Component({
  selector: 'pw-flow-name',
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (isEdited()) {
        <input
          #field
          type="text"
          maxlength="255"
          [attr.aria-label]="t('topBar.name')"
          [value]="name()"
          (keydown.enter)="done(field.value)"
          (keydown.escape)="isEdited.set(false)"
          (blur)="done(field.value)"
        />
      } @else {
        <h1>
          <button type="button" [title]="t('topBar.rename')" [disabled]="builder.isReadonly()" (click)="begin()">{{ name() }}</button>
        </h1>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    h1 {
      min-width: 0;
      font-size: 15px;
      line-height: 24px;
    }
    button,
    input {
      max-width: 100%;
      height: 26px;
      padding: 0 6px;
      overflow: hidden;
      border: 1px solid transparent;
      border-radius: var(--pw-radius-small);
      background: none;
      color: inherit;
      font: inherit;
      font-size: 15px;
      font-weight: 620;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    button:not(:disabled) {
      cursor: text;
    }
    button:disabled {
      color: inherit;
    }
    button:not(:disabled):hover {
      border-color: var(--pw-line-strong);
    }
    input {
      width: 320px;
      border-color: var(--pw-accent);
      background: var(--pw-surface);
    }
  `,
})
export class FlowName {
  protected readonly builder = inject(FlowBuilder);
  private readonly field = viewChild<ElementRef<HTMLInputElement>>('field');
  protected readonly isEdited = signal(false);
  protected readonly name = computed(() => this.builder.draft()?.displayName ?? '');

  protected begin(): void {
    this.isEdited.set(true);
    setTimeout(() => this.field()?.nativeElement.select());
  }

  protected done(text: string): void {
    if (!this.isEdited()) return; // Escape, whose blur comes after it
    this.isEdited.set(false);
    const displayName = text.trim();
    if (displayName && displayName !== this.name()) this.builder.edit({ type: 'CHANGE_NAME', request: { displayName } });
  }
}
