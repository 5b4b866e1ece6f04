import { duration, relativeTime } from './when';

const NOW = Date.parse('2026-01-10T12:00:00Z');

describe('relativeTime', () => {
  it('says how long ago something was, in the largest unit that fits', () => {
    expect(relativeTime('2026-01-10T11:57:00Z', NOW, 'en')).toBe('3 minutes ago');
    expect(relativeTime('2026-01-08T12:00:00Z', NOW, 'en')).toBe('2 days ago');
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
  });
});
