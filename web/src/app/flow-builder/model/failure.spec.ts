import { failureOf } from './failure';
import type { StepResult } from './run-results';

const step = (status: StepResult['status']): StepResult => ({ type: 'CODE', status });
const loop = (status: StepResult['status'], ...iterations: Record<string, StepResult>[]): StepResult => ({
  type: 'LOOP_ON_ITEMS',
  status,
  output: { iterations },
});

describe('failureOf', () => {
  it('finds nothing in a run that went well', () => {
    expect(failureOf({ a: step('SUCCEEDED') })).toBeUndefined();
    expect(failureOf(undefined)).toBeUndefined();
  });

  it('finds the step inside the loops, with the iterations', () => {
    const inner = loop('FAILED', { b: step('SUCCEEDED') }, { b: step('FAILED') });
    const steps = { a: step('SUCCEEDED'), outer: loop('FAILED', { inner: loop('SUCCEEDED', {}) }, { inner }) };
    expect(failureOf(steps)).toEqual({
      step: 'b',
      path: [
        ['outer', 1],
        ['inner', 1],
      ],
    });
  });

  it('prefers the step that the run names to one that was allowed to fail', () => {
    const steps = { a: step('FAILED'), b: step('FAILED'), c: step('FAILED') };
    expect(failureOf(steps, 'b')?.step).toBe('b');
    expect(failureOf(steps)?.step).toBe('c');
  });
});
