import { durationOf, inFlight, itemOf, iterationsOf, pathsOf, type RunSteps, stepAt, tellingPathOf } from './run-tree';

const STEPS: RunSteps = {
  trigger: { type: 'PIECE_TRIGGER', status: 'SUCCEEDED', input: {}, output: { n: 1 } },
  get: { type: 'PIECE', status: 'SUCCEEDED', duration: 30, output: 'x' },
  choose: { type: 'ROUTER', status: 'SUCCEEDED', duration: 0 },
  outer: {
    type: 'LOOP_ON_ITEMS',
    status: 'FAILED',
    input: { items: ['a', 'b'] },
    output: {
      index: 2,
      iterations: [
        { x: { type: 'CODE', status: 'SUCCEEDED', duration: 5 } },
        {
          x: { type: 'CODE', status: 'SUCCEEDED', duration: 5 },
          inner: {
            type: 'LOOP_ON_ITEMS',
            status: 'FAILED',
            output: {
              iterations: [
                { y: { type: 'CODE', status: 'FAILED', duration: 10, attempts: 2 } },
                { y: { type: 'CODE', status: 'SUCCEEDED', duration: 10 } },
              ],
            },
          },
        },
      ],
    },
  },
};

describe('the steps of a run', () => {
  it('are found by the loops around them', () => {
    expect(stepAt(STEPS, 'get')?.output).toBe('x');
    expect(
      stepAt(STEPS, 'y', [
        ['outer', 1],
        ['inner', 0],
      ])?.status,
    ).toBe('FAILED');
    expect(
      stepAt(STEPS, 'y', [
        ['outer', 0],
        ['inner', 0],
      ]),
    ).toBeUndefined();
    expect(stepAt(STEPS, 'x', [['get', 0]])).toBeUndefined();
  });

  it('tell their iterations and items', () => {
    expect(iterationsOf(STEPS['outer'])).toHaveLength(2);
    expect(iterationsOf(STEPS['get'])).toEqual([]);
    expect(itemOf(STEPS['outer'], 1)).toBe('b');
    expect(itemOf(STEPS['get'], 1)).toBeUndefined();
  });

  it('are listed for the iterations that are chosen', () => {
    expect(pathsOf(STEPS, 'x')).toEqual([[['outer', 0]], [['outer', 1]]]);
    expect(pathsOf(STEPS, 'x', { outer: 1 })).toEqual([[['outer', 1]]]);
    expect(pathsOf(STEPS, 'get')).toEqual([[]]);
  });

  it('lead to where they failed, else to where they were last', () => {
    expect(tellingPathOf(STEPS, 'y')).toEqual([
      ['outer', 1],
      ['inner', 0],
    ]);
    expect(tellingPathOf(STEPS, 'x')).toEqual([['outer', 1]]);
    expect(tellingPathOf(STEPS, 'nobody')).toBeUndefined();
  });
});

describe('inFlight', () => {
  it('finds every step that runs, however deep', () => {
    const running = { type: 'CODE', status: 'RUNNING' };
    const iterations = [
      { x: { type: 'CODE', status: 'SUCCEEDED' }, y: running },
      { choose: { type: 'ROUTER', status: 'RUNNING' }, x: running },
    ];
    const steps: RunSteps = {
      a: { type: 'CODE', status: 'SUCCEEDED' },
      each: { type: 'LOOP_ON_ITEMS', status: 'RUNNING', output: { iterations } },
      b: running,
    };
    expect(inFlight(steps)).toEqual([
      { name: 'y', path: [['each', 0]] },
      { name: 'x', path: [['each', 1]] },
      { name: 'b', path: [] },
    ]);
  });
});

describe('durationOf', () => {
  it('counts to the end, or to now', () => {
    const startTime = '2026-01-01T00:00:00.000Z';
    expect(durationOf({ startTime, finishTime: '2026-01-01T00:00:02.000Z' }, 0)).toBe(2000);
    expect(durationOf({ startTime, finishTime: null }, Date.parse(startTime) + 500)).toBe(500);
    expect(durationOf({ startTime: null, finishTime: null }, 0)).toBeNull();
  });
});
