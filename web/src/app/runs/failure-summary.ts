import { Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { MatTooltipModule } from '@angular/material/tooltip';
import type { FailureCount } from '../api/schema';
import { RelativeTimePipe } from '../design/when';
import { shortError } from './view/step-error';

const SHOWN = 5;

/** Where runs failed in the chosen period, most often first. A click shows those runs. */
@Component({
  selector: 'pw-failure-summary',
  imports: [MatTooltipModule, RelativeTimePipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2>{{ t('runs.failures.heading') }}</h2>
      @if (failures().length) {
        <ul>
          @for (failure of failures().slice(0, shown); track $index) {
            <li>
              <button type="button" (click)="choose.emit(failure)">
                <span class="count"
                  >{{ failure.count }}<span class="pw-visually-hidden">&nbsp;{{ t('runs.failures.runs') }}</span></span
                >
                <span class="words">
                  <span class="place">{{ failure.flowDisplayName || t('runs.unknownFlow') }}</span>
                  <span class="message" [title]="message(failure)">
                    <b>{{ failure.failedStep?.displayName || t('status.' + failure.status) }}:</b> {{ message(failure) }}
                  </span>
                </span>
                <span class="when">{{ failure.lastCreated | relativeTime }}</span>
              </button>
            </li>
          }
        </ul>
        @if (failures().length > shown) {
          <p>{{ t('runs.failures.more', { count: failures().length - shown }) }}</p>
        }
      } @else {
        <p class="none">{{ t('runs.failures.none') }}</p>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    h2 {
      margin-bottom: 8px;
    }
    ul {
      margin: 0 -8px;
      padding: 0;
      list-style: none;
    }
    button {
      display: flex;
      gap: 12px;
      align-items: center;
      width: 100%;
      padding: 5px 8px;
      border: 0;
      border-radius: var(--pw-radius-small);
      background: none;
      color: inherit;
      font: inherit;
      text-align: left;
      cursor: pointer;
    }
    button:hover {
      background: var(--pw-ground);
    }
    .count {
      flex: none;
      min-width: 28px;
      padding: 1px 6px;
      border-radius: 999px;
      background: var(--pw-bad-soft);
      color: var(--pw-bad);
      font-weight: 600;
      font-size: 12.5px;
      text-align: center;
    }
    .words {
      flex: 1;
      min-width: 0;
    }
    .place,
    .message {
      display: block;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .place {
      font-weight: 530;
    }
    .message,
    .when,
    p {
      color: var(--pw-text-soft);
      font-weight: 400;
    }
    .message,
    .when,
    p {
      font-size: 12.5px;
    }
    .when {
      flex: none;
    }
  `,
})
export class FailureSummary {
  readonly failures = input.required<readonly FailureCount[]>();
  readonly choose = output<FailureCount>();
  protected readonly shown = SHOWN;

  protected message(failure: FailureCount): string {
    return shortError(failure.failedStep?.message ?? '');
  }
}
