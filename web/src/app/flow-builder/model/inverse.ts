/** The way back: operations that undo an operation, for the draft as it was before it. */
import { apply } from './apply';
import { bare, chainOperations, insertOperations } from './copy';
import { type Operation, moveAction } from './operations';
import type { Action, Draft } from './step';
import { blockOf, findStep, innerSlotsOf, placeOf, walk } from './tree';

/** Operations that lead back to `before`; none where an operation is not for the user to undo (sample data). */
export function inverse(before: Draft, operation: Operation): Operation[] {
  const { trigger } = before;
  switch (operation.type) {
    case 'CHANGE_NAME':
      return [{ type: 'CHANGE_NAME', request: { displayName: before.displayName } }];
    case 'UPDATE_TRIGGER': {
      const alone = { ...trigger };
      delete alone.nextAction;
      return [{ type: 'UPDATE_TRIGGER', request: alone }];
    }
    case 'ADD_ACTION':
      return [{ type: 'DELETE_ACTION', request: { names: [operation.request.action.name] } }];
    case 'UPDATE_ACTION':
      return updatedBack(before, operation);
    case 'DELETE_ACTION':
      return restored(before, operation.request.names);
    case 'MOVE_ACTION': {
      const place = placeOf(trigger, operation.request.name);
      return place ? [moveAction(operation.request.name, place)] : [];
    }
    case 'SET_SKIP_ACTION':
      return skipsAsBefore(before, operation.request.names);
    case 'ADD_BRANCH':
      return [{ type: 'DELETE_BRANCH', request: { stepName: operation.request.stepName, branchIndex: operation.request.branchIndex } }];
    case 'DELETE_BRANCH':
      return branchAgain(before, operation.request.stepName, operation.request.branchIndex);
    case 'MOVE_BRANCH': {
      const { stepName, sourceBranchIndex, targetBranchIndex } = operation.request;
      return [{ type: 'MOVE_BRANCH', request: { stepName, sourceBranchIndex: targetBranchIndex, targetBranchIndex: sourceBranchIndex } }];
    }
    case 'ADD_NOTE':
      return [{ type: 'DELETE_NOTE', request: { id: operation.request.id } }];
    case 'UPDATE_NOTE':
    case 'DELETE_NOTE': {
      const note = before.notes.find((each) => each.id === operation.request.id);
      if (!note) return [];
      const { id, content, color, position, size } = note;
      return [{ type: operation.type === 'DELETE_NOTE' ? 'ADD_NOTE' : 'UPDATE_NOTE', request: { id, content, color, position, size } }];
    }
    case 'UPDATE_SAMPLE_DATA_INFO':
      return [];
  }
}

/** The step as it was. What hung inside it and has no place in the new kind of step comes back, too. */
function updatedBack(before: Draft, operation: Extract<Operation, { type: 'UPDATE_ACTION' }>): Operation[] {
  const old = findStep(before.trigger, operation.request.name) as Action | undefined;
  if (!old) return [];
  const kept = new Set(walk(apply(before, operation).trigger).map((step) => step.name));
  const lost = innerSlotsOf(old).filter((slot) => slot.child && !kept.has(slot.child.name));
  return [
    { type: 'UPDATE_ACTION', request: bare(old) },
    ...lost.flatMap(({ child, location, branchIndex }) => chainOperations(child, { parent: old.name, location, branchIndex })),
  ];
}

/** Deleted steps again, with what hung inside them, each where it was. They come back in the order in which they ran. */
function restored(before: Draft, names: readonly string[]): Operation[] {
  return blockOf(before.trigger, new Set(names)).flatMap((name) => {
    const step = findStep(before.trigger, name) as Action | undefined;
    const place = placeOf(before.trigger, name);
    return step && place ? insertOperations(step, place) : [];
  });
}

function skipsAsBefore(before: Draft, names: readonly string[]): Operation[] {
  const skipped = (name: string) => (findStep(before.trigger, name) as Action | undefined)?.skip === true;
  return [true, false].flatMap((skip): Operation[] => {
    const some = names.filter((name) => skipped(name) === skip);
    return some.length > 0 ? [{ type: 'SET_SKIP_ACTION', request: { names: some, skip } }] : [];
  });
}

function branchAgain(before: Draft, stepName: string, branchIndex: number): Operation[] {
  const router = findStep(before.trigger, stepName) as Action | undefined;
  const branch = router?.settings.branches?.[branchIndex];
  if (!router || !branch) return [];
  const { branchName, conditions } = branch;
  const place = { parent: stepName, location: 'INSIDE_BRANCH' as const, branchIndex };
  return [
    { type: 'ADD_BRANCH', request: { stepName, branchIndex, branchName, conditions } },
    ...chainOperations(router.children?.[branchIndex] ?? undefined, place),
  ];
}
