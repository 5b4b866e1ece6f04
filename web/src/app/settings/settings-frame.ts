import { Component, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAccountCircleOutline, mdiAccountMultipleOutline, mdiDomain, mdiFolderOutline, mdiPuzzleOutline } from '@mdi/js';
import { Icon } from '../design/icon';
import { PageHeader } from '../design/page-header';
import { Session } from '../session/session';

/** The frame of the settings: their pages, as far as the user may open them. */
@Component({
  selector: 'pw-settings-frame',
  imports: [Icon, PageHeader, RouterLink, RouterLinkActive, RouterOutlet, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <pw-page-header [heading]="t('settings.title')" />
      <div class="columns">
        <nav [attr.aria-label]="t('settings.navigation')">
          @for (place of places; track place.path) {
            @if (!place.administrators || session.isAdministrator()) {
              <a [routerLink]="place.path" routerLinkActive="active" ariaCurrentWhenActive="page">
                <pw-icon [path]="place.icon" />{{ t(place.label) }}
              </a>
            }
          }
        </nav>
        <div class="page"><router-outlet /></div>
      </div>
    </ng-container>
  `,
  styleUrl: './settings-frame.scss',
})
export class SettingsFrame {
  protected readonly session = inject(Session);
  protected readonly places = [
    { path: 'project', label: 'settings.project.title', icon: mdiFolderOutline, administrators: false },
    { path: 'profile', label: 'profile.title', icon: mdiAccountCircleOutline, administrators: false },
    { path: 'pieces', label: 'settings.pieces.title', icon: mdiPuzzleOutline, administrators: false },
    { path: 'users', label: 'users.title', icon: mdiAccountMultipleOutline, administrators: true },
    { path: 'platform', label: 'settings.platform.title', icon: mdiDomain, administrators: true },
  ];
}
