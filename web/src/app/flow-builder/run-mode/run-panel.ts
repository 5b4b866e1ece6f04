import { Component, DestroyRef, computed, effect, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiArrowLeft, mdiArrowRight, mdiPencilOutline } from '@mdi/js';
import type { FlowVersion } from '../../api/schema';
import { Icon } from '../../design/icon';
import { PieceIcon } from '../../design/piece-icon';
import { StatusChip } from '../../design/status-chip';
import { DateTimePipe, DurationPipe } from '../../design/when';
import { ProblemText } from '../../design/notify';
import { RelatedRuns } from '../../runs/view/related-runs';
import { RunTimeline } from '../../runs/view/run-timeline';
import { type StepRecord, durationOf, inFlight, stepsOf } from '../../runs/view/run-tree';
import { shortError } from '../../runs/view/step-error';
import { type StepPlace, placeOf, titleOf } from '../../runs/view/step-place';
import { StepRun } from '../../runs/view/step-run';
import { WaitingList } from '../../runs/view/waiting-list';
import { FlowBuilder, isOver } from '../flow-builder';
import { pathTo } from '../model/tree';
import { Versions } from '../panels/versions';
import { Answering } from './answering';
import { Iterations } from './iterations';
import { RunFacts } from './run-facts';
import { RunMode } from './run-mode';
import { iconOf } from './step-look';

type Tab = 'summary' | 'timeline';
const TABS: readonly Tab[] = ['summary', 'timeline'];

/** A run beside the canvas: what the selected step did, or else the run as a whole, or over time. */
@Component({
  selector: 'pw-run-panel',
  imports: [
    DateTimePipe,
    DurationPipe,
    Icon,
    Iterations,
    MatButtonModule,
    PieceIcon,
    RelatedRuns,
    RunTimeline,
    StatusChip,
    StepRun,
    TranslocoDirective,
    WaitingList,
  ],
  templateUrl: './run-panel.html',
  styleUrl: './run-panel.scss',
})
export class RunPanel {
  protected readonly builder = inject(FlowBuilder);
  protected readonly runMode = inject(RunMode);
  protected readonly answering = inject(Answering);
  protected readonly facts = inject(RunFacts);
  protected readonly problems = inject(ProblemText);
  private readonly versions = inject(Versions);

  protected readonly icons = { back: mdiArrowLeft, go: mdiArrowRight, edit: mdiPencilOutline };
  protected readonly iconOf = iconOf;
  protected readonly tabs = TABS;
  protected readonly run = this.runMode.opened;
  /** Another run opens on its summary only if one looked at the summary before. */
  protected readonly tab = signal<Tab>('summary');
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
  protected readonly duration = computed(() => {
    const run = this.run();
    return run ? durationOf(run, this.now()) : null;
  });
  protected readonly isUnfinished = computed(() => {
    const run = this.run();
    return run !== null && !isOver(run);
  });
  /** What is being executed at this moment: several steps where branches or iterations run side by side. */
  protected readonly atWork = computed(() =>
    inFlight(this.steps()).map((place) => ({ ...place, title: titleOf(place, this.facts.displayNames()) })),
  );
  /** What the run waits for at the selected step. */
  protected readonly waitingHere = computed(() => {
    const name = this.step()?.name;
    return this.facts.waiting().filter(({ waitpoint }) => placeOf(waitpoint.step).name === name);
  });
  /** The runs that the selected step started. */
  protected readonly childrenHere = computed(() => {
    const name = this.step()?.name;
    return this.facts.children().filter(({ caller }) => caller?.name === name);
  });
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

  /** Left and right go from tab to tab, as in every list of tabs. */
  protected onTabKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(this.tab()) + step + TABS.length) % TABS.length] ?? 'summary';
    this.tab.set(next);
    document.getElementById(`run-tab-${next}`)?.focus();
  }

  protected choose({ name, path }: StepPlace): void {
    this.builder.iterations.update((chosen) => new Map([...chosen, ...path]));
    this.builder.selection.set(new Set([name]));
  }
}
