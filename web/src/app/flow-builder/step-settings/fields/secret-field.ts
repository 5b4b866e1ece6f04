import { Component, computed, input, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiEyeOffOutline, mdiEyeOutline } from '@mdi/js';
import { Icon } from '../../../design/icon';
import { textOf } from '../model/json-text';

/** A text that is not to be read over somebody's shoulder. */
@Component({
  selector: 'pw-secret-field',
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <input
        autocomplete="off"
        spellcheck="false"
        [type]="isShown() ? 'text' : 'password'"
        [attr.aria-label]="label()"
        [disabled]="disabled()"
        [value]="text()"
        (input)="valueChange.emit($any($event.target).value)"
      />
      <button
        type="button"
        [attr.aria-pressed]="isShown()"
        [attr.aria-label]="t('stepSettings.showSecret', { name: label() })"
        (click)="isShown.set(!isShown())"
      >
        <pw-icon [path]="isShown() ? icons.hide : icons.show" />
      </button>
    </ng-container>
  `,
  styles: `
    @use '../fields' as fields;
    :host {
      position: relative;
      display: block;
    }
    input {
      @include fields.box;
      padding-right: 40px;
    }
    button {
      @include fields.quiet-button;
      position: absolute;
      top: 4px;
      right: 4px;
    }
  `,
})
export class SecretField {
  readonly value = input<unknown>();
  readonly label = input.required<string>();
  readonly disabled = input(false);
  readonly valueChange = output<string>();

  protected readonly icons = { show: mdiEyeOutline, hide: mdiEyeOffOutline };
  protected readonly isShown = signal(false);
  protected readonly text = computed(() => textOf(this.value()));
}
