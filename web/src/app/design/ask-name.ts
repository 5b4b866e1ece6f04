import { Component, Injectable, computed, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialog, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInputModule } from '@angular/material/input';
import { TranslocoDirective } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { ProblemText } from './notify';

export interface NameQuestion {
  heading: string;
  /** The name that it has so far. */
  name: string;
  /** What the button says: a verb. */
  yes: string;
  /** Does it; a failure is shown at the field, and the dialog stays. */
  action: (name: string) => Promise<unknown>;
}

@Component({
  selector: 'pw-name-dialog',
  imports: [MatButtonModule, MatDialogModule, MatFormFieldModule, MatInputModule, TranslocoDirective],
  template: `
    <form *transloco="let t" (submit)="$event.preventDefault(); save()">
      <h2 mat-dialog-title>{{ question.heading }}</h2>
      <mat-dialog-content>
        <mat-form-field appearance="outline" subscriptSizing="dynamic">
          <mat-label>{{ t('common.name') }}</mat-label>
          <input
            #field
            matInput
            cdkFocusInitial
            maxlength="200"
            autocomplete="off"
            [value]="name()"
            [attr.aria-invalid]="!!problem()"
            (focus)="field.select()"
            (input)="name.set(field.value); problem.set('')"
          />
        </mat-form-field>
        <p class="problem" role="alert">{{ problem() }}</p>
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-button type="button" mat-dialog-close>{{ t('common.cancel') }}</button>
        <button mat-flat-button type="submit" [disabled]="!trimmed() || isBusy()">{{ question.yes }}</button>
      </mat-dialog-actions>
    </form>
  `,
  styles: `
    mat-form-field {
      width: 100%;
      margin-top: 10px;
    }
    .problem {
      min-height: 20px;
      margin-top: 4px;
      color: var(--pw-bad);
      font-size: 12.5px;
    }
    mat-dialog-content {
      padding-bottom: 0;
    }
  `,
})
class NameDialog {
  protected readonly question = inject<NameQuestion>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<NameDialog, string>>(MatDialogRef);
  private readonly problems = inject(ProblemText);

  protected readonly name = signal(this.question.name);
  protected readonly trimmed = computed(() => this.name().trim());
  protected readonly problem = signal('');
  protected readonly isBusy = signal(false);

  protected async save(): Promise<void> {
    const name = this.trimmed();
    if (!name || this.isBusy()) return;
    this.isBusy.set(true);
    try {
      await this.question.action(name);
      this.dialog.close(name);
    } catch (error) {
      this.problem.set(this.problems.of(error));
    }
    this.isBusy.set(false);
  }
}

/** Asks for a name and does something with it. */
@Injectable({ providedIn: 'root' })
export class AskName {
  private readonly dialog = inject(MatDialog);

  /** The name that was given and taken; nothing when the user changed his mind. */
  async ask(question: NameQuestion): Promise<string | undefined> {
    const dialog = this.dialog.open<NameDialog, NameQuestion, string>(NameDialog, { data: question, width: '440px' });
    return firstValueFrom(dialog.afterClosed());
  }
}
