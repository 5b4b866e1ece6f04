import { Component, type Signal, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { CodeEditor } from './code-editor';
import type { EditorLanguage } from './codemirror';

export interface CodeDialogData {
  heading: string;
  code: Signal<string>;
  language: Signal<EditorLanguage>;
  inputNames: Signal<readonly string[]>;
  disabled: Signal<boolean>;
  changed: (code: string) => void;
}

/** The code over the whole window. What is typed is in the step at once. */
@Component({
  selector: 'pw-code-dialog',
  imports: [CodeEditor, MatButtonModule, MatDialogModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ data.heading }}</h2>
      <mat-dialog-content>
        <pw-code-editor
          [label]="t('stepSettings.code')"
          [language]="data.language()"
          [inputNames]="data.inputNames()"
          [disabled]="data.disabled()"
          [value]="code()"
          (valueChange)="changed($event)"
        />
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <span>{{ t('stepSettings.tabHelp') }}</span>
        <button mat-flat-button mat-dialog-close>{{ t('stepSettings.done') }}</button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    :host {
      --pw-editor-height: 100%;
      display: flex;
      flex-direction: column;
      height: 100%;
    }
    mat-dialog-content {
      flex: 1;
      max-height: none;
    }
    span {
      flex: 1;
      padding-left: 16px;
      color: var(--pw-text-soft);
      font-size: 12.5px;
    }
  `,
})
export class CodeDialog {
  protected readonly data = inject<CodeDialogData>(MAT_DIALOG_DATA);
  protected readonly code = signal(this.data.code());

  protected changed(code: string): void {
    this.code.set(code);
    this.data.changed(code);
  }
}
