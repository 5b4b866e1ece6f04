import type { FlowRunView } from '../api/schema';
import { withNews } from './run-news';

const run = (id: string, status: string, created: string, updated = created): FlowRunView =>
  ({ id, status, created, updated, flowId: 'f', tags: [], archivedAt: null }) as unknown as FlowRunView;

describe('withNews', () => {
  const rows = [
    { ...run('b', 'RUNNING', '2'), displayName: 'B' },
    { ...run('a', 'RUNNING', '1'), displayName: 'A' },
  ];
  const all = (): boolean => true;

  it('changes known rows in their places and keeps their names', () => {
    const changed = withNews(rows, [run('a', 'SUCCEEDED', '1', '3')], all, new Map());
    expect(changed.map(({ id, status, displayName }) => [id, status, displayName])).toEqual([
      ['b', 'RUNNING', 'B'],
      ['a', 'SUCCEEDED', 'A'],
    ]);
  });

  it('ignores what is older than the row', () => {
    expect(withNews(rows, [run('a', 'QUEUED', '1', '0')], all, new Map())[1]?.status).toBe('RUNNING');
  });

  it('puts new runs first and takes out what no longer belongs', () => {
    const changed = withNews(
      rows,
      [run('c', 'QUEUED', '3'), run('b', 'FAILED', '2', '4')],
      (told) => told.status !== 'FAILED',
      new Map([['f', 'F']]),
    );
    expect(changed.map(({ id, displayName }) => [id, displayName])).toEqual([
      ['c', 'F'],
      ['a', 'A'],
    ]);
  });

  it('leaves runs alone that belong to later pages', () => {
    expect(withNews(rows, [run('z', 'FAILED', '0', '9')], all, new Map())).toHaveLength(2);
    expect(withNews(rows, [run('z', 'FAILED', '0', '9')], all, new Map(), true).map(({ id }) => id)).toEqual(['b', 'a', 'z']);
  });
});
