import { Component, type ElementRef, computed, effect, inject, input, resource, signal, viewChild, viewChildren } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiCheckCircleOutline, mdiFileQuestionOutline } from '@mdi/js';
import { Api, ok } from '../api/api';
import { EmptyState } from '../design/empty-state';
import { Icon } from '../design/icon';
import { PageTitle } from '../design/page-title';
import { AnswerView } from './answer-view';
import { FormField } from './form-field';
import { type Value, fieldsOf, firstValues, formData, missing } from './form-fields';
import { loadFailure, modeOf } from './page-state';
import { PublicFrame } from './public-frame';
import { type Outcome, Webhook } from './webhook';

/** The form with which a flow begins: filled in, sent, and answered if the flow answers. */
@Component({
  selector: 'pw-form-page',
  imports: [AnswerView, EmptyState, FormField, Icon, MatButtonModule, PublicFrame, TranslocoDirective],
  templateUrl: './form-page.html',
  styleUrl: './form-page.scss',
})
export class FormPage {
  readonly flowId = input.required<string>();
  /** `true`: the form as it is being edited. */
  readonly useDraft = input<string>();
  /** `true`: what is sent becomes the sample of the trigger, and no run starts. */
  readonly sample = input<string>();

  private readonly api = inject(Api);
  private readonly pageTitle = inject(PageTitle);
  private readonly webhook = inject(Webhook);

  protected readonly icons = { missing: mdiFileQuestionOutline, done: mdiCheckCircleOutline, problem: mdiAlertCircleOutline };
  protected readonly mode = computed(() => modeOf(this.useDraft(), this.sample()));
  protected readonly form = resource({
    params: () => ({ flowId: this.flowId(), useDraft: this.mode() !== 'live' }),
    loader: ({ params: { flowId, useDraft } }) =>
      ok(this.api.GET('/human-input/form/{flowId}', { params: { path: { flowId }, query: { useDraft } } })),
  });
  protected readonly failure = computed(() => loadFailure(this.form.error()));
  protected readonly fields = computed(() => (this.form.hasValue() ? fieldsOf(this.form.value().props.inputs) : []));
  protected readonly values = signal<Record<string, Value>>({});
  protected readonly isSending = signal(false);
  /** Whether somebody has tried to send it: from then on it says what is missing. */
  private readonly wasTried = signal(false);
  protected readonly missing = computed(() => (this.wasTried() ? missing(this.fields(), this.values()) : new Set<string>()));
  protected readonly outcome = signal<Outcome | undefined>(undefined);
  /** Counts the forms that were filled in: another one begins with empty fields. */
  protected readonly round = signal(0);
  private readonly shownFields = viewChildren(FormField);
  private readonly result = viewChild<ElementRef<HTMLElement>>('result');

  constructor() {
    effect(() => {
      this.values.set(firstValues(this.fields(), new URLSearchParams(location.search)));
      if (this.form.hasValue()) this.pageTitle.show(this.form.value().title);
    });
    effect(() => this.result()?.nativeElement.focus());
  }

  protected set(key: string, value: Value): void {
    this.values.update((values) => ({ ...values, [key]: value }));
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isSending() || !this.form.hasValue()) return;
    this.wasTried.set(true);
    const [first] = this.missing();
    if (first !== undefined) {
      this.shownFields()
        .find((field) => field.field().key === first)
        ?.focus();
      return;
    }
    this.isSending.set(true);
    this.outcome.set(undefined);
    const data = formData(this.fields(), this.values());
    this.outcome.set(await this.webhook.send(this.flowId(), data, this.mode(), this.form.value().props.waitForResponse));
    this.isSending.set(false);
  }

  protected again(): void {
    this.outcome.set(undefined);
    this.wasTried.set(false);
    this.values.set(firstValues(this.fields(), new URLSearchParams(location.search)));
    this.round.update((round) => round + 1);
  }
}
