import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Api } from '../../api/api';
import type { TriggerEvent } from '../../api/schema';
import { ProblemText } from '../../design/notify';
import { Live } from '../../session/live';
import { Session } from '../../session/session';
import { FlowBuilder } from '../flow-builder';
import { FlowConnections } from '../flow-connections';
import { SampleWriter } from './sample-writer';
import { TRIAL_MILLISECONDS, TriggerTests } from './trigger-tests';

function trying() {
  const calls: string[] = [];
  const call = (method: string) => (path: string, options?: { params?: { path?: { id: string } } }) => {
    calls.push(`${method} ${path} ${options?.params?.path?.id ?? ''}`.trim());
    return Promise.resolve({ data: { data: [] }, response: new Response() });
  };
  const builder = { flowId: () => 'f', versionId: () => 'v', settled: () => Promise.resolve(), draft: () => null };
  TestBed.configureTestingModule({
    providers: [
      TriggerTests,
      { provide: Api, useValue: { GET: call('GET'), POST: call('POST'), DELETE: call('DELETE') } },
      { provide: FlowBuilder, useValue: builder },
      { provide: FlowConnections, useValue: { reload: () => undefined } },
      { provide: Live, useValue: { epoch: signal(0), on: () => () => undefined } },
      { provide: ProblemText, useValue: { of: String } },
      { provide: SampleWriter, useValue: { save: () => Promise.resolve() } },
      { provide: Session, useValue: { projectId: () => 'p' } },
    ],
  });
  return { tests: TestBed.inject(TriggerTests), calls };
}

describe('TriggerTests', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('ends the trial at the server when one stops waiting', async () => {
    const { tests, calls } = trying();
    await tests.wait();
    expect(tests.trial()).toBe('waiting');
    await tests.stop();
    expect([tests.trial(), calls.at(-1)]).toEqual(['idle', 'DELETE /test-trigger']);
    await vi.advanceTimersByTimeAsync(TRIAL_MILLISECONDS);
    expect(tests.problem()).toBe('');
  });

  it('ends a trial that began when nobody waited for it any more', async () => {
    const { tests, calls } = trying();
    const waiting = tests.wait();
    await tests.stop();
    await waiting;
    expect([tests.trial(), calls.at(-1)]).toEqual(['idle', 'DELETE /test-trigger']);
  });

  it('says that the trial is over when the server has ended it', async () => {
    const { tests, calls } = trying();
    await tests.wait();
    await vi.advanceTimersByTimeAsync(TRIAL_MILLISECONDS - 1);
    expect(tests.trial()).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1);
    expect([tests.trial(), tests.problem()]).toEqual(['idle', 'EXPIRED']);
    expect(calls).not.toContain('DELETE /test-trigger');
  });

  it('removes an event and reads the others', async () => {
    const { tests, calls } = trying();
    await tests.remove({ id: 'e1' } as TriggerEvent);
    expect(calls).toEqual(['DELETE /trigger-events/{id} e1', 'GET /trigger-events']);
  });
});
