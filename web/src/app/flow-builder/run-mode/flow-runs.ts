/** The runs of the open flow, newest first: read when somebody looks, then kept up to date by what the server tells. */
import { Injectable, OnDestroy, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../../api/api';
import type { FlowRunView } from '../../api/schema';
import { Live } from '../../session/live';
import { readWaits } from '../../runs/view/read-waits';
import { Session } from '../../session/session';
import { FlowBuilder } from '../flow-builder';
import type { RunProgress } from '../model/run-progress';

export type Environment = 'PRODUCTION' | 'TESTING';
/** Which runs a list shows: `failed` are all that ended badly, `unfinished` those that still move or wait. */
export type RunFilter = 'all' | 'succeeded' | 'failed' | 'unfinished';
type Status =
  | 'FAILED'
  | 'INTERNAL_ERROR'
  | 'LOG_SIZE_EXCEEDED'
  | 'MEMORY_LIMIT_EXCEEDED'
  | 'PAUSED'
  | 'QUEUED'
  | 'QUOTA_EXCEEDED'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'TIMEOUT';

export const STATUSES: Record<RunFilter, Status[]> = {
  all: [],
  succeeded: ['SUCCEEDED'],
  failed: ['FAILED', 'TIMEOUT', 'INTERNAL_ERROR', 'MEMORY_LIMIT_EXCEEDED', 'LOG_SIZE_EXCEEDED', 'QUOTA_EXCEEDED'],
  unfinished: ['QUEUED', 'RUNNING', 'PAUSED'],
};
const PAGE = 25;

@Injectable()
export class FlowRuns implements OnDestroy {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly live = inject(Live);
  private readonly session = inject(Session);

  readonly environment = signal<Environment>('PRODUCTION');
  readonly filter = signal<RunFilter>('all');
  private readonly isWanted = signal(false);
  private readonly found = signal<readonly FlowRunView[]>([]);
  private readonly following = signal<string | null>(null);
  private asked = 0;

  readonly runs = this.found.asReadonly();
  readonly hasMore = computed(() => this.following() !== null);
  readonly isLoading = signal(false);
  /** What went wrong when the list was read. */
  readonly problem = signal<unknown>(null);

  private readonly stopListening = this.live.on<RunProgress>('UPDATE_RUN_PROGRESS', ({ flowRun }) => this.take(flowRun));

  constructor() {
    effect(() => {
      const wanted = this.isWanted() && this.builder.flowId() && [this.environment(), this.filter(), this.live.epoch()];
      if (wanted) untracked(() => void this.read());
    });
  }

  ngOnDestroy(): void {
    this.stopListening();
  }

  /** Somebody looks at the list from now on. */
  want(): void {
    this.isWanted.set(true);
  }

  /** Reads the list anew. */
  async read(): Promise<void> {
    await this.page(null);
  }

  async more(): Promise<void> {
    await this.page(this.following());
  }

  /** A run that is new or has changed. */
  take(run: FlowRunView): void {
    if (!this.isWanted() || run.flowId !== this.builder.flowId() || run.environment !== this.environment()) return;
    const statuses: readonly string[] = STATUSES[this.filter()];
    const fits = statuses.length === 0 || statuses.includes(run.status);
    this.found.update((runs) => {
      const known = runs.some((each) => each.id === run.id);
      if (known)
        return fits
          ? runs.map((each) => (each.id === run.id ? { ...each, ...run, waitpoints: [] } : each))
          : runs.filter((each) => each.id !== run.id);
      // An old run that was retried has its place further down, where one has not read yet.
      const isNewest = run.created >= (runs[0]?.created ?? '');
      return fits && isNewest ? [run, ...runs] : runs;
    });
    void this.readWaits(run);
  }

  private async readWaits(told: FlowRunView): Promise<void> {
    const read = await readWaits(this.api, [told]);
    if (read.size > 0) this.found.update((runs) => runs.map((run) => ({ ...run, ...read.get(run.id) })));
  }

  /** The run beside another one in the list: `1` older, `-1` newer. */
  neighbour(runId: string, by: 1 | -1): FlowRunView | undefined {
    const at = this.found().findIndex((run) => run.id === runId);
    return at < 0 ? undefined : this.found()[at + by];
  }

  private async page(cursor: string | null): Promise<void> {
    const asked = ++this.asked;
    this.isLoading.set(true);
    try {
      const page = await ok(this.api.GET('/flow-runs', { params: { query: this.query(cursor) } }));
      if (asked !== this.asked) return; // another filter was chosen meanwhile
      this.found.update((runs) => (cursor ? [...runs, ...page.data] : page.data));
      this.following.set(page.next);
      this.problem.set(null);
    } catch (problem) {
      if (asked === this.asked) this.problem.set(problem);
    } finally {
      if (asked === this.asked) this.isLoading.set(false);
    }
  }

  private query(cursor: string | null) {
    const status = STATUSES[this.filter()];
    return {
      projectId: this.builder.flow()?.projectId ?? this.session.projectId(),
      flowId: [this.builder.flowId()],
      environment: this.environment(),
      limit: PAGE,
      ...(status.length > 0 ? { status } : {}),
      ...(cursor ? { cursor } : {}),
    };
  }
}
