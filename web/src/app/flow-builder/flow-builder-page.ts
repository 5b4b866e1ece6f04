import { Component, DestroyRef, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiMapMarkerQuestionOutline } from '@mdi/js';
import { EmptyState } from '../design/empty-state';
import { Notify, ProblemText } from '../design/notify';
import { PageTitle } from '../design/page-title';
import { Canvas } from './canvas/canvas';
import { DataSelector } from './data/data-selector';
import { DataTarget } from './data/data-target';
import { SampleData } from './data/sample-data';
import { FlowBuilder } from './flow-builder';
import { FlowConnections } from './flow-connections';
import { Problems } from './panels/problems';
import { ProblemsPanel } from './panels/problems-panel';
import { RunsPanel } from './panels/runs-panel';
import { VersionActions } from './panels/version-actions';
import { Versions } from './panels/versions';
import { VersionsPanel } from './panels/versions-panel';
import { Answering } from './run-mode/answering';
import { FlowRuns } from './run-mode/flow-runs';
import { RunBanner } from './run-mode/run-banner';
import { RunFacts } from './run-mode/run-facts';
import { RunMode } from './run-mode/run-mode';
import { RunPanel } from './run-mode/run-panel';
import { TestBar } from './run-mode/test-bar';
import { VersionBanner } from './run-mode/version-banner';
import { StepPanel } from './step-settings/step-panel';
import { Publishing } from './top-bar/publishing';
import { SampleWriter } from './step-test/sample-writer';
import { StepTests } from './step-test/step-tests';
import { TriggerTests } from './step-test/trigger-tests';
import { TopBar } from './top-bar/top-bar';

/** One flow: its name and state above, the canvas, and a panel at the right. `/flows/:flowId?run=…&step=…`. */
@Component({
  selector: 'pw-flow-builder-page',
  imports: [
    Canvas,
    DataSelector,
    EmptyState,
    MatButtonModule,
    ProblemsPanel,
    RouterLink,
    RunBanner,
    RunPanel,
    RunsPanel,
    StepPanel,
    TestBar,
    TopBar,
    TranslocoDirective,
    VersionBanner,
    VersionsPanel,
  ],
  providers: [
    Answering,
    DataTarget,
    FlowBuilder,
    FlowConnections,
    FlowRuns,
    Problems,
    Publishing,
    RunFacts,
    RunMode,
    SampleData,
    SampleWriter,
    StepTests,
    TriggerTests,
    VersionActions,
    Versions,
  ],
  host: { '(window:beforeunload)': 'warn($event)' },
  templateUrl: './flow-builder-page.html',
  styleUrl: './flow-builder-page.scss',
})
export class FlowBuilderPage {
  protected readonly builder = inject(FlowBuilder);
  protected readonly runMode = inject(RunMode);
  private readonly notify = inject(Notify);
  private readonly title = inject(PageTitle);
  private readonly transloco = inject(TranslocoService);
  private readonly problems = inject(ProblemText);
  private readonly router = inject(Router);

  readonly flowId = input.required<string>();
  /** The run to show on the canvas. */
  readonly run = input<string>();
  /** The step to select. */
  readonly step = input<string>();

  protected readonly missing = mdiMapMarkerQuestionOutline;
  protected readonly failure = signal('');
  /** What is open beside the canvas. While a run is shown that is the run, unless one looks at a list. */
  protected readonly aside = computed(() => {
    const panel = this.builder.panel();
    if (this.runMode.opened() && (panel === 'step' || panel === 'none')) return 'run';
    return this.runMode.isOpen() && panel === 'step' ? 'none' : panel;
  });
  private readonly isLoaded = computed(() => this.builder.flow()?.id === this.flowId());

  constructor() {
    effect(() => {
      const flowId = this.flowId();
      untracked(() => void this.open(flowId));
    });
    effect(() => this.title.show(this.builder.draft()?.displayName ?? ''));
    effect(() => {
      const run = this.run();
      if (this.isLoaded()) untracked(() => this.follow(run));
    });
    effect(() => {
      const step = this.step();
      if (this.isLoaded() && step) untracked(() => this.goTo(step));
    });
    effect(() => {
      const selected = this.builder.selectedStep()?.name;
      if (this.runMode.opened()) untracked(() => this.keepInAddress(selected));
    });
    inject(DestroyRef).onDestroy(() => this.builder.close());
  }

  /** Only what the browser could not keep would be lost. */
  protected warn(event: BeforeUnloadEvent): void {
    if (this.builder.isAtRisk()) event.preventDefault();
  }

  private async open(flowId: string): Promise<void> {
    try {
      this.builder.close();
      const hadLeftovers = await this.builder.open(flowId);
      if (!hadLeftovers) return;
      await this.builder.settled();
      if (this.builder.saveState() === 'saved') this.notify.done(this.transloco.translate('builder.leftoversSent'));
    } catch (error) {
      this.failure.set(this.problems.of(error));
    }
  }

  private follow(run: string | undefined): void {
    if (run) return void this.runMode.open(run, this.step());
    this.runMode.leave();
    const step = this.step();
    if (step) this.goTo(step);
  }

  private goTo(step: string): void {
    if (this.run()) {
      if (this.runMode.opened() && this.builder.selectedStep()?.name !== step) this.builder.selection.set(new Set([step]));
    } else if (this.builder.steps().has(step)) this.builder.select(step);
  }

  private keepInAddress(step: string | undefined): void {
    if (step === this.step() || !this.run()) return;
    void this.router.navigate([], { queryParams: { step: step ?? null }, queryParamsHandling: 'merge', replaceUrl: true });
  }
}
