import { Component, ElementRef, Injector, afterNextRender, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiDeleteOutline } from '@mdi/js';
import { Icon } from '../../design/icon';
import { Notify } from '../../design/notify';
import type { TriggerEvent } from '../../api/schema';
import { DateTimePipe, RelativeTimePipe } from '../../design/when';
import { preview } from '../data/values';
import { TriggerTests } from './trigger-tests';

/** What the trigger received in the past; one of these events can be the sample. */
@Component({
  selector: 'pw-event-list',
  imports: [DateTimePipe, Icon, RelativeTimePipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (tests.events()?.length) {
        <fieldset>
          <legend>{{ t('stepTest.events') }}</legend>
          @for (event of tests.events(); track event.id) {
            <div>
              <label [title]="event.created | dateTime">
                <input type="radio" name="pw-sample-event" [checked]="event.id === chosen()" (change)="use(event)" />
                <span class="when">{{ event.created | relativeTime }}</span>
                <span class="what">{{ text(event) }}</span>
              </label>
              <button
                type="button"
                [attr.aria-label]="t('stepTest.removeEvent', { when: event.created | dateTime })"
                [title]="t('stepTest.remove')"
                (click)="remove(event, $index)"
              >
                <pw-icon [path]="icons.remove" />
              </button>
            </div>
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
    div {
      display: flex;
      align-items: center;
      border-radius: var(--pw-radius-small);
    }
    label {
      display: flex;
      flex: 1;
      min-width: 0;
      align-items: center;
      gap: 10px;
      padding: 6px 8px;
      font-size: 13px;
      cursor: pointer;
    }
    button {
      --pw-icon-size: 18px;
      display: grid;
      flex: none;
      place-items: center;
      width: 30px;
      height: 30px;
      border: 0;
      border-radius: var(--pw-radius-small);
      background: none;
      color: var(--pw-text-soft);
      cursor: pointer;
    }
    button:hover {
      color: var(--pw-bad);
    }
    div:hover {
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
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly injector = inject(Injector);
  protected readonly tests = inject(TriggerTests);
  protected readonly icons = { remove: mdiDeleteOutline };

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

  /** Whoever works with the keyboard goes on at the next event, or at the last one. */
  protected async remove(event: TriggerEvent, index: number): Promise<void> {
    if (!(await this.notify.attempt(() => this.tests.remove(event)))) return;
    afterNextRender(
      () => {
        const buttons = this.element.querySelectorAll('button');
        buttons[Math.min(index, buttons.length - 1)]?.focus();
      },
      { injector: this.injector },
    );
  }
}
