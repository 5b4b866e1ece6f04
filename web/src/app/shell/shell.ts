import { Component, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatMenuModule } from '@angular/material/menu';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import {
  mdiAccountCircleOutline,
  mdiCheck,
  mdiChevronDown,
  mdiCogOutline,
  mdiHeartPulse,
  mdiLinkVariant,
  mdiLogout,
  mdiPlayCircleOutline,
  mdiShapeOutline,
  mdiSitemapOutline,
  mdiThemeLightDark,
  mdiTranslate,
} from '@mdi/js';
import { Icon } from '../design/icon';
import { LANGUAGES, LANGUAGE_NAMES, Language } from '../design/language';
import { Notify } from '../design/notify';
import { THEMES, Theme } from '../design/theme';
import { Session } from '../session/session';

/** The frame of every page but the builder and signing in: where one can go, and who one is. */
@Component({
  selector: 'pw-shell',
  imports: [Icon, MatButtonModule, MatMenuModule, RouterLink, RouterLinkActive, RouterOutlet, TranslocoDirective],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  protected readonly session = inject(Session);
  protected readonly theme = inject(Theme);
  protected readonly language = inject(Language);
  private readonly notify = inject(Notify);

  protected readonly themes = THEMES;
  protected readonly languages = LANGUAGES;
  protected readonly languageNames = LANGUAGE_NAMES;
  protected readonly icons = {
    account: mdiAccountCircleOutline,
    check: mdiCheck,
    down: mdiChevronDown,
    language: mdiTranslate,
    logout: mdiLogout,
    theme: mdiThemeLightDark,
  };
  protected readonly places = [
    { path: '/flows', label: 'shell.flows', icon: mdiSitemapOutline, administrators: false },
    { path: '/runs', label: 'shell.runs', icon: mdiPlayCircleOutline, administrators: false },
    { path: '/templates', label: 'shell.templates', icon: mdiShapeOutline, administrators: false },
    { path: '/connections', label: 'shell.connections', icon: mdiLinkVariant, administrators: false },
    { path: '/settings', label: 'shell.settings', icon: mdiCogOutline, administrators: false },
    { path: '/health', label: 'shell.health', icon: mdiHeartPulse, administrators: true },
  ];

  constructor() {
    void this.notify.attempt(() => this.session.loadProjects());
  }
}
