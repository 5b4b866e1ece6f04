/** How the trigger of the open flow does, and its last polls or renewals: read when somebody looks, and when the server tells of news. */
import { Injectable, OnDestroy, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../../api/api';
import type { TriggerFailures, TriggerHealth, TriggerRun } from '../../api/schema';
import { Live } from '../../session/live';
import { FlowBuilder } from '../flow-builder';
import type { RunProgress } from '../model/run-progress';
import { isNews } from './verdict';

const PAGE = 25;

@Injectable()
export class TriggerWatch implements OnDestroy {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly live = inject(Live);

  private readonly read = signal<TriggerHealth | null>(null);
  private readonly found = signal<readonly TriggerRun[]>([]);
  private readonly following = signal<string | null>(null);
  private asked = 0;
  /** Whether something was told that the answer under way may not know. */
  private hasNews = false;

  /** Null until it is read. */
  readonly health = this.read.asReadonly();
  /** The newest first. */
  readonly runs = this.found.asReadonly();
  readonly hasMore = computed(() => this.following() !== null);
  readonly isLoading = signal(false);
  /** What went wrong when it was read. */
  readonly problem = signal<unknown>(null);

  private readonly endings = [
    this.live.on<RunProgress>('UPDATE_RUN_PROGRESS', ({ flowRun }) => {
      const health = this.read();
      if (health && isNews(health, flowRun)) this.hear();
    }),
    this.live.on<TriggerFailures>('TRIGGER_HEALTH_CHANGED', ({ flowId }) => {
      if (flowId === this.builder.flowId()) this.hear();
    }),
  ];

  /** What of the flow decides whether and how it listens. */
  private readonly publication = computed(() => {
    const flow = this.builder.flow();
    return flow?.publishedVersionId ? `${flow.id} ${flow.publishedVersionId} ${flow.status}` : '';
  });

  constructor() {
    effect(() => {
      const wanted = this.publication() && [this.live.epoch()];
      if (wanted) untracked(() => void this.refresh());
    });
  }

  ngOnDestroy(): void {
    this.endings.forEach((end) => end());
  }

  /** There is news: what is being read may not know of it. */
  private hear(): void {
    if (this.isLoading()) this.hasNews = true;
    else void this.refresh();
  }

  /** Reads everything anew. */
  async refresh(): Promise<void> {
    const id = this.builder.flowId();
    this.hasNews = false;
    await this.attempt(async () => {
      const health = ok(this.api.GET('/triggers/{id}/health', { params: { path: { id } } }));
      const [read, page] = await Promise.all([health, this.page(null)]);
      return () => {
        this.read.set(read);
        this.found.set(page.data);
        this.following.set(page.next);
      };
    });
  }

  /** Reads the next page of runs. */
  async more(): Promise<void> {
    await this.attempt(async () => {
      const page = await this.page(this.following());
      return () => {
        this.found.update((runs) => [...runs, ...page.data]);
        this.following.set(page.next);
      };
    });
  }

  private page(cursor: string | null) {
    const query = { projectId: this.builder.flow()?.projectId ?? '', flowId: this.builder.flowId(), limit: PAGE };
    return ok(this.api.GET('/trigger-runs', { params: { query: { ...query, ...(cursor ? { cursor } : {}) } } }));
  }

  /** `asking` gives what takes its answer over; nothing of it is done when something newer was asked meanwhile. */
  private async attempt(asking: () => Promise<() => void>): Promise<void> {
    const asked = ++this.asked;
    this.isLoading.set(true);
    try {
      const take = await asking();
      if (asked !== this.asked) return;
      take();
      this.problem.set(null);
    } catch (problem) {
      if (asked === this.asked) this.problem.set(problem);
    } finally {
      if (asked === this.asked) this.isLoading.set(false);
    }
    if (asked === this.asked && this.hasNews) await this.refresh();
  }
}
