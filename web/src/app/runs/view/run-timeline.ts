import { Component, computed, input, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiChevronDown, mdiChevronRight, mdiEmailAlertOutline, mdiHeartBroken } from '@mdi/js';
import type { RunTimeline as Timeline } from '../../api/schema';
import { Icon } from '../../design/icon';
import { lookOf } from '../../design/status-chip';
import { ClockPipe, DateTimePipe, DurationPipe } from '../../design/when';
import { type StepPlace, placeOf, titleOf } from './step-place';
import { type StepRow, type Stretch, rowsOf } from './timeline-rows';

const MOST = 400;

/**
 * A run over time: when it waited for a worker and was driven, each attempt at each step, the waiting between them, and the responses that
 * nobody got. Long pauses are broken out of the axis. A step's name chooses it; its attempts can be opened below it.
 */
@Component({
  selector: 'pw-run-timeline',
  imports: [ClockPipe, DateTimePipe, DurationPipe, Icon, TranslocoDirective],
  templateUrl: './run-timeline.html',
  styleUrl: './run-timeline.scss',
})
export class RunTimeline {
  readonly timeline = input.required<Timeline>();
  /** The present, for what is not over. */
  readonly now = input.required<number>();
  /** What people call the steps: the flow's display names by step name. */
  readonly displayNames = input<Readonly<Record<string, string>>>({});
  readonly choose = output<StepPlace>();

  protected readonly icons = { open: mdiChevronDown, closed: mdiChevronRight, lives: mdiHeartBroken, lost: mdiEmailAlertOutline };
  protected readonly rows = computed(() => rowsOf(this.timeline(), this.now()));
  protected readonly steps = computed(() => this.rows().steps.slice(0, MOST));
  protected readonly breaks = computed(() => this.rows().axis.filter((part) => part.isBreak));
  /** Where the tracks are striped, as a mask. */
  protected readonly mask = computed(() => {
    const stops = this.breaks().flatMap(({ left, width }) => [
      `transparent ${left}%`,
      `black ${left}% ${left + width}%`,
      `transparent ${left + width}%`,
    ]);
    return stops.length > 0 ? `linear-gradient(90deg, transparent, ${stops.join(', ')})` : 'linear-gradient(transparent, transparent)';
  });
  protected readonly begin = computed(() => this.timeline().queuedAt);
  protected readonly end = computed(() => this.timeline().finishedAt ?? new Date(this.now()).toISOString());
  protected readonly left = computed(() => this.timeline().leftOut + Math.max(this.rows().steps.length - MOST, 0));
  /** The rows whose attempts are shown, by their places as text. */
  protected readonly opened = signal<ReadonlySet<string>>(new Set());

  protected toggle(key: string): void {
    const opened = new Set(this.opened());
    if (!opened.delete(key)) opened.add(key);
    this.opened.set(opened);
  }

  protected keyOf({ place }: StepRow): string {
    return [...place.path.map(([loop, iteration]) => `${loop}:${iteration}`), place.name].join('/');
  }

  protected title(place: StepPlace): string {
    return titleOf(place, this.displayNames());
  }

  protected titleAt(step: string): string {
    return this.title(placeOf(step));
  }

  /** Whether there is more to tell than the row itself shows. */
  protected hasMore({ attempts }: StepRow): boolean {
    return attempts.length > 1 || attempts.some((attempt) => attempt.message !== '');
  }

  protected classOf({ kind, status }: Stretch): string {
    return kind === 'attempt' || kind === 'around' ? `${kind} ${lookOf(status).tone}` : kind;
  }
}
