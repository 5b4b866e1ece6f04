import { Component, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ok } from '../api/api';
import type { ListedConnection } from '../api/schema';
import { ProblemText } from '../design/notify';
import type { Sharing } from './connect/connecting';
import { SharingFields } from './connect/sharing-fields';

/** Which projects may use a global connection. Closes with true when that was changed. For administrators. */
@Component({
  selector: 'pw-share-dialog',
  imports: [MatButtonModule, MatDialogModule, SharingFields, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ t('connections.shareTitle', { name: connection.displayName }) }}</h2>
      <mat-dialog-content>
        <pw-sharing-fields [isFixed]="true" [(sharing)]="sharing" />
        @if (problem()) {
          <p class="problem" role="alert">{{ problem() }}</p>
        }
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-button type="button" mat-dialog-close>{{ t('common.cancel') }}</button>
        <button mat-flat-button type="button" [disabled]="!sharing()?.projectIds?.length" (click)="save()">{{ t('common.save') }}</button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    .problem {
      margin-top: 8px;
      color: var(--pw-bad);
    }
  `,
})
export class ShareDialog {
  protected readonly connection = inject<ListedConnection>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<ShareDialog, boolean>>(MatDialogRef);
  private readonly api = inject(Api);
  private readonly problems = inject(ProblemText);

  protected readonly sharing = signal<Sharing | null>({
    projectIds: this.connection.projectIds,
    forNewProjects: this.connection.preSelectForNewProjects,
  });
  protected readonly problem = signal('');

  protected async save(): Promise<void> {
    const sharing = this.sharing();
    if (!sharing) return;
    const { id, displayName } = this.connection;
    const body = { displayName, projectIds: [...sharing.projectIds], preSelectForNewProjects: sharing.forNewProjects };
    try {
      await ok(this.api.POST('/global-connections/{id}', { params: { path: { id } }, body }));
      this.dialog.close(true);
    } catch (error) {
      this.problem.set(this.problems.of(error));
    }
  }
}
