import { Component, computed, input, output } from '@angular/core';
import type { PropertySetting } from '../../model/step';
import type { Properties } from '../model/metadata';
import { PropertyField } from './property-field';

export interface InputChange {
  name: string;
  value: unknown;
}

export interface SettingChange {
  name: string;
  setting: PropertySetting;
}

/** The fields of a piece's action or trigger, of a group in it, or of one item of a list. */
@Component({
  selector: 'pw-property-form',
  imports: [PropertyField],
  template: `
    @for (field of fields(); track field.name) {
      <pw-property-field
        [name]="field.name"
        [property]="field.property"
        [value]="values()[field.name]"
        [setting]="settings()?.[field.name]"
        [isTop]="!!settings()"
        [disabled]="disabled()"
        (valueChange)="inputChange.emit({ name: field.name, value: $event })"
        (settingChange)="settingChange.emit({ name: field.name, setting: $event })"
      />
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 16px;
      min-width: 0;
    }
  `,
})
export class PropertyForm {
  readonly properties = input.required<Properties>();
  readonly values = input.required<Record<string, unknown>>();
  /** How each field is filled: only for the fields of the step itself, not for those inside them. */
  readonly settings = input<Record<string, PropertySetting | undefined>>();
  readonly disabled = input(false);
  readonly inputChange = output<InputChange>();
  readonly settingChange = output<SettingChange>();

  protected readonly fields = computed(() => Object.entries(this.properties()).map(([name, property]) => ({ name, property })));
}
