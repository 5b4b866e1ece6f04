import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Api } from '../../api/api';
import { Live } from '../../session/live';
import { FlowBuilder } from '../flow-builder';
import { TriggerWatch } from './trigger-watch';

function watching() {
  const asked: string[] = [];
  const listeners = new Map<string, (told: object) => void>();
  let isDown = false;
  const pages = [
    { data: [{ id: 'r2' }], next: 'older' },
    { data: [{ id: 'r1' }], next: null },
  ];
  const GET = (path: string, options: { params: { query?: { cursor?: string } } }) => {
    const cursor = options.params.query?.cursor;
    asked.push(path + (cursor ? ` ${cursor}` : ''));
    if (isDown) return Promise.reject(new Error('down'));
    const health = { flowId: 'f', nextRunAt: '2026-01-01T12:05:00.000Z' };
    return Promise.resolve({ data: path === '/trigger-runs' ? pages[cursor ? 1 : 0] : health });
  };
  const flow = signal<object | null>({ id: 'f', projectId: 'p', publishedVersionId: null, status: 'DISABLED' });
  const live = {
    epoch: signal(1),
    on: (event: string, listener: (told: object) => void) => (listeners.set(event, listener), () => listeners.delete(event)),
  };
  TestBed.configureTestingModule({
    providers: [
      TriggerWatch,
      { provide: Api, useValue: { GET } },
      { provide: Live, useValue: live },
      { provide: FlowBuilder, useValue: { flow, flowId: () => 'f' } },
    ],
  });
  const watch = TestBed.inject(TriggerWatch);
  const settle = async () => {
    TestBed.tick();
    await vi.waitFor(() => expect(watch.isLoading()).toBe(false));
  };
  const fail = (down: boolean) => (isDown = down);
  const send = (event: string, told: object) => listeners.get(event)?.(told);
  const tell = (created: string) => send('UPDATE_RUN_PROGRESS', { flowRun: run(created) });
  return { watch, asked, flow, live, settle, fail, send, tell };
}

const run = (created: string) => ({ flowId: 'f', environment: 'PRODUCTION', created });
const published = { id: 'f', projectId: 'p', publishedVersionId: 'v1', status: 'ENABLED' };

describe('TriggerWatch', () => {
  it('reads when the flow is published, switched, or the connection is made again', async () => {
    const { watch, asked, flow, live, settle } = watching();
    await settle();
    expect(asked).toEqual([]);
    flow.set(published);
    await settle();
    expect([watch.health()?.flowId, watch.runs().length, asked.length]).toEqual(['f', 1, 2]);
    flow.set({ ...published }); // an edit of the draft
    await settle();
    expect(asked).toHaveLength(2);
    flow.set({ ...published, status: 'DISABLED' });
    await settle();
    live.epoch.set(2);
    await settle();
    expect(asked).toHaveLength(6);
  });

  it('reads the next page', async () => {
    const { watch, asked, flow, settle } = watching();
    flow.set(published);
    await settle();
    expect(watch.hasMore()).toBe(true);
    await watch.more();
    expect(watch.runs().map(({ id }) => id)).toEqual(['r2', 'r1']);
    expect([watch.hasMore(), asked.at(-1)]).toEqual([false, '/trigger-runs older']);
  });

  it('reads again when a run tells that the trigger was called, also while it reads', async () => {
    const { asked, flow, settle, tell } = watching();
    flow.set(published);
    await settle();
    tell('2026-01-01T12:04:00.000Z');
    expect(asked).toHaveLength(2);
    tell('2026-01-01T12:05:01.000Z');
    tell('2026-01-01T12:05:01.000Z');
    tell('2026-01-01T12:05:01.000Z');
    await vi.waitFor(() => expect(asked).toHaveLength(6));
    await settle();
    expect(asked).toHaveLength(6);
  });

  it('reads again when the server tells how its trigger does, and of no other', async () => {
    const { asked, flow, settle, send } = watching();
    flow.set(published);
    await settle();
    send('TRIGGER_HEALTH_CHANGED', { flowId: 'other', failures: 1 });
    await settle();
    expect(asked).toHaveLength(2);
    send('TRIGGER_HEALTH_CHANGED', { flowId: 'f', failures: 1 });
    send('TRIGGER_HEALTH_CHANGED', { flowId: 'f', failures: 0 });
    await vi.waitFor(() => expect(asked).toHaveLength(6));
    await settle();
    expect(asked).toHaveLength(6);
  });

  it('keeps what it knows when it cannot read', async () => {
    const { watch, flow, settle, fail } = watching();
    flow.set(published);
    await settle();
    fail(true);
    await watch.refresh();
    expect(watch.problem()).toBeInstanceOf(Error);
    expect(watch.health()?.flowId).toBe('f');
    fail(false);
    await watch.refresh();
    expect(watch.problem()).toBeNull();
  });
});
