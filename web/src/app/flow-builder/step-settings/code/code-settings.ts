import { Component, computed, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiFullscreen } from '@mdi/js';
import { Confirm } from '../../../design/confirm';
import { Icon } from '../../../design/icon';
import { ObjectField } from '../fields/object-field';
import { CODE_LANGUAGES, type CodeLanguage, TEMPLATES, isUntouched, languageOf } from '../model/code-language';
import { StepForm } from '../step-form';
import { CodeDialog } from './code-dialog';
import { CodeEditor } from './code-editor';
import type { EditorLanguage } from './codemirror';

/** A code step: its inputs, its language, its code. */
@Component({
  selector: 'pw-code-settings',
  imports: [CodeEditor, Icon, ObjectField, TranslocoDirective],
  templateUrl: './code-settings.html',
  styleUrl: './code-settings.scss',
})
export class CodeSettings {
  protected readonly form = inject(StepForm);
  private readonly confirm = inject(Confirm);
  private readonly dialog = inject(MatDialog);
  private readonly transloco = inject(TranslocoService);

  protected readonly icons = { full: mdiFullscreen };
  protected readonly languages = CODE_LANGUAGES;
  protected readonly code = computed(() => this.form.settings().sourceCode?.code ?? '');
  protected readonly language = computed(() => languageOf(this.form.settings().sourceCode));
  protected readonly editorLanguage = computed(() => this.language().toLowerCase() as EditorLanguage);
  protected readonly inputNames = computed(() => Object.keys(this.form.input()));

  protected setCode(code: string): void {
    if (code !== this.code()) this.setSource({ code });
  }

  protected setInputs(input: Record<string, unknown>): void {
    this.form.patch({ input });
  }

  /** Another language brings its template; code that somebody wrote is only replaced after asking. JavaScript is TypeScript as well. */
  protected async choose(language: CodeLanguage): Promise<void> {
    if (language === this.language()) return;
    const isScript = (each: CodeLanguage) => each !== 'PYTHON';
    if (isUntouched(this.code())) {
      this.setSource({ code: TEMPLATES[language], language });
    } else if (isScript(language) && isScript(this.language())) {
      this.setSource({ language });
    } else if (
      await this.confirm.ask({
        heading: this.transloco.translate('stepSettings.replaceCode'),
        text: this.transloco.translate('stepSettings.replaceCodeText', {
          language: this.transloco.translate(`stepSettings.language.${language}`),
        }),
        yes: this.transloco.translate('stepSettings.replace'),
        destructive: true,
      })
    ) {
      this.setSource({ code: TEMPLATES[language], language });
    }
  }

  protected enlarge(): void {
    this.dialog.open(CodeDialog, {
      data: {
        heading: this.form.step()?.displayName ?? '',
        code: this.code,
        language: this.editorLanguage,
        inputNames: this.inputNames,
        disabled: this.form.isReadonly,
        changed: (code: string) => this.setCode(code),
      },
      width: '94vw',
      height: '90dvh',
      maxWidth: '1400px',
      autoFocus: false,
    });
  }

  private setSource(change: { code?: string; language?: string }): void {
    const old = this.form.settings().sourceCode ?? { code: '', packageJson: '{}' };
    // What the language was is said from now on: an edit must not turn one language into another.
    this.form.patch({ sourceCode: { ...old, language: this.language(), ...change } as typeof old });
  }
}
