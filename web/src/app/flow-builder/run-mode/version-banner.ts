import { Component, computed, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiEyeOutline, mdiRestore } from '@mdi/js';
import { Icon } from '../../design/icon';
import { DateTimePipe } from '../../design/when';
import { FlowBuilder } from '../flow-builder';
import { VersionActions } from '../panels/version-actions';
import { Versions } from '../panels/versions';

/** Above the canvas while an old version is shown. */
@Component({
  selector: 'pw-version-banner',
  imports: [DateTimePipe, Icon, MatButtonModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (version(); as version) {
        <div class="words" role="status">
          <pw-icon [path]="icons.look" />
          <span>
            <strong>{{ t('versions.number', { number: version.number }) }}</strong> · {{ version.updated | dateTime }}
            @if (version.editor) {
              · {{ version.editor }}
            }
            · {{ t('versions.readOnly') }}
          </span>
        </div>
        <button mat-stroked-button (click)="actions.restore(version)">
          <span class="pw-with-icon"><pw-icon [path]="icons.restore" />{{ t('versions.restore') }}</span>
        </button>
      }
      <button mat-flat-button (click)="actions.toDraft()">{{ t('versions.toDraft') }}</button>
    </ng-container>
  `,
  styleUrl: './banner.scss',
})
export class VersionBanner {
  private readonly builder = inject(FlowBuilder);
  private readonly versions = inject(Versions);
  protected readonly actions = inject(VersionActions);
  protected readonly icons = { look: mdiEyeOutline, restore: mdiRestore };
  protected readonly version = computed(() => this.versions.list().find((version) => version.id === this.builder.versionId()));
}
