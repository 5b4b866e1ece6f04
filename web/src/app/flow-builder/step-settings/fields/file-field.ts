import { Component, computed, inject, input, output, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiClose, mdiFileOutline, mdiUploadOutline } from '@mdi/js';
import { Icon } from '../../../design/icon';
import { TemplateInput } from '../../data/template-input';
import { textOf } from '../model/json-text';

/** A file that lies in the flow itself travels with every edit of it: larger ones belong behind an address. */
const LARGEST_BYTES = 1024 * 1024;

/** What a data URL says of itself: `data:image/png;base64,…` → image/png, 1234 bytes. */
export function aboutDataUrl(url: string): { type: string; bytes: number } | undefined {
  const head = /^data:([^;,]*)(?:;[^,]*)?,/.exec(url);
  if (!head) return undefined;
  return { type: head[1] || 'text/plain', bytes: Math.floor(((url.length - head[0].length) * 3) / 4) };
}

/** A file: an address, an expression, or a small file from the user's computer, which is kept in the flow as a data URL. */
@Component({
  selector: 'pw-file-field',
  imports: [Icon, TemplateInput, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (about(); as about) {
        <div class="file">
          <pw-icon [path]="icons.file" />
          <span
            ><strong>{{ about.type }}</strong> {{ size(about.bytes) }}</span
          >
          <button
            type="button"
            [disabled]="disabled()"
            [attr.aria-label]="t('stepSettings.clear', { name: label() })"
            (click)="valueChange.emit('')"
          >
            <pw-icon [path]="icons.remove" />
          </button>
        </div>
      } @else {
        <div class="row">
          <pw-template-input
            kind="file"
            placeholder="https://"
            [label]="label()"
            [disabled]="disabled()"
            [value]="text()"
            (valueChange)="typed($event)"
          />
          <button
            type="button"
            [disabled]="disabled()"
            [title]="t('stepSettings.upload')"
            [attr.aria-label]="t('stepSettings.uploadTo', { name: label() })"
            (click)="chooser.click()"
          >
            <pw-icon [path]="icons.upload" />
          </button>
        </div>
        <input #chooser type="file" hidden (change)="chosen(chooser)" />
      }
      @if (problem()) {
        <p role="alert">{{ problem() }}</p>
      }
    </ng-container>
  `,
  styles: `
    @use '../fields' as fields;
    .row {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 4px;
      align-items: start;
    }
    button {
      @include fields.quiet-button;
      --pw-icon-size: 20px;
      height: 36px;
    }
    .file {
      display: flex;
      align-items: center;
      gap: 8px;
      padding-left: 10px;
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius-small);
      background: var(--pw-ground);
    }
    .file span {
      flex: 1;
    }
    strong {
      font-weight: 550;
    }
    p {
      @include fields.problem;
      margin-top: 4px;
    }
  `,
})
export class FileField {
  private readonly transloco = inject(TranslocoService);

  readonly value = input<unknown>();
  readonly label = input.required<string>();
  readonly disabled = input(false);
  readonly valueChange = output<string>();

  protected readonly icons = { file: mdiFileOutline, remove: mdiClose, upload: mdiUploadOutline };
  protected readonly problem = signal('');
  protected readonly text = computed(() => textOf(this.value()));
  protected readonly about = computed(() => aboutDataUrl(this.text()));

  protected typed(text: string): void {
    if (text !== this.text()) this.valueChange.emit(text);
  }

  protected chosen(chooser: HTMLInputElement): void {
    const file = chooser.files?.[0];
    chooser.value = '';
    if (!file) return;
    if (file.size > LARGEST_BYTES) {
      this.problem.set(this.transloco.translate('stepSettings.fileTooLarge', { name: file.name, size: this.size(LARGEST_BYTES) }));
      return;
    }
    this.problem.set('');
    const reader = new FileReader();
    reader.onload = () => this.valueChange.emit(String(reader.result));
    reader.onerror = () => this.problem.set(this.transloco.translate('stepSettings.fileUnreadable', { name: file.name }));
    reader.readAsDataURL(file);
  }

  protected size(bytes: number): string {
    return bytes < 1024 ? `${bytes} B` : `${Math.round(bytes / 1024)} kB`;
  }
}
