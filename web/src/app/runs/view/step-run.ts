import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { JsonView } from '../../design/json-view';
import { StatusChip } from '../../design/status-chip';
import { DurationPipe } from '../../design/when';
import { type StepRecord, attemptsOf } from './run-tree';
import { readError } from './step-error';
import { StoredValue } from './stored-value';
import { storedOutput } from './stored-values';

/** What one step of a run got, did and gave. */
@Component({
  selector: 'pw-step-run',
  imports: [DurationPipe, JsonView, StatusChip, StoredValue, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="facts">
        <pw-status-chip [status]="step().status" />
        @if (step().duration !== undefined) {
          <span>{{ step().duration | duration }}</span>
        }
        @if (attempts() > 1) {
          <span>{{ t('runView.attempts', { count: attempts() }) }}</span>
        }
      </div>
      @if (error(); as error) {
        <section class="error" [attr.aria-label]="t('runView.error')">
          <h3>{{ displayName() ? t('runView.failedIn', { step: displayName() }) : t('runView.error') }}</h3>
          @if (error.problems.length === 0) {
            <p class="message">{{ error.message }}</p>
          }
          @if (error.status) {
            <p>{{ t('runView.answeredWith', { status: error.status }) }}</p>
          }
          @if (error.request) {
            <p class="request">{{ error.request }}</p>
          }
          @if (error.problems.length > 0) {
            <dl>
              @for (problem of error.problems; track $index) {
                <dt>{{ problem.property }}</dt>
                <dd>{{ problem.message }}</dd>
              }
            </dl>
          }
          @if (error.more) {
            <details>
              <summary>{{ t('runView.details') }}</summary>
              <pre tabindex="0">{{ error.more }}</pre>
            </details>
          }
          @if (error.raw !== undefined) {
            <details>
              <summary>{{ t('runView.details') }}</summary>
              <pw-json-view [value]="error.raw" [label]="t('runView.error')" [searchable]="false" />
            </details>
          }
        </section>
      }
      @if (hasOutput()) {
        <section>
          <h3>{{ t('runView.output') }}</h3>
          @if (stored(); as reference) {
            <pw-stored-value [reference]="reference" [label]="t('runView.output')" [root]="name()" />
          } @else {
            <pw-json-view [value]="step().output" [label]="t('runView.output')" [root]="name()" />
          }
        </section>
      }
      @if (step().standardOutput; as printed) {
        <section>
          <h3>{{ t('runView.printed') }}</h3>
          <pre class="printed" tabindex="0">{{ printed }}</pre>
        </section>
      }
      @if (hasInput()) {
        <section>
          <h3>{{ t('runView.input') }}</h3>
          @if (step().itemsSlice; as reference) {
            <pw-stored-value [reference]="reference" [label]="t('runView.input')" />
          } @else {
            <pw-json-view [value]="step().input" [label]="t('runView.input')" />
          }
        </section>
      }
    </ng-container>
  `,
  styleUrl: './step-run.scss',
})
export class StepRun {
  readonly step = input.required<StepRecord>();
  /** The step's name; copied paths begin with it. */
  readonly name = input('');
  readonly displayName = input('');

  protected readonly attempts = computed(() => attemptsOf(this.step()));
  protected readonly error = computed(() => {
    const { error, errorMessage } = this.step();
    return errorMessage ? readError(errorMessage, error) : null;
  });
  /** Where the output is that was too large for the log. */
  protected readonly stored = computed(() => storedOutput(this.step()));
  protected readonly hasOutput = computed(() => this.step().output !== undefined);
  /** A trigger's input is always empty. */
  protected readonly hasInput = computed(() => {
    const { input: given } = this.step();
    return given !== undefined && given !== null && !(typeof given === 'object' && Object.keys(given).length === 0);
  });
}
