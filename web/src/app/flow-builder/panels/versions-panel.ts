import { Component, computed, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatMenuModule } from '@angular/material/menu';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiCompareHorizontal, mdiDotsVertical, mdiEyeOutline, mdiHistory, mdiRestore } from '@mdi/js';
import { EmptyState } from '../../design/empty-state';
import { Icon } from '../../design/icon';
import { ProblemText } from '../../design/notify';
import { DateTimePipe, RelativeTimePipe } from '../../design/when';
import { FlowBuilder } from '../flow-builder';
import { Comparing } from './comparing';
import { PanelHead } from './panel-head';
import { VersionActions } from './version-actions';
import { type NumberedVersion, Versions } from './versions';

/** Every version of the flow: look at one, compare two, go back to one. */
@Component({
  selector: 'pw-versions-panel',
  imports: [Comparing, DateTimePipe, EmptyState, Icon, MatButtonModule, MatMenuModule, PanelHead, RelativeTimePipe, TranslocoDirective],
  templateUrl: './versions-panel.html',
  styleUrl: './versions-panel.scss',
})
export class VersionsPanel {
  protected readonly actions = inject(VersionActions);
  protected readonly builder = inject(FlowBuilder);
  protected readonly versions = inject(Versions);
  private readonly problems = inject(ProblemText);

  protected readonly icons = {
    compare: mdiCompareHorizontal,
    history: mdiHistory,
    look: mdiEyeOutline,
    more: mdiDotsVertical,
    problem: mdiAlertCircleOutline,
    restore: mdiRestore,
  };
  protected readonly problem = computed(() => (this.versions.problem() ? this.problems.of(this.versions.problem()) : ''));
  /** What is being compared; null while the list is shown. */
  protected readonly compared = signal<{ before: string; after: string } | null>(null);

  protected stateKey(version: NumberedVersion): string {
    if (version.isPublished) return 'versions.state.published';
    return version.state === 'DRAFT' ? 'versions.state.draft' : 'versions.state.kept';
  }

  protected isShown(version: NumberedVersion): boolean {
    return version.id === this.builder.versionId();
  }

  /** With the draft; the draft itself with the version before it. */
  protected compare(version: NumberedVersion): void {
    const list = this.versions.list();
    const latest = list[0]?.id ?? '';
    const before = version.isLatest ? (list[1]?.id ?? latest) : version.id;
    this.compared.set({ before, after: latest });
  }
}
