/**
 * Edits on their way to the server: applied here at once, sent one after the other, kept in the browser's storage until the server has
 * them. Nothing is lost when the server is away or the window is closed; what was kept is sent when the flow is opened again.
 */
import { type Signal, computed, signal } from '@angular/core';
import { ApiProblem } from '../../api/problem';
import type { PopulatedFlow } from '../../api/schema';
import { apply } from './apply';
import type { Operation } from './operations';
import type { Draft } from './step';

/** Where the edits are: all at the server, on the way, waiting for a server that does not answer, or not accepted by it. */
export type SaveState = 'saved' | 'saving' | 'offline' | 'refused';

const RETRY_MILLISECONDS = 2000;

export interface Sender {
  /** Sends an operation; rejects with an `ApiProblem`. */
  send(operation: Operation): Promise<PopulatedFlow>;
  /** An operation was sent before and no answer came: the flow if the server has done it, null if it is to be sent again. */
  doneBefore(operation: Operation): Promise<PopulatedFlow | null>;
  /** The server refused these operations and has all others; the draft is to be read again. */
  refused(problem: unknown, dropped: readonly Operation[]): void;
  /** The server has done the oldest operation; this is the flow as it has it now. */
  saved(flow: PopulatedFlow): void;
}

export class Saving {
  private readonly waiting = signal<readonly Operation[]>([]);
  private readonly trouble = signal<'offline' | 'refused' | null>(null);
  private readonly unkept = signal(false);
  private readonly storageKey: string;
  /** Whether the oldest operation may have been done already: it was sent, and no answer came. */
  private isUncertain: boolean;
  private dropped: { problem: unknown; operation: Operation }[] = [];
  private running = false;
  private closed = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private whenEmpty: (() => void)[] = [];

  /** The edits that the server does not have yet, oldest first. */
  readonly pending: Signal<readonly Operation[]> = this.waiting.asReadonly();
  /** Whether edits would be lost with the window: they wait, and the browser does not let us keep them. */
  readonly isAtRisk = computed(() => this.unkept() && this.waiting().length > 0);
  readonly state = computed<SaveState>(() => this.trouble() ?? (this.waiting().length > 0 ? 'saving' : 'saved'));

  constructor(
    flowId: string,
    private readonly sender: Sender,
  ) {
    this.storageKey = `piecework.unsaved.${flowId}`;
    this.waiting.set(stored(this.storageKey));
    this.isUncertain = this.waiting().length > 0;
  }

  /** Whether an earlier visit left edits behind. */
  get hasLeftovers(): boolean {
    return this.waiting().length > 0;
  }

  add(operations: readonly Operation[]): void {
    this.waiting.update((waiting) => merged(waiting, operations, this.running));
    this.keep();
    this.start();
  }

  /** Sends what waits, now. */
  start(): void {
    clearTimeout(this.retryTimer);
    if (!this.running && !this.closed) void this.run();
  }

  /** No more is sent; what waits stays in the storage. */
  close(): void {
    this.closed = true;
    clearTimeout(this.retryTimer);
  }

  /** Resolves once the server has every edit, or has refused one. It may take as long as the server is away. */
  settled(): Promise<void> {
    return this.waiting().length === 0 ? Promise.resolve() : new Promise((resolve) => this.whenEmpty.push(resolve));
  }

  /** The draft as the user sees it. */
  applied(draft: Draft): Draft {
    return this.waiting().reduce(apply, draft);
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      for (let operation = this.waiting()[0]; operation && !this.closed; operation = this.waiting()[0]) await this.sendOne(operation);
      this.trouble.set(this.dropped.length > 0 ? 'refused' : null);
    } catch {
      this.trouble.set('offline');
      if (!this.closed) this.retryTimer = setTimeout(() => this.start(), RETRY_MILLISECONDS);
    } finally {
      this.running = false;
    }
    if (this.waiting().length > 0) return;
    if (this.dropped.length > 0) this.tellDropped();
    for (const resolve of this.whenEmpty.splice(0)) resolve();
  }

  /** Rejects when the server cannot be reached. */
  private async sendOne(operation: Operation): Promise<void> {
    try {
      const done = this.isUncertain ? await this.sender.doneBefore(operation) : null;
      this.isUncertain = true;
      const flow = done ?? (await this.sender.send(operation));
      this.trouble.set(null);
      this.sender.saved(flow);
    } catch (problem) {
      if (!isRefusal(problem)) throw problem;
      this.dropped.push({ problem, operation });
    }
    this.isUncertain = false;
    this.waiting.update((waiting) => waiting.slice(1));
    this.keep();
  }

  private tellDropped(): void {
    const dropped = this.dropped.splice(0);
    this.sender.refused(
      dropped[0]?.problem,
      dropped.map((each) => each.operation),
    );
  }

  private keep(): void {
    try {
      if (this.waiting().length > 0) localStorage.setItem(this.storageKey, JSON.stringify(this.waiting()));
      else localStorage.removeItem(this.storageKey);
      this.unkept.set(false);
    } catch {
      this.unkept.set(true); // no room, or not allowed
    }
  }
}

/** Whether the server has said no, as against not having said anything that lasts. */
function isRefusal(problem: unknown): boolean {
  return problem instanceof ApiProblem && !problem.isOffline && !problem.endsSession && problem.status < 500 && problem.status !== 429;
}

/** The queue with more operations: an update that follows an update of the same step that is not under way takes its place. */
export function merged(waiting: readonly Operation[], operations: readonly Operation[], firstIsUnderWay: boolean): readonly Operation[] {
  const queue = [...waiting];
  for (const operation of operations) {
    const last = queue.at(-1);
    const isUnderWay = firstIsUnderWay && queue.length === 1;
    if (last && !isUnderWay && isSameUpdate(last, operation)) queue[queue.length - 1] = operation;
    else queue.push(operation);
  }
  return queue;
}

/** Whether the second operation makes the first one needless. */
export function isSameUpdate(first: Operation, second: Operation): boolean {
  if (first.type !== second.type) return false;
  if (first.type === 'UPDATE_ACTION' && second.type === 'UPDATE_ACTION') return first.request.name === second.request.name;
  if (first.type === 'UPDATE_NOTE' && second.type === 'UPDATE_NOTE') return first.request.id === second.request.id;
  return first.type === 'UPDATE_TRIGGER' || first.type === 'CHANGE_NAME';
}

function stored(key: string): Operation[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]') as Operation[];
  } catch {
    return [];
  }
}
