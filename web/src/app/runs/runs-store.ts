/** The runs page's data: the runs that match the filters, page after page, what is counted over them, and what the server tells meanwhile. */
import { DestroyRef, Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../api/api';
import type { FlowRunView, RunStatistics } from '../api/schema';
import { Live } from '../session/live';
import { Session } from '../session/session';
import { type ApiFilter, NO_FILTERS, type RunFilters, type Span, apiFilter, intervalOf, matches, spanOf } from './run-filter';
import { withNews } from './run-news';
import { readWaits } from './view/read-waits';

const PAGE = 50;
const NEWS_EVERY = 400;
const STATISTICS_EVERY = 4_000;
/** Rows beyond which news lead to reading the first page again instead of being put before the others. */
const MOST_ROWS = 400;

export interface FlowName {
  id: string;
  name: string;
}

@Injectable()
export class RunsStore {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly live = inject(Live);

  readonly filters = signal<RunFilters>(NO_FILTERS);
  readonly runs = signal<readonly FlowRunView[]>([]);
  readonly statistics = signal<RunStatistics | null>(null);
  readonly flows = signal<readonly FlowName[]>([]);
  /** The span that is shown, and the moment at which it was asked for. */
  readonly span = signal<Span>(spanOf(NO_FILTERS, Date.now()));
  readonly asOf = signal(Date.now());
  readonly state = signal<'loading' | 'ready' | 'failed'>('loading');
  readonly problem = signal<unknown>(null);
  readonly isLoadingMore = signal(false);
  /** Whether the project has any run at all; null while that is not known. */
  readonly hasRuns = signal<boolean | null>(null);
  private readonly next = signal<string | null>(null);
  readonly hasMore = computed(() => this.next() !== null);

  /** How many runs match, by status. */
  readonly counts = computed(() => {
    const counts: Record<string, number> = {};
    for (const time of this.statistics()?.times ?? []) {
      for (const [status, count] of Object.entries(time.counts)) counts[status] = (counts[status] ?? 0) + count;
    }
    return counts;
  });
  readonly total = computed(() => Object.values(this.counts()).reduce((sum, count) => sum + count, 0));

  private asked = 0;
  private news = new Map<string, FlowRunView>();
  private newsTimer: ReturnType<typeof setTimeout> | undefined;
  private statisticsTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    let known = this.live.epoch();
    effect(() => {
      const epoch = this.live.epoch();
      // What happened while nobody could tell us, be it between the first reading and the first connection.
      if (epoch > 0 && epoch !== known) untracked(() => void this.load());
      known = epoch;
    });
    const stop = this.live.on<{ flowRun: FlowRunView }>('UPDATE_RUN_PROGRESS', ({ flowRun }) => this.hear(flowRun));
    inject(DestroyRef).onDestroy(() => {
      stop();
      clearTimeout(this.newsTimer);
      clearTimeout(this.statisticsTimer);
      this.asked++;
    });
    void this.loadFlows();
  }

  /** The filter of what is shown, for lists and bulk actions. */
  filter(): ApiFilter {
    return apiFilter(this.session.projectId(), this.filters(), this.span());
  }

  async show(filters: RunFilters): Promise<void> {
    this.filters.set(filters);
    this.state.set('loading');
    await this.load();
  }

  /** Reads the first page and the counts again. */
  async load(): Promise<void> {
    const asked = ++this.asked;
    const now = Date.now();
    this.asOf.set(now);
    this.span.set(spanOf(this.filters(), now));
    this.news.clear();
    try {
      const [page] = await Promise.all([this.page(), this.loadStatistics()]);
      if (asked !== this.asked) return;
      this.runs.set(page.data);
      this.next.set(page.next);
      if (page.data.length) this.hasRuns.set(true);
      else await this.lookForAny();
      this.state.set('ready');
    } catch (error) {
      if (asked !== this.asked) return;
      this.problem.set(error);
      this.state.set('failed');
    }
  }

  async loadMore(): Promise<void> {
    const cursor = this.next();
    const asked = this.asked;
    if (!cursor || this.isLoadingMore()) return;
    this.isLoadingMore.set(true);
    try {
      const page = await this.page(cursor);
      if (asked !== this.asked) return;
      const known = new Set(this.runs().map((run) => run.id));
      this.runs.update((runs) => [...runs, ...page.data.filter((run) => !known.has(run.id))]);
      this.next.set(page.next);
    } finally {
      this.isLoadingMore.set(false);
    }
  }

  private page(cursor?: string): Promise<{ data: FlowRunView[]; next: string | null }> {
    const query = { ...this.filter(), limit: PAGE, ...(cursor ? { cursor } : {}) };
    return ok(this.api.GET('/flow-runs', { params: { query } }));
  }

  private async loadStatistics(): Promise<void> {
    const asked = this.asked;
    const query = { ...this.filter(), interval: intervalOf(this.span(), this.asOf()) };
    const statistics = await ok(this.api.GET('/flow-runs/statistics', { params: { query } }));
    if (asked === this.asked) this.statistics.set(statistics);
  }

  private async lookForAny(): Promise<void> {
    if (this.hasRuns()) return;
    const query = { projectId: this.session.projectId(), limit: 1, includeArchived: true };
    this.hasRuns.set((await ok(this.api.GET('/flow-runs', { params: { query } }))).data.length > 0);
  }

  private async loadFlows(): Promise<void> {
    const flows: FlowName[] = [];
    let cursor: string | null = null;
    try {
      do {
        const query: { projectId: string; limit: number; cursor?: string } = { projectId: this.session.projectId(), limit: 100 };
        if (cursor) query.cursor = cursor;
        const page: { data: { id: string; version: { displayName: string } }[]; next: string | null } = await ok(
          this.api.GET('/flows', { params: { query } }),
        );
        flows.push(...page.data.map((flow) => ({ id: flow.id, name: flow.version.displayName })));
        cursor = page.next;
      } while (cursor && flows.length < 1000);
    } catch {
      // The filter then offers only the flows that the runs name; the page itself tells that the server is away.
    }
    this.flows.set(flows.sort((one, other) => one.name.localeCompare(other.name)));
  }

  // What the server tells

  private hear(run: FlowRunView): void {
    if (run.environment !== 'PRODUCTION') return;
    this.news.set(run.id, run);
    this.newsTimer ??= setTimeout(() => this.takeNews(), NEWS_EVERY);
    this.statisticsTimer ??= setTimeout(() => this.countAgain(), STATISTICS_EVERY);
  }

  private takeNews(): void {
    this.newsTimer = undefined;
    if (this.state() !== 'ready') return;
    const names = new Map(this.flows().map((flow) => [flow.id, flow.name]));
    const news = [...this.news.values()];
    this.news.clear();
    const runs = withNews(this.runs(), news, (run) => matches(run, this.filters(), this.span()), names, !this.hasMore());
    if (runs.length > MOST_ROWS && runs.length > this.runs().length) void this.load();
    else this.runs.set(runs);
    if (runs.length) this.hasRuns.set(true);
    void this.readWaits(new Set(news.map((run) => run.id)));
  }

  private async readWaits(told: ReadonlySet<string>): Promise<void> {
    const read = await readWaits(
      this.api,
      this.runs().filter((run) => told.has(run.id)),
    );
    if (read.size > 0) this.runs.update((runs) => runs.map((run) => ({ ...run, ...read.get(run.id) })));
  }

  private countAgain(): void {
    this.statisticsTimer = undefined;
    if (this.state() !== 'ready') return;
    this.asOf.set(Date.now());
    this.span.set(spanOf(this.filters(), this.asOf()));
    // Where it fails, what is shown stays; the next news ask again.
    this.loadStatistics().catch(() => undefined);
  }
}
