import { Clipboard } from '@angular/cdk/clipboard';
import { Component, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiCheck, mdiContentCopy } from '@mdi/js';
import { Icon } from '../../design/icon';
import type { HumanPage } from '../human-page';
import type { Strategy } from './publishing';

export interface Published {
  isEnabled: boolean;
  strategy: Strategy | undefined;
  /** The address that starts the flow; empty for other triggers. */
  url: string;
  /** What people find at that address; undefined where it is for programs. */
  page: HumanPage | undefined;
  /** The trigger's display name. */
  trigger: string;
}

/** The flow is published: what happens next. */
@Component({
  selector: 'pw-published-dialog',
  imports: [Icon, MatButtonModule, MatDialogModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ t('topBar.next.heading') }}</h2>
      <mat-dialog-content>
        @if (!data.isEnabled) {
          <p>{{ t('topBar.next.off') }}</p>
        }
        @if (data.url) {
          <p>{{ t('topBar.next.' + (data.page ?? 'webhook')) }}</p>
          <div class="url">
            @if (data.page) {
              <a target="_blank" [href]="data.url">{{ data.url }}</a>
            } @else {
              <code>{{ data.url }}</code>
            }
            <button mat-stroked-button (click)="copy()">
              <span class="pw-with-icon"
                ><pw-icon [path]="copied() ? icons.done : icons.copy" />{{ t(copied() ? 'topBar.next.copied' : 'topBar.next.copy') }}</span
              >
            </button>
          </div>
        } @else if (data.strategy === 'MANUAL') {
          <p>{{ t('topBar.next.manual') }}</p>
        } @else if (data.strategy === 'POLLING') {
          <p>{{ t('topBar.next.schedule', { trigger: data.trigger }) }}</p>
        } @else {
          <p>{{ t('topBar.next.other', { trigger: data.trigger }) }}</p>
        }
        <p class="quiet">{{ t('topBar.next.runs') }}</p>
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-flat-button mat-dialog-close cdkFocusInitial>{{ t('topBar.next.ok') }}</button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    .url {
      display: flex;
      align-items: center;
      gap: 12px;
      margin: 12px 0;
      padding: 8px 8px 8px 12px;
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius-small);
      background: var(--pw-ground);
    }
    code,
    .url a {
      flex: 1;
      overflow-wrap: anywhere;
      user-select: all;
    }
    p + p,
    .quiet {
      margin-top: 12px;
    }
    .quiet {
      color: var(--pw-text-soft);
    }
  `,
})
export class PublishedDialog {
  protected readonly data = inject<Published>(MAT_DIALOG_DATA);
  private readonly clipboard = inject(Clipboard);
  protected readonly icons = { copy: mdiContentCopy, done: mdiCheck };
  protected readonly copied = signal(false);

  protected copy(): void {
    this.copied.set(this.clipboard.copy(this.data.url));
  }
}
