import type { RunTimeline } from '../../api/schema';
import { callerOf } from './child-runs';
import type { RunSteps } from './run-tree';

const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');
const CHILD = { id: 'child', created: new Date(BEGIN + 15).toISOString() };
const TIMELINE: RunTimeline = {
  runId: 'r',
  status: 'SUCCEEDED',
  queuedAt: new Date(BEGIN).toISOString(),
  startedAt: null,
  finishedAt: null,
  turns: [],
  steps: [
    {
      name: 'each:2/ask',
      type: 'PIECE',
      legs: [{ startedAt: new Date(BEGIN + 10).toISOString(), duration: 10, status: 'SUCCEEDED', attempt: 1 }],
    },
  ],
  undelivered: [],
  waitpoints: [],
  leftOut: 0,
};

describe('callerOf', () => {
  it('believes the step that names the run', () => {
    const call = { type: 'PIECE', status: 'SUCCEEDED', output: { runId: 'child' } };
    const steps: RunSteps = { each: { type: 'LOOP_ON_ITEMS', status: 'SUCCEEDED', output: { iterations: [{}, { call }] } } };
    expect(callerOf(CHILD, steps, TIMELINE, BEGIN)).toEqual({ name: 'call', path: [['each', 1]] });
  });

  it('else looks who was at work', () => {
    expect(callerOf(CHILD, {}, TIMELINE, BEGIN)).toEqual({ name: 'ask', path: [['each', 1]] });
    expect(callerOf({ ...CHILD, created: new Date(BEGIN + 500).toISOString() }, {}, TIMELINE, BEGIN)).toBeUndefined();
    expect(callerOf(CHILD, {}, null, BEGIN)).toBeUndefined();
  });
});
