/** What stands against the draft, as the server sees it: read again after each save. */
import { Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../../api/api';
import type { FlowProblem } from '../../api/schema';
import { Pieces } from '../../design/pieces';
import { FlowBuilder } from '../flow-builder';

const PAUSE_MILLISECONDS = 400;

@Injectable()
export class Problems {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly pieces = inject(Pieces);
  private readonly found = signal<readonly FlowProblem[]>([]);
  private asked = 0;

  readonly all = this.found.asReadonly();
  readonly isLoaded = signal(false);
  readonly errors = computed(() => this.found().filter((problem) => problem.severity === 'ERROR'));
  readonly warnings = computed(() => this.found().filter((problem) => problem.severity === 'WARNING'));

  constructor() {
    effect((onCleanup) => {
      const flow = this.builder.flow();
      this.pieces.generation(); // what was installed meanwhile is not missing any more
      if (!flow || this.builder.hasUnsaved()) return;
      // The first time at once; then when a burst of edits is over.
      const timer = setTimeout(() => untracked(() => void this.read()), this.isLoadedOnce() ? PAUSE_MILLISECONDS : 0);
      onCleanup(() => clearTimeout(timer));
    });
  }

  /** Reads them now. */
  async read(): Promise<void> {
    const asked = ++this.asked;
    try {
      const { data } = await ok(this.api.GET('/flows/{id}/problems', { params: { path: { id: this.builder.flowId() } } }));
      if (asked === this.asked) this.found.set(data);
      this.isLoaded.set(true);
    } catch {
      // The save state says that the server is away; the next save reads again.
    }
  }

  private isLoadedOnce(): boolean {
    return untracked(this.isLoaded);
  }
}
