import { Component, computed, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { lookOf } from '../../design/status-chip';
import { DurationPipe } from '../../design/when';
import { type LoopPath, type RunSteps, type TimelineEntry, timelineOf } from './run-tree';

export interface ChosenStep {
  name: string;
  path: LoopPath;
}

const MOST = 400;

/** The steps of a run over its time: a bar for each, at its place. A click chooses a step. */
@Component({
  selector: 'pw-run-timeline',
  imports: [DurationPipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="axis" aria-hidden="true">
        @for (part of [0, 0.25, 0.5, 0.75, 1]; track part) {
          <span>{{ total() * part | duration }}</span>
        }
      </div>
      <ol [attr.aria-label]="t('runView.timeline')">
        @for (bar of bars(); track $index) {
          <li>
            <button
              type="button"
              [attr.aria-current]="isChosen(bar) ? 'step' : null"
              (click)="choose.emit({ name: bar.name, path: bar.path })"
            >
              <span class="name" [style.padding-left.px]="8 + bar.path.length * 12"
                >{{ nameOf(bar) }} <span class="pw-visually-hidden">{{ t('status.' + bar.status) }}</span></span
              >
              <span class="track">
                @if (bar.waited) {
                  <span class="waited" [style.left.%]="percent(bar.start - bar.waited)" [style.width.%]="percent(bar.waited)"></span>
                }
                <span class="bar" [class]="tone(bar)" [style.left.%]="percent(bar.start)" [style.width.%]="percent(bar.duration)"></span>
              </span>
              <span class="duration">{{ bar.duration | duration }}</span>
            </button>
          </li>
        }
      </ol>
      @if (entries().length > bars().length) {
        <p>{{ t('runView.timelineCut', { count: bars().length }) }}</p>
      }
    </ng-container>
  `,
  styleUrl: './run-timeline.scss',
})
export class RunTimeline {
  readonly steps = input.required<RunSteps>();
  /** When the run began, in milliseconds since 1970. */
  readonly begin = input.required<number>();
  /** The run's length in milliseconds, if it is known: the axis is at least as long. */
  readonly length = input<number | null>(null);
  /** The present, for steps that still run. */
  readonly now = input<number | null>(null);
  /** What people call the steps: the flow's display names by step name. */
  readonly displayNames = input<Readonly<Record<string, string>>>({});
  readonly chosen = input<ChosenStep | null>(null);
  readonly choose = output<ChosenStep>();

  protected readonly entries = computed(() => timelineOf(this.steps(), this.begin(), this.now() ?? this.begin(), MOST + 1));
  protected readonly bars = computed(() => this.entries().slice(0, MOST));
  protected readonly total = computed(() =>
    Math.max(1, this.length() ?? 0, ...this.entries().map((entry) => entry.start + entry.duration)),
  );

  protected percent(time: number): number {
    return Math.min(Math.max((time / this.total()) * 100, 0), 100);
  }

  protected nameOf(entry: TimelineEntry): string {
    const name = this.displayNames()[entry.name] ?? entry.name;
    const around = entry.path.at(-1);
    return around ? `${name} · ${around[1] + 1}` : name;
  }

  protected tone(entry: TimelineEntry): string {
    return lookOf(entry.status).tone;
  }

  protected isChosen(entry: TimelineEntry): boolean {
    const chosen = this.chosen();
    return chosen?.name === entry.name && JSON.stringify(chosen.path) === JSON.stringify(entry.path);
  }
}
