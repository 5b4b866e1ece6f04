import { Component, computed, inject, input, signal } from '@angular/core';
import {
  mdiAccountCheckOutline,
  mdiCalculatorVariantOutline,
  mdiCalendarBlankOutline,
  mdiClockOutline,
  mdiCodeBraces,
  mdiCodeTags,
  mdiDatabaseOutline,
  mdiFileDelimitedOutline,
  mdiFileOutline,
  mdiFormatText,
  mdiGestureTap,
  mdiLightningBoltOutline,
  mdiLockOutline,
  mdiRepeat,
  mdiSigma,
  mdiSourceBranch,
  mdiSwapHorizontal,
  mdiTagOutline,
  mdiTimerSand,
  mdiWeb,
  mdiWebhook,
} from '@mdi/js';
import { Icon } from './icon';
import { Pieces, shortName } from './pieces';
import type { StepKind } from './step-tree';

/** A glyph and its hue in degrees; lightness follows the theme. */
interface Glyph {
  path: string;
  hue: number;
}

const PIECES: Record<string, Glyph> = {
  approval: { path: mdiAccountCheckOutline, hue: 150 },
  crypto: { path: mdiLockOutline, hue: 350 },
  csv: { path: mdiFileDelimitedOutline, hue: 140 },
  'data-mapper': { path: mdiSwapHorizontal, hue: 290 },
  'data-summarizer': { path: mdiSigma, hue: 320 },
  'date-helper': { path: mdiCalendarBlankOutline, hue: 20 },
  delay: { path: mdiTimerSand, hue: 70 },
  'file-helper': { path: mdiFileOutline, hue: 215 },
  http: { path: mdiWeb, hue: 245 },
  json: { path: mdiCodeBraces, hue: 95 },
  'manual-trigger': { path: mdiGestureTap, hue: 45 },
  'math-helper': { path: mdiCalculatorVariantOutline, hue: 185 },
  schedule: { path: mdiClockOutline, hue: 55 },
  store: { path: mdiDatabaseOutline, hue: 200 },
  tags: { path: mdiTagOutline, hue: 5 },
  'text-helper': { path: mdiFormatText, hue: 270 },
  webhook: { path: mdiWebhook, hue: 335 },
};

const KINDS: Record<Exclude<StepKind, 'PIECE'>, Glyph> = {
  CODE: { path: mdiCodeTags, hue: 260 },
  LOOP_ON_ITEMS: { path: mdiRepeat, hue: 165 },
  ROUTER: { path: mdiSourceBranch, hue: 35 },
  EMPTY: { path: mdiLightningBoltOutline, hue: 0 },
};

/**
 * The icon of a step: of its piece, or of what kind of step it is.
 *
 *     <pw-piece-icon [piece]="'@activepieces/piece-http'" />   <pw-piece-icon kind="ROUTER" />
 *
 * Our own pieces have glyphs here, so that they need no network; others show their logo, or else their initial. `--pw-piece-size` sets the
 * size (32px). Beside a text it says nothing itself; alone it needs a `label`.
 */
@Component({
  selector: 'pw-piece-icon',
  imports: [Icon],
  template: `
    @if (glyph(); as glyph) {
      <pw-icon [path]="glyph.path" />
    } @else if (logo()) {
      <img [src]="logo()" alt="" (error)="broken.set(logo())" />
    } @else {
      <span>{{ initial() }}</span>
    }
  `,
  styles: `
    :host {
      --pw-icon-size: calc(var(--pw-piece-size, 32px) * 0.6);
      display: inline-grid;
      flex: none;
      place-items: center;
      width: var(--pw-piece-size, 32px);
      height: var(--pw-piece-size, 32px);
      overflow: hidden;
      border-radius: calc(var(--pw-piece-size, 32px) * 0.26);
      background: light-dark(oklch(94% 0.035 var(--hue)), oklch(33% 0.055 var(--hue)));
      color: light-dark(oklch(48% 0.15 var(--hue)), oklch(84% 0.1 var(--hue)));
    }
    :host(.empty) {
      border: 1px dashed var(--pw-line-strong);
      background: none;
      color: var(--pw-text-soft);
    }
    :host(.logo) {
      background: none;
    }
    img {
      width: 100%;
      height: 100%;
      object-fit: contain;
    }
    span {
      font-size: calc(var(--pw-piece-size, 32px) * 0.45);
      font-weight: 650;
    }
  `,
  host: {
    '[style.--hue]': 'hue()',
    '[class.empty]': "kind() === 'EMPTY'",
    '[class.logo]': '!glyph() && !!logo()',
    '[attr.role]': "label() ? 'img' : null",
    '[attr.aria-label]': 'label() || null',
    '[attr.aria-hidden]': 'label() ? null : true',
    '[attr.title]': 'label() || null',
  },
})
export class PieceIcon {
  private readonly pieces = inject(Pieces);

  readonly kind = input<StepKind>('PIECE');
  /** The piece's wire name. */
  readonly piece = input('');
  readonly label = input('');

  protected readonly broken = signal('');
  protected readonly glyph = computed<Glyph | undefined>(() => {
    const kind = this.kind();
    return kind === 'PIECE' ? PIECES[shortName(this.piece())] : KINDS[kind];
  });
  protected readonly logo = computed(() => {
    const logo = this.pieces.byName().get(this.piece())?.logoUrl ?? '';
    return logo === this.broken() ? '' : logo;
  });
  protected readonly initial = computed(() => this.pieces.displayName(this.piece()).charAt(0).toUpperCase() || '?');
  protected readonly hue = computed(() => this.glyph()?.hue ?? hueOf(this.piece()));
}

function hueOf(name: string): number {
  return [...name].reduce((sum, letter) => (sum + letter.charCodeAt(0) * 37) % 360, 0);
}
