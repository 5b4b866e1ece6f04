import { stepsOf } from './step-tree';

const TREE = {
  name: 'trigger',
  displayName: 'Start',
  type: 'PIECE_TRIGGER',
  settings: { pieceName: '@activepieces/piece-webhook' },
  nextAction: {
    name: 'step_1',
    displayName: 'Which?',
    type: 'ROUTER',
    settings: { branches: [{ branchName: 'Large' }, { branchName: 'Otherwise' }] },
    children: [
      { name: 'step_2', type: 'LOOP_ON_ITEMS', settings: {}, firstLoopAction: { name: 'step_3', type: 'CODE', settings: {} } },
      null,
    ],
    nextAction: { name: 'step_4', type: 'CODE', settings: {}, continueOnFailureBranches: { onFailure: { name: 'step_5', type: 'PIECE' } } },
  },
};

describe('stepsOf', () => {
  it('gives the steps in reading order with depth and branch', () => {
    expect(stepsOf(TREE).map((step) => [step.name, step.kind, step.depth, step.branch])).toEqual([
      ['trigger', 'PIECE', 0, ''],
      ['step_1', 'ROUTER', 0, ''],
      ['step_2', 'LOOP_ON_ITEMS', 1, 'Large'],
      ['step_3', 'CODE', 2, ''],
      ['step_4', 'CODE', 0, ''],
      ['step_5', 'PIECE', 1, ''],
    ]);
    expect(stepsOf(TREE)[0]).toMatchObject({ displayName: 'Start', piece: '@activepieces/piece-webhook' });
  });

  it('survives what is no step and long chains', () => {
    expect(stepsOf(null)).toEqual([]);
    expect(stepsOf('x')).toEqual([]);
    let chain: object = { name: 'last', type: 'CODE' };
    for (let index = 0; index < 5000; index++) chain = { name: `step_${index}`, type: 'CODE', nextAction: chain };
    expect(stepsOf(chain)).toHaveLength(5001);
  });
});
