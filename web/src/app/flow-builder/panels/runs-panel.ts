import { Component, computed, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiPlayCircleOutline } from '@mdi/js';
import type { FlowRunView } from '../../api/schema';
import { EmptyState } from '../../design/empty-state';
import { ProblemText } from '../../design/notify';
import { StatusChip } from '../../design/status-chip';
import { DateTimePipe, DurationPipe, RelativeTimePipe } from '../../design/when';
import { shortError } from '../../runs/view/step-error';
import { durationOf } from '../../runs/view/run-tree';
import { waitOf } from '../../runs/view/waiting';
import { WaitsFor } from '../../runs/view/waits-for';
import { FlowBuilder } from '../flow-builder';
import { FlowRuns, type RunFilter } from '../run-mode/flow-runs';
import { RunMode } from '../run-mode/run-mode';
import { PanelHead } from './panel-head';

/** The runs of this flow, newest first. A click shows one on the canvas. */
@Component({
  selector: 'pw-runs-panel',
  imports: [
    DateTimePipe,
    DurationPipe,
    EmptyState,
    MatButtonModule,
    MatButtonToggleModule,
    MatProgressBarModule,
    PanelHead,
    RelativeTimePipe,
    StatusChip,
    TranslocoDirective,
    WaitsFor,
  ],
  templateUrl: './runs-panel.html',
  styleUrl: './runs-panel.scss',
})
export class RunsPanel {
  protected readonly builder = inject(FlowBuilder);
  protected readonly runs = inject(FlowRuns);
  protected readonly runMode = inject(RunMode);
  private readonly problems = inject(ProblemText);

  protected readonly icons = { none: mdiPlayCircleOutline, problem: mdiAlertCircleOutline };
  protected readonly filters: readonly RunFilter[] = ['all', 'succeeded', 'failed', 'unfinished'];
  protected readonly problem = computed(() => (this.runs.problem() ? this.problems.of(this.runs.problem()) : ''));
  protected readonly openedId = computed(() => this.runMode.opened()?.id);
  protected readonly waitOf = waitOf;
  protected readonly now = signal(Date.now());

  constructor() {
    this.runs.want();
  }

  protected duration(run: FlowRunView): number | null {
    return run.finishTime ? durationOf(run, this.now()) : null;
  }

  protected failure(run: FlowRunView): string {
    const { failedStep } = run;
    return failedStep ? `${failedStep.displayName || failedStep.name}: ${shortError(failedStep.message)}` : '';
  }
}
