import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiCloudCheckOutline, mdiCloudOffOutline, mdiCloudSyncOutline } from '@mdi/js';
import { Icon } from '../../design/icon';
import { FlowBuilder } from '../flow-builder';
import type { SaveState as State } from '../model/saving';

const ICONS: Record<State, string> = {
  saved: mdiCloudCheckOutline,
  saving: mdiCloudSyncOutline,
  offline: mdiCloudOffOutline,
  refused: mdiAlertCircleOutline,
};

/** Where the edits are, always in words. */
@Component({
  selector: 'pw-save-state',
  imports: [Icon, TranslocoDirective],
  template: `
    <span class="state" [class]="state()" role="status" *transloco="let t" [title]="t('topBar.save.' + state(), { problem: problem() })">
      <pw-icon [path]="icon()" /><span>{{ t('topBar.save.' + state(), { problem: problem() }) }}</span>
    </span>
  `,
  styles: `
    :host {
      min-width: 0;
    }
    .state {
      --pw-icon-size: 16px;
      display: flex;
      align-items: center;
      gap: 5px;
      min-width: 0;
      white-space: nowrap;
    }
    .state > span {
      display: -webkit-box;
      overflow: hidden;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
    }
    .offline,
    .refused {
      line-height: 15px;
      white-space: normal;
    }
    .offline {
      color: var(--pw-warn);
    }
    .refused {
      color: var(--pw-bad);
    }
  `,
})
export class SaveState {
  private readonly builder = inject(FlowBuilder);
  /** The connection tells sooner than the next edit that the server is away. */
  protected readonly state = this.builder.connectionState;
  protected readonly icon = computed(() => ICONS[this.state()]);
  protected readonly problem = this.builder.refusal;
}
