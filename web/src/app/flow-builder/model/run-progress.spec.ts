import type { FlowRunView } from '../../api/schema';
import { withProgress, withStep } from './run-progress';
import { type StepResult, iterationsOf, resultsAt } from './run-results';

const ran = (output: unknown, status: StepResult['status'] = 'SUCCEEDED'): StepResult => ({ type: 'PIECE', status, output });
const run = (fields: Partial<FlowRunView>): FlowRunView => ({ id: 'run', status: 'RUNNING', ...fields }) as FlowRunView;

describe('withProgress', () => {
  it('takes the new state and keeps steps and version', () => {
    const before = run({ steps: { trigger: ran(1) }, flowVersion: { id: 'v' } });
    const after = withProgress(before, { flowRun: run({ status: 'SUCCEEDED' }) });
    expect([after.status, after.steps, after.flowVersion]).toEqual(['SUCCEEDED', { trigger: ran(1) }, { id: 'v' }]);
  });

  it('adds a step and leaves the run that it was given as it is', () => {
    const before = run({ steps: {} });
    const after = withProgress(before, { flowRun: run({}), step: { name: 'step_1', path: [], output: ran('x', 'RUNNING') } });
    expect(after.steps).toEqual({ step_1: ran('x', 'RUNNING') });
    expect(before.steps).toEqual({});
  });
});

describe('withStep', () => {
  it('finds its way into nested loops, making what is missing', () => {
    const path = [
      ['outer', 1],
      ['inner', 0],
    ] as const;
    const steps = withStep({}, path, 'step_1', ran('deep'));
    expect(iterationsOf(steps['outer'])).toHaveLength(2);
    expect(resultsAt(steps, new Map()).get('step_1')).toEqual(ran('deep'));
  });

  it('shares the iterations that did not change', () => {
    const first = withStep({}, [['loop', 0]], 'a', ran(1));
    const second = withStep(first, [['loop', 1]], 'a', ran(2));
    expect(iterationsOf(second['loop'])[0]).toBe(iterationsOf(first['loop'])[0]);
  });

  it('keeps iterations that a loop leaves out when it tells of itself', () => {
    const known = withStep({}, [['loop', 2]], 'a', ran(1));
    const told: StepResult = { type: 'LOOP_ON_ITEMS', status: 'SUCCEEDED', output: '(left out: 300000 bytes; read the run)' };
    const steps = withStep(known, [], 'loop', told);
    expect(iterationsOf(steps['loop'])).toHaveLength(3);
    expect(steps['loop']?.status).toBe('SUCCEEDED');
  });
});
