/** The languages of the application. The messages of one language are one chunk, loaded before the first page is drawn. */
import { Injectable, inject, signal } from '@angular/core';
import { type Translation, type TranslocoLoader, TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';

export const LANGUAGES = ['en', 'de'] as const;
export type LanguageCode = (typeof LANGUAGES)[number];
/** Each language's name in itself. */
export const LANGUAGE_NAMES: Record<LanguageCode, string> = { en: 'English', de: 'Deutsch' };

const STORED = 'piecework.language';

@Injectable({ providedIn: 'root' })
export class MessageLoader implements TranslocoLoader {
  async getTranslation(language: string): Promise<Translation> {
    return language === 'de' ? (await import('../../i18n/de')).messages : (await import('../../i18n/en')).messages;
  }
}

@Injectable({ providedIn: 'root' })
export class Language {
  private readonly transloco = inject(TranslocoService);
  readonly current = signal<LanguageCode>(preferred());

  /** Loads the messages of the language that the user, or else his browser, prefers. */
  async load(): Promise<void> {
    await this.use(this.current(), false);
  }

  async use(language: LanguageCode, keep = true): Promise<void> {
    await firstValueFrom(this.transloco.load(language));
    this.transloco.setActiveLang(language);
    this.current.set(language);
    document.documentElement.lang = language;
    if (keep) localStorage.setItem(STORED, language);
  }
}

function preferred(): LanguageCode {
  const wishes = [localStorage.getItem(STORED), ...navigator.languages];
  return wishes.map((wish) => LANGUAGES.find((language) => wish?.startsWith(language))).find((language) => language) ?? 'en';
}
