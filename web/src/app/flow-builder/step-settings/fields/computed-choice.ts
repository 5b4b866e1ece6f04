import { Component, computed, effect, inject, input, output, resource, signal, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ProblemText } from '../../../design/notify';
import { isSameChoice } from '../model/equality';
import type { Property } from '../model/metadata';
import { ChoiceList } from './choice-list';
import { ComputedOptions } from './computed-options';

const REST_MILLISECONDS = 250;

/** A dropdown whose choices the piece computes: anew when a field changes that it depends on, and while one searches, if it searches itself. */
@Component({
  selector: 'pw-computed-choice',
  imports: [ChoiceList, TranslocoDirective],
  template: `
    <pw-choice-list
      [choices]="choices()"
      [value]="value()"
      [multiple]="multiple()"
      [label]="property().displayName"
      [placeholder]="state()?.placeholder ?? ''"
      [disabled]="disabled() || (state()?.disabled ?? false)"
      [clearable]="!property().required"
      [loading]="loaded.isLoading()"
      [problem]="problem()"
      [searchesElsewhere]="property().refreshOnSearch ?? false"
      (valueChange)="valueChange.emit($event)"
      (searched)="search.set($event)"
      (retry)="loaded.reload()"
    />
    @if (problem()) {
      <p role="alert" *transloco="let t">
        {{ problem() }} <button type="button" (click)="loaded.reload()">{{ t('common.retry') }}</button>
      </p>
    }
  `,
  styles: `
    @use '../fields' as fields;
    p {
      @include fields.problem;
      margin-top: 4px;
    }
    button {
      padding: 0;
      border: 0;
      background: none;
      color: var(--pw-accent);
      font: inherit;
      text-decoration: underline;
      cursor: pointer;
    }
  `,
})
export class ComputedChoice {
  private readonly options = inject(ComputedOptions);
  private readonly problems = inject(ProblemText);

  readonly name = input.required<string>();
  readonly property = input.required<Property>();
  readonly value = input<unknown>();
  readonly multiple = input(false);
  readonly disabled = input(false);
  readonly valueChange = output<unknown>();

  protected readonly search = signal('');
  protected readonly loaded = resource({
    // A text, so that an edit of a field that does not matter here asks for nothing.
    params: () => JSON.stringify([this.name(), this.search(), this.options.refreshersOf(this.property())]),
    loader: async ({ abortSignal, previous }) => {
      // The first answer is wanted at once; what is typed into a field that this one depends on comes to rest first.
      if (previous.status !== 'idle') await new Promise((resolve) => setTimeout(resolve, REST_MILLISECONDS));
      if (abortSignal.aborted) throw new DOMException('Superseded', 'AbortError');
      return untracked(() => this.options.choices(this.name(), this.search(), abortSignal));
    },
  });
  protected readonly state = computed(() => (this.loaded.hasValue() ? this.loaded.value() : undefined));
  protected readonly choices = computed(() => this.state()?.options ?? []);
  protected readonly problem = computed(() => {
    const error = this.loaded.error();
    return error ? this.problems.of(error.cause ?? error) : '';
  });
  private firstDependsOn: string | undefined;

  constructor() {
    effect(() => {
      if (this.state()) untracked(() => this.dropForeign(this.options.refreshersOf(this.property())));
    });
  }

  /** A field that this one depends on has changed: what was chosen and is not offered any more goes. */
  private dropForeign(dependsOn: string): void {
    this.firstDependsOn ??= dependsOn;
    if (this.firstDependsOn === dependsOn || this.disabled() || this.property().refreshOnSearch) return;
    const isOffered = (value: unknown) => this.choices().some((choice) => isSameChoice(choice.value, value));
    const value = this.value();
    if (this.multiple() && Array.isArray(value)) {
      const left = value.filter(isOffered);
      if (left.length < value.length) this.valueChange.emit(left);
    } else if (value !== undefined && value !== null && !isOffered(value)) this.valueChange.emit(undefined);
  }
}
