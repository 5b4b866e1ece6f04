/** The tests of the flow's trigger: waiting for a call, asking the piece for events, and what was received so far. */
import { DestroyRef, Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../../api/api';
import type { TriggerEvent } from '../../api/schema';
import { ProblemText } from '../../design/notify';
import { Live } from '../../session/live';
import { Session } from '../../session/session';
import { FlowBuilder } from '../flow-builder';
import { FlowConnections } from '../flow-connections';
import { SampleWriter } from './sample-writer';

/** How many of the events of the past are offered. */
const SHOWN_EVENTS = 10;
/** How long the server waits for an event (docs/howto/triggers.md). */
export const TRIAL_MILLISECONDS = 900_000;

export type TriggerTrial = 'idle' | 'starting' | 'waiting' | 'asking';

@Injectable()
export class TriggerTests {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly connections = inject(FlowConnections);
  private readonly live = inject(Live);
  private readonly problems = inject(ProblemText);
  private readonly session = inject(Session);
  private readonly writer = inject(SampleWriter);

  readonly trial = signal<TriggerTrial>('idle');
  readonly problem = signal('');
  /** What the trigger received, the newest first; null until it is read. */
  readonly events = signal<readonly TriggerEvent[] | null>(null);
  /** The event that came while the user waited, or that was asked for last. */
  readonly received = signal<TriggerEvent | null>(null);
  readonly isBusy = computed(() => this.trial() !== 'idle');
  private isWanted = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const stopListening = this.live.on<{ flowId: string }>('TRIGGER_EVENT_RECEIVED', (told) => {
      if (told.flowId === this.builder.flowId()) void this.arrived();
    });
    inject(DestroyRef).onDestroy(() => {
      stopListening();
      void this.stop();
    });
    effect(() => {
      if (this.live.epoch() > 0) untracked(() => void this.arrived()); // what came before the connection was made is not told
    });
  }

  /** Reads the events of the past. Another trigger has others. */
  async load(): Promise<void> {
    this.isWanted = true;
    const query = { projectId: this.session.projectId(), flowId: this.builder.flowId(), limit: SHOWN_EVENTS };
    try {
      this.events.set((await ok(this.api.GET('/trigger-events', { params: { query } }))).data);
    } catch (error) {
      this.problem.set(this.problems.of(error));
    }
  }

  /** Waits for a call of the test address. */
  async wait(): Promise<void> {
    await this.attempt('starting', async () => {
      await this.load(); // what was there before is not what is waited for
      await this.test('SIMULATION');
      if (this.trial() !== 'starting') return this.end(); // somebody has left meanwhile
      this.trial.set('waiting');
      this.timer = setTimeout(() => this.expired(), TRIAL_MILLISECONDS);
    });
  }

  /** Asks the piece for events. */
  async ask(): Promise<void> {
    await this.attempt('asking', async () => {
      const [newest] = (await this.test('TEST_FUNCTION')).data;
      await this.load();
      if (newest) await this.use(newest);
      this.received.set(newest ?? null);
      if (!newest) this.problem.set('NOTHING');
      this.trial.set('idle');
    });
  }

  /** Waits no longer. */
  async stop(): Promise<void> {
    const wasWaiting = this.trial() === 'waiting';
    this.idle();
    if (wasWaiting) await this.end();
  }

  /** Keeps something as if the trigger had received it, and makes it the sample. */
  async makeUp(payload: unknown): Promise<void> {
    await this.builder.settled();
    const body = { projectId: this.session.projectId(), flowId: this.builder.flowId(), mockData: payload };
    const event = await ok(this.api.POST('/trigger-events', { body }));
    await this.use(event);
    await this.load();
  }

  /** Makes an event the trigger's sample. */
  async use(event: TriggerEvent): Promise<void> {
    await this.writer.save(this.builder.draft()?.trigger.name ?? 'trigger', event.payload);
  }

  /** Forgets an event. The sample stays, even if it came from it. */
  async remove(event: TriggerEvent): Promise<void> {
    await ok(this.api.DELETE('/trigger-events/{id}', { params: { path: { id: event.id } } }));
    await this.load();
  }

  private async end(): Promise<void> {
    const query = { projectId: this.session.projectId(), flowId: this.builder.flowId() };
    await this.api.DELETE('/test-trigger', { params: { query } }).catch(() => undefined);
  }

  /** The server has ended the trial by itself. */
  private expired(): void {
    if (this.trial() !== 'waiting') return;
    this.idle();
    this.problem.set('EXPIRED');
  }

  private idle(): void {
    clearTimeout(this.timer);
    this.trial.set('idle');
  }

  private async test(testStrategy: 'SIMULATION' | 'TEST_FUNCTION') {
    await this.builder.settled();
    const body = {
      projectId: this.session.projectId(),
      flowId: this.builder.flowId(),
      flowVersionId: this.builder.versionId(),
      testStrategy,
    };
    return ok(this.api.POST('/test-trigger', { body }));
  }

  /** Something was received, here or by somebody else's test. Whoever waits for it uses it. */
  private async arrived(): Promise<void> {
    const isAwaited = this.trial() === 'waiting';
    if (!isAwaited && !this.isWanted) return;
    const before = new Set((this.events() ?? []).map((event) => event.id));
    await this.load();
    const newest = this.events()?.find((event) => !before.has(event.id));
    if (!isAwaited || !newest || this.trial() !== 'waiting') return;
    this.idle();
    this.received.set(newest);
    await this.attempt('starting', async () => {
      await this.use(newest);
      this.trial.set('idle');
    });
  }

  private async attempt(trial: TriggerTrial, action: () => Promise<void>): Promise<void> {
    this.problem.set('');
    this.trial.set(trial);
    try {
      await action();
    } catch (error) {
      this.problem.set(this.problems.of(error));
      this.trial.set('idle');
      this.connections.reload(); // the trigger may have found that its service refuses it
    }
  }
}
