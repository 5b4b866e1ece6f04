import { Component, computed, inject, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Connection } from '../../api/schema';
import { PieceIcon } from '../../design/piece-icon';
import { Pieces } from '../../design/pieces';
import { ProblemText } from '../../design/notify';
import type { ConnectRequest } from './connect';
import { ConnectForm } from './connect-form';
import { Connecting } from './connecting';
import { PieceChoice } from './piece-choice';

/** Makes a connection: which piece, if that is not known yet, and then what its service wants to know. Closes with the connection. */
@Component({
  selector: 'pw-connect-dialog',
  imports: [ConnectForm, MatButtonModule, MatDialogModule, PieceChoice, PieceIcon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (pieceName(); as name) {
        <h2 mat-dialog-title>
          <span class="title">
            <pw-piece-icon kind="PIECE" [piece]="name" />
            {{ t(request.again ? 'connect.againTitle' : 'connect.title', { name: pieces.displayName(name) }) }}
          </span>
        </h2>
        @if (forms.hasValue()) {
          <pw-connect-form
            [pieceName]="name"
            [forms]="forms.value()"
            [request]="request"
            (made)="dialog.close($event)"
            (cancelled)="dialog.close()"
          />
        } @else {
          <mat-dialog-content>
            @if (failure()) {
              <p role="alert">{{ failure() }}</p>
            } @else {
              <p role="status">{{ t('common.loading') }}</p>
            }
          </mat-dialog-content>
          <mat-dialog-actions align="end">
            <button mat-button type="button" mat-dialog-close>{{ t('common.cancel') }}</button>
            @if (failure()) {
              <button mat-flat-button type="button" (click)="forms.reload()">{{ t('common.retry') }}</button>
            }
          </mat-dialog-actions>
        }
      } @else {
        <h2 mat-dialog-title>{{ t('connect.choose') }}</h2>
        <mat-dialog-content><pw-piece-choice (chosen)="pieceName.set($event)" /></mat-dialog-content>
        <mat-dialog-actions align="end">
          <button mat-button type="button" mat-dialog-close>{{ t('common.cancel') }}</button>
        </mat-dialog-actions>
      }
    </ng-container>
  `,
  styles: `
    .title {
      --pw-piece-size: 28px;
      display: inline-flex;
      gap: 12px;
      align-items: center;
      vertical-align: middle;
    }
  `,
})
export class ConnectDialog {
  protected readonly request = inject<ConnectRequest>(MAT_DIALOG_DATA);
  protected readonly dialog = inject<MatDialogRef<ConnectDialog, Connection>>(MatDialogRef);
  protected readonly pieces = inject(Pieces);
  private readonly connecting = inject(Connecting);
  private readonly problems = inject(ProblemText);

  protected readonly pieceName = signal(this.request.again?.pieceName ?? this.request.pieceName ?? '');
  protected readonly forms = resource({
    params: () => this.pieceName() || undefined,
    loader: ({ params }) => this.connecting.forms(params, this.request.again?.pieceVersion ?? this.request.pieceVersion),
  });
  protected readonly failure = computed(() => {
    const error = this.forms.error();
    return error ? this.problems.of(error.cause ?? error) : '';
  });
}
