import { Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiArrowDown, mdiArrowUp } from '@mdi/js';
import { Icon } from '../../design/icon';
import { IconButton } from '../../design/icon-button';

/** Moves one of several things, up or down by one place. */
@Component({
  selector: 'pw-move-buttons',
  imports: [Icon, IconButton, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <button [pwIconButton]="upLabel()" [hint]="t('stepSettings.up')" [disabled]="!canMoveUp()" (click)="moved.emit(-1)">
        <pw-icon [path]="icons.up" />
      </button>
      <button [pwIconButton]="downLabel()" [hint]="t('stepSettings.down')" [disabled]="!canMoveDown()" (click)="moved.emit(1)">
        <pw-icon [path]="icons.down" />
      </button>
    </ng-container>
  `,
  styles: `
    @use './fields' as fields;
    :host {
      display: contents;
    }
    button {
      @include fields.tool-button;
    }
  `,
})
export class MoveButtons {
  readonly upLabel = input.required<string>();
  readonly downLabel = input.required<string>();
  readonly canMoveUp = input.required<boolean>();
  readonly canMoveDown = input.required<boolean>();
  /** By how many places. */
  readonly moved = output<-1 | 1>();

  protected readonly icons = { up: mdiArrowUp, down: mdiArrowDown };
}
