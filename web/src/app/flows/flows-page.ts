import { Component, computed, effect, inject, input, linkedSignal, signal, untracked } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { MatSelectModule } from '@angular/material/select';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiCloudAlertOutline, mdiFilterRemoveOutline, mdiFolderOpenOutline, mdiPlus, mdiSitemapOutline, mdiTrayArrowUp } from '@mdi/js';
import type { PopulatedFlow } from '../api/schema';
import { EmptyState } from '../design/empty-state';
import { Icon } from '../design/icon';
import { Notify, ProblemText } from '../design/notify';
import { PageHeader } from '../design/page-header';
import { SearchField } from '../design/search-field';
import { BulkBar, type BulkCommand } from './bulk-bar';
import { FailingTriggers } from './failing-triggers';
import { FlowCommands } from './flow-commands';
import { type FlowFilter, FlowList, NO_FOLDER } from './flow-list';
import { type FlowCommand, FlowRow } from './flow-row';
import { FolderColumn } from './folder-column';
import { FolderList } from './folder-list';
import { People } from './people';

const TYPING_PAUSE = 250;

/** The flows of the project. Search, filters and folder stand in the address (`q`, `status`, `folder`, `sort`), so that they can be kept and shared. */
@Component({
  selector: 'pw-flows-page',
  imports: [
    BulkBar,
    EmptyState,
    FlowRow,
    FolderColumn,
    Icon,
    MatButtonModule,
    MatCheckboxModule,
    MatFormFieldModule,
    MatProgressBarModule,
    MatSelectModule,
    PageHeader,
    RouterLink,
    SearchField,
    TranslocoDirective,
  ],
  templateUrl: './flows-page.html',
  styleUrl: './flows-page.scss',
  providers: [FlowList, FolderList, FlowCommands, FailingTriggers],
  host: { '(dragover)': 'offerDrop($event)', '(drop)': 'takeDrop($event)' },
})
export class FlowsPage {
  private readonly router = inject(Router);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);
  protected readonly people = inject(People);
  protected readonly list = inject(FlowList);
  protected readonly folders = inject(FolderList);
  protected readonly commands = inject(FlowCommands);
  protected readonly failing = inject(FailingTriggers);

  // The query of the address.
  readonly q = input<string>();
  readonly status = input<string>();
  readonly folder = input<string>();
  readonly sort = input<string>();

  protected readonly filter = computed<FlowFilter>(() => ({
    name: this.q() ?? '',
    status: this.status() === 'ENABLED' ? 'ENABLED' : this.status() === 'DISABLED' ? 'DISABLED' : '',
    folder: this.folder() ?? '',
    sort: this.sort() === 'name' ? 'name' : 'recent',
  }));
  protected readonly isFiltered = computed(() => !!this.filter().name || !!this.filter().status);
  /** The folder that new flows come into. */
  private readonly target = computed(() => (this.filter().folder && this.filter().folder !== NO_FOLDER ? this.filter().folder : null));
  protected readonly typed = linkedSignal(() => this.q() ?? '');
  private typing: ReturnType<typeof setTimeout> | undefined;

  private readonly chosen = signal<ReadonlySet<string>>(new Set());
  protected readonly selection = computed(() => this.list.flows().filter((flow) => this.chosen().has(flow.id)));
  protected readonly isAllSelected = computed(() => this.selection().length > 0 && this.selection().length === this.list.flows().length);
  protected readonly failure = computed(() => this.problems.of(this.list.problem()));
  /** Nothing is there, and no filter hides anything: the page explains itself. */
  protected readonly isNew = computed(
    () => this.list.state() === 'ready' && this.folders.isLoaded() && this.folders.total() === 0 && this.list.flows().length === 0,
  );

  protected readonly icons = {
    add: mdiPlus,
    flows: mdiSitemapOutline,
    folder: mdiFolderOpenOutline,
    import: mdiTrayArrowUp,
    nothing: mdiFilterRemoveOutline,
    offline: mdiCloudAlertOutline,
  };

  constructor() {
    effect(() => {
      const filter = this.filter();
      untracked(() => {
        this.chosen.set(new Set());
        void this.list.show(filter);
      });
    });
    effect(() => {
      this.list.changes();
      untracked(() => void this.notify.attempt(() => this.folders.read()));
    });
  }

  protected search(text: string): void {
    this.typed.set(text);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.ask({ q: text.trim() || null }), TYPING_PAUSE);
  }

  /** Puts something into the query of the address. */
  protected ask(queryParams: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected create(): Promise<void> {
    return this.commands.create(this.target());
  }

  protected import(files: readonly File[] = []): Promise<void> {
    return this.commands.import(this.target(), files);
  }

  protected isSelected(flow: PopulatedFlow): boolean {
    return this.chosen().has(flow.id);
  }

  protected select(flows: readonly PopulatedFlow[], isSelected: boolean): void {
    const chosen = new Set(this.chosen());
    for (const flow of flows) {
      if (isSelected) chosen.add(flow.id);
      else chosen.delete(flow.id);
    }
    this.chosen.set(chosen);
  }

  protected async command(flow: PopulatedFlow, command: FlowCommand): Promise<void> {
    switch (command) {
      case 'rename':
        return this.commands.rename(flow);
      case 'duplicate':
        return this.commands.duplicate(flow);
      case 'move':
        return this.commands.move([flow]);
      case 'export':
        return this.commands.export([flow]);
      case 'saveTemplate':
        return this.commands.saveTemplate(flow);
      case 'delete':
        return void (await this.commands.delete([flow]));
    }
  }

  protected async bulk(command: BulkCommand): Promise<void> {
    const flows = this.selection();
    switch (command) {
      case 'enable':
        return this.commands.setStatuses(flows, 'ENABLED');
      case 'disable':
        return this.commands.setStatuses(flows, 'DISABLED');
      case 'move':
        return this.commands.move(flows);
      case 'export':
        return this.commands.export(flows);
      case 'delete':
        if (await this.commands.delete(flows)) this.chosen.set(new Set());
    }
  }

  protected folderOf(flow: PopulatedFlow): string {
    return this.filter().folder ? '' : this.folders.nameOf(flow.folderId);
  }

  protected offerDrop(event: DragEvent): void {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  }

  /** Files that are dropped anywhere on the page are imported. */
  protected takeDrop(event: DragEvent): void {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void this.import(files);
  }
}
