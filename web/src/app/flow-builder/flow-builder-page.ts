import { Component, DestroyRef, effect, inject, input, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
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
import { ProblemsPanel } from './panels/problems-panel';
import { RunsPanel } from './panels/runs-panel';
import { VersionsPanel } from './panels/versions-panel';
import { StepPanel } from './step-settings/step-panel';
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
    RunsPanel,
    StepPanel,
    TopBar,
    TranslocoDirective,
    VersionsPanel,
  ],
  providers: [FlowBuilder, SampleData, DataTarget, StepTests, TriggerTests, SampleWriter],
  templateUrl: './flow-builder-page.html',
  styleUrl: './flow-builder-page.scss',
})
export class FlowBuilderPage {
  protected readonly builder = inject(FlowBuilder);
  private readonly notify = inject(Notify);
  private readonly title = inject(PageTitle);
  private readonly transloco = inject(TranslocoService);
  private readonly problems = inject(ProblemText);

  readonly flowId = input.required<string>();

  protected readonly missing = mdiMapMarkerQuestionOutline;
  protected readonly failure = signal('');

  constructor() {
    effect(() => {
      void this.open(this.flowId());
    });
    effect(() => this.title.show(this.builder.draft()?.displayName ?? ''));
    inject(DestroyRef).onDestroy(() => this.builder.close());
  }

  private async open(flowId: string): Promise<void> {
    try {
      this.builder.close();
      if (await this.builder.open(flowId)) this.notify.done(this.transloco.translate('builder.leftoversSent'));
    } catch (error) {
      this.failure.set(this.problems.of(error));
    }
  }
}
