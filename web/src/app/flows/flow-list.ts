/** The flows of the project that fit the filters of the page, read page by page and kept in step with what the server tells. */
import { DestroyRef, Injectable, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../api/api';
import type { FlowVersion, PopulatedFlow } from '../api/schema';
import { Notify } from '../design/notify';
import { Live } from '../session/live';
import { Session } from '../session/session';

/** The word with which a query asks for the flows of no folder. */
export const NO_FOLDER = 'NULL';
const PAGE = 30;
/** How long to wait for further news before the list is read again. */
const NEWS_PAUSE = 800;

export interface FlowFilter {
  name: string;
  status: PopulatedFlow['status'] | '';
  /** A folder's id, `NO_FOLDER`, or nothing for all flows. */
  folder: string;
  sort: 'recent' | 'name';
}

interface VersionNews {
  flowId: string;
  flowVersion: FlowVersion;
}

@Injectable()
export class FlowList {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly live = inject(Live);
  private readonly notify = inject(Notify);

  private filter: FlowFilter = { name: '', status: '', folder: '', sort: 'recent' };
  private readonly next = signal<string | null>(null);
  /** Counts the reads, so that the answer to an outdated one is not shown. */
  private reads = 0;
  private news: ReturnType<typeof setTimeout> | undefined;

  readonly flows = signal<PopulatedFlow[]>([]);
  readonly state = signal<'loading' | 'ready' | 'failed'>('loading');
  readonly problem = signal<unknown>(null);
  readonly isReadingMore = signal(false);
  readonly hasMore = this.next.asReadonly();
  /** Grows when flows may have come, gone or moved: counts of folders are to be read again. */
  readonly changes = signal(0);

  constructor() {
    const endings = [
      this.live.on<{ flow: PopulatedFlow }>('FLOW_UPDATED', ({ flow }) => this.take(flow)),
      this.live.on('FLOW_CREATED', () => this.expectNews()),
      this.live.on<{ flowId: string }>('FLOW_DELETED', ({ flowId }) => this.remove([flowId])),
      this.live.on<VersionNews>('FLOW_VERSION_UPDATED', (news) => this.takeVersion(news)),
    ];
    effect(() => {
      if (this.live.epoch() > 1) untracked(() => void this.refresh()); // the first connection has missed nothing
    });
    inject(DestroyRef).onDestroy(() => {
      endings.forEach((end) => end());
      clearTimeout(this.news);
    });
  }

  /** Shows the flows that fit a filter. */
  async show(filter: FlowFilter): Promise<void> {
    this.filter = filter;
    this.state.set('loading');
    await this.read(PAGE);
  }

  /** Reads what is shown again. */
  async refresh(): Promise<void> {
    this.changes.update((count) => count + 1);
    await this.read(Math.max(PAGE, this.flows().length));
  }

  async readMore(): Promise<void> {
    const cursor = this.next();
    if (!cursor || this.isReadingMore()) return;
    const read = this.reads;
    this.isReadingMore.set(true);
    await this.notify.attempt(async () => {
      const page = await this.page(PAGE, cursor);
      if (read !== this.reads) return;
      const known = new Set(this.flows().map((flow) => flow.id));
      this.flows.update((flows) => [...flows, ...page.data.filter((flow) => !known.has(flow.id))]);
      this.next.set(page.next ?? null);
    });
    this.isReadingMore.set(false);
  }

  /** Shows a changed flow in the place of what it was. */
  take(flow: PopulatedFlow): void {
    const before = this.flows().find((each) => each.id === flow.id);
    if (!before) return this.expectNews();
    this.flows.update((flows) => flows.map((each) => (each.id === flow.id ? flow : each)));
    if (before.folderId !== flow.folderId) this.expectNews();
  }

  /** Takes flows out that are not there any more. */
  remove(ids: readonly string[]): void {
    const gone = new Set(ids);
    this.flows.update((flows) => flows.filter((flow) => !gone.has(flow.id)));
    this.changes.update((count) => count + 1);
  }

  private takeVersion({ flowId, flowVersion }: VersionNews): void {
    const flow = this.flows().find((each) => each.id === flowId);
    if (flow) this.take({ ...flow, updated: flowVersion.updated, version: flowVersion });
    else this.expectNews();
  }

  /** Something is not as it is shown here: a flow has come, or belongs elsewhere now. Edits come in dozens; one read answers them all. */
  private expectNews(): void {
    clearTimeout(this.news);
    this.news = setTimeout(() => void this.refresh(), NEWS_PAUSE);
  }

  private async read(limit: number): Promise<void> {
    const read = ++this.reads;
    try {
      const page = await this.page(limit);
      if (read !== this.reads) return;
      this.flows.set(page.data);
      this.next.set(page.next ?? null);
      this.state.set('ready');
    } catch (error) {
      if (read !== this.reads) return;
      this.problem.set(error);
      this.state.set('failed');
    }
  }

  private page(limit: number, cursor?: string) {
    const { name, status, folder, sort } = this.filter;
    const query = {
      projectId: this.session.projectId(),
      limit,
      ...(cursor ? { cursor } : {}),
      ...(name ? { name } : {}),
      ...(status ? { status: [status] } : {}),
      ...(folder ? { folderId: folder } : {}),
      ...(sort === 'name' ? { sortBy: 'NAME' as const } : {}),
    };
    return ok(this.api.GET('/flows', { params: { query } }));
  }
}
