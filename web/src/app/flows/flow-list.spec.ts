import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Api } from '../api/api';
import type { PopulatedFlow } from '../api/schema';
import { Notify } from '../design/notify';
import { Live } from '../session/live';
import { Session } from '../session/session';
import { type FlowFilter, FlowList } from './flow-list';

const ALL: FlowFilter = { name: '', status: '', folder: '', sort: 'recent' };

function flow(id: string, displayName = id, folderId: string | null = null): PopulatedFlow {
  return { id, folderId, updated: '2026-01-01', version: { id: `v-${id}`, displayName, updated: '2026-01-01' } } as PopulatedFlow;
}

/** A server that answers with pages, and events that the test sends. */
function start(...pages: { data: PopulatedFlow[]; next: string | null }[]) {
  const queries: Record<string, unknown>[] = [];
  const listeners = new Map<string, (payload: unknown) => void>();
  const epoch = signal(1);
  const GET = (_path: string, { params }: { params: { query: Record<string, unknown> } }) => {
    queries.push(params.query);
    return Promise.resolve({ data: pages[Math.min(queries.length, pages.length) - 1] });
  };
  const live = {
    epoch,
    on: (event: string, listener: (payload: unknown) => void) => {
      listeners.set(event, listener);
      return () => listeners.delete(event);
    },
  };
  TestBed.configureTestingModule({
    providers: [
      FlowList,
      { provide: Api, useValue: { GET } },
      { provide: Live, useValue: live },
      { provide: Session, useValue: { projectId: () => 'project' } },
      { provide: Notify, useValue: { attempt: (action: () => Promise<unknown>) => action() } },
    ],
  });
  return { list: TestBed.inject(FlowList), queries, epoch, send: (event: string, payload: unknown) => listeners.get(event)?.(payload) };
}

describe('FlowList', () => {
  it('asks for what the filters say', async () => {
    const { list, queries } = start({ data: [], next: null });
    await list.show({ name: 'order', status: 'ENABLED', folder: 'NULL', sort: 'name' });
    expect(queries[0]).toMatchObject({ projectId: 'project', name: 'order', status: ['ENABLED'], folderId: 'NULL', sortBy: 'NAME' });
    await list.show(ALL);
    expect(Object.keys(queries[1] ?? {})).toEqual(['projectId', 'limit']);
  });

  it('reads page after page and shows no flow twice', async () => {
    const { list, queries } = start({ data: [flow('a'), flow('b')], next: 'cursor' }, { data: [flow('b'), flow('c')], next: null });
    await list.show(ALL);
    await list.readMore();
    expect(list.flows().map((each) => each.id)).toEqual(['a', 'b', 'c']);
    expect(queries[1]).toMatchObject({ cursor: 'cursor' });
    await list.readMore();
    expect(queries).toHaveLength(2);
  });

  it('follows what the server tells', async () => {
    const { list, send } = start({ data: [flow('a'), flow('b')], next: null });
    await list.show(ALL);
    send('FLOW_UPDATED', { flow: { ...flow('a'), status: 'ENABLED' } });
    send('FLOW_VERSION_UPDATED', { flowId: 'b', flowVersion: { id: 'v2', displayName: 'Renamed', updated: '2026-02-02' } });
    expect(list.flows()[0]?.status).toBe('ENABLED');
    expect(list.flows()[1]).toMatchObject({ updated: '2026-02-02', version: { id: 'v2', displayName: 'Renamed' } });
  });

  it('reads again, once, when flows come or move', async () => {
    vi.useFakeTimers();
    const { list, queries, send } = start({ data: [flow('a')], next: null }, { data: [flow('a'), flow('new')], next: null });
    await list.show(ALL);
    send('FLOW_UPDATED', { flow: flow('new') });
    send('FLOW_UPDATED', { flow: flow('a', 'a', 'folder') });
    await vi.advanceTimersByTimeAsync(1000);
    expect(queries).toHaveLength(2);
    expect(list.flows().map((each) => each.id)).toEqual(['a', 'new']);
    expect(list.changes()).toBe(1);
    vi.useRealTimers();
  });

  it('reads again after the connection was lost', async () => {
    const { list, queries, epoch } = start({ data: [flow('a')], next: null });
    await list.show(ALL);
    TestBed.tick();
    expect(queries).toHaveLength(1);
    epoch.set(2);
    TestBed.tick();
    expect(queries).toHaveLength(2);
  });

  it('says that it failed', async () => {
    const { list } = start();
    await list.show(ALL);
    expect(list.state()).toBe('failed');
  });

  it('follows what others create and delete', async () => {
    vi.useFakeTimers();
    const { list, send, queries } = start({ data: [flow('a'), flow('b')], next: null }, { data: [flow('c'), flow('a')], next: null });
    await list.show(ALL);
    send('FLOW_DELETED', { flowId: 'b' });
    expect(list.flows().map(({ id }) => id)).toEqual(['a']);
    send('FLOW_CREATED', { flowId: 'c' });
    await vi.runAllTimersAsync();
    expect(queries).toHaveLength(2);
    expect(list.flows().map(({ id }) => id)).toEqual(['c', 'a']);
    vi.useRealTimers();
  });
});
