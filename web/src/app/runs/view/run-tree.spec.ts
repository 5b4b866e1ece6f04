import { durationOf, itemOf, iterationsOf, pathsOf, type RunSteps, stepAt, tellingPathOf, timelineOf } from './run-tree';

const BEGIN = 1_000_000;

const STEPS: RunSteps = {
  trigger: { type: 'PIECE_TRIGGER', status: 'SUCCEEDED', input: {}, output: { n: 1 } },
  get: { type: 'PIECE', status: 'SUCCEEDED', duration: 30, startedAt: BEGIN + 10, output: 'x' },
  choose: { type: 'ROUTER', status: 'SUCCEEDED', duration: 0 },
  outer: {
    type: 'LOOP_ON_ITEMS',
    status: 'FAILED',
    startedAt: BEGIN + 50,
    input: { items: ['a', 'b'] },
    output: {
      index: 2,
      iterations: [
        { x: { type: 'CODE', status: 'SUCCEEDED', duration: 5, startedAt: BEGIN + 50 } },
        {
          x: { type: 'CODE', status: 'SUCCEEDED', duration: 5, startedAt: BEGIN + 60 },
          inner: {
            type: 'LOOP_ON_ITEMS',
            status: 'FAILED',
            startedAt: BEGIN + 65,
            output: {
              iterations: [
                { y: { type: 'CODE', status: 'FAILED', duration: 10, startedAt: BEGIN + 4065, attempts: 2 } },
                { y: { type: 'CODE', status: 'SUCCEEDED', duration: 10, startedAt: BEGIN + 4080 } },
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

describe('timelineOf', () => {
  it('places steps by their beginnings, or behind the step before', () => {
    const entries = timelineOf(STEPS, BEGIN);
    expect(entries.map(({ name, start, duration }) => [name, start, duration])).toEqual([
      ['trigger', 0, 0],
      ['get', 10, 30],
      ['choose', 40, 0],
      ['outer', 50, 4040],
      ['x', 50, 5],
      ['x', 60, 5],
      ['inner', 65, 4025],
      ['y', 4065, 10],
      ['y', 4080, 10],
    ]);
    expect(entries[7]).toMatchObject({ attempts: 2, waited: 4000 });
    expect(entries[3]).toMatchObject({ iterations: 2, path: [] });
  });

  it('lets a running step grow', () => {
    const steps: RunSteps = { a: { type: 'CODE', status: 'RUNNING', startedAt: BEGIN + 10 } };
    expect(timelineOf(steps, BEGIN, BEGIN + 110)[0]).toMatchObject({ start: 10, duration: 100 });
  });

  it('does without times', () => {
    const steps: RunSteps = {
      a: { type: 'CODE', status: 'SUCCEEDED', duration: 5 },
      b: { type: 'CODE', status: 'SUCCEEDED', duration: 7 },
    };
    expect(timelineOf(steps, BEGIN).map((entry) => entry.start)).toEqual([0, 5]);
    expect(timelineOf(steps, BEGIN, BEGIN, 1)).toHaveLength(1);
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
