import { Component, computed, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiLinkVariantOff } from '@mdi/js';
import { ApiProblem } from '../../api/problem';
import { Icon } from '../../design/icon';
import { ProblemText } from '../../design/notify';
import { TemplateInput } from '../data/template-input';
import { HumanPageLinks } from '../human-page';
import { PropertyForm } from './fields/property-form';
import { textOf } from './model/json-text';
import { StepForm } from './step-form';

/** The form of a piece's action or trigger, made from the piece's metadata. */
@Component({
  selector: 'pw-piece-settings',
  imports: [HumanPageLinks, Icon, MatButtonModule, PropertyForm, TemplateInput, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (form.stepPiece(); as found) {
        @if (found.operation; as operation) {
          @if (form.needsConnection()) {
            <div class="connection">
              <pw-icon [path]="icon" />
              <div>
                <strong>{{ t('stepSettings.connection', { name: found.piece.displayName }) }}</strong>
                <p>{{ t('stepSettings.connectionHelp') }}</p>
                <pw-template-input
                  [label]="t('stepSettings.connection', { name: found.piece.displayName })"
                  [disabled]="form.isReadonly()"
                  [value]="auth()"
                  (valueChange)="setAuth($event)"
                />
              </div>
            </div>
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
          <button mat-stroked-button type="button" (click)="form.reloadPiece()">{{ t('common.retry') }}</button>
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
    .connection {
      display: flex;
      gap: 10px;
      padding: 12px;
      border-radius: var(--pw-radius-small);
      background: var(--pw-warn-soft);
    }
    .connection > div {
      display: grid;
      flex: 1;
      gap: 6px;
      min-width: 0;
    }
    .connection p {
      font-size: 12.5px;
    }
    .connection pw-icon {
      color: var(--pw-warn);
    }
  `,
})
export class PieceSettings {
  protected readonly form = inject(StepForm);
  private readonly problems = inject(ProblemText);
  private readonly transloco = inject(TranslocoService);

  protected readonly icon = mdiLinkVariantOff;
  protected readonly auth = computed(() => textOf(this.form.input()['auth']));
  protected readonly failure = computed(() => {
    const error = this.form.failure();
    const problem = error?.cause ?? error;
    const { pieceName: piece, pieceVersion: version } = this.form.settings();
    if (problem instanceof ApiProblem && problem.code === 'ENTITY_NOT_FOUND') {
      return this.transloco.translate('stepSettings.notInstalled', { piece, version });
    }
    return problem ? this.problems.of(problem) : '';
  });
  protected readonly isEmpty = computed(() => Object.keys(this.form.stepPiece()?.operation?.props ?? {}).length === 0);

  protected setAuth(auth: string): void {
    if (auth !== this.auth()) this.form.setInput('auth', auth === '' ? undefined : auth);
  }
}
