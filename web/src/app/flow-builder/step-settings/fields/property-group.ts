import { Component, computed, effect, forwardRef, inject, input, output, resource, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ProblemText } from '../../../design/notify';
import { carriedOver } from '../model/defaults';
import { isRecord, isSame } from '../model/equality';
import type { Properties, Property } from '../model/metadata';
import { StepForm } from '../step-form';
import { ComputedOptions } from './computed-options';
import { type InputChange, PropertyForm } from './property-form';

const REST_MILLISECONDS = 250;

/** A group of fields that the piece computes. Its schema is kept with the step, so that the server can read the values by it. */
@Component({
  selector: 'pw-property-group',
  imports: [TranslocoDirective, forwardRef(() => PropertyForm)],
  template: `
    <ng-container *transloco="let t">
      @if (problem()) {
        <p class="problem" role="alert">
          {{ problem() }} <button type="button" (click)="loaded.reload()">{{ t('common.retry') }}</button>
        </p>
      }
      @if (hasFields()) {
        <pw-property-form
          class="fields"
          [properties]="fields()"
          [values]="record()"
          [disabled]="disabled()"
          (inputChange)="changed($event)"
        />
      } @else if (loaded.isLoading()) {
        <p class="note" role="status">{{ t('common.loading') }}</p>
      }
    </ng-container>
  `,
  styles: `
    @use '../fields' as fields;
    :host {
      display: block;
    }
    .fields {
      padding-left: 12px;
      border-left: 2px solid var(--pw-line);
    }
    .problem {
      @include fields.problem;
    }
    .problem button {
      padding: 0;
      border: 0;
      background: none;
      color: var(--pw-accent);
      font: inherit;
      text-decoration: underline;
      cursor: pointer;
    }
    .note {
      @include fields.note;
    }
  `,
  host: { '[class.empty]': '!hasFields() && !problem()' },
})
export class PropertyGroup {
  private readonly options = inject(ComputedOptions);
  private readonly form = inject(StepForm);
  private readonly problems = inject(ProblemText);

  readonly name = input.required<string>();
  readonly property = input.required<Property>();
  readonly value = input<unknown>();
  /** The fields as they were computed the last time. */
  readonly schema = input<Properties>();
  readonly disabled = input(false);
  readonly valueChange = output<Record<string, unknown>>();
  /** Other fields than before, with the values that go with them. */
  readonly schemaChange = output<{ schema: Properties; value: Record<string, unknown> }>();

  protected readonly loaded = resource({
    // A text, so that an edit of a field that does not matter here asks for nothing.
    params: () => JSON.stringify([this.name(), this.options.refreshersOf(this.property())]),
    loader: async ({ abortSignal, previous }) => {
      if (previous.status !== 'idle') await new Promise((resolve) => setTimeout(resolve, REST_MILLISECONDS));
      if (abortSignal.aborted) throw new DOMException('Superseded', 'AbortError');
      return untracked(() => this.options.fields(this.name(), abortSignal));
    },
  });
  protected readonly fields = computed<Properties>(() => (this.loaded.hasValue() ? this.loaded.value() : (this.schema() ?? {})));
  protected readonly hasFields = computed(() => Object.keys(this.fields()).length > 0);
  protected readonly record = computed(() => {
    const value = this.value();
    return isRecord(value) ? value : {};
  });
  protected readonly problem = computed(() => {
    const error = this.loaded.error();
    return error ? this.problems.of(error.cause ?? error) : '';
  });

  constructor() {
    effect(() => {
      const fields = this.loaded.hasValue() ? this.loaded.value() : undefined;
      if (fields) untracked(() => this.arrived(fields));
    });
  }

  protected changed({ name, value }: InputChange): void {
    const record = { ...this.record() };
    if (value === undefined) delete record[name];
    else record[name] = value;
    if (isSame(this.schema() ?? {}, this.fields())) this.valueChange.emit(record);
    else this.schemaChange.emit({ schema: this.fields(), value: record });
  }

  private arrived(fields: Properties): void {
    const before = this.schema();
    if (this.disabled() || isSame(before ?? {}, fields)) return;
    // To look at a step is no edit: its fields are noted when something is typed, or at once in a group that nobody has filled yet.
    if (!this.form.isTouched() && (before || Object.keys(this.record()).length > 0)) return;
    // A step without a schema came from elsewhere (an import, an API): its values count as they are.
    const value = before ? carriedOver(this.record(), before, fields) : { ...carriedOver({}, {}, fields), ...this.record() };
    this.schemaChange.emit({ schema: fields, value });
  }
}
