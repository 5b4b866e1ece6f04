import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Notify } from '../../design/notify';
import type { TriggerEvent } from '../../api/schema';
import { DateTimePipe, RelativeTimePipe } from '../../design/when';
import { preview } from '../data/values';
import { TriggerTests } from './trigger-tests';

/** What the trigger received in the past; one of these events can be the sample. */
@Component({
  selector: 'pw-event-list',
  imports: [DateTimePipe, RelativeTimePipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (tests.events()?.length) {
        <fieldset>
          <legend>{{ t('stepTest.events') }}</legend>
          @for (event of tests.events(); track event.id) {
            <label [title]="event.created | dateTime">
              <input type="radio" name="pw-sample-event" [checked]="event.id === chosen()" (change)="use(event)" />
              <span class="when">{{ event.created | relativeTime }}</span>
              <span class="what">{{ text(event) }}</span>
            </label>
          }
        </fieldset>
      }
    </ng-container>
  `,
  styles: `
    fieldset {
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      padding: 0 0 6px;
      font-weight: 620;
    }
    label {
      display: flex;
      align-items: center;
      gap: 10px;
      padding: 6px 8px;
      border-radius: var(--pw-radius-small);
      font-size: 13px;
      cursor: pointer;
    }
    label:hover {
      background: var(--pw-ground);
    }
    input {
      flex: none;
      margin: 0;
      accent-color: var(--pw-accent);
    }
    .when {
      flex: none;
      min-width: 96px;
    }
    .what {
      min-width: 0;
      overflow: hidden;
      color: var(--pw-text-soft);
      font-family: var(--pw-mono);
      font-size: 12px;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
  `,
})
export class EventList {
  private readonly notify = inject(Notify);
  protected readonly tests = inject(TriggerTests);

  /** The trigger's sample, to find the event that it came from. */
  readonly sample = input<unknown>();

  protected readonly chosen = computed(() => {
    const sample = JSON.stringify(this.sample());
    return this.tests.events()?.find((event) => JSON.stringify(event.payload) === sample)?.id;
  });

  /** Of a call what its sender sent; the rest of it is much the same each time. */
  protected text({ payload }: TriggerEvent): string {
    const call = payload as { body?: unknown; method?: unknown; queryParams?: unknown } | null;
    if (typeof call !== 'object' || call === null || !('body' in call && 'method' in call)) return preview(payload);
    const isEmpty = JSON.stringify(call.body) === '{}';
    return `${String(call.method)} ${preview(isEmpty ? call.queryParams : call.body)}`;
  }

  protected use(event: TriggerEvent): void {
    void this.notify.attempt(() => this.tests.use(event));
  }
}
