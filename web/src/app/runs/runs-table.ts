import { Component, computed, inject, input, model, output } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { MatMenuModule } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiDotsVertical } from '@mdi/js';
import type { FlowRunView } from '../api/schema';
import { Icon } from '../design/icon';
import { StatusChip } from '../design/status-chip';
import { DateTimePipe, DurationPipe, RelativeTimePipe } from '../design/when';
import { Session } from '../session/session';
import { ACTIONS, type RunAction, suits } from './run-selection';
import { durationOf } from './view/run-tree';
import { shortError } from './view/step-error';
import { waitOf } from './view/waiting';
import { WaitsFor } from './view/waits-for';

export interface ActionOnRun {
  action: RunAction;
  run: FlowRunView;
}

/** Runs, newest first. A row is a link to its run on the canvas; a failed one leads to the step that failed. Cards where it is narrow. */
@Component({
  selector: 'pw-runs-table',
  imports: [
    DateTimePipe,
    DurationPipe,
    Icon,
    MatButtonModule,
    MatCheckboxModule,
    MatMenuModule,
    RelativeTimePipe,
    RouterLink,
    StatusChip,
    TranslocoDirective,
    WaitsFor,
  ],
  templateUrl: './runs-table.html',
  styleUrl: './runs-table.scss',
})
export class RunsTable {
  readonly runs = input.required<readonly FlowRunView[]>();
  /** The present, for runs that are not over. */
  readonly now = input.required<number>();
  readonly selected = model.required<ReadonlySet<string>>();
  readonly act = output<ActionOnRun>();

  private readonly session = inject(Session);
  protected readonly more = mdiDotsVertical;
  protected readonly actions = ACTIONS;
  protected readonly suits = suits;
  protected readonly waitOf = waitOf;
  protected readonly isEverySelected = computed(() => this.runs().length > 0 && this.runs().every((run) => this.selected().has(run.id)));
  protected readonly isSomeSelected = computed(() => !this.isEverySelected() && this.runs().some((run) => this.selected().has(run.id)));

  protected select(run: FlowRunView, is: boolean): void {
    const selected = new Set(this.selected());
    if (is) selected.add(run.id);
    else selected.delete(run.id);
    this.selected.set(selected);
  }

  protected selectAll(are: boolean): void {
    this.selected.set(new Set(are ? this.runs().map((run) => run.id) : []));
  }

  protected query(run: FlowRunView): { step: string } | null {
    return run.failedStep?.name ? { step: run.failedStep.name } : null;
  }

  protected message(run: FlowRunView): string {
    return run.failedStep ? shortError(run.failedStep.message) : '';
  }

  protected length(run: FlowRunView): number | null {
    return run.status === 'QUEUED' ? null : durationOf(run, this.now());
  }

  /** The message about what began the run. */
  protected origin(run: FlowRunView): string {
    if (run.parentRunId) return 'runs.origin.flow';
    if (!run.triggeredBy) return 'runs.origin.trigger';
    return run.triggeredBy === this.session.userId() ? 'runs.origin.you' : 'runs.origin.person';
  }
}
