import { Component, Injectable, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialog, MatDialogModule } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';

export interface Question {
  heading: string;
  text: string;
  /** What the button that goes on says: a verb. */
  yes: string;
  /** Whether something is lost for good. */
  destructive?: boolean;
}

@Component({
  selector: 'pw-confirm-dialog',
  imports: [MatButtonModule, MatDialogModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ question.heading }}</h2>
      <mat-dialog-content>{{ question.text }}</mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-button [mat-dialog-close]="false">{{ t('common.cancel') }}</button>
        <button mat-flat-button [class.destructive]="question.destructive" [mat-dialog-close]="true" cdkFocusInitial>
          {{ question.yes }}
        </button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    .destructive {
      --mat-button-filled-container-color: var(--pw-bad);
      --mat-button-filled-label-text-color: var(--pw-surface);
    }
  `,
})
class ConfirmDialog {
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
}

/** Asks before something that cannot be undone. */
@Injectable({ providedIn: 'root' })
export class Confirm {
  private readonly dialog = inject(MatDialog);

  async ask(question: Question): Promise<boolean> {
    const dialog = this.dialog.open(ConfirmDialog, { data: question, maxWidth: 460, role: 'alertdialog' });
    return (await firstValueFrom(dialog.afterClosed())) === true;
  }
}
