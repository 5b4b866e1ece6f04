import { Directive, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';

/** A button with an icon alone, and its name: `<button [pwIconButton]="t('add')"><pw-icon … /></button>`. How it looks is up to its page. */
@Directive({
  selector: 'button[pwIconButton]',
  host: { type: 'button', '[attr.aria-label]': 'pwIconButton()', '[attr.title]': 'hasTooltip ? null : (hint() ?? pwIconButton())' },
})
export class IconButton {
  readonly pwIconButton = input.required<string>();
  /** What the browser says of it, if that is shorter than the name. Nothing where a matTooltip speaks. */
  readonly hint = input<string>();

  protected readonly hasTooltip = inject(MatTooltip, { self: true, optional: true }) !== null;
}
