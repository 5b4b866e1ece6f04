import { Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { Theme } from './design/theme';

@Component({ selector: 'pw-root', imports: [RouterOutlet], template: `<router-outlet />` })
export class App {
  protected readonly theme = inject(Theme);
}
