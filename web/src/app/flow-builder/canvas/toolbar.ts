import { Component, computed, inject } from '@angular/core';
import { mdiFitToScreenOutline, mdiKeyboardOutline, mdiMapOutline, mdiMinus, mdiNotePlusOutline, mdiPlus } from '@mdi/js';
import { Icon } from '../../design/icon';
import { IconButton } from '../../design/icon-button';
import { FlowBuilder } from '../flow-builder';
import { CanvasCommands } from './canvas-commands';
import { CanvasState } from './canvas-state';
import { Texts } from './texts';
import { LARGEST, SMALLEST, Viewport } from './viewport';

/** The buttons at the lower edge of the canvas: how it is seen, notes, and help with the keys. */
@Component({
  selector: 'pw-canvas-toolbar',
  imports: [Icon, IconButton],
  template: `
    <button [pwIconButton]="texts.t('toolbar.zoomOut')" [disabled]="scale() <= smallest" (click)="commands.run('zoomOut')">
      <pw-icon [path]="icons.minus" />
    </button>
    <button
      class="percent"
      type="button"
      [attr.aria-label]="texts.t('toolbar.zoomReset', { percent: percent() })"
      [title]="texts.t('toolbar.zoomResetTitle')"
      (click)="commands.run('zoomReset')"
    >
      {{ percent() }} %
    </button>
    <button [pwIconButton]="texts.t('toolbar.zoomIn')" [disabled]="scale() >= largest" (click)="commands.run('zoomIn')">
      <pw-icon [path]="icons.plus" />
    </button>
    <button [pwIconButton]="texts.t('toolbar.fit')" (click)="commands.fit()"><pw-icon [path]="icons.fit" /></button>
    <button [pwIconButton]="texts.t('toolbar.minimap')" [attr.aria-pressed]="state.isMinimapShown()" (click)="state.toggleMinimap()">
      <pw-icon [path]="icons.map" />
    </button>
    <span class="rule"></span>
    @if (!builder.isReadonly()) {
      <button [pwIconButton]="texts.t('toolbar.addNote')" (click)="commands.addNote()"><pw-icon [path]="icons.note" /></button>
    }
    <button [pwIconButton]="texts.t('toolbar.help')" (click)="commands.help()"><pw-icon [path]="icons.keys" /></button>
  `,
  styles: `
    :host {
      --pw-icon-size: 18px;
      position: absolute;
      bottom: 16px;
      left: 16px;
      display: flex;
      align-items: center;
      gap: 2px;
      padding: 4px;
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius);
      background: var(--pw-raised);
      box-shadow: var(--pw-shadow);
    }
    button {
      display: grid;
      place-items: center;
      min-width: 32px;
      height: 32px;
      padding: 0;
      border: 0;
      border-radius: var(--pw-radius-small);
      background: none;
      color: var(--pw-text-soft);
      font: inherit;
      cursor: pointer;
    }
    button:hover:enabled {
      background: var(--pw-ground);
      color: var(--pw-text);
    }
    button:disabled {
      opacity: 0.4;
      cursor: default;
    }
    button[aria-pressed='true'] {
      background: var(--pw-accent-soft);
      color: var(--pw-accent);
    }
    .percent {
      min-width: 52px;
      font-size: 12.5px;
      font-variant-numeric: tabular-nums;
    }
    .rule {
      width: 1px;
      height: 20px;
      margin: 0 4px;
      background: var(--pw-line);
    }
  `,
  host: { role: 'toolbar', '[attr.aria-label]': "texts.t('toolbar.label')" },
})
export class CanvasToolbar {
  protected readonly builder = inject(FlowBuilder);
  protected readonly commands = inject(CanvasCommands);
  protected readonly state = inject(CanvasState);
  protected readonly texts = inject(Texts);
  protected readonly scale = inject(Viewport).scale;

  protected readonly percent = computed(() => Math.round(this.scale() * 100));
  protected readonly smallest = SMALLEST;
  protected readonly largest = LARGEST;
  protected readonly icons = {
    minus: mdiMinus,
    plus: mdiPlus,
    fit: mdiFitToScreenOutline,
    map: mdiMapOutline,
    note: mdiNotePlusOutline,
    keys: mdiKeyboardOutline,
  };
}
