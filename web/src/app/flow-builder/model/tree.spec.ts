import { placeKey } from '../canvas/layout';
import { randomDraft, seeded } from './random-draft';
import type { Action, Trigger } from './step';
import { blockOf, findStep, freeNames, insertAt, namesInside, pathTo, placeOf, placesIn, removeStep, stepsBefore, walk } from './tree';

const step = (name: string, more: Partial<Action> = {}): Action => ({
  name,
  type: 'CODE',
  displayName: name,
  valid: true,
  settings: {},
  ...more,
});

/** trigger → loop [ inner → router [ a | – ] ] → last */
function sample(): Trigger {
  const router = step('router', {
    type: 'ROUTER',
    settings: {
      branches: [
        { branchName: 'A', branchType: 'CONDITION' },
        { branchName: 'B', branchType: 'FALLBACK' },
      ],
    },
    children: [step('a'), null],
  });
  const loop = step('loop', { type: 'LOOP_ON_ITEMS', firstLoopAction: step('inner', { nextAction: router }), nextAction: step('last') });
  return { name: 'trigger', type: 'EMPTY', displayName: 'trigger', valid: false, settings: {}, nextAction: loop };
}

describe('tree', () => {
  it('walks in the order of execution', () => {
    expect(walk(sample()).map((each) => each.name)).toEqual(['trigger', 'loop', 'inner', 'router', 'a', 'last']);
    expect(namesInside(findStep(sample(), 'loop') as Action)).toEqual(['loop', 'inner', 'router', 'a']);
  });

  it('knows the way to a step, what ran before it, and where it hangs', () => {
    expect(stepsBefore(sample(), 'last').map((each) => each.name)).toEqual(['trigger', 'loop']);
    expect(stepsBefore(sample(), 'a').map((each) => each.name)).toEqual(['trigger', 'loop', 'inner', 'router']);
    expect(placeOf(sample(), 'a')).toEqual({ parent: 'router', location: 'INSIDE_BRANCH', branchIndex: 0 });
    expect(placeOf(sample(), 'trigger')).toBeUndefined();
    expect(pathTo(sample(), 'nobody')).toBeUndefined();
  });

  it('lists every place once', () => {
    const keys = placesIn(sample()).map(placeKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual([
      'trigger:AFTER',
      'loop:INSIDE_LOOP',
      'loop:AFTER',
      'inner:AFTER',
      'router:INSIDE_BRANCH:0',
      'router:INSIDE_BRANCH:1',
      'router:AFTER',
      'a:AFTER',
      'last:AFTER',
    ]);
  });

  it('takes of a selection what does not hang inside another part of it', () => {
    expect(blockOf(sample(), new Set(['last', 'a', 'loop', 'trigger']))).toEqual(['loop', 'last']);
    expect(blockOf(sample(), new Set(['last', 'a']))).toEqual(['a', 'last']);
  });

  it('puts a step at any place and takes it away again', () => {
    const { trigger } = randomDraft(seeded(5), 30);
    for (const place of placesIn(trigger)) {
      const more = insertAt(trigger, place, step('new'));
      expect(placeOf(more, 'new')).toEqual(place);
      expect(walk(removeStep(more, 'new')).map((each) => each.name)).toEqual(walk(trigger).map((each) => each.name));
    }
  });

  it('finds the lowest free names', () => {
    const trigger = insertAt(sample(), { parent: 'last', location: 'AFTER' }, step('step_2'));
    const names = freeNames(trigger);
    expect([names.next().value, names.next().value]).toEqual(['step_1', 'step_3']);
  });
});
