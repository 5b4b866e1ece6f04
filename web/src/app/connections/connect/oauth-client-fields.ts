import { Clipboard } from '@angular/cdk/clipboard';
import { Component, computed, inject, input, model } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiContentCopy } from '@mdi/js';
import { Icon } from '../../design/icon';
import { Notify } from '../../design/notify';
import { SelectField } from '../../design/select-field';
import { TextField } from '../../design/text-field';
import type { AuthKind, Grant } from './auth-kinds';
import type { OAuthClient } from './connection-value';
import { REDIRECT_URL } from './consent-window';

/** What a client still needs, as the name of the field; empty when nothing. */
export function clientProblem(client: OAuthClient): '' | 'clientId' | 'clientSecret' {
  if (!client.clientId.trim()) return 'clientId';
  return client.grant === 'client_credentials' && !client.clientSecret ? 'clientSecret' : '';
}

/** As which application the service knows us: the platform's own registration, or one of the user's. */
@Component({
  selector: 'pw-oauth-client-fields',
  imports: [Icon, SelectField, TextField, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'connect.oauth'">
      @if (kind().grants.length > 1) {
        <pw-select-field [label]="t('grant')" [choices]="grants()" [value]="client().grant" (valueChange)="setGrant($any($event))" />
      }
      @if (canUsePlatforms()) {
        <pw-select-field
          [label]="t('application')"
          [choices]="applications()"
          [value]="client().isPlatforms ? 'platform' : 'own'"
          (valueChange)="setApplication($event)"
        />
      }
      @if (!client().isPlatforms) {
        @if (client().grant === 'authorization_code') {
          <div class="redirect">
            <p>{{ t('register') }}</p>
            <code>{{ redirectUrl }}</code>
            <button type="button" [attr.aria-label]="t('copy')" [title]="t('copy')" (click)="copy()"><pw-icon [path]="copyIcon" /></button>
          </div>
        }
        <pw-text-field
          [label]="t('clientId') + ' *'"
          [value]="client().clientId"
          [problem]="problem() === 'clientId' ? t('clientIdMissing') : ''"
          (valueChange)="set({ clientId: $event })"
        />
        <pw-text-field
          type="password"
          autocomplete="new-password"
          [label]="t('clientSecret')"
          [value]="client().clientSecret"
          [problem]="problem() === 'clientSecret' ? t('clientSecretMissing') : ''"
          (valueChange)="set({ clientSecret: $event })"
        />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: 16px;
    }
    .redirect {
      --pw-icon-size: 18px;
      display: flex;
      flex-wrap: wrap;
      gap: 4px 8px;
      align-items: center;
      padding: 12px;
      border-radius: var(--pw-radius-small);
      background: var(--pw-ground);
      font-size: 13px;
    }
    .redirect p {
      flex: 1 0 100%;
    }
    .redirect code {
      flex: 1 1 0;
      min-width: 0;
      overflow-wrap: anywhere;
    }
    .redirect button {
      display: grid;
      place-items: center;
      width: 28px;
      height: 28px;
      padding: 0;
      border: 0;
      border-radius: var(--pw-radius-small);
      background: none;
      color: var(--pw-text-soft);
      cursor: pointer;
    }
    .redirect button:hover {
      color: var(--pw-text);
    }
  `,
})
export class OAuthClientFields {
  private readonly clipboard = inject(Clipboard);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);

  readonly kind = input.required<AuthKind>();
  readonly platformClientId = input('');
  readonly problem = input<'' | 'clientId' | 'clientSecret'>('');
  readonly client = model.required<OAuthClient>();

  protected readonly redirectUrl = inject(REDIRECT_URL);
  protected readonly copyIcon = mdiContentCopy;
  protected readonly grants = computed(() =>
    this.kind().grants.map((grant) => ({ value: grant, label: this.transloco.translate<string>(`connect.oauth.grants.${grant}`) })),
  );
  protected readonly canUsePlatforms = computed(() => this.platformClientId() !== '' && this.client().grant === 'authorization_code');
  protected readonly applications = computed(() =>
    ['platform', 'own'].map((value) => ({ value, label: this.transloco.translate<string>(`connect.oauth.applications.${value}`) })),
  );

  protected set(changes: Partial<OAuthClient>): void {
    this.client.update((client) => ({ ...client, ...changes }));
  }

  protected setGrant(grant: Grant): void {
    this.set({ grant, ...(grant === 'client_credentials' && this.client().isPlatforms ? { isPlatforms: false, clientId: '' } : {}) });
  }

  protected setApplication(application: string): void {
    const isPlatforms = application === 'platform';
    this.set({ isPlatforms, clientId: isPlatforms ? this.platformClientId() : '' });
  }

  protected copy(): void {
    if (this.clipboard.copy(this.redirectUrl)) this.notify.done(this.transloco.translate('connect.oauth.copied'));
  }
}
