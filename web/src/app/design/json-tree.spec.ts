import { find, openAtFirst, pathText, rowId, rowsAround, valueText, visibleRows } from './json-tree';

const labels = (value: unknown, open: Iterable<string> = []): string[] =>
  visibleRows(value, new Set(open)).map((row) => `${'  '.repeat(row.depth)}${row.range ? row.range.join('–') : row.key}`);

describe('visibleRows', () => {
  it('shows what is open, and the value itself only if it has no entries', () => {
    const value = { a: { b: [1, 2] }, c: 3 };
    expect(labels(value)).toEqual(['a', 'c']);
    expect(labels(value, [rowId(['a'])])).toEqual(['a', '  b', 'c']);
    expect(labels(value, [rowId(['a']), rowId(['a', 'b'])])).toEqual(['a', '  b', '    0', '    1', 'c']);
    expect(labels('text')).toEqual(['null']);
    expect(labels([])).toEqual(['null']);
  });

  it('divides large containers into ranges, and those again', () => {
    const value = Array.from({ length: 10_250 }, (_, index) => index);
    expect(labels(value)).toEqual(['0–10000', '10000–10250']);
    const inner = labels(value, [rowId([], [10_000, 10_250])]);
    expect(inner).toEqual(['0–10000', '10000–10250', '  10000–10100', '  10100–10200', '  10200–10250']);
  });

  it('counts places among siblings', () => {
    expect(visibleRows({ a: 1, b: 2 }, new Set()).map((row) => [row.position, row.siblings])).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });
});

describe('rowsAround', () => {
  it.each([[['rows', 10_249, 'id']], [['rows', 0, 'id']], [['rows', 9_999, 'id']]])('makes %j visible', (path) => {
    const value = { rows: Array.from({ length: 10_250 }, (_, id) => ({ id })) };
    const rows = visibleRows(value, new Set(rowsAround(value, path)));
    expect(rows.some((row) => row.id === rowId(path))).toBe(true);
    expect(rows.length).toBeLessThan(350);
  });
});

describe('openAtFirst', () => {
  it('opens small values entirely', () => {
    expect(labels({ a: { b: 1 } }, openAtFirst({ a: { b: 1 } }))).toEqual(['a', '  b']);
  });

  it('stays within its budget', () => {
    const value = Array.from({ length: 30 }, (_, id) => ({ id, name: 'x', more: { deep: true } }));
    expect(visibleRows(value, openAtFirst(value, 40)).length).toBeLessThanOrEqual(40);
  });
});

describe('find', () => {
  it('finds names and simple values in any case, from top to bottom', () => {
    const value = { Name: 'x', list: [{ name: 'y' }, 'no NAME here', 7], n: null };
    expect(find(value, 'name')).toEqual([['Name'], ['list', 0, 'name'], ['list', 1]]);
    expect(find(value, '7')).toEqual([['list', 2]]);
    expect(find(value, '')).toEqual([]);
    expect(find(value, 'name', 1)).toHaveLength(1);
  });
});

describe('texts', () => {
  it('writes paths as expressions do', () => {
    expect(pathText(['items', 0, 'name'])).toBe('items[0].name');
    expect(pathText(["it's", 'x'])).toBe("['it\\'s'].x");
    expect(pathText([])).toBe('');
  });

  it('copies texts as they are', () => {
    expect(valueText('a\nb')).toBe('a\nb');
    expect(valueText({ a: 1 })).toBe('{\n  "a": 1\n}');
    expect(valueText(undefined)).toBe('');
  });
});
