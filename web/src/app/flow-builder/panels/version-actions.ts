import { Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Confirm } from '../../design/confirm';
import { Notify } from '../../design/notify';
import { FlowBuilder } from '../flow-builder';
import { RunMode } from '../run-mode/run-mode';
import { type NumberedVersion, Versions } from './versions';

/** What one can do with a version, from the list and from the banner above the canvas. */
@Injectable()
export class VersionActions {
  private readonly builder = inject(FlowBuilder);
  private readonly confirm = inject(Confirm);
  private readonly notify = inject(Notify);
  private readonly runMode = inject(RunMode);
  private readonly transloco = inject(TranslocoService);
  private readonly versions = inject(Versions);

  /** Shows a version on the canvas; the latest one to be edited. */
  async look(version: NumberedVersion): Promise<void> {
    if (this.runMode.isOpen()) this.runMode.edit();
    if (version.isLatest) return this.toDraft();
    await this.notify.attempt(async () => {
      const shown = await this.versions.version(version.id);
      this.builder.run.set(null);
      this.builder.selection.set(new Set());
      this.builder.view.set({ kind: 'version', version: shown });
    });
  }

  toDraft(): void {
    this.builder.highlighted.set(new Set());
    if (this.builder.view().kind !== 'version') return;
    this.builder.selection.set(new Set());
    this.builder.view.set({ kind: 'edit' });
  }

  async restore(version: NumberedVersion): Promise<void> {
    const { number } = version;
    const agreed = await this.confirm.ask({
      heading: this.transloco.translate('versions.restoreHeading', { number }),
      text: this.transloco.translate('versions.restoreText'),
      yes: this.transloco.translate('versions.restore'),
    });
    if (!agreed) return;
    await this.notify.attempt(async () => {
      const before = await this.versions.restore(version.id);
      this.toDraft();
      const regretted = await this.notify.doneWithUndo(this.transloco.translate('versions.restored', { number }));
      if (regretted && before) await this.versions.restore(before);
    });
  }
}
