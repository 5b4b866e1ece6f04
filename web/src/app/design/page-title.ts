import { Injectable, inject } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';

/** The window's title: a route's `title` is the key of a message. */
@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);
  private readonly transloco = inject(TranslocoService);

  override updateTitle(state: RouterStateSnapshot): void {
    const key = this.buildTitle(state);
    this.show(key ? this.transloco.translate(key) : '');
  }

  /** Shows a title that is not a message: the name of a flow. */
  show(title: string): void {
    this.title.setTitle(title ? `${title} · Piecework` : 'Piecework');
  }
}
