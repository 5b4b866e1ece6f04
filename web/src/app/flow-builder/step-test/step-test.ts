import { Component, computed, inject } from '@angular/core';
import { FlowBuilder } from '../flow-builder';
import { isTrigger } from '../model/step';
import { ActionTest } from './action-test';
import { TriggerTest } from './trigger-test';

/** Tries the selected step, or waits for its trigger, and shows what it gave. */
@Component({
  selector: 'pw-step-test',
  imports: [ActionTest, TriggerTest],
  template: `
    @if (trigger(); as trigger) {
      <pw-trigger-test [step]="trigger" />
    } @else if (action(); as action) {
      <pw-action-test [step]="action" />
    }
  `,
  styles: `
    :host {
      display: block;
    }
  `,
})
export class StepTest {
  private readonly builder = inject(FlowBuilder);
  protected readonly trigger = computed(() => {
    const step = this.builder.selectedStep();
    return step && isTrigger(step) ? step : null;
  });
  protected readonly action = computed(() => {
    const step = this.builder.selectedStep();
    return step && !isTrigger(step) ? step : null;
  });
}
