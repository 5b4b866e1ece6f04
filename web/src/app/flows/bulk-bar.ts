import { Component, input, output } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiFolderMoveOutline, mdiPauseCircleOutline, mdiPlayCircleOutline, mdiTrashCanOutline, mdiTrayArrowDown } from '@mdi/js';
import { Icon } from '../design/icon';

export type BulkCommand = 'enable' | 'disable' | 'move' | 'export' | 'delete';

/** What can be done with the flows that are selected. */
@Component({
  selector: 'pw-bulk-bar',
  imports: [Icon, MatButtonModule, TranslocoDirective],
  template: `
    <div role="toolbar" *transloco="let t" [attr.aria-label]="t('flows.withSelected')">
      @for (each of commands; track each.command) {
        <button
          mat-button
          type="button"
          [class.delete]="each.command === 'delete'"
          [disabled]="isBusy()"
          [attr.aria-label]="t('flows.bulk.' + each.command)"
          [title]="t('flows.bulk.' + each.command)"
          (click)="commanded.emit(each.command)"
        >
          <span class="item"
            ><pw-icon [path]="each.icon" /><span class="word">{{ t('flows.bulk.' + each.command) }}</span></span
          >
        </button>
      }
    </div>
  `,
  styles: `
    div {
      display: flex;
      flex-wrap: nowrap;
      gap: 2px;
    }
    .item {
      --pw-icon-size: 18px;
      display: inline-flex;
      gap: 6px;
      align-items: center;
    }
    .delete .item {
      color: var(--pw-bad);
    }
    @media (max-width: 1060px) {
      button {
        min-width: 40px;
        padding: 0 8px;
      }
      .word {
        display: none;
      }
    }
  `,
})
export class BulkBar {
  readonly isBusy = input(false);
  readonly commanded = output<BulkCommand>();

  protected readonly commands: { command: BulkCommand; icon: string }[] = [
    { command: 'enable', icon: mdiPlayCircleOutline },
    { command: 'disable', icon: mdiPauseCircleOutline },
    { command: 'move', icon: mdiFolderMoveOutline },
    { command: 'export', icon: mdiTrayArrowDown },
    { command: 'delete', icon: mdiTrashCanOutline },
  ];
}
