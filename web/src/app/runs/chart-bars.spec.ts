import { axisTop, barStart, barUnit, barsOf } from './chart-bars';

const NOW = new Date('2026-01-10T12:34:56').getTime();
const HOUR = 3_600_000;

describe('barsOf', () => {
  it('has a bar for every hour and sorts the statuses', () => {
    const span = { after: NOW - 24 * HOUR, before: null };
    const start = new Date(barStart(NOW - 2 * HOUR, 'hour')).toISOString();
    const bars = barsOf([{ start, counts: { SUCCEEDED: 3, FAILED: 1, TIMEOUT: 1, RUNNING: 2 } }], span, NOW);
    expect(bars).toHaveLength(25);
    expect(bars.at(-3)).toMatchObject({ succeeded: 3, failed: 2, other: 2, total: 7 });
    expect(bars.filter((bar) => bar.total > 0)).toHaveLength(1);
  });

  it('puts hours into the days of the time zone', () => {
    const span = { after: NOW - 7 * 24 * HOUR, before: null };
    const morning = new Date('2026-01-09T01:00:00').toISOString();
    const night = new Date('2026-01-09T23:00:00').toISOString();
    const bars = barsOf(
      [morning, night].map((start) => ({ start, counts: { SUCCEEDED: 1 } })),
      span,
      NOW,
    );
    expect(bars).toHaveLength(8);
    expect(bars.at(-2)?.total).toBe(2);
  });

  it('counts an interval that began before the span', () => {
    const span = { after: NOW - HOUR, before: null };
    const bars = barsOf([{ start: new Date(barStart(NOW - HOUR, 'minute')).toISOString(), counts: { FAILED: 1 } }], span, NOW);
    expect(bars[0]).toMatchObject({ failed: 1 });
    expect(barUnit(span, NOW)).toBe('minute');
  });
});

describe('axisTop', () => {
  it('is round', () => {
    expect([0, 1, 2, 3, 7, 11, 51, 1000].map(axisTop)).toEqual([1, 1, 2, 5, 10, 20, 100, 1000]);
  });
});
