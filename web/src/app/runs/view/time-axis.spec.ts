import { axisOf, placeAt } from './time-axis';

const DAY = 86_400_000;
const sumOf = (parts: { width: number }[]) => Math.round(parts.reduce((sum, part) => sum + part.width, 0));

describe('axisOf', () => {
  it('is to scale while nothing is long', () => {
    const parts = axisOf(1000, 21_000, [
      [1000, 6000],
      [15_000, 21_000],
    ]);
    expect(parts).toEqual([{ from: 1000, to: 21_000, left: 0, width: 100, isBreak: false }]);
    expect(placeAt(parts, 6000)).toBe(25);
  });

  it('breaks a pause of days between seconds of work', () => {
    const parts = axisOf(0, 3 * DAY + 2000, [
      [0, 1000],
      [3 * DAY, 3 * DAY + 2000],
    ]);
    expect(parts.map(({ from, to, isBreak }) => [from, to, isBreak])).toEqual([
      [0, 1000, false],
      [1000, 3 * DAY, true],
      [3 * DAY, 3 * DAY + 2000, false],
    ]);
    expect(sumOf(parts)).toBe(100);
    expect(parts[0]?.width).toBeGreaterThan(25);
    expect(parts[1]?.width).toBe(7);
  });

  it('breaks pauses of the same length, however many', () => {
    const work = Array.from({ length: 30 }, (_, day) => [day * DAY, day * DAY + 10] as const);
    const parts = axisOf(0, 29 * DAY + 10, work);
    expect(parts.filter((part) => part.isBreak)).toHaveLength(29);
    expect(sumOf(parts)).toBe(100);
    expect(Math.min(...parts.map((part) => part.width))).toBeGreaterThan(1);
  });

  it('keeps the waits between retries to scale', () => {
    const attempts = [0, 4000, 12_000, 28_000].map((from) => [from, from + 5] as const);
    expect(axisOf(0, 28_005, attempts)).toHaveLength(1);
  });

  it('breaks the wait that still goes on', () => {
    const parts = axisOf(0, DAY, [[0, 50]]);
    expect(parts.map((part) => part.isBreak)).toEqual([false, true]);
    expect(placeAt(parts, DAY)).toBe(100);
    expect(axisOf(0, DAY, [])).toEqual([{ from: 0, to: DAY, left: 0, width: 100, isBreak: true }]);
  });

  it('is never empty', () => {
    expect(axisOf(5, 5, [])).toEqual([{ from: 5, to: 6, left: 0, width: 100, isBreak: false }]);
    expect(placeAt(axisOf(5, 5, []), 4)).toBe(0);
    expect(placeAt([], 4)).toBe(0);
  });
});

describe('placeAt', () => {
  it('never goes backwards', () => {
    const parts = axisOf(0, DAY, [
      [0, 500],
      [1000, 2000],
      [DAY - 10, DAY],
    ]);
    const places = Array.from({ length: 200 }, (_, index) => placeAt(parts, (index * DAY) / 199));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places.at(-1)).toBeCloseTo(100);
  });
});
