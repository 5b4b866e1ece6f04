import { NO_FILTERS, apiFilter, filtersOf, intervalOf, isNarrowed, matches, paramsOf, spanOf } from './run-filter';

const NOW = Date.parse('2026-01-10T12:00:00Z');
const HOUR = 3_600_000;

describe('filters in the address', () => {
  it('come back as they were', () => {
    const filters = {
      ...NO_FILTERS,
      flows: ['a', 'b'],
      statuses: ['FAILED' as const],
      tags: ['x'],
      failedStep: 's',
      period: 'day' as const,
    };
    const params = Object.fromEntries(Object.entries(paramsOf(filters)).filter(([, value]) => value !== null));
    expect(params).toEqual({ flow: ['a', 'b'], status: ['FAILED'], tag: ['x'], failedStep: 's', period: 'day' });
    expect(filtersOf(params)).toEqual(filters);
    expect(isNarrowed(filters)).toBe(true);
    expect(isNarrowed({ ...NO_FILTERS, period: 'day' })).toBe(false);
  });

  it('are ignored where they mean nothing', () => {
    expect(filtersOf({ status: ['NOPE', 'FAILED'], period: 'year', from: 'x', flow: 'one' })).toEqual({
      ...NO_FILTERS,
      flows: ['one'],
      statuses: ['FAILED'],
    });
    expect(filtersOf({})).toEqual(NO_FILTERS);
  });
});

describe('spanOf', () => {
  it('ends now, or with the last day', () => {
    expect(spanOf({ ...NO_FILTERS, period: 'hour' }, NOW)).toEqual({ after: NOW - HOUR, before: null });
    const custom = spanOf({ ...NO_FILTERS, period: 'custom', from: '2026-01-02', to: '2026-01-02' }, NOW);
    expect(custom).toEqual({ after: new Date('2026-01-02T00:00:00').getTime(), before: new Date('2026-01-02T23:59:59.999').getTime() });
    expect(spanOf({ ...NO_FILTERS, period: 'custom', from: '2026-01-05', to: '2026-01-02' }, NOW).after).toBeLessThan(NOW);
  });

  it('is counted by what fits', () => {
    const of = (hours: number): string => intervalOf({ after: NOW - hours * HOUR, before: null }, NOW);
    expect([1, 24, 168, 720, 10_000].map(of)).toEqual(['MINUTE', 'HOUR', 'HOUR', 'HOUR', 'DAY']);
  });
});

describe('apiFilter and matches', () => {
  const span = { after: NOW - HOUR, before: null };
  const run = {
    flowId: 'f',
    status: 'FAILED',
    tags: ['x'],
    created: new Date(NOW).toISOString(),
    failedStep: { name: 's' },
    environment: 'PRODUCTION',
  };

  it('ask for what is given only', () => {
    expect(apiFilter('p', NO_FILTERS, span)).toEqual({ projectId: 'p', createdAfter: '2026-01-10T11:00:00.000Z' });
  });

  it('know whether a run belongs to them', () => {
    expect(matches(run, NO_FILTERS, span)).toBe(true);
    expect(matches(run, { ...NO_FILTERS, failedStep: 's', tags: ['y', 'x'], flows: ['f'], statuses: ['FAILED'] }, span)).toBe(true);
    expect(matches(run, { ...NO_FILTERS, statuses: ['SUCCEEDED'] }, span)).toBe(false);
    expect(matches({ ...run, environment: 'TESTING' }, NO_FILTERS, span)).toBe(false);
    expect(matches({ ...run, created: '2026-01-01T00:00:00Z' }, NO_FILTERS, span)).toBe(false);
  });
});
