import { Component, computed, inject, input } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiCodeBraces } from '@mdi/js';
import { Icon } from '../../design/icon';
import { PieceIcon } from '../../design/piece-icon';
import { FlowBuilder } from '../flow-builder';
import { type Key, flawOf, pathOf } from './expression';
import { SampleData } from './sample-data';
import { preview } from './values';

const SHOWN_KEYS = 2;

/** An expression as people read it: the step's icon and name, then where in its output the value is. Red where it cannot work. */
@Component({
  selector: 'pw-data-chip',
  imports: [Icon, PieceIcon],
  template: `
    @if (flaw() && flaw()?.flaw !== 'elsewhere') {
      <pw-icon [path]="icons.broken" />
    } @else if (step(); as step) {
      <pw-piece-icon [kind]="kind()" [piece]="step.settings.pieceName ?? ''" />
    } @else {
      <pw-icon [path]="icons.code" />
    }
    <span class="name">{{ name() }}</span>
    @if (tail()) {
      <span class="tail"><span aria-hidden="true">›</span> {{ tail() }}</span>
    }
  `,
  styles: `
    :host {
      --pw-icon-size: 14px;
      --pw-piece-size: 16px;
      display: inline-flex;
      align-items: center;
      gap: 4px;
      max-width: 100%;
      height: 22px;
      padding: 0 7px 0 3px;
      border-radius: var(--pw-radius-small);
      background: var(--pw-accent-soft);
      color: var(--pw-accent);
      font:
        550 12.5px/22px 'Inter Variable',
        system-ui,
        sans-serif;
      vertical-align: top;
      white-space: nowrap;
      cursor: default;
      user-select: none;
    }
    :host(.broken) {
      background: var(--pw-bad-soft);
      color: var(--pw-bad);
    }
    :host(.uncertain) {
      background: var(--pw-warn-soft);
      color: var(--pw-warn);
    }
    :host(.chosen) {
      outline: 2px solid var(--pw-accent);
    }
    pw-icon {
      margin-inline: 2px;
    }
    .name,
    .tail {
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .name {
      flex: 0 1 auto;
      min-width: 24px;
    }
    .tail {
      flex: 0 1.5 auto;
      font-weight: 450;
    }
  `,
  host: {
    '[class.broken]': "flaw() && flaw()?.flaw !== 'elsewhere'",
    '[class.uncertain]': "flaw()?.flaw === 'elsewhere'",
    '[attr.title]': 'title()',
    '(mouseenter)': 'wanted()',
  },
})
export class DataChip {
  private readonly builder = inject(FlowBuilder, { optional: true });
  private readonly samples = inject(SampleData, { optional: true });
  private readonly transloco = inject(TranslocoService);

  /** The expression without its braces. */
  readonly expression = input.required<string>();

  protected readonly icons = { broken: mdiAlertCircleOutline, code: mdiCodeBraces };
  private readonly path = computed(() => pathOf(this.expression()));
  protected readonly step = computed(() => this.builder?.steps().get(this.path()?.root ?? ''));
  protected readonly kind = computed(() => {
    const type = this.step()?.type;
    return !type || type === 'PIECE_TRIGGER' ? 'PIECE' : type;
  });
  protected readonly name = computed(() => this.step()?.displayName ?? this.path()?.root ?? (this.expression() || '{{ }}'));
  protected readonly tail = computed(() => {
    const keys = this.path()?.keys ?? [];
    const shown = keys.slice(-SHOWN_KEYS).map(keyText).join(' › ');
    return keys.length > SHOWN_KEYS ? `… › ${shown}` : shown;
  });
  protected readonly flaw = computed(() => {
    const [samples, selected] = [this.samples, this.builder?.selectedStep()];
    return samples && selected ? flawOf(this.expression(), samples.order(), samples.namesBefore(), selected.name) : undefined;
  });
  protected readonly title = computed(() => {
    const flaw = this.flaw();
    if (flaw) {
      const step = this.builder?.steps().get(flaw.name)?.displayName ?? flaw.name;
      return `{{${this.expression()}}}\n${this.transloco.translate(`data.chip.${flaw.flaw}`, { step })}`;
    }
    const value = preview(this.samples?.valueOf(this.expression()), 200);
    return value ? `{{${this.expression()}}}\n= ${value}` : `{{${this.expression()}}}`;
  });

  /** Somebody looks: the title shows the sample's value. */
  protected wanted(): void {
    const source = this.samples?.sources().find(({ step }) => step.name === this.path()?.root);
    if (source) void this.samples?.loadSource(source);
  }
}

function keyText(key: Key): string {
  return typeof key === 'number' ? `[${key}]` : key;
}
