import { Component, input } from '@angular/core';

/** A part of a page of settings: its name, a sentence about it, and what it holds. */
@Component({
  selector: 'pw-settings-section',
  template: `
    <section [attr.aria-label]="heading()">
      <h2>{{ heading() }}</h2>
      @if (text()) {
        <p class="text">{{ text() }}</p>
      }
      <div class="content"><ng-content /></div>
    </section>
  `,
  styles: `
    section {
      margin-bottom: 20px;
      padding: 20px 24px 24px;
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius);
      background: var(--pw-surface);
    }
    .text {
      margin-top: 2px;
      color: var(--pw-text-soft);
    }
    .content {
      margin-top: 16px;
    }
    @media (max-width: 760px) {
      section {
        padding: 16px;
      }
    }
  `,
})
export class SettingsSection {
  readonly heading = input.required<string>();
  readonly text = input('');
}
