import { fits, mentions, places, preview, typeOf } from './values';

describe('values', () => {
  it('have a type', () => {
    expect([null, undefined, 'x', 1, false, [], {}].map(typeOf)).toEqual(['null', 'null', 'text', 'number', 'boolean', 'array', 'object']);
    expect(['2026-11-22', '2026-11-22T01:10:29.358Z', '2026-11', '12:30'].map(typeOf)).toEqual(['date', 'date', 'text', 'text']);
    expect(typeOf('http://localhost:8080/api/v1/step-files/signed?token=x')).toBe('file');
  });

  it('fit fields', () => {
    expect(fits('any', 1)).toBe(false);
    expect([1, '2.5', '', 'x', null].map((value) => fits('number', value))).toEqual([true, true, false, false, false]);
    expect([[], {}, 'x'].map((value) => fits('array', value))).toEqual([true, false, false]);
    expect(['https://a.b/c.png', 'x'].map((value) => fits('file', value))).toEqual([true, false]);
    expect(['x', 1].map((value) => fits('text', value))).toEqual([false, false]);
    expect(fits('date', '2026-11-22')).toBe(true);
  });

  it('are shown in one line', () => {
    expect(preview('two\nlines')).toBe('two lines');
    expect(preview({ a: [1, 2] })).toBe('{"a":[1,2]}');
    expect(preview('x'.repeat(200), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(preview(undefined)).toBe('');
    expect(preview(Array.from({ length: 100_000 }, () => 'long')).length).toBeLessThanOrEqual(80);
  });
});

describe('places', () => {
  const sample = { body: { name: 'Ada', tags: ['new', 'vip'] }, name: 'outer' };

  it('are found by key and value, the nearest first', () => {
    expect(places(sample, mentions('NAME'), 10).map((place) => place.keys)).toEqual([['name'], ['body', 'name']]);
    expect(places(sample, mentions('vip'), 10)).toEqual([{ keys: ['body', 'tags', 1], value: 'vip' }]);
  });

  it('are as many as wanted', () => {
    expect(
      places(
        Array.from({ length: 1000 }, () => 1),
        () => true,
        5,
      ),
    ).toHaveLength(5);
  });
});
