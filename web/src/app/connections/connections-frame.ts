import { Component } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { PageHeader } from '../design/page-header';

/** What flows may use and nobody may read: connections to services, and variables. */
@Component({
  selector: 'pw-connections-frame',
  imports: [PageHeader, RouterLink, RouterLinkActive, RouterOutlet, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <pw-page-header [heading]="t('connections.title')" [text]="t('connections.subtitle')" />
      <nav [attr.aria-label]="t('connections.parts')">
        @for (part of parts; track part.path) {
          <a [routerLink]="part.path" routerLinkActive ariaCurrentWhenActive="page" [routerLinkActiveOptions]="{ exact: true }">
            {{ t(part.label) }}
          </a>
        }
      </nav>
      <router-outlet />
    </ng-container>
  `,
  styles: `
    @use '../design/tabs';
    nav {
      @include tabs.tabs;
      margin-bottom: 16px;
    }
    a {
      @include tabs.tab;
    }
  `,
})
export class ConnectionsFrame {
  protected readonly parts = [
    { path: '/connections', label: 'connections.title' },
    { path: '/connections/variables', label: 'variables.title' },
  ];
}
