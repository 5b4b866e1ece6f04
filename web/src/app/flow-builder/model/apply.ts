/**
 * What an operation does to a draft, at once and in the browser. The server applies the same operation and its answer replaces this one's
 * result; that the two agree is tested against the server's own engine (tests/browser/test_operations.py).
 */
import type { Operation } from './operations';
import { type Action, type Branch, type Draft, type Note, type Step, type Trigger, isTrigger } from './step';
import { findStep, insertAt, removeStep, replaceStep, slotsOf, walk, withChild } from './tree';

/** The draft after an operation. An operation that does not fit leaves it as it is: the server says why. */
export function apply(draft: Draft, operation: Operation): Draft {
  switch (operation.type) {
    case 'CHANGE_NAME':
      return { ...draft, displayName: operation.request.displayName };
    case 'ADD_NOTE':
      return { ...draft, notes: [...draft.notes, operation.request] };
    case 'UPDATE_NOTE':
      return {
        ...draft,
        notes: draft.notes.map((note): Note => (note.id === operation.request.id ? { ...note, ...operation.request } : note)),
      };
    case 'DELETE_NOTE':
      return { ...draft, notes: draft.notes.filter((note) => note.id !== operation.request.id) };
    default: {
      const trigger = applyToTree(draft.trigger, operation);
      return trigger === draft.trigger ? draft : { ...draft, trigger };
    }
  }
}

type TreeOperation = Exclude<Operation, { type: 'CHANGE_NAME' | 'ADD_NOTE' | 'UPDATE_NOTE' | 'DELETE_NOTE' }>;

function applyToTree(trigger: Trigger, operation: TreeOperation): Trigger {
  switch (operation.type) {
    case 'UPDATE_TRIGGER': {
      const { sampleData } = trigger.settings;
      const settings = sampleData ? { ...operation.request.settings, sampleData } : operation.request.settings;
      return { ...operation.request, settings, ...(trigger.nextAction ? { nextAction: trigger.nextAction } : {}) };
    }
    case 'ADD_ACTION': {
      const { parentStep: parent, stepLocationRelativeToParent: location, branchIndex, action } = operation.request;
      return insertAt(trigger, { parent, location, branchIndex }, fitted(action));
    }
    case 'UPDATE_ACTION':
      return replaceStep(trigger, operation.request.name, (old) => updated(old as Action, fitted(operation.request)));
    case 'DELETE_ACTION':
      return operation.request.names.reduce(removeStep, trigger);
    case 'MOVE_ACTION': {
      const { name, newParentStep: parent, stepLocationRelativeToNewParent: location, branchIndex } = operation.request;
      const moved = findStep(trigger, name);
      if (!moved || isTrigger(moved)) return trigger;
      return insertAt(removeStep(trigger, name), { parent, location, branchIndex }, withChild(moved, { location: 'AFTER' }, undefined));
    }
    case 'SET_SKIP_ACTION':
      return operation.request.names.reduce(
        (tree, name) => replaceStep(tree, name, (step) => ({ ...step, skip: operation.request.skip }) as Step),
        trigger,
      );
    case 'UPDATE_SAMPLE_DATA_INFO':
      return replaceStep(trigger, operation.request.stepName, (step) => ({
        ...step,
        settings: { ...step.settings, sampleData: operation.request.sampleDataSettings ?? undefined },
      }));
    default:
      return replaceStep(trigger, operation.request.stepName, (step) => (step.type === 'ROUTER' ? editedRouter(step, operation) : step));
  }
}

/** A new action with the child fields that its kind has. */
function fitted(action: Action): Action {
  return action.type === 'ROUTER' ? { ...action, children: (action.settings.branches ?? []).map(() => null) } : action;
}

/** The new settings with what hung in the slots that both have. */
function updated(old: Action, action: Action): Action {
  const settings = old.settings.sampleData ? { ...action.settings, sampleData: old.settings.sampleData } : action.settings;
  let step: Action = { ...action, settings };
  if (old.continueOnFailureBranches && (step.type === 'CODE' || step.type === 'PIECE')) {
    step = { ...step, continueOnFailureBranches: old.continueOnFailureBranches };
  }
  const places = new Set(slotsOf(step).map((slot) => `${slot.location}${slot.branchIndex}`));
  for (const slot of slotsOf(old)) {
    if (slot.child && places.has(`${slot.location}${slot.branchIndex}`)) step = withChild(step, slot, slot.child);
  }
  return step;
}

type BranchOperation = Extract<Operation, { type: 'ADD_BRANCH' | 'DELETE_BRANCH' | 'MOVE_BRANCH' }>;

function editedRouter(router: Action, operation: BranchOperation): Action {
  const branches: Branch[] = [...(router.settings.branches ?? [])];
  const children: (Action | null)[] = branches.map((_, index) => router.children?.[index] ?? null);
  const { request } = operation;
  if (operation.type === 'ADD_BRANCH') {
    const { branchName, branchIndex, conditions = [[emptyCondition()]] } = operation.request;
    branches.splice(branchIndex, 0, { branchName, branchType: 'CONDITION', conditions });
    children.splice(branchIndex, 0, null);
  } else if (operation.type === 'DELETE_BRANCH') {
    branches.splice(operation.request.branchIndex, 1);
    children.splice(operation.request.branchIndex, 1);
  } else {
    const { sourceBranchIndex: source, targetBranchIndex: target } = operation.request;
    branches.splice(target, 0, ...branches.splice(source, 1));
    children.splice(target, 0, ...children.splice(source, 1));
  }
  return request.stepName === router.name ? { ...router, settings: { ...router.settings, branches }, children } : router;
}

export function emptyCondition() {
  return { operator: 'TEXT_CONTAINS', firstValue: '', secondValue: '', caseSensitive: false };
}

/** Whether every step is valid or skipped: what the server asks before it publishes. */
export function isPublishable(trigger: Trigger): boolean {
  return walk(trigger).every((step) => step.valid || (!isTrigger(step) && step.skip === true));
}
