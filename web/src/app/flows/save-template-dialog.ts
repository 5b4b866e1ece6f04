import { Component, computed, inject, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInputModule } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ok } from '../api/api';
import type { CreateTemplate, PopulatedFlow } from '../api/schema';
import { ProblemText } from '../design/notify';
import { Session } from '../session/session';
import { FlowActions } from './flow-actions';

/** Makes a template of a flow, for everybody on the platform. It closes with the template's name. */
@Component({
  selector: 'pw-save-template-dialog',
  imports: [MatButtonModule, MatDialogModule, MatFormFieldModule, MatInputModule, MatSelectModule, TranslocoDirective],
  template: `
    <form *transloco="let t" (submit)="$event.preventDefault(); save()">
      <h2 mat-dialog-title>{{ t('flows.template.title') }}</h2>
      <mat-dialog-content>
        <p>{{ t('flows.template.text') }}</p>
        <mat-form-field appearance="outline">
          <mat-label>{{ t('common.name') }}</mat-label>
          <input #name matInput required maxlength="200" [value]="form().name" (input)="change({ name: name.value })" />
        </mat-form-field>
        <mat-form-field appearance="outline">
          <mat-label>{{ t('flows.template.summary') }}</mat-label>
          <input #summary matInput maxlength="300" [value]="form().summary" (input)="change({ summary: summary.value })" />
          <mat-hint>{{ t('flows.template.summaryHint') }}</mat-hint>
        </mat-form-field>
        <mat-form-field appearance="outline">
          <mat-label>{{ t('flows.template.description') }}</mat-label>
          <textarea
            #description
            matInput
            rows="4"
            [value]="form().description"
            (input)="change({ description: description.value })"
          ></textarea>
          <mat-hint>{{ t('flows.template.descriptionHint') }}</mat-hint>
        </mat-form-field>
        <mat-form-field appearance="outline">
          <mat-label>{{ t('flows.template.categories') }}</mat-label>
          <mat-select multiple [value]="form().categories" (selectionChange)="change({ categories: $event.value })">
            @for (category of categories(); track category) {
              <mat-option [value]="category">{{ t('templates.category.' + category) }}</mat-option>
            }
          </mat-select>
        </mat-form-field>
        @if (problem()) {
          <p class="problem" role="alert">{{ problem() }}</p>
        }
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-button type="button" mat-dialog-close>{{ t('common.cancel') }}</button>
        <button mat-flat-button type="submit" [disabled]="!form().name.trim() || isBusy()">{{ t('flows.template.save') }}</button>
      </mat-dialog-actions>
    </form>
  `,
  styles: `
    mat-form-field {
      display: block;
      margin-bottom: 4px;
    }
    p {
      margin-bottom: 16px;
    }
    .problem {
      margin: 0;
      color: var(--pw-bad);
    }
  `,
})
export class SaveTemplateDialog {
  private readonly flow = inject<PopulatedFlow>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<SaveTemplateDialog, string>>(MatDialogRef);
  private readonly api = inject(Api);
  private readonly actions = inject(FlowActions);
  private readonly session = inject(Session);
  private readonly problems = inject(ProblemText);
  private readonly known = resource({ loader: () => ok(this.api.GET('/templates/categories')) });

  protected readonly categories = computed(() => (this.known.hasValue() ? this.known.value() : []));
  protected readonly form = signal({ name: this.flow.version.displayName, summary: '', description: '', categories: [] as string[] });
  protected readonly problem = signal('');
  protected readonly isBusy = signal(false);

  protected change(changes: Partial<ReturnType<typeof this.form>>): void {
    this.form.update((form) => ({ ...form, ...changes }));
  }

  protected async save(): Promise<void> {
    const form = this.form();
    if (!form.name.trim() || this.isBusy()) return;
    this.isBusy.set(true);
    try {
      const { flows } = JSON.parse(await this.actions.exportText(this.flow.id)) as Pick<CreateTemplate, 'flows'>;
      const body: CreateTemplate = { ...form, name: form.name.trim(), type: 'CUSTOM', flows, author: this.session.displayName() };
      const template = await ok(this.api.POST('/templates', { body }));
      this.dialog.close(template.name);
    } catch (error) {
      this.problem.set(this.problems.of(error));
    }
    this.isBusy.set(false);
  }
}
