import { Component, computed, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import type { ListedConnection } from '../api/schema';
import { ProblemText } from '../design/notify';
import { SelectField } from '../design/select-field';
import { Session } from '../session/session';
import { replacementsFor } from './connection-filter';

export interface ReplaceOrder {
  connection: ListedConnection;
  all: readonly ListedConnection[];
}

/** Puts another connection in the place of one, in all flows of the project. Closes with true when that is done. */
@Component({
  selector: 'pw-replace-dialog',
  imports: [MatButtonModule, MatCheckboxModule, MatDialogModule, SelectField, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ t('connections.replace.title', { name: order.connection.displayName }) }}</h2>
      <mat-dialog-content>
        @if (choices().length > 0) {
          <div class="fields">
            <pw-select-field [label]="t('connections.replace.by')" [choices]="choices()" [(value)]="target" />
            <mat-checkbox [checked]="alsoPublished()" (change)="alsoPublished.set($event.checked)">
              {{ t('connections.replace.published') }}
            </mat-checkbox>
            @if (order.connection.scope === 'PROJECT') {
              <mat-checkbox [checked]="deletes()" (change)="deletes.set($event.checked)">{{
                t('connections.replace.delete')
              }}</mat-checkbox>
            }
          </div>
        } @else {
          <p>{{ t('connections.replace.none') }}</p>
        }
        @if (problem()) {
          <p class="problem" role="alert">{{ problem() }}</p>
        }
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-button type="button" mat-dialog-close>{{ t('common.cancel') }}</button>
        @if (choices().length > 0) {
          <button mat-flat-button type="button" [disabled]="isBusy()" (click)="replace()">{{ t('connections.replace.do') }}</button>
        }
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    .fields {
      display: grid;
      gap: 8px;
      padding-top: 4px;
    }
    .problem {
      color: var(--pw-bad);
    }
  `,
})
export class ReplaceDialog {
  protected readonly order = inject<ReplaceOrder>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<ReplaceDialog, boolean>>(MatDialogRef);
  private readonly api = inject(Api);
  private readonly problems = inject(ProblemText);
  private readonly session = inject(Session);

  protected readonly choices = computed(() =>
    replacementsFor(this.order.connection, this.order.all).map(({ id, displayName }) => ({ value: id, label: displayName })),
  );
  protected readonly target = signal(this.choices()[0]?.value ?? '');
  protected readonly alsoPublished = signal(true);
  protected readonly deletes = signal(false);
  protected readonly isBusy = signal(false);
  protected readonly problem = signal('');

  protected async replace(): Promise<void> {
    this.isBusy.set(true);
    this.problem.set('');
    const body = {
      sourceAppConnectionId: this.order.connection.id,
      targetAppConnectionId: this.target(),
      projectId: this.session.projectId(),
      applyToPublishedVersions: this.alsoPublished(),
      deleteSourceConnection: this.deletes(),
    };
    try {
      await this.api.POST('/app-connections/replace', { body });
      this.dialog.close(true);
    } catch (error) {
      this.problem.set(this.problems.of(error));
    }
    this.isBusy.set(false);
  }
}
