import { Component, computed, inject, linkedSignal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { TemplateInput } from '../data/template-input';
import { MOST_PARALLEL } from '../model/step';
import { countIn } from './model/numbers';
import { StepForm } from './step-form';

/** A loop: the list whose items it goes through, and how many of them at the same time. */
@Component({
  selector: 'pw-loop-settings',
  imports: [TemplateInput, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="field">
        <span class="label">{{ t('stepSettings.items') }} <span class="required" aria-hidden="true">*</span></span>
        <pw-template-input
          kind="array"
          [label]="t('stepSettings.items')"
          [placeholder]="t('stepSettings.itemsPlaceholder')"
          [disabled]="form.isReadonly()"
          [value]="form.settings().items ?? ''"
          (valueChange)="set($event)"
        />
        <p>{{ t('stepSettings.itemsHelp') }}</p>
      </div>
      <div class="field">
        <label class="label" for="loop-parallelism">{{ t('stepSettings.parallelism') }}</label>
        <input
          #countInput
          id="loop-parallelism"
          type="number"
          inputmode="numeric"
          min="1"
          [max]="most"
          step="1"
          aria-describedby="loop-parallelism-help"
          [attr.aria-invalid]="isInvalid() || null"
          [disabled]="form.isReadonly()"
          [value]="parallelism()"
          (input)="setParallelism(countInput.value)"
          (change)="settle(countInput)"
        />
        @if (isInvalid()) {
          <p class="invalid" role="alert">{{ t('stepSettings.parallelismRange', { most }) }}</p>
        }
        <p id="loop-parallelism-help">
          {{ t('stepSettings.parallelismHelp') }}
          @if (parallelism() > 1) {
            {{ t('stepSettings.parallelismMany') }}
          }
        </p>
      </div>
      <dl>
        <dt>
          <code>{{ item() }}</code>
        </dt>
        <dd>{{ t('stepSettings.itemHelp') }}</dd>
        <dt>
          <code>{{ index() }}</code>
        </dt>
        <dd>{{ t('stepSettings.indexHelp') }}</dd>
      </dl>
    </ng-container>
  `,
  styles: `
    @use './fields' as fields;
    :host {
      display: grid;
      gap: 20px;
    }
    .field {
      display: grid;
      gap: 6px;
    }
    .label {
      font-weight: 570;
    }
    .required {
      color: var(--pw-bad);
    }
    p {
      @include fields.note;
    }
    input {
      width: 96px;
      height: 36px;
      padding: 0 8px;
      border: 1px solid var(--pw-line-strong);
      border-radius: var(--pw-radius-small);
      background: var(--pw-surface);
      color: inherit;
      font: inherit;
    }
    .invalid {
      color: var(--pw-bad);
    }
    dl {
      display: grid;
      gap: 4px;
      margin: 0;
      padding: 12px;
      border-radius: var(--pw-radius-small);
      background: var(--pw-accent-soft);
      font-size: 13px;
    }
    dt + dd {
      margin: 0;
    }
    dd:not(:last-child) {
      margin-bottom: 8px;
    }
    code {
      color: var(--pw-accent);
    }
  `,
})
export class LoopSettings {
  protected readonly form = inject(StepForm);
  private readonly name = computed(() => this.form.step()?.name ?? '');
  protected readonly item = computed(() => `{{${this.name()}['item']}}`);
  protected readonly index = computed(() => `{{${this.name()}['index']}}`);

  protected readonly most = MOST_PARALLEL;
  protected readonly parallelism = computed(() => this.form.settings().parallelism ?? 1);
  /** Whether what stands in the field is no number that it takes. */
  protected readonly isInvalid = linkedSignal({ source: this.name, computation: () => false });

  protected setParallelism(text: string): void {
    const count = countIn(text);
    this.isInvalid.set(count === undefined);
    if (count !== undefined && count !== this.parallelism()) this.form.patch({ parallelism: count });
  }

  /** What is no number of parts gives way to the one that is set. */
  protected settle(input: HTMLInputElement): void {
    if (this.isInvalid()) input.value = String(this.parallelism());
    this.isInvalid.set(false);
  }

  protected set(items: string): void {
    if (items !== (this.form.settings().items ?? '')) this.form.patch({ items });
  }
}
