import { Component, computed, inject, input, linkedSignal, output, signal } from '@angular/core';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertOutline, mdiInformationOutline, mdiLightbulbOutline } from '@mdi/js';
import { Icon } from '../../../design/icon';
import { TemplateInput, type ValueKind } from '../../data/template-input';
import type { PropertySetting } from '../../model/step';
import { defaultValue } from '../model/defaults';
import { textOf } from '../model/json-text';
import { type Properties, type Property, isDynamic, isText } from '../model/metadata';
import { isNumberText, numberOrText } from '../model/numbers';
import { ArrayField } from './array-field';
import { ChoiceList } from './choice-list';
import { ComputedChoice } from './computed-choice';
import { DateField } from './date-field';
import { FileField } from './file-field';
import { JsonField } from './json-field';
import { Markdown } from '../../../design/markdown';
import { MarkdownVariables } from './markdown-variables';
import { ObjectField } from './object-field';
import { PropertyGroup } from './property-group';
import { SecretField } from './secret-field';

const LONG_DESCRIPTION = 150;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** What an expression in the place of a field's value should give. */
const KINDS: Record<string, ValueKind> = {
  NUMBER: 'number',
  CHECKBOX: 'boolean',
  DATE_TIME: 'date',
  ARRAY: 'array',
  MULTI_SELECT_DROPDOWN: 'array',
  STATIC_MULTI_SELECT_DROPDOWN: 'array',
  OBJECT: 'object',
  DYNAMIC: 'object',
  FILE: 'file',
  JSON: 'any',
  CUSTOM: 'any',
  DATE_RANGE: 'object',
};

/** One field of a piece's form: its name, its input after its kind, its help, and the switch to an expression. */
@Component({
  selector: 'pw-property-field',
  imports: [
    ArrayField,
    ChoiceList,
    ComputedChoice,
    DateField,
    FileField,
    Icon,
    JsonField,
    Markdown,
    MatCheckboxModule,
    ObjectField,
    PropertyGroup,
    SecretField,
    TemplateInput,
    TranslocoDirective,
  ],
  templateUrl: './property-field.html',
  styleUrl: './property-field.scss',
  host: { '[attr.data-field]': 'isTop() ? name() : null' },
})
export class PropertyField {
  private readonly variables = inject(MarkdownVariables);

  readonly name = input.required<string>();
  readonly property = input.required<Property>();
  readonly value = input<unknown>();
  readonly setting = input<PropertySetting>();
  /** Whether it is a field of the step itself: only those have settings of their own. */
  readonly isTop = input(false);
  readonly disabled = input(false);
  readonly valueChange = output<unknown>();
  readonly settingChange = output<PropertySetting>();

  protected readonly icons = { INFO: mdiInformationOutline, WARNING: mdiAlertOutline, TIP: mdiLightbulbOutline };
  protected readonly text = computed(() => textOf(this.value()));
  /** The kind of the input. A computed dropdown inside a group cannot be asked for: it takes an expression or a text. */
  protected readonly control = computed(() => {
    const { type } = this.property();
    if (this.isExpression()) return 'EXPRESSION';
    if (!this.isTop() && (type === 'DROPDOWN' || type === 'MULTI_SELECT_DROPDOWN' || type === 'DYNAMIC')) return 'EXPRESSION';
    if (type === 'CUSTOM' || type === 'DATE_RANGE') return 'JSON';
    return type;
  });
  protected readonly isExpression = linkedSignal(() => isDynamic(this.property(), this.value(), this.setting()));
  protected readonly canSwitch = computed(() => {
    const property = this.property();
    return !isText(property) && property.type !== 'MARKDOWN' && property.type !== 'SECRET_TEXT';
  });
  protected readonly kind = computed<ValueKind>(() => KINDS[this.property().type] ?? 'text');
  /** An object may be empty, and a group's fields are marked themselves. */
  protected readonly isMarked = computed(() => {
    const { required, type } = this.property();
    return required === true && type !== 'OBJECT' && type !== 'DYNAMIC';
  });
  protected readonly schema = computed(() => this.setting()?.schema as Properties | undefined);
  protected readonly isBadNumber = computed(() => this.property().type === 'NUMBER' && !isNumberText(this.text()));
  protected readonly colour = computed(() => (COLOUR.test(this.text()) ? this.text() : '#000000'));
  protected readonly isLong = computed(() => (this.property().description?.length ?? 0) > LONG_DESCRIPTION);
  protected readonly isOpen = signal(false);
  protected readonly words = computed(() => this.variables.filled(this.property().description ?? ''));
  protected readonly variant = computed(() => this.property().variant ?? 'INFO');
  protected readonly variantIcon = computed(() => (this.icons as Record<string, string>)[this.variant()] ?? '');

  protected typed(text: string): void {
    if (text === this.text()) return;
    this.valueChange.emit(this.property().type === 'NUMBER' ? numberOrText(text) : text);
  }

  protected schemaArrived({ schema, value }: { schema: Properties; value: Record<string, unknown> }): void {
    this.settingChange.emit({ type: 'MANUAL', ...this.setting(), schema });
    this.valueChange.emit(value);
  }

  /** From a value to an expression, or back. */
  protected switch(): void {
    const toExpression = !this.isExpression();
    const value = toExpression ? this.text() : this.backToValue();
    if (this.isTop()) {
      const { schema } = this.setting() ?? {};
      const type = toExpression ? 'DYNAMIC' : 'MANUAL';
      this.settingChange.emit(schema === undefined ? { type } : { type, schema });
    }
    this.valueChange.emit(value);
    this.isExpression.set(toExpression);
  }

  private backToValue(): unknown {
    const text = this.text();
    if (text.trim() === '' || text.includes('{{')) return defaultValue(this.property());
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
}
