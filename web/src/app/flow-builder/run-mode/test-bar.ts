import { Component, computed, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiClose } from '@mdi/js';
import { Icon } from '../../design/icon';
import { StatusChip } from '../../design/status-chip';
import { DurationPipe } from '../../design/when';
import { shortError } from '../../runs/view/step-error';
import { durationOf } from '../../runs/view/run-tree';
import { WaitsFor } from '../../runs/view/waits-for';
import { FlowBuilder, isOver } from '../flow-builder';
import { walk } from '../model/tree';
import { RunFacts } from './run-facts';
import { RunMode } from './run-mode';

/** The flow's test, over the canvas: how far it is, how it ended. */
@Component({
  selector: 'pw-test-bar',
  imports: [DurationPipe, Icon, MatButtonModule, MatProgressBarModule, StatusChip, TranslocoDirective, WaitsFor],
  template: `
    <ng-container *transloco="let t">
      @if (run(); as run) {
        <div class="bar" role="status" [attr.aria-label]="t('runMode.test')">
          @if (isOver()) {
            <pw-status-chip [status]="run.status" />
            <span class="words">
              @if (failure()) {
                <span class="failed">{{ failure() }}</span>
              } @else {
                {{ t('runMode.testEnded', { duration: (duration() | duration) }) }}
              }
            </span>
            <button mat-button (click)="runMode.show(run.id)">{{ t(failure() ? 'runMode.showError' : 'runMode.details') }}</button>
            <button mat-icon-button [attr.aria-label]="t('runMode.dismiss')" (click)="runMode.dismissTest()">
              <pw-icon [path]="close" />
            </button>
          } @else {
            <pw-status-chip [status]="run.status" />
            <span class="words">
              @if (waits(); as waits) {
                <pw-waits-for
                  [waitpoint]="waits.first.waitpoint"
                  [kind]="waits.first.kind"
                  [step]="waits.first.step"
                  [others]="waits.others"
                />
              } @else {
                {{ t('runMode.testing', { done: done(), count: count() }) }}
              }
            </span>
            @if (waits()) {
              <button mat-button (click)="runMode.show(run.id)">{{ t('runMode.details') }}</button>
            }
            <button mat-stroked-button (click)="runMode.cancel()">{{ t('runMode.stop') }}</button>
            <mat-progress-bar
              [mode]="done() > 0 ? 'determinate' : 'indeterminate'"
              [value]="(100 * done()) / count()"
              [attr.aria-label]="t('runMode.test')"
            />
          }
        </div>
      }
    </ng-container>
  `,
  styles: `
    :host {
      position: absolute;
      inset: 12px 12px auto;
      z-index: 4;
      display: flex;
      justify-content: center;
      pointer-events: none;
    }
    .bar {
      position: relative;
      display: flex;
      align-items: center;
      gap: 10px;
      max-width: 640px;
      min-height: 48px;
      padding: 6px 8px 6px 12px;
      overflow: hidden;
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius);
      background: var(--pw-raised);
      box-shadow: var(--pw-shadow-high);
      pointer-events: auto;
    }
    .words {
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .failed {
      color: var(--pw-bad);
    }
    button {
      flex: none;
    }
    mat-progress-bar {
      position: absolute;
      inset: auto 0 0;
    }
  `,
})
export class TestBar {
  private readonly builder = inject(FlowBuilder);
  private readonly facts = inject(RunFacts);
  protected readonly runMode = inject(RunMode);
  protected readonly close = mdiClose;

  protected readonly run = this.runMode.test;
  protected readonly isOver = computed(() => {
    const run = this.run();
    return run !== null && isOver(run);
  });
  /** Steps of the flow that have ended, and how many it has. Branches that are not taken are counted, so the end may come early. */
  protected readonly done = computed(() => [...this.builder.results().values()].filter((step) => step.status !== 'RUNNING').length);
  protected readonly count = computed(() => {
    const trigger = this.builder.shown()?.trigger;
    return trigger ? walk(trigger).length : 1;
  });
  /** What a paused test waits for. */
  protected readonly waits = computed(() => {
    const [first, ...others] = this.facts.waiting();
    return first ? { first, others: others.length } : null;
  });
  protected readonly duration = computed(() => {
    const run = this.run();
    return run ? durationOf(run, Date.parse(run.updated)) : null;
  });
  protected readonly failure = computed(() => {
    const { failedStep } = this.run() ?? {};
    return failedStep ? `${failedStep.displayName || failedStep.name}: ${shortError(failedStep.message)}` : '';
  });
}
