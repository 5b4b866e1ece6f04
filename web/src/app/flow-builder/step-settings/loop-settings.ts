import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { TemplateInput } from '../data/template-input';
import { StepForm } from './step-form';

/** A loop: the list whose items it goes through. */
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

  protected set(items: string): void {
    if (items !== (this.form.settings().items ?? '')) this.form.patch({ items });
  }
}
