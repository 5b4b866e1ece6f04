import { Component, input, output } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiCheck, mdiClose, mdiContentCopy, mdiPlay, mdiTimerSand } from '@mdi/js';
import type { WaitpointView } from '../../api/schema';
import { Icon } from '../../design/icon';
import { type WaitAction, type WaitKind, actionsFor, isAnswer } from './waiting';
import { WaitsFor } from './waits-for';

export interface Waiting {
  waitpoint: WaitpointView;
  kind: WaitKind;
  /** What people call the step that waits. */
  step: string;
}

export interface ActOnWaiting {
  waiting: Waiting;
  action: WaitAction;
}

const MOST = 50;

/** Everything that a paused run waits for, with what one can do about each. */
@Component({
  selector: 'pw-waiting-list',
  imports: [Icon, MatButtonModule, TranslocoDirective, WaitsFor],
  template: `
    <section *transloco="let t" [attr.aria-label]="t('runView.waits.heading')">
      <h3><pw-icon [path]="icons.waits" />{{ t('runView.waits.heading') }}</h3>
      <ul>
        @for (each of waiting().slice(0, most); track each.waitpoint.id) {
          <li>
            <pw-waits-for [waitpoint]="each.waitpoint" [kind]="each.kind" [step]="each.step" />
            <span class="actions">
              @for (action of actionsFor(each.kind); track action) {
                <button
                  [matButton]="isAnswer(action) ? 'outlined' : 'text'"
                  type="button"
                  [disabled]="isBusy()"
                  [attr.aria-label]="t('runView.waits.action.' + action) + ': ' + each.step"
                  (click)="act.emit({ waiting: each, action })"
                >
                  <span class="pw-with-icon"><pw-icon [path]="icons[action]" />{{ t('runView.waits.action.' + action) }}</span>
                </button>
              }
            </span>
          </li>
        }
      </ul>
      @if (waiting().length > most) {
        <p>{{ t('runView.waits.others', { count: waiting().length - most }) }}</p>
      }
    </section>
  `,
  styles: `
    section {
      padding: 12px 16px;
      border-radius: var(--pw-radius);
      background: var(--pw-warn-soft);
    }
    h3 {
      --pw-icon-size: 18px;
      display: flex;
      gap: 8px;
      align-items: center;
      margin: 0 0 4px;
      color: var(--pw-warn);
    }
    ul {
      display: grid;
      gap: 12px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    pw-waits-for {
      display: grid;
      overflow-wrap: anywhere;
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      margin-top: 8px;
    }
  `,
})
export class WaitingList {
  readonly waiting = input.required<readonly Waiting[]>();
  /** Whether one of them is being answered. */
  readonly isBusy = input(false);
  readonly act = output<ActOnWaiting>();

  protected readonly most = MOST;
  protected readonly actionsFor = actionsFor;
  protected readonly isAnswer = isAnswer;
  protected readonly icons: Record<WaitAction | 'waits', string> = {
    waits: mdiTimerSand,
    resume: mdiPlay,
    approve: mdiCheck,
    disapprove: mdiClose,
    copyLink: mdiContentCopy,
    copyApprove: mdiContentCopy,
    copyDisapprove: mdiContentCopy,
  };
}
