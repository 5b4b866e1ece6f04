import { Component, computed, inject, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiTrashCanOutline } from '@mdi/js';
import { Api, ok } from '../api/api';
import type { OAuthApp } from '../api/schema';
import { Confirm } from '../design/confirm';
import { Icon } from '../design/icon';
import { Notify, ProblemText } from '../design/notify';
import { Pieces } from '../design/pieces';
import { SelectField } from '../design/select-field';
import { TextField } from '../design/text-field';

/** The platform's registrations at services: with one, people connect the piece without an application of their own. For administrators. */
@Component({
  selector: 'pw-oauth-apps',
  imports: [Icon, MatButtonModule, SelectField, TextField, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (failure()) {
        <p role="alert">{{ failure() }}</p>
        <button mat-stroked-button type="button" (click)="apps.reload()">{{ t('common.retry') }}</button>
      }
      <ul class="list">
        @for (app of list(); track app.id) {
          <li>
            <span class="who">
              <strong>{{ pieces.displayName(app.pieceName) }}</strong>
              <span>{{ t('settings.oauthApps.clientId') }}: {{ app.clientId }}</span>
            </span>
            <button
              mat-icon-button
              type="button"
              [attr.aria-label]="t('settings.oauthApps.delete', { name: pieces.displayName(app.pieceName) })"
              (click)="remove(app)"
            >
              <pw-icon [path]="trash" />
            </button>
          </li>
        }
      </ul>
      <form novalidate (submit)="$event.preventDefault(); save()">
        <pw-select-field
          [label]="t('settings.oauthApps.piece')"
          [choices]="choices()"
          [value]="piece()"
          (valueChange)="chosen.set($event)"
        />
        <pw-text-field
          [label]="t('settings.oauthApps.clientId')"
          [problem]="tried() && !clientId().trim() ? t('settings.oauthApps.missing') : ''"
          [(value)]="clientId"
        />
        <pw-text-field
          type="password"
          autocomplete="new-password"
          [label]="t('settings.oauthApps.clientSecret')"
          [hint]="t('settings.oauthApps.secretHint')"
          [problem]="tried() && !clientSecret() ? t('settings.oauthApps.missing') : ''"
          [(value)]="clientSecret"
        />
        <div>
          <button mat-flat-button type="submit">{{ t('settings.oauthApps.add') }}</button>
        </div>
      </form>
    </ng-container>
  `,
  styleUrl: './form.scss',
})
export class OAuthApps {
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);
  private readonly transloco = inject(TranslocoService);
  protected readonly pieces = inject(Pieces);

  protected readonly trash = mdiTrashCanOutline;
  protected readonly apps = resource({
    loader: async () => (await ok(this.api.GET('/oauth-apps', { params: { query: { limit: 1000 } } }))).data,
  });
  protected readonly list = computed(() => (this.apps.hasValue() ? this.apps.value() : []));
  protected readonly failure = computed(() => (this.apps.error() ? this.problems.of(this.apps.error()) : ''));
  protected readonly choices = computed(() =>
    this.pieces
      .summaries()
      .filter((piece) => [piece.auth ?? []].flat().some((auth) => auth['type'] === 'OAUTH2'))
      .map((piece) => ({ value: piece.name, label: piece.displayName })),
  );
  protected readonly chosen = signal('');
  protected readonly piece = computed(() => this.chosen() || (this.choices()[0]?.value ?? ''));
  protected readonly clientId = signal('');
  protected readonly clientSecret = signal('');
  protected readonly tried = signal(false);

  /** Adds a registration, or gives the one of this piece another id and secret. */
  protected async save(): Promise<void> {
    this.tried.set(true);
    const body = { pieceName: this.piece(), clientId: this.clientId().trim(), clientSecret: this.clientSecret() };
    if (!body.pieceName || !body.clientId || !body.clientSecret) return;
    await this.notify.attempt(async () => {
      await ok(this.api.POST('/oauth-apps', { body }));
      this.apps.reload();
      this.tried.set(false);
      this.clientId.set('');
      this.clientSecret.set('');
      this.notify.done(this.transloco.translate('common.saved'));
    });
  }

  protected async remove({ id, pieceName }: OAuthApp): Promise<void> {
    const isSure = await this.confirm.ask({
      heading: this.transloco.translate('settings.oauthApps.deleteHeading', { name: this.pieces.displayName(pieceName) }),
      text: this.transloco.translate('settings.oauthApps.deleteText'),
      yes: this.transloco.translate('common.delete'),
      destructive: true,
    });
    if (isSure && (await this.notify.attempt(() => this.api.DELETE('/oauth-apps/{id}', { params: { path: { id } } })))) this.apps.reload();
  }
}
