import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import {
  mdiAlertCircleOutline,
  mdiCancel,
  mdiCheckCircleOutline,
  mdiCircleOutline,
  mdiClockAlertOutline,
  mdiClockOutline,
  mdiPauseCircleOutline,
  mdiProgressClock,
} from '@mdi/js';
import { Icon } from './icon';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';

interface Look {
  tone: Tone;
  icon: string;
}

const QUIET: Look = { tone: 'quiet', icon: mdiCircleOutline };
const LOOKS: Record<string, Look> = {
  SUCCEEDED: { tone: 'good', icon: mdiCheckCircleOutline },
  FAILED: { tone: 'bad', icon: mdiAlertCircleOutline },
  INTERNAL_ERROR: { tone: 'bad', icon: mdiAlertCircleOutline },
  QUOTA_EXCEEDED: { tone: 'bad', icon: mdiAlertCircleOutline },
  MEMORY_LIMIT_EXCEEDED: { tone: 'bad', icon: mdiAlertCircleOutline },
  LOG_SIZE_EXCEEDED: { tone: 'bad', icon: mdiAlertCircleOutline },
  TIMEOUT: { tone: 'bad', icon: mdiClockAlertOutline },
  RUNNING: { tone: 'busy', icon: mdiProgressClock },
  QUEUED: { tone: 'quiet', icon: mdiClockOutline },
  PAUSED: { tone: 'warn', icon: mdiPauseCircleOutline },
  CANCELED: { tone: 'quiet', icon: mdiCancel },
  STOPPED: { tone: 'quiet', icon: mdiCancel },
  // Connections.
  ACTIVE: { tone: 'good', icon: mdiCheckCircleOutline },
  ERROR: { tone: 'bad', icon: mdiAlertCircleOutline },
  MISSING: { tone: 'warn', icon: mdiAlertCircleOutline },
  // Triggers.
  WELL: { tone: 'good', icon: mdiCheckCircleOutline },
  LISTENING: { tone: 'good', icon: mdiCheckCircleOutline },
  FAILING: { tone: 'bad', icon: mdiAlertCircleOutline },
  AWAITED: { tone: 'quiet', icon: mdiClockOutline },
};

/** The tone and the icon of the status of a run, a step, a connection or a trigger. */
export function lookOf(status: string): Look {
  return LOOKS[status] ?? QUIET;
}

/** The status of a run, a step, a connection or a trigger: a word with its colour and its icon. */
@Component({
  selector: 'pw-status-chip',
  imports: [Icon, TranslocoDirective],
  template: `<span class="chip" [class]="look().tone" *transloco="let t"
    ><pw-icon [path]="look().icon" />{{ t('status.' + status()) }}</span
  >`,
  styles: `
    .chip {
      --pw-icon-size: 16px;
      display: inline-flex;
      align-items: center;
      gap: 5px;
      padding: 2px 9px 2px 6px;
      border-radius: 999px;
      font-size: 12.5px;
      font-weight: 550;
      line-height: 20px;
      white-space: nowrap;
      background: var(--pw-ground);
      color: var(--pw-text-soft);
    }
    .good {
      background: var(--pw-good-soft);
      color: var(--pw-good);
    }
    .bad {
      background: var(--pw-bad-soft);
      color: var(--pw-bad);
    }
    .warn {
      background: var(--pw-warn-soft);
      color: var(--pw-warn);
    }
    .busy {
      background: var(--pw-busy-soft);
      color: var(--pw-busy);
    }
  `,
})
export class StatusChip {
  readonly status = input.required<string>();
  protected readonly look = computed(() => lookOf(this.status()));
}
