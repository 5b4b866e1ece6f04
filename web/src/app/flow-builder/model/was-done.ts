/**
 * An operation was sent and no answer came: the server may have died before it or after it. Most operations do no harm when they are sent
 * twice; of the others this says whether the flow shows that they were done.
 */
import type { Operation } from './operations';
import type { Action, Branch, Draft } from './step';
import { findStep } from './tree';

/** Whether `now`, the draft as the server has it, has the operation in it. `before`: as the server had it before, where that is known. */
export function wasDone(operation: Operation, before: Draft | null, now: Draft): boolean {
  switch (operation.type) {
    case 'ADD_ACTION':
      return has(now, operation.request.action.name);
    case 'DELETE_ACTION':
      return operation.request.names.every((name) => !has(now, name));
    case 'ADD_NOTE':
      return now.notes.some((note) => note.id === operation.request.id);
    case 'DELETE_NOTE':
      return !now.notes.some((note) => note.id === operation.request.id);
    case 'ADD_BRANCH': {
      const { stepName, branchIndex, branchName } = operation.request;
      if (before) return branchesOf(now, stepName).length > branchesOf(before, stepName).length;
      return branchesOf(now, stepName)[branchIndex]?.branchName === branchName;
    }
    case 'DELETE_BRANCH': {
      // Where nothing is known of before, a branch too many is better than one too few.
      const { stepName } = operation.request;
      return !before || branchesOf(now, stepName).length < branchesOf(before, stepName).length;
    }
    case 'MOVE_BRANCH': {
      const { stepName } = operation.request;
      return !before || order(now, stepName) !== order(before, stepName);
    }
    default:
      return false;
  }
}

function has(draft: Draft, name: string): boolean {
  return findStep(draft.trigger, name) !== undefined;
}

function branchesOf(draft: Draft, stepName: string): Branch[] {
  return (findStep(draft.trigger, stepName) as Action | undefined)?.settings.branches ?? [];
}

function order(draft: Draft, stepName: string): string {
  return JSON.stringify(branchesOf(draft, stepName));
}
