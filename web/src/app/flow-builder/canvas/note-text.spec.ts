import { noteBlocks, noteSpans } from './note-text';

describe('note text', () => {
  it('knows headings, bullets and lines', () => {
    expect(noteBlocks('# Why\n- one\n\ntext').map(({ kind, spans }) => [kind, spans.map((span) => span.text).join('')])).toEqual([
      ['heading', 'Why'],
      ['bullet', 'one'],
      ['line', ''],
      ['line', 'text'],
    ]);
  });

  it('knows marks and links, and keeps the rest', () => {
    expect(noteSpans('a **b** *c* `d` [e](https://f.example/g) https://h.example <b>')).toEqual([
      { text: 'a ', mark: 'plain' },
      { text: 'b', mark: 'bold' },
      { text: ' ', mark: 'plain' },
      { text: 'c', mark: 'italic' },
      { text: ' ', mark: 'plain' },
      { text: 'd', mark: 'code' },
      { text: ' ', mark: 'plain' },
      { text: 'e', mark: 'link', address: 'https://f.example/g' },
      { text: ' ', mark: 'plain' },
      { text: 'https://h.example', mark: 'link', address: 'https://h.example' },
      { text: ' <b>', mark: 'plain' },
    ]);
    expect(noteSpans('[x](javascript:alert)')).toEqual([{ text: '[x](javascript:alert)', mark: 'plain' }]);
    expect(noteSpans('2 * 3 * 4')).toEqual([{ text: '2 * 3 * 4', mark: 'plain' }]);
  });
});
