import { Component, computed, inject } from '@angular/core';
import { MatSlideToggleModule } from '@angular/material/slide-toggle';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Action } from '../model/step';
import { walk } from '../model/tree';
import { StepForm } from './step-form';

type Option = 'continueOnFailure' | 'retryOnFailure';

/** What happens when the step fails: tried again, or gone on from. Only what the step's action allows. */
@Component({
  selector: 'pw-error-handling',
  imports: [MatSlideToggleModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (offered().length > 0) {
        <section [attr.aria-label]="t('stepSettings.onFailure')">
          <h3>{{ t('stepSettings.onFailure') }}</h3>
          @for (option of offered(); track option) {
            <div>
              <mat-slide-toggle hideIcon [checked]="isOn(option)" [disabled]="form.isReadonly()" (change)="set(option, $event.checked)">{{
                t('stepSettings.' + option)
              }}</mat-slide-toggle>
              <p>{{ t('stepSettings.' + option + 'Help') }}</p>
              @if (option === 'continueOnFailure') {
                @if (isOn(option)) {
                  <p>{{ t('stepSettings.branchSteps', { success: branches().success, failure: branches().failure }) }}</p>
                } @else if (branches().success + branches().failure > 0) {
                  <p class="warning" role="status">{{ t('stepSettings.branchStepsLeft') }}</p>
                }
              }
            </div>
          }
        </section>
      }
    </ng-container>
  `,
  styles: `
    @use './fields' as fields;
    section {
      display: grid;
      gap: 12px;
      padding-top: 20px;
      border-top: 1px solid var(--pw-line);
    }
    div {
      display: grid;
      gap: 4px;
    }
    mat-slide-toggle {
      --mat-slide-toggle-label-text-weight: 550;
    }
    p {
      @include fields.note;
    }
    p.warning {
      color: var(--pw-warn);
    }
  `,
})
export class ErrorHandling {
  protected readonly form = inject(StepForm);

  protected readonly offered = computed<Option[]>(() => {
    const step = this.form.step();
    const all: Option[] = ['retryOnFailure', 'continueOnFailure'];
    if (step?.type === 'CODE') return all;
    if (step?.type !== 'PIECE') return [];
    const options = this.form.stepPiece()?.operation?.errorHandlingOptions;
    // What is on can be turned off again, even where it is not offered.
    return options ? all.filter((option) => options[option]?.hide !== true || this.isOn(option)) : [];
  });

  /** How many steps the branches for success and failure have, whether they are in use or not. */
  protected readonly branches = computed(() => {
    const { onSuccess, onFailure } = (this.form.step() as Action | null)?.continueOnFailureBranches ?? {};
    return { success: countOf(onSuccess), failure: countOf(onFailure) };
  });

  protected isOn(option: Option): boolean {
    return this.form.settings().errorHandlingOptions?.[option]?.value === true;
  }

  protected set(option: Option, value: boolean): void {
    const old = this.form.settings().errorHandlingOptions;
    this.form.patch({ errorHandlingOptions: { ...old, [option]: { value } } });
    this.form.flush();
  }
}

const countOf = (first: Action | undefined): number => (first ? walk(first).length : 0);
