import { Component, computed, input, model } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';

export type ValueTab = 'output' | 'input' | 'console';

let lists = 0;

/** A few values of which one is shown. */
@Component({
  selector: 'pw-value-tabs',
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (isNamed()) {
        <div role="tablist" [attr.aria-label]="t('stepTest.values')" (keydown)="key($event)" tabindex="-1">
          @for (tab of tabs(); track tab) {
            <button
              type="button"
              role="tab"
              [id]="id + tab"
              [attr.aria-selected]="tab === chosen()"
              [attr.aria-controls]="id + 'panel'"
              [tabindex]="tab === chosen() ? 0 : -1"
              (click)="chosen.set(tab)"
            >
              {{ t('stepTest.' + tab) }}
            </button>
          }
        </div>
      }
      <div
        class="panel"
        [id]="id + 'panel'"
        [attr.role]="isNamed() ? 'tabpanel' : null"
        [attr.aria-labelledby]="isNamed() ? id + chosen() : null"
      >
        <ng-content />
      </div>
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
    }
    [role='tablist'] {
      display: flex;
      gap: 4px;
      margin-bottom: 8px;
      border-bottom: 1px solid var(--pw-line);
    }
    button {
      padding: 7px 8px;
      border: 0;
      border-bottom: 2px solid transparent;
      background: none;
      color: var(--pw-text-soft);
      font: inherit;
      font-size: 13px;
      font-weight: 550;
      cursor: pointer;
    }
    button[aria-selected='true'] {
      border-color: var(--pw-accent);
      color: var(--pw-text);
    }
    button:focus-visible {
      outline-offset: -2px;
    }
    .panel {
      max-height: 420px;
      overflow: auto;
    }
  `,
})
export class ValueTabs {
  readonly tabs = input.required<readonly ValueTab[]>();
  readonly chosen = model.required<ValueTab>();
  /** An output alone is what everybody expects; anything else says what it is. */
  protected readonly isNamed = computed(() => this.tabs().length > 1 || this.tabs()[0] !== 'output');
  protected readonly id = `value-tabs-${(lists += 1)}-`;

  protected key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const tabs = this.tabs();
    if (!step || tabs.length < 2) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(this.chosen()) + step + tabs.length) % tabs.length] as ValueTab;
    this.chosen.set(next);
    document.getElementById(this.id + next)?.focus();
  }
}
