import { Component, computed, input, linkedSignal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { JsonView } from '../../design/json-view';
import { StatusChip } from '../../design/status-chip';
import { DurationPipe } from '../../design/when';
import { FailureBox } from './failure-box';
import type { StepRunResponse } from './step-tests';
import { ValueTabs, type ValueTab } from './value-tabs';

/** How a step's test went: status, duration, why it failed, and what went in and came out. */
@Component({
  selector: 'pw-test-outcome',
  imports: [DurationPipe, FailureBox, JsonView, StatusChip, TranslocoDirective, ValueTabs],
  template: `
    <ng-container *transloco="let t">
      <div class="head" role="status">
        <pw-status-chip [status]="response().success ? 'SUCCEEDED' : failedAs()" />
        <span>{{ response().duration | duration }}</span>
      </div>
      @if (!response().success) {
        <pw-failure-box [error]="response().standardError ?? ''" [labels]="labels()" />
      }
      <pw-value-tabs [tabs]="tabs()" [(chosen)]="tab">
        @switch (tab()) {
          @case ('output') {
            <pw-json-view [value]="response().output" [root]="step()" [label]="t('stepTest.output')" />
          }
          @case ('input') {
            <pw-json-view [value]="response().input" [label]="t('stepTest.input')" />
          }
          @case ('console') {
            <pre tabindex="0">{{ response().standardOutput }}</pre>
          }
        }
      </pw-value-tabs>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 12px;
    }
    .head {
      display: flex;
      align-items: center;
      gap: 12px;
      color: var(--pw-text-soft);
      font-size: 13px;
    }
    pre {
      margin: 0;
      padding: 8px 4px;
      overflow-wrap: anywhere;
      white-space: pre-wrap;
    }
  `,
})
export class TestOutcome {
  readonly response = input.required<StepRunResponse>();
  readonly labels = input<Record<string, string>>({});
  /** The step's name, written before copied paths. */
  readonly step = input('');

  protected readonly failedAs = computed(() => {
    const { status } = this.response();
    return !status || status === 'SUCCEEDED' ? 'FAILED' : status;
  });
  protected readonly tabs = computed<ValueTab[]>(() => {
    const { success, standardOutput } = this.response();
    return [...(success ? ['output' as const] : []), 'input', ...(standardOutput ? ['console' as const] : [])];
  });
  protected readonly tab = linkedSignal<ValueTab[], ValueTab>({ source: this.tabs, computation: (tabs) => tabs[0] ?? 'input' });
}
