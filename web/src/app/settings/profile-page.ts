import { Component, computed, inject, signal, viewChildren } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Api, ok } from '../api/api';
import { ApiProblem, WRONG_PASSWORD } from '../api/problem';
import { nameProblem, newPasswordProblem } from '../design/field-problems';
import { LANGUAGES, LANGUAGE_NAMES, Language, type LanguageCode } from '../design/language';
import { Notify } from '../design/notify';
import { SelectField } from '../design/select-field';
import { TextField, focusProblem } from '../design/text-field';
import { THEMES, Theme, type ThemeChoice } from '../design/theme';
import { Session } from '../session/session';
import { SettingsSection } from './settings-section';

/** What is the user's own: name, password, language and appearance. */
@Component({
  selector: 'pw-profile-page',
  imports: [MatButtonModule, SelectField, SettingsSection, TextField, TranslocoDirective],
  templateUrl: './profile-page.html',
  styleUrl: './form.scss',
})
export class ProfilePage {
  protected readonly session = inject(Session);
  protected readonly language = inject(Language);
  protected readonly theme = inject(Theme);
  private readonly api = inject(Api);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);
  private readonly fields = viewChildren(TextField);

  protected readonly firstName = signal(this.session.firstName());
  protected readonly lastName = signal(this.session.lastName());
  protected readonly firstNameProblem = computed(() => nameProblem(this.firstName()));
  protected readonly lastNameProblem = computed(() => nameProblem(this.lastName()));

  protected readonly current = signal('');
  protected readonly wanted = signal('');
  private readonly tried = signal(false);
  private readonly wrong = signal(false);
  protected readonly currentProblem = computed(() => {
    if (this.wrong()) return 'profile.wrongPassword';
    return this.tried() && !this.current() ? 'signUp.problem.passwordMissing' : '';
  });
  protected readonly wantedProblem = computed(() => (this.tried() ? newPasswordProblem(this.wanted()) : ''));

  protected readonly languages = LANGUAGES.map((code) => ({ value: code, label: LANGUAGE_NAMES[code], lang: code }));
  protected readonly themes = computed(() => {
    this.language.current();
    return THEMES.map((theme) => ({ value: theme, label: this.transloco.translate<string>(`theme.${theme}`) }));
  });

  protected useLanguage(code: string): void {
    void this.language.use(code as LanguageCode);
  }

  protected useTheme(theme: string): void {
    this.theme.choice.set(theme as ThemeChoice);
  }

  protected async saveName(event: Event): Promise<void> {
    event.preventDefault();
    if (this.firstNameProblem() || this.lastNameProblem()) {
      focusProblem(this.fields());
      return;
    }
    await this.notify.attempt(async () => {
      const body = { firstName: this.firstName().trim(), lastName: this.lastName().trim() };
      const me = await ok(this.api.POST('/users/me', { body }));
      this.session.rename(me.firstName, me.lastName);
      this.notify.done(this.transloco.translate('common.saved'));
    });
  }

  protected typeCurrent(password: string): void {
    this.current.set(password);
    this.wrong.set(false);
  }

  protected async savePassword(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    if (this.currentProblem() || this.wantedProblem()) {
      setTimeout(() => focusProblem(this.fields()));
      return;
    }
    try {
      await this.changePassword();
      this.notify.done(this.transloco.translate('profile.passwordChanged'));
    } catch (error) {
      const wrong = error instanceof ApiProblem && error.code === WRONG_PASSWORD;
      this.wrong.set(wrong);
      if (wrong) setTimeout(() => focusProblem(this.fields()));
      else this.notify.problem(error);
    }
  }

  /** A new password ends every session, this one too: so it is begun again, in the project that the user is in. */
  private async changePassword(): Promise<void> {
    const projectId = this.session.projectId();
    await ok(this.api.POST('/users/me', { body: { currentPassword: this.current(), newPassword: this.wanted() } }));
    await this.session.signIn(this.session.email(), this.wanted());
    this.session.enter(projectId);
    this.current.set('');
    this.wanted.set('');
    this.tried.set(false);
  }
}
