import { readFailure } from './step-failure';

describe('readFailure', () => {
  it('finds the line of JavaScript and Python', () => {
    const script = readFailure("TypeError: Cannot read properties of undefined (reading 'c')\n    at Object.code (step:3:21)");
    expect(script).toMatchObject({ message: "TypeError: Cannot read properties of undefined (reading 'c')", line: 3 });
    const python = readFailure(
      'Traceback (most recent call last):\n  File "step.py", line 3, in code\n    return inputs["x"]\nKeyError: \'x\'',
    );
    expect(python).toMatchObject({ message: "KeyError: 'x'", line: 3 });
    expect(readFailure('SyntaxError: Unexpected token')).toMatchObject({ message: 'SyntaxError: Unexpected token', line: null, stack: '' });
  });

  it('names fields', () => {
    expect(readFailure('{"url": ["Expected string, received: undefined"]}').fields).toEqual([
      { name: 'url', problem: 'Expected string, received: undefined' },
    ]);
  });

  it('reads what another server answered', () => {
    const answer = { response: { status: 404, body: { statusCode: 404, error: 'Not Found', message: 'Route not found' } }, request: {} };
    expect(readFailure(JSON.stringify(answer))).toMatchObject({ message: 'Route not found', status: 404, hasAnswer: true });
    expect(readFailure('{"response": {"status": 500}, "request": {}}')).toMatchObject({ message: '', status: 500, hasAnswer: false });
    expect(readFailure('{"message":"The items you have selected must be a list."}').message).toBe(
      'The items you have selected must be a list.',
    );
  });

  it('takes anything', () => {
    for (const text of ['', '[]', 'null', '{', '{}', '7']) expect(readFailure(text).fields).toEqual([]);
  });
});
