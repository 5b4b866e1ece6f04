import type { Operation } from './operations';
import type { Action, Draft } from './step';
import { wasDone } from './was-done';

const code = (name: string, nextAction?: Action): Action => ({
  name,
  type: 'CODE',
  displayName: name,
  valid: true,
  settings: { input: {} },
  ...(nextAction ? { nextAction } : {}),
});
const router = (...branchNames: string[]): Action => ({
  ...code('router'),
  type: 'ROUTER',
  settings: { branches: branchNames.map((branchName) => ({ branchName, branchType: 'CONDITION' })) },
  children: branchNames.map(() => null),
});
const draft = (nextAction?: Action): Draft => ({
  displayName: 'Flow',
  notes: [],
  trigger: { name: 'trigger', type: 'EMPTY', displayName: 'Trigger', valid: false, settings: {}, ...(nextAction ? { nextAction } : {}) },
});
const add: Operation = {
  type: 'ADD_ACTION',
  request: { parentStep: 'trigger', stepLocationRelativeToParent: 'AFTER', action: code('step_1') },
};
const remove: Operation = { type: 'DELETE_ACTION', request: { names: ['step_1'] } };
const addBranch: Operation = { type: 'ADD_BRANCH', request: { stepName: 'router', branchIndex: 1, branchName: 'B' } };
const deleteBranch: Operation = { type: 'DELETE_BRANCH', request: { stepName: 'router', branchIndex: 1 } };
const moveBranch: Operation = { type: 'MOVE_BRANCH', request: { stepName: 'router', sourceBranchIndex: 0, targetBranchIndex: 1 } };

describe('wasDone', () => {
  it('finds an added step, and misses one that did not arrive', () => {
    expect(wasDone(add, draft(), draft(code('step_1')))).toBe(true);
    expect(wasDone(add, draft(), draft())).toBe(false);
  });

  it('sees that a step is gone', () => {
    expect(wasDone(remove, draft(code('step_1')), draft())).toBe(true);
    expect(wasDone(remove, draft(code('step_1')), draft(code('step_1')))).toBe(false);
  });

  it('counts branches where it knows how many there were', () => {
    const [two, three] = [draft(router('A', 'B')), draft(router('A', 'B', 'B'))];
    expect(wasDone(addBranch, two, two)).toBe(false);
    expect(wasDone(addBranch, two, three)).toBe(true);
    expect(wasDone(deleteBranch, three, two)).toBe(true);
    expect(wasDone(deleteBranch, two, two)).toBe(false);
    expect(wasDone(moveBranch, two, two)).toBe(false);
    expect(wasDone(moveBranch, two, draft(router('B', 'A')))).toBe(true);
  });

  it('never deletes a branch twice when it does not know', () => {
    expect(wasDone(deleteBranch, null, draft(router('A', 'B')))).toBe(true);
    expect(wasDone(addBranch, null, draft(router('A', 'B')))).toBe(true);
    expect(wasDone(addBranch, null, draft(router('A')))).toBe(false);
  });

  it('sends again what does no harm twice', () => {
    expect(wasDone({ type: 'CHANGE_NAME', request: { displayName: 'x' } }, null, draft())).toBe(false);
  });
});
