import { Component, input } from '@angular/core';

/** The top of a page: its name, a sentence about it, and (as content) what one can do here. */
@Component({
  selector: 'pw-page-header',
  template: `
    <div class="words">
      <h1>{{ heading() }}</h1>
      @if (text()) {
        <p>{{ text() }}</p>
      }
    </div>
    <div class="actions"><ng-content /></div>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 12px 24px;
      margin-bottom: 20px;
    }
    .words {
      flex: 1 1 240px;
      min-width: 0;
    }
    p {
      margin-top: 2px;
      color: var(--pw-text-soft);
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
    }
    .actions:empty {
      display: none;
    }
  `,
})
export class PageHeader {
  readonly heading = input.required<string>();
  readonly text = input('');
}
