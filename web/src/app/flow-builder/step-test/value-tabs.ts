import { Component, input, model } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';

export type ValueTab = 'output' | 'input' | 'console';

let lists = 0;

/** A few values of which one is shown. */
@Component({
  selector: 'pw-value-tabs',
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
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
      <div role="tabpanel" [id]="id + 'panel'" [attr.aria-labelledby]="id + chosen()"><ng-content /></div>
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius-small);
    }
    [role='tablist'] {
      display: flex;
      gap: 4px;
      padding: 0 8px;
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
    [role='tabpanel'] {
      max-height: 420px;
      padding: 6px 8px;
      overflow: auto;
    }
  `,
})
export class ValueTabs {
  readonly tabs = input.required<readonly ValueTab[]>();
  readonly chosen = model.required<ValueTab>();
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
