import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Api } from '../api/api';
import type { TriggerFailures } from '../api/schema';
import { Notify } from '../design/notify';
import { Live } from '../session/live';
import { Session } from '../session/session';
import { FailingTriggers } from './failing-triggers';

const failures = (flowId: string, count = 1): TriggerFailures => ({
  flowId,
  projectId: 'project',
  failures: count,
  failingSince: count ? '2026-01-01T12:00:00.000Z' : null,
  error: count ? 'No harbour' : null,
});

/** A server that answers when the test says so, and events that the test sends. */
function start() {
  const answers: ((data: TriggerFailures[]) => void)[] = [];
  const queries: unknown[] = [];
  const listeners = new Map<string, (payload: unknown) => void>();
  const epoch = signal(1);
  const GET = (path: string, { params }: { params: { query: unknown } }) => {
    queries.push([path, params.query]);
    return new Promise((resolve) => answers.push((data) => resolve({ data: { data } })));
  };
  const on = (event: string, listener: (payload: unknown) => void) => (listeners.set(event, listener), () => listeners.delete(event));
  TestBed.configureTestingModule({
    providers: [
      FailingTriggers,
      { provide: Api, useValue: { GET } },
      { provide: Live, useValue: { epoch, on } },
      { provide: Session, useValue: { projectId: () => 'project' } },
      { provide: Notify, useValue: { attempt: (action: () => Promise<unknown>) => action() } },
    ],
  });
  const failing = TestBed.inject(FailingTriggers);
  TestBed.tick();
  const answer = async (...data: TriggerFailures[]) => {
    answers.shift()?.(data);
    await new Promise((resolve) => setTimeout(resolve));
  };
  const send = (event: string, payload: unknown) => listeners.get(event)?.(payload);
  return { queries, epoch, answer, send, ids: () => [...failing.byFlow().keys()], of: (id: string) => failing.byFlow().get(id)?.failures };
}

describe('FailingTriggers', () => {
  it('asks once for the project, and again after the connection was lost', async () => {
    const { queries, epoch, answer, ids } = start();
    await answer(failures('a'), failures('b'));
    expect(queries).toEqual([['/triggers/failing', { projectId: 'project' }]]);
    expect(ids()).toEqual(['a', 'b']);
    epoch.set(2);
    TestBed.tick();
    await answer(failures('b'));
    expect(ids()).toEqual(['b']);
  });

  it('follows what the server tells', async () => {
    const { queries, answer, send, ids, of } = start();
    await answer();
    send('TRIGGER_HEALTH_CHANGED', failures('a'));
    send('TRIGGER_HEALTH_CHANGED', failures('a', 2));
    expect([ids(), of('a')]).toEqual([['a'], 2]);
    send('TRIGGER_HEALTH_CHANGED', failures('a', 0));
    expect([ids(), queries.length]).toEqual([[], 1]);
  });

  it('reads again when something was told while it read', async () => {
    const { queries, answer, send, ids } = start();
    send('TRIGGER_HEALTH_CHANGED', failures('a'));
    await answer();
    expect(queries).toHaveLength(2);
    await answer(failures('a'));
    expect([ids(), queries.length]).toEqual([['a'], 2]);
  });

  it('reads again when a flow whose trigger fails is published or switched, and for no other', async () => {
    const { queries, answer, send, ids } = start();
    await answer(failures('a'));
    send('FLOW_UPDATED', { flow: { id: 'b' } });
    expect(queries).toHaveLength(1);
    send('FLOW_UPDATED', { flow: { id: 'a' } });
    await answer();
    expect([ids(), queries.length]).toEqual([[], 2]);
  });
});
