import { Component, inject, resource } from '@angular/core';
import { Installations } from '../session/installation';

/** The frame of a page for people who have no account here: whose page it is, and below it what it asks. */
@Component({
  selector: 'pw-public-frame',
  template: `
    <header>
      @if (installation.hasValue()) {
        <img [src]="installation.value().logo" alt="" width="24" height="24" /><span>{{ installation.value().platform }}</span>
      }
    </header>
    <main><ng-content /></main>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-rows: auto 1fr;
      gap: 24px;
      min-height: 100dvh;
      padding: clamp(16px, 6vh, 64px) 16px 24px;
    }
    header {
      display: flex;
      align-items: center;
      justify-content: center;
      gap: 8px;
      min-height: 24px;
      color: var(--pw-text-soft);
      font-weight: 600;
    }
    header span {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    header img {
      object-fit: contain;
    }
    main {
      width: 100%;
      max-width: 560px;
      min-width: 0;
      margin: 0 auto;
    }
  `,
})
export class PublicFrame {
  private readonly installations = inject(Installations);
  protected readonly installation = resource({ loader: () => this.installations.look() });
}
