import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { LANGUAGES, LANGUAGE_NAMES, Language, type LanguageCode } from '../design/language';
import { SelectField } from '../design/select-field';
import { THEMES, Theme, type ThemeChoice } from '../design/theme';

/** The frame of the pages of signing in: whose installation it is, what to do here, and below it language and appearance. */
@Component({
  selector: 'pw-sign-in-frame',
  imports: [SelectField, TranslocoDirective],
  templateUrl: './sign-in-frame.html',
  styleUrl: './sign-in-frame.scss',
})
export class SignInFrame {
  readonly heading = input.required<string>();
  readonly text = input('');
  readonly platform = input('');
  readonly logo = input('favicon.svg');

  protected readonly language = inject(Language);
  protected readonly theme = inject(Theme);
  private readonly transloco = inject(TranslocoService);
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
}
