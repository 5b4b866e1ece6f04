/** The bars of the chart of runs over time. Pure functions. */
import type { TimeCount } from '../api/schema';
import { FAILED_STATUSES, type Span, intervalOf } from './run-filter';

export const KINDS = ['succeeded', 'failed', 'other'] as const;
export type Kind = (typeof KINDS)[number];
export type BarUnit = 'minute' | 'hour' | 'day';

export interface Bar {
  /** Milliseconds since 1970: a full minute, hour or day of the user's time zone. */
  start: number;
  end: number;
  succeeded: number;
  failed: number;
  other: number;
  total: number;
}

const HOUR = 3_600_000;

/** What one bar stands for, so that there are at most about ninety. */
export function barUnit(span: Span, now: number): BarUnit {
  const length = (span.before ?? now) - span.after;
  if (length <= 1.5 * HOUR) return 'minute';
  return length <= 75 * HOUR ? 'hour' : 'day';
}

/** The beginning of the bar that a moment falls into. */
export function barStart(time: number, unit: BarUnit): number {
  const date = new Date(time);
  if (unit === 'day') date.setHours(0, 0, 0, 0);
  else if (unit === 'hour') date.setMinutes(0, 0, 0);
  else date.setSeconds(0, 0);
  return date.getTime();
}

/** The beginning of the next bar; days are as long as the clocks make them. */
export function nextBar(start: number, unit: BarUnit): number {
  const date = new Date(start);
  if (unit === 'day') date.setDate(date.getDate() + 1);
  else date.setTime(start + (unit === 'hour' ? HOUR : 60_000));
  return date.getTime();
}

export function kindOfStatus(status: string): Kind {
  if (status === 'SUCCEEDED') return 'succeeded';
  return FAILED_STATUSES.some((failed) => failed === status) ? 'failed' : 'other';
}

/** A bar for every unit of the span, the empty ones too. `most`: bars beyond it are left out at the beginning. */
export function barsOf(times: readonly TimeCount[], span: Span, now: number, most = 400): Bar[] {
  const unit = barUnit(span, now);
  const bars = new Map<number, Bar>();
  const end = span.before ?? now;
  for (let start = barStart(span.after, unit); start <= end; start = nextBar(start, unit)) {
    bars.set(start, { start, end: nextBar(start, unit), succeeded: 0, failed: 0, other: 0, total: 0 });
  }
  // The API's days are those of UTC: by their noon they become the user's days of the same name.
  const shift = intervalOf(span, now) === 'DAY' ? 12 * HOUR : 0;
  for (const { start, counts } of times) {
    const bar = bars.get(barStart(Math.min(Math.max(Date.parse(start) + shift, span.after), end), unit));
    if (!bar) continue;
    for (const [status, count] of Object.entries(counts)) {
      bar[kindOfStatus(status)] += count;
      bar.total += count;
    }
  }
  return [...bars.values()].slice(-most);
}

/** The top of the axis: the next 1, 2 or 5 with zeros. */
export function axisTop(highest: number): number {
  if (highest <= 1) return Math.max(highest, 1);
  const size = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 5, 10].map((factor) => factor * size).find((top) => top >= highest) ?? highest;
}
