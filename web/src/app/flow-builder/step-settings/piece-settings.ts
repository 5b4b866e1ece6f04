import { Component, computed, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { ApiProblem } from '../../api/problem';
import { InstallPiece } from '../../design/install-piece';
import { ProblemText } from '../../design/notify';
import { HumanPageLinks } from '../human-page';
import { ConnectionPicker } from './connection-picker';
import { PropertyForm } from './fields/property-form';
import { textOf } from './model/json-text';
import { StepForm } from './step-form';

/** The form of a piece's action or trigger, made from the piece's metadata. */
@Component({
  selector: 'pw-piece-settings',
  imports: [ConnectionPicker, HumanPageLinks, InstallPiece, MatButtonModule, PropertyForm, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (form.stepPiece(); as found) {
        @if (found.operation; as operation) {
          @if (form.needsConnection()) {
            <pw-connection-picker
              [pieceName]="found.piece.name"
              [pieceVersion]="found.piece.version"
              [pieceTitle]="found.piece.displayName"
              [value]="auth()"
              [disabled]="form.isReadonly()"
              (valueChange)="setAuth($event)"
            />
          }
          @if (form.step(); as step) {
            <pw-human-page [step]="step" />
          }
          <pw-property-form
            [properties]="operation.props"
            [values]="form.input()"
            [settings]="form.settings().propertySettings ?? {}"
            [disabled]="form.isReadonly()"
            (inputChange)="form.setInput($event.name, $event.value)"
            (settingChange)="form.setPropertySetting($event.name, $event.setting)"
          />
          @if (isEmpty()) {
            <p class="note">{{ t('stepSettings.noFields') }}</p>
          }
        } @else {
          <p class="problem" role="alert">{{ t('stepSettings.noSuchOperation', { piece: found.piece.displayName }) }}</p>
        }
      } @else if (form.failure()) {
        <div class="problem" role="alert">
          <p>{{ failure() }}</p>
          @if (missing(); as settings) {
            <pw-install-piece [piece]="settings.piece" [version]="settings.version" />
          } @else {
            <button mat-stroked-button type="button" (click)="form.reloadPiece()">{{ t('common.retry') }}</button>
          }
        </div>
      } @else {
        <p class="note" role="status">{{ t('common.loading') }}</p>
      }
    </ng-container>
  `,
  styles: `
    @use './fields' as fields;
    :host {
      display: grid;
      gap: 16px;
    }
    .note {
      @include fields.note;
    }
    .problem {
      @include fields.problem;
      display: grid;
      gap: 8px;
      justify-items: start;
    }
  `,
})
export class PieceSettings {
  protected readonly form = inject(StepForm);
  private readonly problems = inject(ProblemText);
  private readonly transloco = inject(TranslocoService);

  private readonly problem = computed<unknown>(() => this.form.failure()?.cause ?? this.form.failure());
  protected readonly auth = computed(() => textOf(this.form.input()['auth']));
  /** The piece that the step needs and the server does not have. */
  protected readonly missing = computed(() => {
    const problem = this.problem();
    const { pieceName: piece, pieceVersion: version } = this.form.settings();
    return problem instanceof ApiProblem && problem.code === 'ENTITY_NOT_FOUND' && piece && version ? { piece, version } : undefined;
  });
  protected readonly failure = computed(() => {
    const missing = this.missing();
    if (missing) return this.transloco.translate<string>('stepSettings.notInstalled', missing);
    return this.problem() ? this.problems.of(this.problem()) : '';
  });
  protected readonly isEmpty = computed(() => Object.keys(this.form.stepPiece()?.operation?.props ?? {}).length === 0);

  protected setAuth(auth: string): void {
    if (auth !== this.auth()) this.form.setInput('auth', auth === '' ? undefined : auth);
  }
}
