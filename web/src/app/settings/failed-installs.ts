import { Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { FailedPiece } from '../api/schema';
import { InstallPiece } from '../design/install-piece';
import { RelativeTimePipe } from '../design/when';
import { SettingsSection } from './settings-section';

/** The pieces that could not be installed, with the reason. From the registry the server tries again by itself; here one need not wait. */
@Component({
  selector: 'pw-failed-installs',
  imports: [InstallPiece, RelativeTimePipe, SettingsSection, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <pw-settings-section [heading]="t('settings.pieces.failed')" [text]="t('settings.pieces.failedText')">
        <ul>
          @for (each of failed(); track each.name + each.version) {
            <li>
              <strong>{{ each.name }} {{ each.version }}</strong>
              <p class="reason">{{ each.reason }}</p>
              <p class="soft">{{ t('settings.pieces.attempts', { count: each.attempts, when: each.failedAt | relativeTime }) }}</p>
              @if (each.packageType === 'REGISTRY') {
                <pw-install-piece [piece]="each.name" [version]="each.version" (installed)="retried.emit()" />
              }
            </li>
          }
        </ul>
      </pw-settings-section>
    </ng-container>
  `,
  styles: `
    ul {
      display: grid;
      gap: 16px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: grid;
      gap: 4px;
      min-width: 0;
      overflow-wrap: anywhere;
    }
    .reason {
      color: var(--pw-bad);
      font-size: 13px;
      white-space: pre-line;
    }
    .soft {
      color: var(--pw-text-soft);
      font-size: 12.5px;
    }
  `,
})
export class FailedInstalls {
  readonly failed = input.required<readonly FailedPiece[]>();
  readonly retried = output();
}
