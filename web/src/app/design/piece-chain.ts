import { Component, computed, inject, input } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Language } from './language';
import { PieceIcon } from './piece-icon';
import { Pieces } from './pieces';
import type { StepBrief } from './step-tree';

/** What a flow is made of, as a row of icons: each piece and kind of step once, in order of use, the rest as a number. */
@Component({
  selector: 'pw-piece-chain',
  imports: [PieceIcon],
  template: `
    @for (step of shown(); track $index) {
      <pw-piece-icon [kind]="step.kind" [piece]="step.piece" />
    }
    @if (more() > 0) {
      <span class="more">+{{ more() }}</span>
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 4px;
    }
    .more {
      padding-left: 2px;
      color: var(--pw-text-soft);
      font-size: 12px;
      font-weight: 550;
    }
  `,
  host: { role: 'img', '[attr.aria-label]': 'names()', '[attr.title]': 'names()' },
})
export class PieceChain {
  private readonly pieces = inject(Pieces);
  private readonly transloco = inject(TranslocoService);
  private readonly language = inject(Language);

  readonly steps = input.required<StepBrief[]>();
  readonly limit = input(5);

  private readonly distinct = computed(() => {
    const seen = new Map(this.steps().map((step) => [`${step.kind} ${step.piece}`, step]));
    return [...seen.values()];
  });
  // One icon takes no more room than the number that would stand for it.
  protected readonly shown = computed(() => {
    const all = this.distinct();
    return all.length <= this.limit() ? all : all.slice(0, this.limit() - 1);
  });
  protected readonly more = computed(() => this.distinct().length - this.shown().length);
  protected readonly names = computed(() => {
    this.language.current();
    return this.distinct()
      .map((step) =>
        step.kind === 'PIECE' ? this.pieces.displayName(step.piece) : this.transloco.translate<string>(`flows.kind.${step.kind}`),
      )
      .join(', ');
  });
}
