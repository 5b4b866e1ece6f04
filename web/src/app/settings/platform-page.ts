import { Component, computed, effect, inject, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Api, ok } from '../api/api';
import { nameProblem } from '../design/field-problems';
import { Notify, ProblemText } from '../design/notify';
import { TextField } from '../design/text-field';
import { Session } from '../session/session';
import { OAuthApps } from './oauth-apps';
import { SettingsSection } from './settings-section';

/** What people see of the platform before they have signed in, and its registrations at services. For administrators. */
@Component({
  selector: 'pw-platform-page',
  imports: [MatButtonModule, OAuthApps, SettingsSection, TextField, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <pw-settings-section [heading]="t('settings.platform.look')" [text]="t('settings.platform.lookText')">
        @if (failure()) {
          <p role="alert">{{ failure() }}</p>
          <button mat-stroked-button type="button" (click)="platform.reload()">{{ t('common.retry') }}</button>
        } @else {
          <form novalidate (submit)="save($event)">
            <pw-text-field [label]="t('common.name')" [(value)]="name" [problem]="problem() && t(problem())" />
            <pw-text-field
              type="url"
              [label]="t('settings.platform.logo')"
              [(value)]="logo"
              [hint]="t('settings.platform.logoHint')"
              [problem]="logoProblem() && t(logoProblem())"
            />
            <div>
              <button mat-flat-button type="submit">{{ t('common.save') }}</button>
            </div>
          </form>
        }
      </pw-settings-section>
      <pw-settings-section [heading]="t('settings.oauthApps.title')" [text]="t('settings.oauthApps.text')">
        <pw-oauth-apps />
      </pw-settings-section>
    </ng-container>
  `,
  styleUrl: './form.scss',
})
export class PlatformPage {
  private readonly session = inject(Session);
  private readonly api = inject(Api);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);
  private readonly transloco = inject(TranslocoService);
  private readonly place = { params: { path: { id: this.session.platformId() } } };

  protected readonly platform = resource({ loader: () => ok(this.api.GET('/platforms/{id}', this.place)) });
  protected readonly failure = computed(() => (this.platform.error() ? this.problems.of(this.platform.error()) : ''));
  protected readonly name = signal('');
  protected readonly logo = signal('');
  protected readonly problem = computed(() => (this.platform.hasValue() ? nameProblem(this.name()) : ''));
  protected readonly logoProblem = computed(() =>
    /^(https:\/\/\S+|data:image\/\S+|\/\S*)?$/.test(this.logo().trim()) ? '' : 'settings.platform.logoProblem',
  );

  constructor() {
    effect(() => {
      if (!this.platform.hasValue()) return;
      this.name.set(this.platform.value().name);
      this.logo.set(this.platform.value().logoIconUrl);
    });
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    if (this.problem() || this.logoProblem()) return;
    await this.notify.attempt(async () => {
      const body = { name: this.name().trim(), logoIconUrl: this.logo().trim() || '/favicon.svg' };
      this.platform.set(await ok(this.api.POST('/platforms/{id}', { ...this.place, body })));
      this.notify.done(this.transloco.translate('common.saved'));
    });
  }
}
