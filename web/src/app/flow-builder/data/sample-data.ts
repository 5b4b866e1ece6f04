/** What steps gave when they were tried, read from the server when somebody looks and kept as long as the step's sample is the same. */
import { Injectable, computed, inject, signal } from '@angular/core';
import { Api, ok } from '../../api/api';
import { Session } from '../../session/session';
import { FlowBuilder } from '../flow-builder';
import type { Step } from '../model/step';
import { pathTo, stepsBefore, walk } from '../model/tree';
import { entriesOf } from './values';
import { pathOf, segmentsOf, valueAt } from './expression';

export type SampleKind = 'OUTPUT' | 'INPUT';

export type Sample = { state: 'none' } | { state: 'loading' } | { state: 'failed' } | { state: 'ready'; value: unknown };

/** A step whose output can be used, and whether it is a loop around the step that wants it. */
export interface Source {
  step: Step;
  isAround: boolean;
}

const NONE: Sample = { state: 'none' };
const LOADING: Sample = { state: 'loading' };

@Injectable()
export class SampleData {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly session = inject(Session);
  /** By file id, which is another one after every test. */
  private readonly known = signal<ReadonlyMap<string, Sample>>(new Map());

  /** The names of all steps in the order in which they run. */
  readonly order = computed(() => {
    const shown = this.builder.shown();
    return shown ? walk(shown.trigger).map((step) => step.name) : [];
  });
  /** What the selected step can use, the nearest first. */
  readonly sources = computed<Source[]>(() => {
    const [shown, selected] = [this.builder.shown(), this.builder.selectedStep()];
    if (!shown || !selected) return [];
    const around = new Set(
      (pathTo(shown.trigger, selected.name) ?? []).filter(({ slot }) => slot.location === 'INSIDE_LOOP').map(({ step }) => step.name),
    );
    return stepsBefore(shown.trigger, selected.name)
      .filter((step) => step.type !== 'EMPTY')
      .map((step) => ({ step, isAround: around.has(step.name) }))
      .reverse();
  });
  readonly namesBefore = computed<ReadonlySet<string>>(() => new Set(this.sources().map(({ step }) => step.name)));

  /** A step's sample as far as it is known; `load` makes it known. */
  sample(step: Step, kind: SampleKind = 'OUTPUT'): Sample {
    const file = fileOf(step, kind);
    return file ? (this.known().get(file) ?? LOADING) : NONE;
  }

  /** What the steps after a step see of its sample. A loop that was not tried shows the first item of its list. */
  output({ step, isAround }: Source): Sample {
    const sample = this.sample(step);
    if (step.type !== 'LOOP_ON_ITEMS' || !isAround) return sample;
    if (sample.state === 'ready') {
      const { item, index } = (sample.value ?? {}) as { item?: unknown; index?: unknown };
      return { state: 'ready', value: { item, index } };
    }
    const first = sample.state === 'none' ? this.firstItem(step) : undefined;
    return first === undefined ? sample : { state: 'ready', value: { item: first, index: 1 } };
  }

  /** Reads a step's sample from the server unless it is known. */
  async load(step: Step, kind: SampleKind = 'OUTPUT'): Promise<Sample> {
    const file = fileOf(step, kind);
    if (!file) return NONE;
    const known = this.known().get(file);
    if (known && known.state !== 'failed') return known;
    this.keep(file, LOADING);
    const sample = await this.read(step, kind);
    this.keep(file, sample);
    return sample;
  }

  /** Reads what a source shows, a loop's list included. */
  async loadSource({ step }: Source): Promise<void> {
    await this.load(step);
    const path = step.type === 'LOOP_ON_ITEMS' && !fileOf(step, 'OUTPUT') ? listOf(step) : undefined;
    const list = path && this.builder.steps().get(path.root);
    if (list) await this.load(list);
  }

  /** The value that an expression has in the samples; undefined if it is no path or nothing is known of it. */
  valueOf(expression: string): unknown {
    const path = pathOf(expression);
    const source = this.sources().find(({ step }) => step.name === path?.root);
    const sample = source && this.output(source);
    return path && sample?.state === 'ready' ? valueAt(sample.value, path.keys) : undefined;
  }

  private firstItem(loop: Step): unknown {
    const path = listOf(loop);
    const list = path && this.builder.steps().get(path.root);
    const sample = list && this.sample(list);
    return sample?.state === 'ready' ? entriesOf(valueAt(sample.value, path?.keys ?? []))[0]?.[1] : undefined;
  }

  private async read(step: Step, kind: SampleKind): Promise<Sample> {
    try {
      await this.builder.settled(); // the step and its sample may be on their way to the server (a paste)
      const query = {
        projectId: this.session.projectId(),
        flowId: this.builder.flowId(),
        flowVersionId: this.builder.versionId(),
        stepName: step.name,
        type: kind,
      };
      return { state: 'ready', value: await ok(this.api.GET('/sample-data', { params: { query } })) };
    } catch {
      return { state: 'failed' };
    }
  }

  private keep(file: string, sample: Sample): void {
    this.known.update((known) => new Map(known).set(file, sample));
  }
}

function fileOf(step: Step, kind: SampleKind): string | undefined {
  const { sampleDataFileId, sampleDataInputFileId } = step.settings.sampleData ?? {};
  return kind === 'OUTPUT' ? sampleDataFileId : sampleDataInputFileId;
}

/** The path to the list of a loop, if its items are that and nothing more. */
function listOf(loop: Step) {
  const [segment, ...others] = segmentsOf((loop.settings.items ?? '').trim());
  return segment?.kind === 'expression' && others.length === 0 ? pathOf(segment.source) : undefined;
}
