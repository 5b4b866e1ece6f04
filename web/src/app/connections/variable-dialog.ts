import { Component, inject, signal, viewChildren } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ok } from '../api/api';
import type { Variable } from '../api/schema';
import { ProblemText } from '../design/notify';
import { TextField, focusProblem } from '../design/text-field';
import { Session } from '../session/session';
import { variableNameProblem } from './variable-name';

export interface VariableOrder {
  /** The variable that gets another value; null for a new one. */
  variable: Variable | null;
  /** The names that are taken. */
  names: readonly string[];
}

/** A new variable, or another value for one. Closes with true when it is saved. The value is never shown again. */
@Component({
  selector: 'pw-variable-dialog',
  imports: [MatButtonModule, MatDialogModule, TextField, TranslocoDirective],
  template: `
    <form *transloco="let t" novalidate (submit)="$event.preventDefault(); save()">
      <h2 mat-dialog-title>
        {{ t(order.variable ? 'variables.changeTitle' : 'variables.newTitle', { name: order.variable?.name ?? '' }) }}
      </h2>
      <mat-dialog-content>
        <div class="fields">
          @if (!order.variable) {
            <pw-text-field
              [label]="t('common.name')"
              [hint]="t('variables.nameHint')"
              [problem]="nameProblem() && t(nameProblem())"
              [(value)]="name"
            />
          }
          <pw-text-field
            type="password"
            autocomplete="new-password"
            [label]="t('variables.value')"
            [hint]="t('variables.valueHint')"
            [problem]="tried() && value() === '' ? t('variables.valueMissing') : ''"
            [(value)]="value"
          />
          @if (problem()) {
            <p class="problem" role="alert">{{ problem() }}</p>
          }
        </div>
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-button type="button" mat-dialog-close>{{ t('common.cancel') }}</button>
        <button mat-flat-button type="submit" [disabled]="isBusy()">{{ t('common.save') }}</button>
      </mat-dialog-actions>
    </form>
  `,
  styles: `
    .fields {
      display: grid;
      gap: 16px;
      padding-top: 4px;
    }
    .problem {
      color: var(--pw-bad);
    }
  `,
})
export class VariableDialog {
  protected readonly order = inject<VariableOrder>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<VariableDialog, boolean>>(MatDialogRef);
  private readonly api = inject(Api);
  private readonly problems = inject(ProblemText);
  private readonly session = inject(Session);
  private readonly fields = viewChildren(TextField);

  protected readonly name = signal('');
  protected readonly value = signal('');
  protected readonly tried = signal(false);
  protected readonly isBusy = signal(false);
  protected readonly problem = signal('');

  protected nameProblem(): string {
    return this.tried() && !this.order.variable ? variableNameProblem(this.name().trim(), this.order.names) : '';
  }

  protected async save(): Promise<void> {
    this.tried.set(true);
    if (this.nameProblem() || this.value() === '') {
      setTimeout(() => focusProblem(this.fields()));
      return;
    }
    this.isBusy.set(true);
    this.problem.set('');
    try {
      await this.put();
      this.dialog.close(true);
    } catch (error) {
      this.problem.set(this.problems.of(error));
    }
    this.isBusy.set(false);
  }

  private put(): Promise<Variable> {
    const { variable } = this.order;
    const value = this.value();
    if (variable) return ok(this.api.POST('/variables/{id}', { params: { path: { id: variable.id } }, body: { value } }));
    return ok(this.api.POST('/variables', { body: { projectId: this.session.projectId(), name: this.name().trim(), value } }));
  }
}
