/** The operations of `POST /flows/{id}` that the builder sends (spec/api.md §3.1). */
import type { Action, Condition, Note, SampleData, StepLocation, Trigger } from './step';

/** A place in the tree: a slot of a step. `branchIndex` goes with INSIDE_BRANCH and starts at 0. */
export interface Place {
  parent: string;
  location: StepLocation;
  branchIndex?: number;
}

type Bare<T> = Omit<T, 'nextAction' | 'firstLoopAction' | 'children' | 'continueOnFailureBranches'>;
/** An action without what hangs in it, as ADD_ACTION and UPDATE_ACTION carry it. */
export type BareAction = Bare<Action>;
export type BareTrigger = Bare<Trigger>;

export type Operation =
  | { type: 'CHANGE_NAME'; request: { displayName: string } }
  | { type: 'UPDATE_TRIGGER'; request: BareTrigger }
  | {
      type: 'ADD_ACTION';
      request: { parentStep: string; stepLocationRelativeToParent: StepLocation; branchIndex?: number; action: BareAction };
    }
  | { type: 'UPDATE_ACTION'; request: BareAction }
  | { type: 'DELETE_ACTION'; request: { names: string[] } }
  | {
      type: 'MOVE_ACTION';
      request: { name: string; newParentStep: string; stepLocationRelativeToNewParent: StepLocation; branchIndex?: number };
    }
  | { type: 'ADD_BRANCH'; request: { stepName: string; branchIndex: number; branchName: string; conditions?: Condition[][] } }
  | { type: 'DELETE_BRANCH'; request: { stepName: string; branchIndex: number } }
  | { type: 'MOVE_BRANCH'; request: { stepName: string; sourceBranchIndex: number; targetBranchIndex: number } }
  | { type: 'SET_SKIP_ACTION'; request: { names: string[]; skip: boolean } }
  | { type: 'UPDATE_SAMPLE_DATA_INFO'; request: { stepName: string; sampleDataSettings: SampleData | null } }
  | { type: 'ADD_NOTE'; request: NoteRequest }
  | { type: 'UPDATE_NOTE'; request: NoteRequest }
  | { type: 'DELETE_NOTE'; request: { id: string } };

export type NoteRequest = Pick<Note, 'id' | 'content' | 'color' | 'position' | 'size'>;

export function addAction(action: BareAction, place: Place): Operation {
  const { parent, location, branchIndex } = place;
  const request = { parentStep: parent, stepLocationRelativeToParent: location, action };
  return { type: 'ADD_ACTION', request: branchIndex === undefined ? request : { ...request, branchIndex } };
}

export function moveAction(name: string, place: Place): Operation {
  const { parent, location, branchIndex } = place;
  const request = { name, newParentStep: parent, stepLocationRelativeToNewParent: location };
  return { type: 'MOVE_ACTION', request: branchIndex === undefined ? request : { ...request, branchIndex } };
}
