import { Component, computed, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatMenuModule } from '@angular/material/menu';
import { MatTooltipModule } from '@angular/material/tooltip';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiChevronDown, mdiChevronLeft, mdiChevronRight, mdiPencilOutline, mdiReload, mdiStop } from '@mdi/js';
import type { FlowVersion } from '../../api/schema';
import { Icon } from '../../design/icon';
import { StatusChip } from '../../design/status-chip';
import { DateTimePipe, DurationPipe } from '../../design/when';
import { durationOf } from '../../runs/view/run-tree';
import { FlowBuilder, isOver } from '../flow-builder';
import { Versions } from '../panels/versions';
import { FlowRuns } from './flow-runs';
import { RunMode } from './run-mode';

/** Above the canvas while a run is shown: which one it is, and what one can do with it. */
@Component({
  selector: 'pw-run-banner',
  imports: [DateTimePipe, DurationPipe, Icon, MatButtonModule, MatMenuModule, MatTooltipModule, StatusChip, TranslocoDirective],
  templateUrl: './run-banner.html',
  styleUrl: './banner.scss',
})
export class RunBanner {
  private readonly builder = inject(FlowBuilder);
  private readonly runs = inject(FlowRuns);
  protected readonly runMode = inject(RunMode);
  private readonly versions = inject(Versions);

  protected readonly icons = {
    newer: mdiChevronLeft,
    older: mdiChevronRight,
    down: mdiChevronDown,
    edit: mdiPencilOutline,
    retry: mdiReload,
    stop: mdiStop,
  };
  protected readonly run = this.runMode.opened;
  protected readonly isOver = computed(() => {
    const run = this.run();
    return run !== null && isOver(run);
  });
  protected readonly canResume = computed(() => this.isOver() && this.run()?.status !== 'SUCCEEDED');
  protected readonly duration = computed(() => {
    const run = this.run();
    return run?.finishTime ? durationOf(run, 0) : null;
  });
  protected readonly newer = computed(() => this.runs.neighbour(this.run()?.id ?? '', -1));
  protected readonly older = computed(() => this.runs.neighbour(this.run()?.id ?? '', 1));
  protected readonly versionNumber = computed(() => {
    const version = this.run()?.flowVersion as FlowVersion | undefined;
    return version ? this.versions.numberOf(version.id) : undefined;
  });
  /** The failed step, if the draft still has it: there one begins to mend the flow. */
  protected readonly stepToEdit = computed(() => {
    const name = this.builder.selectedStep()?.name ?? this.runMode.failed()?.step;
    return name && this.builder.draft() ? name : undefined;
  });

  constructor() {
    this.runs.want();
  }
}
