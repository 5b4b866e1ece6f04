import { Component } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatDialogModule } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { HELP } from './shortcuts';

/** The keys of the canvas. */
@Component({
  selector: 'pw-shortcuts-dialog',
  imports: [MatButtonModule, MatDialogModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ t('canvas.keys.title') }}</h2>
      <mat-dialog-content>
        @for (part of help; track part.group) {
          <section>
            <h3>{{ t('canvas.keys.group.' + part.group) }}</h3>
            <dl>
              @for (entry of part.entries; track entry.what) {
                <div>
                  <dt>{{ t('canvas.keys.' + entry.what) }}</dt>
                  <dd>
                    @for (key of entry.keys; track key) {
                      <kbd>{{ spelled(key, t) }}</kbd>
                    }
                  </dd>
                </div>
              }
            </dl>
          </section>
        }
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-button mat-dialog-close>{{ t('common.close') }}</button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    mat-dialog-content {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(236px, 1fr));
      gap: 20px 36px;
    }
    dl {
      margin: 8px 0 0;
    }
    dl div {
      display: flex;
      align-items: baseline;
      justify-content: space-between;
      gap: 12px;
      padding: 4px 0;
    }
    dt {
      color: var(--pw-text-soft);
    }
    dd {
      display: flex;
      flex: none;
      gap: 4px;
      margin: 0;
    }
    kbd {
      padding: 1px 6px;
      border: 1px solid var(--pw-line-strong);
      border-bottom-width: 2px;
      border-radius: 5px;
      color: var(--pw-text);
      font: inherit;
      font-size: 12px;
    }
  `,
})
export class ShortcutsDialog {
  protected readonly help = HELP;
  private readonly isMac = /mac|iphone|ipad/i.test(navigator.userAgent);

  /** A key as it is printed on the keyboard; words of keys are messages. */
  protected spelled(key: string, t: (key: string) => string): string {
    const words: Record<string, string> = { drag: t('canvas.key.drag'), wheel: t('canvas.key.wheel'), space: t('canvas.key.space') };
    const modifier = this.isMac ? '⌘' : t('canvas.key.control');
    return key
      .split(' ')
      .map((part) => (part === 'Mod' ? modifier : (words[part] ?? part)))
      .join(' ');
  }
}
