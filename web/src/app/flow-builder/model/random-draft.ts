/** Random flows and random edits, the same for the same seed: for specs that check what holds for every flow. */
import { apply } from './apply';
import { type BareAction, type Operation, addAction, moveAction } from './operations';
import type { Action, ActionType, Draft } from './step';
import { blockOf, freeNames, namesInside, placesIn, walk } from './tree';

export type Random = () => number;

/** Numbers from 0 to 1 (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const emptyDraft = (): Draft => ({
  displayName: 'Flow',
  trigger: { name: 'trigger', displayName: 'Select trigger', type: 'EMPTY', valid: false, settings: {} },
  notes: [],
});

export function randomDraft(random: Random, steps: number): Draft {
  let draft = emptyDraft();
  for (let count = 0; count < steps; count += 1) draft = apply(draft, randomAddition(draft, random));
  return draft;
}

function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

function randomAddition(draft: Draft, random: Random): Operation {
  const name = freeNames(draft.trigger).next().value;
  return addAction(newAction(name, random), oneOf(random, placesIn(draft.trigger)));
}

function newAction(name: string, random: Random): BareAction {
  const type = oneOf<ActionType>(random, ['CODE', 'PIECE', 'PIECE', 'LOOP_ON_ITEMS', 'ROUTER']);
  const settings: Record<ActionType, () => Action['settings']> = {
    CODE: () => ({ input: { value: `{{trigger['${name}']}}` }, sourceCode: { code: 'return trigger', packageJson: '{}' } }),
    PIECE: () => ({ pieceName: 'http', errorHandlingOptions: { continueOnFailure: { value: random() < 0.4 } } }),
    LOOP_ON_ITEMS: () => ({ items: '{{trigger.items}}' }),
    ROUTER: () => ({
      executionType: 'EXECUTE_FIRST_MATCH',
      branches: [
        ...Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => ({
          branchName: `Branch ${index + 1}`,
          branchType: 'CONDITION' as const,
          conditions: [[{ operator: 'EXISTS', firstValue: '{{trigger}}' }]],
        })),
        { branchName: 'Otherwise', branchType: 'FALLBACK' as const },
      ],
    }),
  };
  return { name, type, displayName: `Step ${name}`, valid: true, skip: false, settings: settings[type]() };
}

/** An edit that fits the draft. */
export function randomOperation(draft: Draft, random: Random): Operation {
  const steps = walk(draft.trigger);
  const actions = steps.filter((step): step is Action => step !== draft.trigger);
  const routers = actions.filter((step) => step.type === 'ROUTER');
  const action = actions.length > 0 ? oneOf(random, actions) : undefined;
  const router = routers.length > 0 ? oneOf(random, routers) : undefined;
  const roll = random();
  if (roll < 0.1) return { type: 'CHANGE_NAME', request: { displayName: `Flow ${Math.round(random() * 100)}` } };
  if (roll < 0.2) return randomNote(draft, random);
  if (router && roll < 0.4) return randomBranch(router, random);
  if (action && roll < 0.75) return randomActionEdit(draft, action, actions, random);
  return randomAddition(draft, random);
}

function randomActionEdit(draft: Draft, action: Action, actions: Action[], random: Random): Operation {
  const roll = random();
  if (roll < 0.35) {
    const taboo = new Set(namesInside(action));
    return moveAction(action.name, oneOf(random, placesIn(draft.trigger, taboo)));
  }
  if (roll < 0.55)
    return { type: 'DELETE_ACTION', request: { names: blockOf(draft.trigger, new Set([action.name, oneOf(random, actions).name])) } };
  if (roll < 0.75) return { type: 'SET_SKIP_ACTION', request: { names: [action.name], skip: random() < 0.5 } };
  return { type: 'UPDATE_ACTION', request: { ...bareOf(action), displayName: `Renamed ${Math.round(random() * 100)}` } };
}

function bareOf(action: Action): BareAction {
  const { name, type, displayName, valid, settings, skip } = action;
  return { name, type, displayName, valid, settings, skip };
}

function randomBranch(router: Action, random: Random): Operation {
  const count = router.settings.branches?.length ?? 0;
  const index = Math.floor(random() * (count - 1));
  const stepName = router.name;
  if (random() < 0.4 || count < 3) {
    return {
      type: 'ADD_BRANCH',
      request: { stepName, branchIndex: index, branchName: 'New', conditions: [[{ operator: 'EXISTS', firstValue: '' }]] },
    };
  }
  if (random() < 0.5) return { type: 'DELETE_BRANCH', request: { stepName, branchIndex: index } };
  return { type: 'MOVE_BRANCH', request: { stepName, sourceBranchIndex: index, targetBranchIndex: Math.floor(random() * (count - 1)) } };
}

function randomNote(draft: Draft, random: Random): Operation {
  const note = draft.notes.length > 0 ? oneOf(random, draft.notes) : undefined;
  const { id, color, position, size } = note ?? {
    id: `note_${Math.round(random() * 1e9)}`,
    color: 'blue' as const,
    position: { x: 0, y: 0 },
    size: { width: 200, height: 120 },
  };
  if (!note) return { type: 'ADD_NOTE', request: { id, content: '', color, position, size } };
  if (random() < 0.2 && draft.notes.at(-1) === note) return { type: 'DELETE_NOTE', request: { id } };
  return { type: 'UPDATE_NOTE', request: { id, content: `Text ${Math.round(random() * 100)}`, color, position, size } };
}
