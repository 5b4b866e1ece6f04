import { Component, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';

/** What worked and what did not, of an action on several flows. */
export interface FailureReport {
  heading: string;
  text: string;
  failures: { name: string; reason: string }[];
}

@Component({
  selector: 'pw-failures-dialog',
  imports: [MatButtonModule, MatDialogModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ report.heading }}</h2>
      <mat-dialog-content>
        <p>{{ report.text }}</p>
        <ul>
          @for (failure of report.failures; track $index) {
            <li>
              <strong>{{ failure.name }}</strong>
              <span>{{ failure.reason }}</span>
            </li>
          }
        </ul>
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-flat-button mat-dialog-close cdkFocusInitial>{{ t('common.close') }}</button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    ul {
      display: grid;
      gap: 8px;
      margin: 12px 0 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: grid;
      padding: 8px 12px;
      border-radius: var(--pw-radius-small);
      background: var(--pw-bad-soft);
      color: var(--pw-text);
      overflow-wrap: anywhere;
    }
    span {
      color: var(--pw-bad);
    }
  `,
})
export class FailuresDialog {
  protected readonly report = inject<FailureReport>(MAT_DIALOG_DATA);
}
