import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** An icon of `@mdi/js`, by its path: `<pw-icon [path]="mdiPlus" />`. It takes the colour of the text; beside a text it says nothing itself. */
@Component({
  selector: 'pw-icon',
  template: `<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path [attr.d]="path()" fill="currentColor" /></svg>`,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
      width: var(--pw-icon-size, 20px);
      height: var(--pw-icon-size, 20px);
      vertical-align: middle;
    }
    svg {
      width: 100%;
      height: 100%;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Icon {
  readonly path = input.required<string>();
}
