import { Component, DestroyRef, computed, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiAlertOutline, mdiCheckCircleOutline } from '@mdi/js';
import { Api, ok } from '../api/api';
import type { RuntimeHealth } from '../api/schema';
import { Icon } from '../design/icon';
import { Language } from '../design/language';
import { ProblemText } from '../design/notify';
import { PageHeader } from '../design/page-header';
import { duration } from '../design/when';
import { bytes, findings, waited } from './verdict';

const REFRESH_MS = 3000;

/** Whether the server can do its work, in a sentence, and below it the numbers behind that. It looks again while somebody looks at it. */
@Component({
  selector: 'pw-health-page',
  imports: [Icon, MatButtonModule, PageHeader, TranslocoDirective],
  templateUrl: './health-page.html',
  styleUrl: './health-page.scss',
})
export class HealthPage {
  private readonly api = inject(Api);
  private readonly language = inject(Language);
  private readonly problems = inject(ProblemText);

  protected readonly states = ['queued', 'running', 'delayed', 'paused'] as const;
  protected readonly icons = { good: mdiCheckCircleOutline, warn: mdiAlertOutline, bad: mdiAlertCircleOutline };
  /** The last answer stays while the next is on its way, and when none comes. */
  protected readonly health = signal<RuntimeHealth | null>(null);
  protected readonly failure = signal('');
  protected readonly findings = computed(() => {
    const health = this.health();
    return health ? findings(health) : [];
  });
  protected readonly tone = computed(() => {
    if (this.failure() || this.findings().some((finding) => finding.urgent)) return 'bad';
    return this.findings().length ? 'warn' : 'good';
  });

  constructor() {
    void this.look();
    const timer = setInterval(() => document.visibilityState === 'visible' && void this.look(), REFRESH_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected uptime(health: RuntimeHealth): string {
    const days = Math.floor((Date.parse(health.checkedAt) - Date.parse(health.startedAt)) / 86_400_000);
    const unit = new Intl.NumberFormat(this.language.current(), { style: 'unit', unit: 'day', unitDisplay: 'long' });
    return days ? unit.format(days) : this.time(1000 * Math.floor((Date.parse(health.checkedAt) - Date.parse(health.startedAt)) / 1000));
  }

  protected waited(health: RuntimeHealth): string {
    return health.queue.oldestQueuedAt ? this.time(waited(health)) : '–';
  }

  protected slots(health: RuntimeHealth): number {
    return health.workers.reduce((sum, worker) => sum + worker.slots, 0);
  }

  protected size(count: number): string {
    return bytes(count, this.language.current());
  }

  protected share(part: number, whole: number): number {
    return whole ? Math.min(100, (100 * part) / whole) : 0;
  }

  protected number(value: number): string {
    return new Intl.NumberFormat(this.language.current(), { maximumFractionDigits: 0 }).format(value);
  }

  protected async look(): Promise<void> {
    try {
      this.health.set(await ok(this.api.GET('/health/runtime')));
      this.failure.set('');
    } catch (error) {
      this.failure.set(this.problems.of(error));
    }
  }

  private time(milliseconds: number): string {
    return duration(milliseconds, this.language.current());
  }
}
