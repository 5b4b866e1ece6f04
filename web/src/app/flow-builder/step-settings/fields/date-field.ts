import { Component, type ElementRef, computed, inject, input, output, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiCalendarClockOutline } from '@mdi/js';
import { Icon } from '../../../design/icon';
import { Language } from '../../../design/language';
import { TemplateInput } from '../../data/template-input';
import { textOf } from '../model/json-text';

/** What `<input type="datetime-local">` shows for a moment, in the browser's time zone; empty for what is no date. */
export function toLocal(text: string): string {
  const time = Date.parse(text);
  if (text.includes('{{') || Number.isNaN(time)) return '';
  const date = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A moment: ISO text, picked from a calendar or typed, or an expression. */
@Component({
  selector: 'pw-date-field',
  imports: [Icon, TemplateInput, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="row">
        <pw-template-input
          kind="date"
          placeholder="2026-01-31T09:30:00Z"
          [label]="label()"
          [disabled]="disabled()"
          [value]="text()"
          (valueChange)="typed($event)"
        />
        <button type="button" [disabled]="disabled()" [attr.aria-label]="t('stepSettings.pickDate', { name: label() })" (click)="pick()">
          <pw-icon [path]="icon" />
        </button>
        <input
          #picker
          type="datetime-local"
          tabindex="-1"
          aria-hidden="true"
          [disabled]="disabled()"
          [value]="local()"
          (change)="picked(picker.value)"
        />
      </div>
      @if (spoken(); as spoken) {
        <p class="note">{{ t('stepSettings.inYourTime', { when: spoken }) }}</p>
      } @else if (text().trim() && !text().includes('{{')) {
        <p class="problem">{{ t('stepSettings.notADate') }}</p>
      }
    </ng-container>
  `,
  styles: `
    @use '../fields' as fields;
    .row {
      position: relative;
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 4px;
      align-items: start;
    }
    button {
      @include fields.quiet-button;
      --pw-icon-size: 20px;
      height: 36px;
    }
    input {
      position: absolute;
      right: 0;
      bottom: 0;
      width: 36px;
      height: 0;
      padding: 0;
      border: 0;
      opacity: 0;
      pointer-events: none;
    }
    .note {
      @include fields.note;
      margin-top: 4px;
    }
    .problem {
      @include fields.problem;
      margin-top: 4px;
    }
  `,
})
export class DateField {
  private readonly language = inject(Language);

  readonly value = input<unknown>();
  readonly label = input.required<string>();
  readonly disabled = input(false);
  readonly valueChange = output<string>();

  protected readonly icon = mdiCalendarClockOutline;
  private readonly picker = viewChild.required<ElementRef<HTMLInputElement>>('picker');
  protected readonly text = computed(() => textOf(this.value()));
  protected readonly local = computed(() => toLocal(this.text()));
  protected readonly spoken = computed(() =>
    this.local()
      ? new Intl.DateTimeFormat(this.language.current(), { dateStyle: 'full', timeStyle: 'short' }).format(new Date(this.text()))
      : '',
  );

  protected pick(): void {
    this.picker().nativeElement.showPicker();
  }

  protected picked(local: string): void {
    if (local) this.valueChange.emit(new Date(local).toISOString());
  }

  protected typed(text: string): void {
    if (text !== this.text()) this.valueChange.emit(text);
  }
}
