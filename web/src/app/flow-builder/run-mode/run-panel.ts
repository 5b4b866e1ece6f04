import { Component, DestroyRef, computed, effect, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiArrowLeft, mdiArrowRight, mdiPencilOutline } from '@mdi/js';
import type { FlowVersion } from '../../api/schema';
import { Icon } from '../../design/icon';
import { PieceIcon } from '../../design/piece-icon';
import { StatusChip } from '../../design/status-chip';
import { DateTimePipe, DurationPipe } from '../../design/when';
import { type ChosenStep, RunTimeline } from '../../runs/view/run-timeline';
import { type StepRecord, durationOf, stepsOf } from '../../runs/view/run-tree';
import { shortError } from '../../runs/view/step-error';
import { StepRun } from '../../runs/view/step-run';
import { FlowBuilder, isOver } from '../flow-builder';
import { pathTo } from '../model/tree';
import { Versions } from '../panels/versions';
import { Iterations } from './iterations';
import { RunMode } from './run-mode';
import { iconOf } from './step-look';

/** A run beside the canvas: what the selected step did, or else the run as a whole. */
@Component({
  selector: 'pw-run-panel',
  imports: [DateTimePipe, DurationPipe, Icon, Iterations, MatButtonModule, PieceIcon, RunTimeline, StatusChip, StepRun, TranslocoDirective],
  templateUrl: './run-panel.html',
  styleUrl: './run-panel.scss',
})
export class RunPanel {
  protected readonly builder = inject(FlowBuilder);
  protected readonly runMode = inject(RunMode);
  private readonly versions = inject(Versions);

  protected readonly icons = { back: mdiArrowLeft, go: mdiArrowRight, edit: mdiPencilOutline };
  protected readonly iconOf = iconOf;
  protected readonly run = this.runMode.opened;
  protected readonly step = this.builder.selectedStep;
  /** What the step did; undefined if the run did not come to it. */
  protected readonly result = computed(() => {
    const step = this.step();
    return step ? (this.builder.results().get(step.name) as StepRecord | undefined) : undefined;
  });
  /** Whether the flow still has the step, so that one can go to its settings. */
  protected readonly isInDraft = computed(() => {
    const [step, draft] = [this.step(), this.builder.draft()];
    return step !== null && draft !== null && pathTo(draft.trigger, step.name) !== undefined;
  });

  protected readonly now = signal(Date.now());
  protected readonly steps = computed(() => stepsOf(this.run() ?? {}));
  protected readonly begin = computed(() => Date.parse(this.run()?.startTime ?? this.run()?.created ?? '') || 0);
  protected readonly duration = computed(() => {
    const run = this.run();
    return run ? durationOf(run, this.now()) : null;
  });
  protected readonly isUnfinished = computed(() => {
    const run = this.run();
    return run !== null && !isOver(run);
  });
  protected readonly displayNames = computed(() =>
    Object.fromEntries([...this.builder.steps().values()].map((step) => [step.name, step.displayName])),
  );
  protected readonly failure = computed(() => {
    const { failedStep } = this.run() ?? {};
    return failedStep ? { name: failedStep.displayName || failedStep.name, message: shortError(failedStep.message) } : null;
  });
  protected readonly versionNumber = computed(() => {
    const version = this.run()?.flowVersion as FlowVersion | undefined;
    return version ? this.versions.numberOf(version.id) : undefined;
  });

  constructor() {
    let timer: ReturnType<typeof setInterval> | undefined;
    effect(() => {
      clearInterval(timer);
      this.now.set(Date.now());
      if (this.isUnfinished()) timer = setInterval(() => this.now.set(Date.now()), 500); // the bars of what runs grow
    });
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected choose({ name, path }: ChosenStep): void {
    this.builder.iterations.update((chosen) => new Map([...chosen, ...path]));
    this.builder.selection.set(new Set([name]));
  }
}
