import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { JsonView } from '../../design/json-view';
import { readFailure } from './step-failure';

/** Why a step failed: a sentence first, then where, and all the details for those who want them. */
@Component({
  selector: 'pw-failure-box',
  imports: [JsonView, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @for (field of failure().fields; track field.name) {
        <p class="message">
          <strong>{{ labels()[field.name] ?? field.name }}</strong> {{ field.problem }}
        </p>
      } @empty {
        <p class="message">{{ failure().message || (isSilent() ? t('stepTest.noAnswer') : t('stepTest.failedSomehow')) }}</p>
      }
      @if (failure().line; as line) {
        <p class="where">{{ t('stepTest.inLine', { line }) }}</p>
      }
      @if (failure().status; as status) {
        <p class="where">{{ t(isSilent() ? 'stepTest.silentStatus' : 'stepTest.answeredStatus', { status }) }}</p>
      }
      @if (failure().stack || failure().raw !== undefined) {
        <details>
          <summary>{{ t('stepTest.details') }}</summary>
          @if (failure().stack) {
            <pre tabindex="0">{{ failure().stack }}</pre>
          } @else {
            <pw-json-view [value]="failure().raw" [label]="t('stepTest.details')" [searchable]="false" />
          }
        </details>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
      padding: 10px 12px;
      border-radius: var(--pw-radius-small);
      background: var(--pw-bad-soft);
      overflow-wrap: anywhere;
    }
    .message {
      color: var(--pw-bad);
      font-weight: 550;
    }
    .where {
      margin-top: 2px;
      font-size: 13px;
    }
    details {
      margin-top: 8px;
      font-size: 13px;
    }
    summary {
      cursor: pointer;
    }
    pre {
      max-height: 240px;
      margin: 8px 0 0;
      overflow: auto;
      white-space: pre-wrap;
    }
    pw-json-view {
      display: block;
      margin-top: 8px;
      padding: 4px;
      border-radius: var(--pw-radius-small);
      background: var(--pw-surface);
    }
  `,
})
export class FailureBox {
  /** The step's `errorMessage`. */
  readonly error = input.required<string>();
  /** The names of the step's fields as the form shows them. */
  readonly labels = input<Record<string, string>>({});

  protected readonly failure = computed(() => readFailure(this.error()));
  /** Only a status is known: nobody was reached, or nothing was said. */
  protected readonly isSilent = computed(() => this.failure().status !== null && !this.failure().hasAnswer && !this.failure().message);
}
