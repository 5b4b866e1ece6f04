import { clock, duration, relativeTime } from './when';

const NOW = Date.parse('2026-01-10T12:00:00Z');

describe('relativeTime', () => {
  it('says how long ago something was, in the largest unit that fits', () => {
    expect(relativeTime('2026-01-10T11:57:00Z', NOW, 'en')).toBe('3 minutes ago');
    expect(relativeTime('2026-01-08T12:00:00Z', NOW, 'en')).toBe('2 days ago');
    expect(relativeTime('2026-01-13T12:30:00Z', NOW, 'en')).toBe('in 3 days');
    expect(relativeTime('2026-01-10T12:00:02Z', NOW, 'en')).toBe('now');
    expect(relativeTime('2026-01-10T11:57:00Z', NOW, 'de')).toBe('vor 3 Minuten');
  });
});

describe('duration', () => {
  it('uses two units at the most', () => {
    expect(duration(340, 'en')).toBe('340 ms');
    expect(duration(2440, 'en')).toBe('2.4 s');
    expect(duration(200_000, 'en')).toBe('3 min 20 s');
    expect(duration(299_800, 'en')).toBe('5 min 0 s');
    expect(duration(59_990, 'en')).toBe('1 min 0 s');
    expect(duration(7_500_000, 'en')).toBe('2 h 5 min');
    expect(duration(3 * 86_400_000 + 14_400_000, 'en')).toBe('3 d 4 h');
    expect(duration(47 * 3_600_000, 'en')).toBe('47 h 0 min');
  });
});

describe('clock', () => {
  it('names the day unless it is today', () => {
    const moment = new Date(2026, 0, 10, 14, 3, 5);
    expect(clock(moment.toISOString(), moment.getTime() + 60_000, 'de')).toBe('14:03:05');
    expect(clock(moment.toISOString(), moment.getTime() + 86_400_000, 'de')).toContain('Jan');
  });
});
