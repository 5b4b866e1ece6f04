import { Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiDownloadOutline } from '@mdi/js';
import { Icon } from '../design/icon';
import { Markdown } from '../design/markdown';
import type { Answer } from './answer';

/** An answer of a flow: its text, its pictures, and its files to download. */
@Component({
  selector: 'pw-answer-view',
  imports: [Icon, Markdown, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (answer().text) {
        <pw-markdown [text]="answer().text" />
      }
      @for (file of answer().files; track $index) {
        @if (file.isImage) {
          <img [src]="file.url" [alt]="file.name || t('humanInput.picture')" />
        }
        <a class="file" [href]="file.url" [download]="file.name" target="_blank" rel="noopener noreferrer">
          <pw-icon [path]="icon" /><span>{{ file.name || t('humanInput.file') }}</span>
        </a>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: 12px;
      justify-items: start;
      min-width: 0;
    }
    pw-markdown {
      width: 100%;
    }
    img {
      max-width: 100%;
      max-height: 360px;
      border-radius: var(--pw-radius-small);
    }
    .file {
      display: inline-flex;
      align-items: center;
      gap: 8px;
      max-width: 100%;
      min-height: 40px;
      padding: 8px 12px;
      border: 1px solid var(--pw-line-strong);
      border-radius: var(--pw-radius-small);
      background: var(--pw-surface);
      font-weight: 550;
      text-decoration: none;
      overflow-wrap: anywhere;
    }
    .file:hover {
      border-color: var(--pw-accent);
    }
  `,
})
export class AnswerView {
  readonly answer = input.required<Answer>();

  protected readonly icon = mdiDownloadOutline;
}
