import { Component, computed, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Template } from '../api/schema';
import { PieceChain } from '../design/piece-chain';
import { stepsOf } from '../design/step-tree';

/** A template in the gallery: all of the card opens it. */
@Component({
  selector: 'pw-template-card',
  imports: [PieceChain, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <pw-piece-chain [steps]="steps()" />
      <h2>
        <button type="button" (click)="opened.emit()">{{ template().name }}</button>
      </h2>
      <p>{{ template().summary }}</p>
      <div class="tags">
        @if (template().type !== 'OFFICIAL') {
          <span class="own">{{ t('templates.own') }}</span>
        }
        @for (category of template().categories; track category) {
          <span>{{ t('templates.category.' + category) }}</span>
        }
      </div>
    </ng-container>
  `,
  styles: `
    :host {
      --pw-piece-size: 30px;
      position: relative;
      display: flex;
      flex-direction: column;
      gap: 6px;
      height: 100%;
      padding: 16px;
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius);
      background: var(--pw-surface);
      transition:
        border-color 120ms,
        box-shadow 120ms;
    }
    :host(:hover) {
      border-color: var(--pw-line-strong);
      box-shadow: var(--pw-shadow);
    }
    pw-piece-chain {
      margin-bottom: 6px;
    }
    h2 {
      font-size: 15px;
    }
    button {
      padding: 0;
      border: 0;
      background: none;
      color: inherit;
      font: inherit;
      text-align: left;
      cursor: pointer;
    }
    /* The button covers the card. */
    button::after {
      position: absolute;
      inset: 0;
      border-radius: var(--pw-radius);
      content: '';
    }
    button:focus-visible {
      outline: none;
    }
    button:focus-visible::after {
      outline: 2px solid var(--pw-accent);
      outline-offset: 2px;
    }
    p {
      flex: 1;
      color: var(--pw-text-soft);
    }
    .tags {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 6px;
      margin-top: 8px;
    }
    .tags span {
      padding: 1px 8px;
      border-radius: 999px;
      background: var(--pw-ground);
      color: var(--pw-text-soft);
      font-size: 12px;
    }
    .tags .own {
      background: var(--pw-accent-soft);
      color: var(--pw-accent);
    }
  `,
})
export class TemplateCard {
  readonly template = input.required<Template>();
  readonly opened = output();
  protected readonly steps = computed(() => stepsOf(this.template().flows[0]?.['trigger']));
}
