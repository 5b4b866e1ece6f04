/**
 * A flow version's step tree as it travels (spec/flow-json.md): a trigger with nested actions. Steps are never changed in place; whoever
 * edits a tree builds new objects along the path and shares the rest, so that `===` says whether a step has changed.
 */

export type ActionType = 'CODE' | 'PIECE' | 'LOOP_ON_ITEMS' | 'ROUTER';
export type TriggerType = 'EMPTY' | 'PIECE_TRIGGER';
export type StepLocation = 'AFTER' | 'INSIDE_LOOP' | 'INSIDE_BRANCH' | 'INSIDE_ON_SUCCESS_BRANCH' | 'INSIDE_ON_FAILURE_BRANCH';

export interface SampleData {
  sampleDataFileId?: string;
  sampleDataInputFileId?: string;
  lastTestDate?: string;
}

export interface PropertySetting {
  type: 'MANUAL' | 'DYNAMIC';
  schema?: unknown;
}

export interface Condition {
  operator?: string;
  firstValue: string;
  secondValue?: string;
  caseSensitive?: boolean;
}

export interface Branch {
  branchName: string;
  branchType: 'CONDITION' | 'FALLBACK';
  /** OR of ANDs. A FALLBACK branch has none. */
  conditions?: Condition[][];
}

/** Settings of every kind of step in one shape: which fields a step has follows from its `type` (spec/flow-json.md §2, §3). */
export interface StepSettings {
  pieceName?: string;
  pieceVersion?: string;
  actionName?: string;
  triggerName?: string;
  input?: Record<string, unknown>;
  propertySettings?: Record<string, PropertySetting>;
  sourceCode?: { code: string; packageJson: string };
  items?: string;
  /** LOOP_ON_ITEMS: how many iterations run at the same time, 1 to 50; 1 where it is not given. */
  parallelism?: number;
  /** ROUTER: whether the branches that match run at the same time. */
  parallel?: boolean;
  branches?: Branch[];
  executionType?: 'EXECUTE_ALL_MATCH' | 'EXECUTE_FIRST_MATCH';
  errorHandlingOptions?: { continueOnFailure?: { value?: boolean }; retryOnFailure?: { value?: boolean } };
  sampleData?: SampleData;
  [other: string]: unknown;
}

interface StepFields {
  name: string;
  displayName: string;
  valid: boolean;
  settings: StepSettings;
  lastUpdatedDate?: string;
  nextAction?: Action;
}

export interface Trigger extends StepFields {
  type: TriggerType;
}

export interface Action extends StepFields {
  type: ActionType;
  skip?: boolean;
  /** LOOP_ON_ITEMS: the first step of the loop's body. */
  firstLoopAction?: Action;
  /** ROUTER: the first step of each branch, index-parallel to `settings.branches`. */
  children?: (Action | null)[];
  /** CODE and PIECE: what runs after success or failure, before `nextAction`. */
  continueOnFailureBranches?: { onSuccess?: Action; onFailure?: Action };
}

export type Step = Trigger | Action;

export const isTrigger = (step: Step): step is Trigger => step.type === 'EMPTY' || step.type === 'PIECE_TRIGGER';

export interface Note {
  id: string;
  content: string;
  color: NoteColor;
  position: { x: number; y: number };
  size: { width: number; height: number };
  ownerId?: string | null;
  createdAt?: string;
  updatedAt?: string;
}

export const NOTE_COLORS = ['orange', 'red', 'green', 'blue', 'purple', 'yellow'] as const;
export type NoteColor = (typeof NOTE_COLORS)[number];

/** The contents of a flow version that the builder edits. */
export interface Draft {
  displayName: string;
  trigger: Trigger;
  notes: Note[];
}

export const MOST_PARALLEL = 50;

/** How many parts of a step run at the same time at the most: iterations of a loop, branches of a router; 1 for every other step. */
export function parallelismOf(step: Step): number {
  const { parallelism, parallel, executionType, branches = [] } = step.settings;
  if (step.type === 'LOOP_ON_ITEMS') return typeof parallelism === 'number' ? Math.min(Math.max(parallelism, 1), MOST_PARALLEL) : 1;
  return step.type === 'ROUTER' && parallel === true && executionType === 'EXECUTE_ALL_MATCH' ? Math.max(branches.length, 1) : 1;
}
