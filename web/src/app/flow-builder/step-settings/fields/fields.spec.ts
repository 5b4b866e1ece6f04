import MarkdownIt from 'markdown-it';
import { moved } from './array-field';
import { toLocal } from './date-field';
import { aboutDataUrl } from './file-field';
import { partsOf, withLinksBeside } from '../../../design/markdown';
import { filled } from './markdown-variables';
import { objectOf, rowsOf } from './object-field';

describe('fields', () => {
  it('write an object as rows and back', () => {
    expect(objectOf(rowsOf({ b: 1, a: { c: 2 } }))).toEqual({ b: 1, a: { c: 2 } });
    expect(
      objectOf([
        { key: '', value: 1 },
        { key: 'a', value: 1 },
        { key: 'a', value: 2 },
      ]),
    ).toEqual({ a: 2 });
    expect(rowsOf("{{step_1['x']}}")).toEqual([]);
  });

  it('move items', () => {
    expect(moved([1, 2, 3], 0, 2)).toEqual([2, 3, 1]);
  });

  it('show moments in local time, and nothing for what is no date', () => {
    expect(new Date(toLocal('2026-03-01T09:30:00Z')).toISOString()).toBe('2026-03-01T09:30:00.000Z');
    expect([toLocal('soon'), toLocal('{{x}}'), toLocal('')]).toEqual(['', '', '']);
  });

  it('say what a data URL is', () => {
    expect(aboutDataUrl('data:image/png;base64,AAAA')).toEqual({ type: 'image/png', bytes: 3 });
    expect(aboutDataUrl('https://example.com')).toBeUndefined();
  });

  it('open links beside the page, and only such as lead somewhere', () => {
    const renderer = withLinksBeside(new MarkdownIt({ html: false }));
    expect(renderer.render('[x](https://x.test)')).toContain('href="https://x.test" target="_blank" rel="noopener noreferrer"');
    expect(renderer.render('[x](javascript:alert(1))')).not.toContain('<a');
  });

  it('cut texts at their blocks of code, and keep HTML as text', () => {
    const parts = partsOf(new MarkdownIt({ html: false }), 'Call\n```text\nhttps://x\n```\n<script>1</script>');
    expect(parts.map((part) => part.kind)).toEqual(['html', 'code', 'html']);
    expect(parts[1]).toEqual({ kind: 'code', text: 'https://x' });
    expect(parts[2]).toEqual({ kind: 'html', html: '<p>&lt;script&gt;1&lt;/script&gt;</p>\n' });
  });

  it('fill in what is known', () => {
    expect(filled('{{webhookUrl}} {{ other }}', { webhookUrl: 'https://x' })).toBe('https://x {{ other }}');
  });
});
