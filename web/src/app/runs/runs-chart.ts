import { Component, computed, inject, input } from '@angular/core';
import { MatTooltipModule } from '@angular/material/tooltip';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { TimeCount } from '../api/schema';
import { Language } from '../design/language';
import { type Bar, KINDS, axisTop, barUnit, barsOf } from './chart-bars';
import type { Span } from './run-filter';

const HEIGHT = 96;

/** Runs over time as stacked bars; screen readers get a table of the same numbers. */
@Component({
  selector: 'pw-runs-chart',
  imports: [MatTooltipModule, TranslocoDirective],
  templateUrl: './runs-chart.html',
  styleUrl: './runs-chart.scss',
})
export class RunsChart {
  readonly times = input.required<readonly TimeCount[]>();
  readonly span = input.required<Span>();
  readonly now = input.required<number>();

  private readonly language = inject(Language);
  private readonly transloco = inject(TranslocoService);

  protected readonly kinds = KINDS;
  protected readonly height = HEIGHT;
  protected readonly unit = computed(() => barUnit(this.span(), this.now()));
  protected readonly bars = computed(() => barsOf(this.times(), this.span(), this.now()));
  protected readonly filled = computed(() => this.bars().filter((bar) => bar.total > 0));
  protected readonly top = computed(() => axisTop(Math.max(0, ...this.bars().map((bar) => bar.total))));
  protected readonly totals = computed(() => KINDS.map((kind) => ({ kind, count: this.bars().reduce((sum, bar) => sum + bar[kind], 0) })));
  protected readonly ticks = computed(() => {
    const bars = this.bars();
    const middle = bars[Math.floor((bars.length - 1) / 2)];
    return [bars[0], middle, bars.at(-1)].flatMap((bar) => (bar ? [this.time(bar)] : []));
  });

  /** The parts of a bar from below to above, in percent of the chart. */
  protected parts(bar: Bar): { kind: string; size: number }[] {
    return KINDS.filter((kind) => bar[kind] > 0).map((kind) => ({ kind, size: (bar[kind] / this.top()) * 100 }));
  }

  protected time(bar: Bar): string {
    const language = this.language.current();
    const date = new Date(bar.start);
    if (this.unit() === 'day') return new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short' }).format(date);
    return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }).format(date);
  }

  protected words(bar: Bar): string {
    this.language.current();
    const counts = KINDS.filter((kind) => bar[kind] > 0).map((kind) => `${this.transloco.translate(`runs.kinds.${kind}`)}: ${bar[kind]}`);
    return `${this.time(bar)} — ${counts.join(', ')}`;
  }
}
