import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiChevronLeft, mdiChevronRight, mdiRepeat } from '@mdi/js';
import { Icon } from '../../design/icon';
import { FlowBuilder } from '../flow-builder';
import { iterationsOf } from '../model/run-results';
import { pathTo } from '../model/tree';

interface Loop {
  name: string;
  displayName: string;
  count: number;
  /** From 0. */
  chosen: number;
}

/** Which iteration of each loop around a step is shown. */
@Component({
  selector: 'pw-iterations',
  imports: [Icon, MatButtonModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @for (loop of loops(); track loop.name) {
        <div class="loop" role="group" [attr.aria-label]="t('runMode.iterationOf', { loop: loop.displayName })">
          <pw-icon [path]="icons.loop" />
          <span class="name">{{ loop.displayName }}</span>
          <button
            mat-icon-button
            [disabled]="loop.chosen === 0"
            [attr.aria-label]="t('runMode.iterationBefore')"
            (click)="choose(loop, loop.chosen - 1)"
          >
            <pw-icon [path]="icons.before" />
          </button>
          <span class="place" aria-live="polite">{{ t('runMode.iteration', { number: loop.chosen + 1, count: loop.count }) }}</span>
          <button
            mat-icon-button
            [disabled]="loop.chosen >= loop.count - 1"
            [attr.aria-label]="t('runMode.iterationAfter')"
            (click)="choose(loop, loop.chosen + 1)"
          >
            <pw-icon [path]="icons.after" />
          </button>
        </div>
      }
    </ng-container>
  `,
  styles: `
    .loop {
      --pw-icon-size: 18px;
      display: flex;
      align-items: center;
      gap: 6px;
      padding: 2px 4px 2px 10px;
      border-radius: var(--pw-radius-small);
      background: var(--pw-ground);
    }
    .loop + .loop {
      margin-top: 4px;
    }
    .name {
      flex: 1;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .place {
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }
  `,
})
export class Iterations {
  private readonly builder = inject(FlowBuilder);
  /** The step's name. */
  readonly step = input.required<string>();

  protected readonly icons = { loop: mdiRepeat, before: mdiChevronLeft, after: mdiChevronRight };
  protected readonly loops = computed<Loop[]>(() => {
    const trigger = this.builder.shown()?.trigger;
    const around = trigger ? (pathTo(trigger, this.step()) ?? []).filter(({ slot }) => slot.location === 'INSIDE_LOOP') : [];
    return around.flatMap(({ step }) => {
      const count = iterationsOf(this.builder.results().get(step.name)).length;
      const chosen = Math.min(this.builder.iterations().get(step.name) ?? count - 1, count - 1);
      return count > 0 ? [{ name: step.name, displayName: step.displayName, count, chosen }] : [];
    });
  });

  protected choose(loop: Loop, iteration: number): void {
    this.builder.iterations.update((chosen) => new Map(chosen).set(loop.name, iteration));
  }
}
