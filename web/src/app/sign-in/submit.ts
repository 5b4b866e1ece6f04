import { Component, input } from '@angular/core';

/** The button that sends a form of signing in. While it is under way it says so and sends nothing again. */
@Component({
  selector: 'pw-submit',
  template: `<button type="submit" [attr.aria-disabled]="busy()" [attr.aria-busy]="busy()" (click)="press($event)"><ng-content /></button>`,
  styles: `
    button {
      width: 100%;
      min-height: 40px;
      padding: 8px 16px;
      border: 0;
      border-radius: var(--pw-radius-small);
      background: var(--pw-accent);
      color: var(--pw-on-accent);
      font: inherit;
      font-weight: 600;
      cursor: pointer;
    }
    button:hover {
      filter: brightness(1.08);
    }
    button[aria-disabled='true'] {
      opacity: 0.65;
      cursor: progress;
    }
  `,
})
export class Submit {
  readonly busy = input(false);

  protected press(event: Event): void {
    if (this.busy()) event.preventDefault();
  }
}
