import { answerOf } from './answer';

describe('what a flow has answered', () => {
  it('is a text with files', () => {
    const files = [{ url: 'https://x.test/api/v1/files/abc?token=t', mimeType: 'image/png', fileName: 'bridge.png' }];
    expect(answerOf({ type: 'markdown', value: '**Hi**', files })).toEqual({
      text: '**Hi**',
      files: [{ name: 'bridge.png', url: files[0]?.url, isImage: true }],
    });
  });

  it('is a file in either shape', () => {
    expect(answerOf({ type: 'file', value: { url: 'https://x.test/a/report%20one.pdf', mimeType: 'application/pdf' } })?.files).toEqual([
      { name: 'report one.pdf', url: 'https://x.test/a/report%20one.pdf', isImage: false },
    ]);
    expect(answerOf({ type: 'file', value: { base64Url: 'data:image/png;base64,AA==', fileName: 'a.png' } })?.files[0]?.isImage).toBe(true);
  });

  it('shows pictures that the page may load', () => {
    const shown = (url: string) => answerOf({ type: 'file', value: { url, mimeType: 'image/png' } })?.files[0]?.isImage;
    expect([shown('https://x.test/a.png'), shown(`${location.origin}/a.png`), shown('http://x.test/a.png')]).toEqual([true, true, false]);
  });

  it('never leads to a script', () => {
    expect(answerOf({ type: 'file', value: { url: 'javascript:alert(1)', mimeType: 'image/png' } })?.files).toEqual([]);
  });

  it('is nothing where nothing is said', () => {
    for (const body of [undefined, null, '', {}, { type: 'markdown', value: '', files: [] }]) expect(answerOf(body)).toBeUndefined();
  });

  it('is what any other response says', () => {
    expect(answerOf('plain')?.text).toBe('plain');
    expect(answerOf({ message: 'done' })?.text).toBe('done');
    expect(answerOf({ total: 3 })?.text).toContain('"total": 3');
    expect(answerOf([1])?.text).toContain('1');
  });
});
