import { Component, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule } from '@angular/material/dialog';
import { MatRadioModule } from '@angular/material/radio';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Folder } from '../api/schema';

export interface MoveQuestion {
  count: number;
  name: string;
  folders: Folder[];
  current: string | null;
}

/** The answer: the folder to move to; `null` is none. */
export interface MoveAnswer {
  folderId: string | null;
}

@Component({
  selector: 'pw-move-dialog',
  imports: [MatButtonModule, MatDialogModule, MatRadioModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>
        {{ question.count === 1 ? t('flows.moveOne', { name: question.name }) : t('flows.moveMany', { count: question.count }) }}
      </h2>
      <mat-dialog-content>
        <mat-radio-group [attr.aria-label]="t('flows.folder')" [value]="folderId()" (change)="folderId.set($event.value)">
          <mat-radio-button value="" cdkFocusInitial>{{ t('flows.uncategorised') }}</mat-radio-button>
          @for (folder of question.folders; track folder.id) {
            <mat-radio-button [value]="folder.id">{{ folder.displayName }}</mat-radio-button>
          }
        </mat-radio-group>
        @if (question.folders.length === 0) {
          <p>{{ t('flows.noFolders') }}</p>
        }
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-button mat-dialog-close>{{ t('common.cancel') }}</button>
        <button mat-flat-button [mat-dialog-close]="{ folderId: folderId() || null }">{{ t('flows.move') }}</button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    mat-radio-group {
      display: grid;
    }
    p {
      margin-top: 8px;
      color: var(--pw-text-soft);
    }
  `,
})
export class MoveDialog {
  protected readonly question = inject<MoveQuestion>(MAT_DIALOG_DATA);
  protected readonly folderId = signal(this.question.current ?? '');
}
