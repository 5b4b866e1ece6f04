import type { Action, Trigger } from '../model/step';
import { neighbour } from './navigation';

const step = (name: string, more: Partial<Action> = {}): Action => ({
  name,
  type: 'CODE',
  displayName: name,
  valid: true,
  settings: {},
  ...more,
});

/** trigger → router [ a1 → a2 → a3 | – | b1 → b2 ] → end */
const router = step('router', {
  type: 'ROUTER',
  settings: { branches: ['A', 'Empty', 'B'].map((branchName) => ({ branchName, branchType: 'CONDITION' as const })) },
  children: [step('a1', { nextAction: step('a2', { nextAction: step('a3') }) }), null, step('b1', { nextAction: step('b2') })],
  nextAction: step('end'),
});
const trigger: Trigger = { name: 'trigger', type: 'EMPTY', displayName: '', valid: false, settings: {}, nextAction: router };

describe('neighbour', () => {
  it.each([
    ['trigger', 'down', 'router'],
    ['router', 'down', 'a1'],
    ['a3', 'down', 'end'],
    ['b2', 'down', 'end'],
    ['end', 'down', undefined],
    ['end', 'up', 'router'],
    ['a1', 'up', 'router'],
    ['trigger', 'up', undefined],
    ['a1', 'right', 'b1'],
    ['a3', 'right', 'b2'],
    ['b2', 'left', 'a2'],
    ['b1', 'right', undefined],
    ['end', 'left', undefined],
    ['nobody', 'down', undefined],
  ] as const)('of %s %s is %s', (name, direction, expected) => expect(neighbour(trigger, name, direction)).toBe(expected));
});
