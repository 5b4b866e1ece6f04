import { expressionOf, flawOf, namesIn, namesUsed, pathOf, segmentsOf, token, valueAt } from './expression';

const expressions = (text: string) =>
  segmentsOf(text)
    .filter((segment) => segment.kind === 'expression')
    .map((segment) => segment.source);

describe('segmentsOf', () => {
  it('cuts a text at its expressions', () => {
    expect(segmentsOf('Hi {{ a.b }}!')).toEqual([
      { kind: 'text', from: 0, to: 3, source: 'Hi ' },
      { kind: 'expression', from: 3, to: 12, source: 'a.b' },
      { kind: 'text', from: 12, to: 13, source: '!' },
    ]);
    expect(segmentsOf('')).toEqual([]);
  });

  it('counts doubled braces and nothing else, like the engine', () => {
    expect(expressions('{{ {a: 1} }}')).toEqual(['{a: 1}']);
    expect(expressions("{{ '}}' }}")).toEqual(["'"]);
    expect(expressions('{{ {{a}} }}')).toEqual(['{{a}}']);
    expect(expressions('{{a}} }} {{b}}')).toEqual(['a', 'b']);
  });

  it('leaves an unclosed opening and formulas plain', () => {
    expect(expressions('{{a}} {{ b')).toEqual(['a']);
    expect(expressions('ap-formula-v1::{ {{a}} }::ap-formula-v1')).toEqual([]);
  });

  it('joins to the text that it cut', () => {
    for (const text of ['{{a}}{{b}}', 'x {{ a }}\n{{b', '}}{{', '{{}}']) {
      expect(
        segmentsOf(text)
          .map(({ from, to }) => text.slice(from, to))
          .join(''),
      ).toBe(text);
    }
  });
});

describe('paths', () => {
  it('are written as 0.83 writes them', () => {
    expect(token({ root: 'step_1', keys: ['body', 'items', 0, 'id'] })).toBe("{{step_1['body']['items'][0]['id']}}");
    expect(token({ root: 'trigger', keys: [] })).toBe('{{trigger}}');
  });

  it.each(["it's", 'a\\b', 'x{{y}}z', '}}}', 'line\nbreak', 'ü 🙂', '', '"', '\u2028', '0', 'a.b', "]['"])('survive the key %j', (key) => {
    const text = token({ root: 'trigger', keys: ['body', key] });
    expect(segmentsOf(text)).toHaveLength(1);
    expect(pathOf(segmentsOf(text)[0]?.source ?? '')).toEqual({ root: 'trigger', keys: ['body', key] });
  });

  it('are read in every notation', () => {
    expect(pathOf('step_1.items[0].id')).toEqual({ root: 'step_1', keys: ['items', 0, 'id'] });
    expect(pathOf('trigger?.body?.["a b"]')).toEqual({ root: 'trigger', keys: ['body', 'a b'] });
    expect(pathOf("trigger [ 'a' ] . b")).toEqual({ root: 'trigger', keys: ['a', 'b'] });
  });

  it('are nothing else', () => {
    for (const source of ['', '1', 'a + b', 'f(x)', "a['b'", 'a[b]', 'a.b.', '"text"']) expect(pathOf(source)).toBeUndefined();
  });

  it('lead to own values only', () => {
    const sample = { body: { list: [{ id: 7 }], none: null } };
    expect(valueAt(sample, ['body', 'list', 0, 'id'])).toBe(7);
    expect(valueAt(sample, ['body', 'none'])).toBeNull();
    expect(valueAt(sample, ['body', 'none', 'x'])).toBeUndefined();
    expect(valueAt(sample, ['constructor'])).toBeUndefined();
    expect(expressionOf({ root: 'a', keys: [] })).toBe('a');
  });
});

describe('names', () => {
  it('are free identifiers', () => {
    expect(namesIn("step_1.step_2 + f(step_3['step_4']) + ({step_5: step_6}).x")).toEqual(['step_1', 'f', 'step_3', 'step_6']);
  });

  it('are found in all of the settings but source code', () => {
    const settings = { input: { a: ['{{step_1.x}}', { b: 'and {{step_2}}' }], c: 'step_3' }, sourceCode: { code: '{{step_4}}' } };
    expect([...namesUsed(settings)].sort()).toEqual(['step_1', 'step_2']);
  });

  it('are told whether they can be relied on', () => {
    const order = ['trigger', 'step_1', 'step_2', 'step_3', 'step_4'];
    const before = new Set(['trigger', 'step_1']);
    expect(flawOf('trigger.a + Math.max(1)', order, before, 'step_3')).toBeUndefined();
    expect(flawOf("connections['crm'].token", order, before, 'step_3')).toBeUndefined();
    expect(flawOf('loop.item', order, before, 'step_3')).toEqual({ name: 'loop', flaw: 'missing' });
    expect(flawOf('step_9', order, before, 'step_3')).toEqual({ name: 'step_9', flaw: 'missing' });
    expect(flawOf('step_3', order, before, 'step_3')).toEqual({ name: 'step_3', flaw: 'later' });
    expect(flawOf('step_4.x', order, before, 'step_3')).toEqual({ name: 'step_4', flaw: 'later' });
    expect(flawOf('step_2', order, before, 'step_3')).toEqual({ name: 'step_2', flaw: 'elsewhere' });
  });
});
