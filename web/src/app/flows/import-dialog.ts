import { Component, computed, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiAlertOutline, mdiTrayArrowUp } from '@mdi/js';
import type { PopulatedFlow } from '../api/schema';
import { Icon } from '../design/icon';
import { ProblemText } from '../design/notify';
import { PieceChain } from '../design/piece-chain';
import { Pieces } from '../design/pieces';
import { FlowActions } from './flow-actions';
import { type FaultySource, type FoundFlow, findInFiles, findInText } from './import-sources';

export interface ImportOrder {
  folderId: string | null;
  /** Files that were dropped on the page. */
  files: readonly File[];
}

/** A flow to import, with what came of it. */
interface Candidate extends FoundFlow {
  id: number;
  isWanted: boolean;
  /** Pieces that it uses and this installation does not have. */
  missing: string[];
  /** Why the server would not have it. */
  refusal: string;
}

/** Flows from files or text: choose, see what would come, import. It closes with the flows that came. */
@Component({
  selector: 'pw-import-dialog',
  imports: [Icon, MatButtonModule, MatCheckboxModule, MatDialogModule, MatProgressBarModule, PieceChain, TranslocoDirective],
  templateUrl: './import-dialog.html',
  styleUrl: './import-dialog.scss',
})
export class ImportDialog {
  private readonly order = inject<ImportOrder>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<ImportDialog, PopulatedFlow[]>>(MatDialogRef);
  private readonly actions = inject(FlowActions);
  private readonly pieces = inject(Pieces);
  private readonly problems = inject(ProblemText);

  protected readonly icons = { fault: mdiAlertCircleOutline, import: mdiTrayArrowUp, warn: mdiAlertOutline };
  protected readonly text = signal('');
  protected readonly isDraggedOver = signal(false);
  protected readonly isImporting = signal(false);
  private readonly found = signal<Candidate[]>([]);
  protected readonly faults = signal<FaultySource[]>([]);
  protected readonly candidates = computed(() => {
    const installed = this.pieces.byName();
    const isKnown = (piece: string) => installed.size === 0 || installed.has(piece); // nothing is missing until the server has answered
    return this.found().map((candidate) => ({
      ...candidate,
      missing: [...new Set(candidate.steps.map((step) => step.piece).filter((piece) => piece && !isKnown(piece)))],
    }));
  });
  protected readonly wanted = computed(() => this.candidates().filter((candidate) => candidate.isWanted));
  protected readonly isReviewing = computed(() => this.found().length > 0 || this.faults().length > 0);
  private readonly imported: PopulatedFlow[] = [];
  private lastId = 0;

  constructor() {
    if (this.order.files.length > 0) void this.takeFiles(this.order.files);
    this.dialog.disableClose = true; // what was imported before it is closed has to be told
    this.dialog.backdropClick().subscribe(() => this.close());
    this.dialog.keydownEvents().subscribe((event) => event.key === 'Escape' && this.close());
  }

  protected async takeFiles(files: Iterable<File>): Promise<void> {
    this.isDraggedOver.set(false);
    this.take(await findInFiles([...files]));
  }

  protected takeText(): void {
    this.take(findInText('', this.text()));
  }

  private take({ flows, faults }: { flows: FoundFlow[]; faults: FaultySource[] }): void {
    const found = flows.map((flow) => ({ ...flow, id: ++this.lastId, isWanted: true, missing: [], refusal: '' }));
    this.found.update((before) => [...before, ...found]);
    this.faults.update((before) => [...before, ...faults]);
  }

  protected want(id: number, isWanted: boolean): void {
    this.found.update((all) => all.map((candidate) => (candidate.id === id ? { ...candidate, isWanted } : candidate)));
  }

  protected startOver(): void {
    this.found.set([]);
    this.faults.set([]);
  }

  /** Imports what is wanted, one after the other, in the order shown; what the server refuses stays, with the reason. */
  protected async import(): Promise<void> {
    this.isImporting.set(true);
    for (const candidate of this.wanted()) {
      try {
        this.imported.push(await this.actions.import(candidate.document, this.order.folderId));
        this.found.update((all) => all.filter((each) => each.id !== candidate.id));
      } catch (error) {
        const refusal = this.problems.of(error).replace(/^body\/request\//, ''); // where the document stood in the call says nobody anything
        this.found.update((all) => all.map((each) => (each.id === candidate.id ? { ...each, refusal, isWanted: false } : each)));
      }
    }
    this.isImporting.set(false);
    if (this.found().length === 0 && this.faults().length === 0) this.close();
  }

  protected close(): void {
    if (!this.isImporting()) this.dialog.close(this.imported);
  }
}
