import { readError, shortError } from './step-error';

describe('readError', () => {
  it('takes the first line of a stack', () => {
    expect(readError('Error: boom\n    at code (1:2)')).toEqual({
      message: 'Error: boom',
      more: 'at code (1:2)',
      problems: [],
      status: null,
      request: '',
      raw: undefined,
    });
    expect(shortError('Error: Error: boom\n    at x')).toBe('boom');
  });

  it('takes the last line of a stack of Python', () => {
    const stack =
      'Traceback (most recent call last):\n  File "step", line 3, in code\n    name[0]\nIndexError: string index out of range\n';
    expect(readError(stack)).toMatchObject({ message: 'IndexError: string index out of range', more: stack });
  });

  it('finds the sentence in an HTTP failure', () => {
    const error = readError(
      JSON.stringify({
        response: { status: 404, body: { error: { message: 'No such customer' } } },
        request: { method: 'GET', url: 'http://x' },
      }),
    );
    expect(error).toMatchObject({ message: 'No such customer', status: 404, request: 'GET http://x' });
    expect(error.raw).toBeDefined();
  });

  it('reads JSON that was cut, and answers without a sentence', () => {
    expect(shortError('{"__apErrorVersion": 1, "message": "Not \\"here\\"", "raw": "{')).toBe('Not "here"');
    expect(shortError('{"response":{"status":502},"request":{}}')).toBe('HTTP 502');
  });

  it('reads the wire record and properties that do not fit', () => {
    expect(readError('{"__apErrorVersion":1,"message":"Request failed","status":500,"requestUrl":"http://y"}')).toMatchObject({
      message: 'Request failed',
      status: 500,
      request: 'http://y',
    });
    expect(shortError('{"url":["Expected string, received: 5"]}')).toBe('url: Expected string, received: 5');
    expect(shortError('{broken')).toBe('{broken');
    expect(shortError('')).toBe('');
  });

  it('knows more where the record has the parts of the failure', () => {
    const parts = { __apErrorVersion: 1, message: 'gone', status: 404, requestMethod: 'GET', requestUrl: 'https://x.test/a', raw: 'r' };
    const error = readError('{"response": {"status": 404, "body": {"message": "gone"}}, "request": {}}', parts);
    expect(error).toMatchObject({ message: 'gone', status: 404, request: 'GET https://x.test/a', problems: [] });
    expect(error.raw).toEqual({ message: 'gone', status: 404, requestMethod: 'GET', requestUrl: 'https://x.test/a' });
  });
});
