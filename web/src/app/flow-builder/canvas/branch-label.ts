import { Component, computed, inject, input } from '@angular/core';
import { mdiCheck, mdiChevronLeft, mdiChevronRight } from '@mdi/js';
import { Icon } from '../../design/icon';
import { FlowBuilder } from '../flow-builder';
import { iterationsOf, wasTaken } from '../model/run-results';
import type { Action, Step } from '../model/step';
import { CanvasState } from './canvas-state';
import { branchRenaming } from './edits';
import type { Label } from './layout';
import { Rename } from './rename';
import { Texts } from './texts';

/** What a chain inside a step is called. A router's branches have a menu; a loop's body in a run lets one choose the iteration. */
@Component({
  selector: 'pw-branch-label',
  imports: [Icon, Rename],
  template: `
    @if (isRenamed()) {
      <pw-rename [label]="texts.t('branch.rename', { name: name() })" [value]="name()" (done)="renamed($event)" />
    } @else if (iterations() > 0) {
      <span class="pill" role="group" [attr.aria-label]="texts.t('iteration.label', { step: texts.nameOf(step()) })">
        <button
          type="button"
          [disabled]="iteration() === 0"
          [attr.aria-label]="texts.t('iteration.previous')"
          (click)="show(iteration() - 1)"
        >
          <pw-icon [path]="left" />
        </button>
        <span class="count" aria-live="polite">{{ iteration() + 1 }} / {{ iterations() }}</span>
        <button
          type="button"
          [disabled]="iteration() >= iterations() - 1"
          [attr.aria-label]="texts.t('iteration.next')"
          (click)="show(iteration() + 1)"
        >
          <pw-icon [path]="right" />
        </button>
      </span>
    } @else if (isBranch()) {
      <button
        class="pill named"
        type="button"
        aria-haspopup="menu"
        [attr.data-branch]="label().owner + ':' + label().branchIndex"
        [attr.aria-label]="texts.t('branch.label', { name: name(), step: texts.nameOf(step()) }) + outcome()"
        [title]="name()"
      >
        @if (isTaken()) {
          <pw-icon [path]="taken" />
        }
        <span>{{ name() }}</span>
      </button>
    } @else {
      <span class="pill" [class.bad]="label().location === 'INSIDE_ON_FAILURE_BRANCH'">
        @if (isTaken()) {
          <pw-icon [path]="taken" />
        }
        {{ name() }}<span class="pw-visually-hidden">{{ outcome() }}</span>
      </span>
    }
  `,
  styleUrl: './branch-label.scss',
  host: {
    class: 'f-drag-blocker',
    '[class.untaken]': 'isTaken() === false',
    '[style.width.px]': 'label().width',
    '[style.translate]': 'where()',
  },
})
export class BranchLabel {
  private readonly builder = inject(FlowBuilder);
  private readonly state = inject(CanvasState);
  protected readonly texts = inject(Texts);

  readonly label = input.required<Label>();
  readonly step = input.required<Step>();

  protected readonly left = mdiChevronLeft;
  protected readonly right = mdiChevronRight;
  protected readonly taken = mdiCheck;

  protected readonly where = computed(() => {
    const { x, y, width, height } = this.label();
    return `${x - width / 2}px ${y - height / 2}px`;
  });
  protected readonly isBranch = computed(() => this.label().branchIndex !== undefined);
  protected readonly name = computed(() => this.texts.branchOf(this.step(), this.label()));
  protected readonly isRenamed = computed(() => {
    const renaming = this.state.renaming();
    return this.isBranch() && renaming?.name === this.label().owner && renaming.branchIndex === this.label().branchIndex;
  });

  /** Whether the shown run went this way; undefined without a run, and where it is not decided. */
  protected readonly isTaken = computed(() => {
    if (!this.builder.run()) return undefined;
    const { owner, location, branchIndex } = this.label();
    return wasTaken(this.builder.results().get(owner), location, branchIndex);
  });
  protected readonly outcome = computed(() => {
    const isTaken = this.isTaken();
    return isTaken === undefined ? '' : `, ${this.texts.t(isTaken ? 'branch.taken' : 'branch.untaken')}`;
  });

  protected readonly iterations = computed(() => {
    if (this.label().location !== 'INSIDE_LOOP' || !this.builder.run()) return 0;
    return iterationsOf(this.builder.results().get(this.label().owner)).length;
  });
  protected readonly iteration = computed(() => this.builder.iterations().get(this.label().owner) ?? this.iterations() - 1);

  protected show(iteration: number): void {
    this.builder.iterations.update((chosen) => new Map(chosen).set(this.label().owner, iteration));
  }

  protected renamed(name: string): void {
    this.state.renaming.set(null);
    this.builder.edit(...branchRenaming(this.step() as Action, this.label().branchIndex ?? 0, name));
  }
}
