import { Component, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiClose } from '@mdi/js';
import { Icon } from '../../design/icon';
import { FlowBuilder } from '../flow-builder';

/** The top of a panel: its name, what belongs to it (as content), and the way out. */
@Component({
  selector: 'pw-panel-head',
  imports: [Icon, MatButtonModule, TranslocoDirective],
  template: `
    <h2>{{ heading() }}</h2>
    <ng-content />
    <button mat-icon-button *transloco="let t" [attr.aria-label]="t('common.close')" (click)="builder.panel.set('none')">
      <pw-icon [path]="close" />
    </button>
  `,
  styles: `
    :host {
      display: flex;
      flex: none;
      align-items: center;
      gap: 8px;
      min-height: 52px;
      padding: 0 8px 0 20px;
      border-bottom: 1px solid var(--pw-line);
    }
    h2 {
      flex: 1;
    }
  `,
})
export class PanelHead {
  protected readonly builder = inject(FlowBuilder);
  readonly heading = input.required<string>();
  protected readonly close = mdiClose;
}
