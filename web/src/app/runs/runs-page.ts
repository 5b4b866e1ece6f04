import { Component, DestroyRef, computed, effect, inject, linkedSignal, signal, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButtonModule } from '@angular/material/button';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiFilterOffOutline, mdiPlayCircleOutline } from '@mdi/js';
import type { FailureCount, FlowRunStatus } from '../api/schema';
import { EmptyState } from '../design/empty-state';
import { Notify, ProblemText } from '../design/notify';
import { PageHeader } from '../design/page-header';
import { FailureSummary } from './failure-summary';
import { RunActions } from './run-actions';
import { NO_FILTERS, type RunFilters, filtersOf, paramsOf } from './run-filter';
import { ACTIONS, type RunAction, type Selection, countFor } from './run-selection';
import { RunsChart } from './runs-chart';
import { RunsFilterBar } from './runs-filter-bar';
import { RunsStore } from './runs-store';
import { type ActionOnRun, RunsTable } from './runs-table';

const TICK = 15_000;

/** Every run of the project: how many, when, which failed and why; and what can be done about it. The address holds the filters. */
@Component({
  selector: 'pw-runs-page',
  imports: [
    EmptyState,
    FailureSummary,
    MatButtonModule,
    MatProgressBarModule,
    PageHeader,
    RouterLink,
    RunsChart,
    RunsFilterBar,
    RunsTable,
    TranslocoDirective,
  ],
  providers: [RunsStore],
  templateUrl: './runs-page.html',
  styleUrl: './runs-page.scss',
})
export class RunsPage {
  protected readonly store = inject(RunsStore);
  protected readonly problems = inject(ProblemText);
  private readonly router = inject(Router);
  private readonly route = inject(ActivatedRoute);
  private readonly actions = inject(RunActions);
  private readonly notify = inject(Notify);

  protected readonly icons = { runs: mdiPlayCircleOutline, nothing: mdiFilterOffOutline };
  protected readonly ACTIONS = ACTIONS;
  protected readonly noIds: ReadonlySet<string> = new Set();
  private readonly params = toSignal(this.route.queryParams, { initialValue: {} });
  protected readonly filters = computed(() => filtersOf(this.params()));
  protected readonly now = signal(Date.now());

  protected readonly selected = linkedSignal<RunFilters, ReadonlySet<string>>({
    source: this.filters,
    computation: () => new Set<string>(),
  });
  /** The selection is everything that matches, not only what is shown; ends with the next change of the selection. */
  protected readonly everything = linkedSignal<ReadonlySet<string>, Selection | null>({ source: this.selected, computation: () => null });
  protected readonly selection = computed<Selection>(
    () => this.everything() ?? { kind: 'some', runs: this.store.runs().filter((run) => this.selected().has(run.id)) },
  );
  protected readonly selectedCount = computed(() => {
    const selection = this.selection();
    return selection.kind === 'some' ? selection.runs.length : Object.values(selection.counts).reduce((sum, count) => sum + count, 0);
  });
  protected readonly mayChooseEverything = computed(() => {
    const runs = this.store.runs();
    const every = runs.length > 0 && runs.every((run) => this.selected().has(run.id));
    return every && this.store.hasMore() && !this.everything() && this.store.total() > runs.length;
  });

  constructor() {
    effect(() => {
      const filters = this.filters();
      untracked(() => void this.store.show(filters));
    });
    const timer = setInterval(() => this.now.set(Date.now()), TICK);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected filter(filters: RunFilters): void {
    void this.router.navigate([], { relativeTo: this.route, queryParams: paramsOf(filters), queryParamsHandling: 'merge' });
  }

  protected clear(): void {
    const { period, from, to } = this.filters();
    this.filter({ ...NO_FILTERS, period, from, to });
  }

  protected showFailure({ flowId, failedStep, status }: FailureCount): void {
    this.filter({ ...this.filters(), flows: [flowId], statuses: [status as FlowRunStatus], failedStep: failedStep?.name ?? '' });
  }

  protected chooseEverything(): void {
    // What begins from now on was not seen and is not meant.
    const filter = { createdBefore: new Date(this.store.asOf()).toISOString(), ...this.store.filter() };
    this.everything.set({ kind: 'all', filter, counts: this.store.counts() });
  }

  protected countFor(action: RunAction): number {
    return countFor(action, this.selection());
  }

  protected async act(action: RunAction, selection: Selection): Promise<void> {
    if (!(await this.actions.take(action, selection))) return;
    this.selected.set(new Set());
    await this.store.load();
  }

  protected actOn({ action, run }: ActionOnRun): void {
    void this.act(action, { kind: 'some', runs: [run] });
  }

  protected more(): void {
    void this.notify.attempt(() => this.store.loadMore());
  }
}
