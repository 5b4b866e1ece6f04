import { Component, input } from '@angular/core';
import { Icon } from './icon';

/** What a page shows when there is nothing yet: what would stand here, why one would want it, and (as content) how to get it. */
@Component({
  selector: 'pw-empty-state',
  imports: [Icon],
  template: `
    <span class="icon"><pw-icon [path]="icon()" /></span>
    <h2>{{ heading() }}</h2>
    <p>{{ text() }}</p>
    <div class="actions"><ng-content /></div>
  `,
  styles: `
    :host {
      display: grid;
      justify-items: center;
      gap: 8px;
      max-width: 460px;
      margin: 48px auto;
      padding: 0 16px;
      text-align: center;
    }
    .icon {
      --pw-icon-size: 28px;
      display: grid;
      place-items: center;
      width: 56px;
      height: 56px;
      margin-bottom: 4px;
      border-radius: 16px;
      background: var(--pw-accent-soft);
      color: var(--pw-accent);
    }
    p {
      color: var(--pw-text-soft);
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      justify-content: center;
      gap: 8px;
      margin-top: 12px;
    }
    .actions:empty {
      display: none;
    }
  `,
})
export class EmptyState {
  readonly icon = input.required<string>();
  readonly heading = input.required<string>();
  readonly text = input('');
}
