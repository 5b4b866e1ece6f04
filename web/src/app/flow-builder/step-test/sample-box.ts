import { Component, computed, effect, inject, input, linkedSignal, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { JsonView } from '../../design/json-view';
import { DateTimePipe, RelativeTimePipe } from '../../design/when';
import { SampleData } from '../data/sample-data';
import type { Step } from '../model/step';
import { type ValueTab, ValueTabs } from './value-tabs';

/** The step's sample data: what the steps after it see, how old it is, and what went in. */
@Component({
  selector: 'pw-sample-box',
  imports: [DateTimePipe, JsonView, RelativeTimePipe, TranslocoDirective, ValueTabs],
  template: `
    <ng-container *transloco="let t">
      <div class="head">
        <h3>{{ t(isOld() ? 'stepTest.keptSample' : 'stepTest.sample') }}</h3>
        @if (step().settings.sampleData?.lastTestDate; as date) {
          <span [title]="date | dateTime">{{ date | relativeTime }}</span>
        }
      </div>
      <pw-value-tabs [tabs]="tabs()" [(chosen)]="tab">
        @let sample = shown();
        @switch (sample.state) {
          @case ('ready') {
            <pw-json-view [value]="sample.value" [root]="tab() === 'output' ? step().name : ''" [label]="t('stepTest.sample')" />
          }
          @case ('failed') {
            <p>{{ t('data.notLoaded') }}</p>
          }
          @default {
            <p>{{ t('common.loading') }}</p>
          }
        }
      </pw-value-tabs>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
    }
    .head {
      display: flex;
      align-items: baseline;
      justify-content: space-between;
      gap: 12px;
    }
    span,
    p {
      color: var(--pw-text-soft);
      font-size: 13px;
    }
    p {
      padding: 4px;
    }
  `,
})
export class SampleBox {
  private readonly samples = inject(SampleData);

  readonly step = input.required<Step>();
  /** A newer test failed; this is what was before. */
  readonly isOld = input(false);

  protected readonly tabs = computed<ValueTab[]>(() =>
    this.step().settings.sampleData?.sampleDataInputFileId ? ['output', 'input'] : ['output'],
  );
  private readonly stepName = computed(() => this.step().name);
  protected readonly tab = linkedSignal<string, ValueTab>({ source: this.stepName, computation: () => 'output' });
  protected readonly shown = computed(() => this.samples.sample(this.step(), this.tab() === 'input' ? 'INPUT' : 'OUTPUT'));

  constructor() {
    effect(() => {
      const [step, kind] = [this.step(), this.tab() === 'input' ? ('INPUT' as const) : ('OUTPUT' as const)];
      untracked(() => void this.samples.load(step, kind));
    });
  }
}
