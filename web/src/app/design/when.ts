/** Times and durations as people say them, in the language of the application. */
import { Pipe, type PipeTransform, inject } from '@angular/core';
import { Language } from './language';

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 minutes ago". `now` in milliseconds. */
export function relativeTime(iso: string, now: number, language: string): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return unit ? format.format(Math.trunc(seconds / unit[1]), unit[0]) : format.format(Math.abs(seconds) < 5 ? 0 : seconds, 'second');
}

/** "14:03:05" for a moment of today, "12 Nov, 14:03:05" for others. `now` in milliseconds. */
export function clock(iso: string, now: number, language: string): string {
  const [moment, today] = [new Date(iso), new Date(now)];
  const day = moment.toDateString() === today.toDateString() ? {} : ({ day: 'numeric', month: 'short' } as const);
  return new Intl.DateTimeFormat(language, { ...day, hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(moment);
}

/** "340 ms", "2.4 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". */
export function duration(milliseconds: number, language: string): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(seconds)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${hours} h ${minutes % 60} min`;
}

@Pipe({ name: 'relativeTime', pure: false })
export class RelativeTimePipe implements PipeTransform {
  private readonly language = inject(Language);

  transform(iso: string | null | undefined): string {
    return iso ? relativeTime(iso, Date.now(), this.language.current()) : '';
  }
}

@Pipe({ name: 'dateTime', pure: false })
export class DateTimePipe implements PipeTransform {
  private readonly language = inject(Language);

  transform(iso: string | null | undefined): string {
    return iso ? new Intl.DateTimeFormat(this.language.current(), { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(iso)) : '';
  }
}

@Pipe({ name: 'clock', pure: false })
export class ClockPipe implements PipeTransform {
  private readonly language = inject(Language);

  transform(iso: string | null | undefined): string {
    return iso ? clock(iso, Date.now(), this.language.current()) : '';
  }
}

@Pipe({ name: 'duration', pure: false })
export class DurationPipe implements PipeTransform {
  private readonly language = inject(Language);

  transform(milliseconds: number | null | undefined): string {
    return milliseconds === null || milliseconds === undefined ? '' : duration(milliseconds, this.language.current());
  }
}
