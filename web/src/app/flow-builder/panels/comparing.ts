import { Component, DestroyRef, computed, effect, inject, input, linkedSignal, output, resource, untracked } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiArrowLeft, mdiArrowRight, mdiEqual } from '@mdi/js';
import { EmptyState } from '../../design/empty-state';
import { Icon } from '../../design/icon';
import { ProblemText } from '../../design/notify';
import { FlowBuilder } from '../flow-builder';
import { type ChangeKind, type FieldChange, type StepChange, compare, fieldLabel, isSame } from './compare';
import { VersionActions } from './version-actions';
import { Versions } from './versions';

/** What is different between two versions, in words; the newer one is on the canvas, with the changed steps highlighted. */
@Component({
  selector: 'pw-comparing',
  imports: [EmptyState, Icon, MatButtonModule, TranslocoDirective],
  templateUrl: './comparing.html',
  styleUrl: './comparing.scss',
})
export class Comparing {
  private readonly actions = inject(VersionActions);
  private readonly builder = inject(FlowBuilder);
  private readonly problems = inject(ProblemText);
  protected readonly versions = inject(Versions);

  readonly before = input.required<string>();
  readonly after = input.required<string>();
  readonly done = output();

  protected readonly icons = { back: mdiArrowLeft, to: mdiArrowRight, same: mdiEqual };
  protected readonly from = linkedSignal(() => this.before());
  protected readonly to = linkedSignal(() => this.after());
  private readonly drafts = resource({
    params: () => ({ from: this.from(), to: this.to() }),
    loader: async ({ params }) => Promise.all([this.versions.contents(params.from), this.versions.contents(params.to)]),
  });
  protected readonly comparison = computed(() => {
    if (!this.drafts.hasValue()) return null;
    const [before, after] = this.drafts.value();
    return compare(before, after);
  });
  protected readonly isNothing = computed(() => {
    const comparison = this.comparison();
    return comparison !== null && isSame(comparison);
  });
  protected readonly problem = computed(() => (this.drafts.error() ? this.problems.of(this.drafts.error()) : ''));
  protected readonly notes = computed(() => {
    const notes = this.comparison()?.notes;
    return (['added', 'removed', 'changed'] as const).flatMap((kind) => (notes?.[kind] ? [{ kind, count: notes[kind] }] : []));
  });

  constructor() {
    effect(() => {
      const to = this.to();
      const version = untracked(this.versions.list).find((each) => each.id === to);
      if (version) untracked(() => void this.actions.look(version));
    });
    effect(() => this.builder.highlighted.set(new Set(this.comparison()?.steps.map((each) => each.step))));
    inject(DestroyRef).onDestroy(() => this.builder.highlighted.set(new Set()));
  }

  protected label = fieldLabel;

  protected kinds(change: StepChange): ChangeKind[] {
    return change.kinds;
  }

  protected text(value: FieldChange['before']): string {
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** Shows the step on the canvas; one that is gone is on the other version. */
  protected point(change: StepChange): void {
    if (this.builder.steps().has(change.step)) this.builder.selection.set(new Set([change.step]));
  }
}
