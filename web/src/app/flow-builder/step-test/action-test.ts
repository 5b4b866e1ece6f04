import { Component, computed, effect, inject, input, linkedSignal, resource, signal, untracked } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatProgressSpinnerModule } from '@angular/material/progress-spinner';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertOutline, mdiPlay, mdiStop } from '@mdi/js';
import { Icon } from '../../design/icon';
import { Pieces } from '../../design/pieces';
import { namesUsed } from '../data/expression';
import { SampleData } from '../data/sample-data';
import { FlowBuilder } from '../flow-builder';
import type { Action } from '../model/step';
import { SampleBox } from './sample-box';
import { SampleForm } from './sample-form';
import { SampleWriter } from './sample-writer';
import { StepTests } from './step-tests';
import { TestOutcome } from './test-outcome';

/** Runs one step on the samples of the steps before it, and shows how it went. */
@Component({
  selector: 'pw-action-test',
  imports: [Icon, MatButtonModule, MatProgressSpinnerModule, SampleBox, SampleForm, TestOutcome, TranslocoDirective],
  templateUrl: './action-test.html',
  styleUrl: './test-panel.scss',
  host: { '(document:keydown)': 'key($event)' },
})
export class ActionTest {
  readonly step = input.required<Action>();

  private readonly pieces = inject(Pieces);
  private readonly samples = inject(SampleData);
  private readonly tests = inject(StepTests);
  private readonly writer = inject(SampleWriter);
  protected readonly builder = inject(FlowBuilder);

  protected readonly icons = { run: mdiPlay, stop: mdiStop, warning: mdiAlertOutline };
  private readonly name = computed(() => this.step().name);
  protected readonly trial = computed(() => this.tests.of(this.name()));
  protected readonly isRunning = computed(() => this.tests.isRunning(this.name()));
  protected readonly isStopping = computed(() => {
    const trial = this.trial();
    return trial?.state === 'running' && trial.isStopping;
  });
  protected readonly canStop = computed(() => this.trial()?.state === 'running');
  /** Loops and routers only look at data; what other steps do is real. */
  protected readonly isReal = computed(() => this.step().type === 'PIECE' || this.step().type === 'CODE');
  /** Steps whose output this one uses and that were not tried yet. */
  protected readonly untested = computed(() => {
    const used = namesUsed(this.step().settings);
    return this.samples
      .sources()
      .filter((source) => used.has(source.step.name) && this.samples.output(source).state === 'none')
      .map(({ step }) => step);
  });
  protected readonly response = computed(() => {
    const trial = this.trial();
    return trial?.state === 'done' ? trial.response : undefined;
  });
  protected readonly problem = computed(() => {
    const trial = this.trial();
    return trial?.state === 'refused' ? trial.problem : '';
  });
  /** The sample is shown by itself unless the test that just went well is the same. */
  protected readonly showsSample = computed(() => !this.response()?.success && !!this.step().settings.sampleData?.sampleDataFileId);
  protected readonly isWriting = linkedSignal<string, boolean>({ source: this.name, computation: () => false });
  protected readonly written = signal<unknown>({});
  private readonly metadata = resource({
    params: () => {
      const { pieceName, pieceVersion } = this.step().settings;
      return pieceName ? { pieceName, pieceVersion } : undefined;
    },
    loader: ({ params }) => this.pieces.metadata(params.pieceName, params.pieceVersion),
  });
  /** The names of the step's fields as its form shows them. */
  protected readonly labels = computed<Record<string, string>>(() => {
    const action = this.metadata.hasValue() ? this.metadata.value()?.actions[this.step().settings.actionName ?? ''] : undefined;
    const props = (action?.['props'] ?? {}) as Record<string, { displayName?: string }>;
    return Object.fromEntries(Object.entries(props).map(([name, prop]) => [name, prop.displayName ?? name]));
  });
  protected readonly save = (value: unknown): Promise<void> => this.writer.save(this.name(), value);

  constructor() {
    effect(() => {
      const step = this.step();
      untracked(() => void this.samples.load(step));
    });
  }

  protected run(): void {
    if (!this.isRunning() && !this.builder.isReadonly()) void this.tests.start(this.step());
  }

  protected stop(): void {
    void this.tests.stop(this.name());
  }

  protected testInstead(name: string): void {
    this.builder.select(name);
    this.builder.focusField.set('test');
  }

  protected write(): void {
    const sample = this.samples.sample(this.step());
    this.written.set(sample.state === 'ready' ? sample.value : {});
    this.isWriting.set(true);
  }

  protected key(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    event.preventDefault();
    this.run();
  }
}
