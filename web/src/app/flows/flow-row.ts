import { Component, computed, inject, input, output } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { MatMenuModule } from '@angular/material/menu';
import { type MatSlideToggleChange, MatSlideToggleModule } from '@angular/material/slide-toggle';
import { MatTooltipModule } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import {
  mdiAlertOutline,
  mdiContentCopy,
  mdiDotsVertical,
  mdiFolderMoveOutline,
  mdiFolderOutline,
  mdiPencilOutline,
  mdiShapeOutline,
  mdiTrashCanOutline,
  mdiTrayArrowDown,
} from '@mdi/js';
import type { PopulatedFlow, TriggerFailures } from '../api/schema';
import { Icon } from '../design/icon';
import { PieceChain } from '../design/piece-chain';
import { stepsOf } from '../design/step-tree';
import { ClockPipe, DateTimePipe, RelativeTimePipe } from '../design/when';
import { Session } from '../session/session';
import { type FlowStage, stageOf } from './flow-stage';

export type FlowCommand = 'rename' | 'duplicate' | 'move' | 'export' | 'saveTemplate' | 'delete';

/** One flow of the list: all of the row leads to it. */
@Component({
  selector: 'pw-flow-row',
  imports: [
    ClockPipe,
    DateTimePipe,
    Icon,
    MatButtonModule,
    MatCheckboxModule,
    MatMenuModule,
    MatSlideToggleModule,
    MatTooltipModule,
    PieceChain,
    RelativeTimePipe,
    RouterLink,
    TranslocoDirective,
  ],
  templateUrl: './flow-row.html',
  styleUrl: './flow-row.scss',
  host: { '[class.selected]': 'isSelected()' },
})
export class FlowRow {
  protected readonly session = inject(Session);

  readonly flow = input.required<PopulatedFlow>();
  readonly isSelected = input(false);
  /** The folder's name; empty when the list is that folder's own. */
  readonly folder = input('');
  readonly changedBy = input('');
  /** Of its trigger, where that fails. */
  readonly failures = input<TriggerFailures>();
  readonly selected = output<boolean>();
  readonly commanded = output<FlowCommand>();
  readonly statusWanted = output<PopulatedFlow['status']>();

  protected readonly steps = computed(() => stepsOf(this.flow().version.trigger));
  protected readonly stage = computed<FlowStage>(() => stageOf(this.flow()));
  protected readonly isEnabled = computed(() => this.flow().status === 'ENABLED');
  /** What is switched off does not fail, also before the server has told. */
  protected readonly failing = computed(() => (this.isEnabled() ? this.failures() : undefined));
  protected readonly icons = {
    copy: mdiContentCopy,
    delete: mdiTrashCanOutline,
    export: mdiTrayArrowDown,
    failing: mdiAlertOutline,
    folder: mdiFolderOutline,
    more: mdiDotsVertical,
    move: mdiFolderMoveOutline,
    rename: mdiPencilOutline,
    template: mdiShapeOutline,
  };

  /** The switch shows what the server says, not what was clicked. */
  protected wish(change: MatSlideToggleChange): void {
    change.source.checked = this.isEnabled();
    this.statusWanted.emit(this.isEnabled() ? 'DISABLED' : 'ENABLED');
  }
}
