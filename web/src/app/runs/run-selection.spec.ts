import { bodyFor, countFor, sizeOf } from './run-selection';

describe('a selection', () => {
  const some = {
    kind: 'some' as const,
    runs: [
      { id: 'a', status: 'FAILED', projectId: 'p' },
      { id: 'b', status: 'RUNNING', projectId: 'p' },
      { id: 'c', status: 'SUCCEEDED', projectId: 'p' },
    ],
  };
  const all = {
    kind: 'all' as const,
    filter: { projectId: 'p', createdAfter: 'x', status: ['FAILED' as const, 'RUNNING' as const] },
    counts: { FAILED: 20_000, RUNNING: 2 },
  };

  it('gives each action only the runs that it suits', () => {
    expect(countFor('retry', some)).toBe(1);
    expect(bodyFor('cancel', some)).toEqual({ projectId: 'p', flowRunIds: ['b'] });
    expect(bodyFor('archive', some)?.flowRunIds).toEqual(['a', 'c']);
    expect(bodyFor('cancel', { ...some, runs: some.runs.slice(0, 1) })).toBeNull();
  });

  it('can be everything that matches', () => {
    expect(sizeOf(all)).toBe(20_002);
    expect(countFor('retry', all)).toBe(10_000);
    expect(bodyFor('retry', all)).toMatchObject({ status: ['FAILED'], createdAfter: 'x' });
    expect(bodyFor('cancel', all)?.status).toEqual(['RUNNING']);
  });
});
