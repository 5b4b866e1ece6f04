/** What a paused run waits for, and what somebody who may act on it can do about that. Pure functions. */
import type { FlowRunView, WaitpointView } from '../../api/schema';
import { stepsOf } from '../../design/step-tree';
import { placeOf, titleOf } from './step-place';

/** A person's decision, a call from outside, a moment, or the answer of a flow that the step called. */
export type WaitKind = 'approval' | 'call' | 'delay' | 'flow';

/** `approve` and `disapprove` answer an approval, `resume` ends a delay now; the others copy the link that does the same. */
export type WaitAction = 'resume' | 'approve' | 'disapprove' | 'copyLink' | 'copyApprove' | 'copyDisapprove';

/** What is known of a step that waits; the version that the run ran has it. */
export interface WaitingStep {
  piece: string;
  /** The name of the piece's action. */
  action: string;
}

export interface ListedWait {
  waitpoint: WaitpointView;
  others: number;
  kind: WaitKind;
  step: string;
}

export function kindOf(waitpoint: Pick<WaitpointView, 'type'>, step: WaitingStep | undefined): WaitKind {
  if (waitpoint.type === 'DELAY') return 'delay';
  if (step?.piece === '@activepieces/piece-approval' && step.action === 'wait_for_approval') return 'approval';
  return step?.piece === '@activepieces/piece-subflows' && step.action === 'callFlow' ? 'flow' : 'call';
}

/**
 * What is safe to offer. A call from outside brings data that the step works with: only its link can be handed on, to whoever has the data. A
 * flow that was called answers by itself.
 */
export function actionsFor(kind: WaitKind): WaitAction[] {
  if (kind === 'flow') return [];
  if (kind === 'delay') return ['resume', 'copyLink'];
  return kind === 'approval' ? ['approve', 'disapprove', 'copyApprove', 'copyDisapprove'] : ['copyLink'];
}

/** Whether an action answers at once; the others copy a link that does. */
export function isAnswer(action: WaitAction): action is 'resume' | 'approve' | 'disapprove' {
  return action === 'resume' || action === 'approve' || action === 'disapprove';
}

/** The address, below the API's, that lets the run go on. Whoever calls it by any method does. */
export function resumePath(runId: string, waitpointId: string, action: WaitAction): string {
  const decision = { approve: 'approve', copyApprove: 'approve', disapprove: 'disapprove', copyDisapprove: 'disapprove' }[action as string];
  return `flow-runs/${runId}/waitpoints/${waitpointId}${decision ? `?action=${decision}` : ''}`;
}

/** What a run's list entry shows of it: what ends first, in words that need only what the run brings with it. Null unless it waits. */
export function waitOf(run: Pick<FlowRunView, 'status' | 'waitpoints' | 'flowVersion'>): ListedWait | null {
  const found = run.status === 'PAUSED' ? firstOf(run.waitpoints ?? []) : null;
  if (!found) return null;
  const { first, others } = found;
  const place = placeOf(first.step);
  const step = stepsOf(run.flowVersion?.['trigger']).find(({ name }) => name === place.name);
  return { waitpoint: first, others, kind: kindOf(first, step), step: titleOf(place, step ? { [place.name]: step.displayName } : {}) };
}

/** The waitpoint that ends first, and how many others there are: for lists with room for one line. */
function firstOf(waitpoints: readonly WaitpointView[]): { first: WaitpointView; others: number } | null {
  const endOf = ({ until }: WaitpointView) => (until === null ? Infinity : Date.parse(until));
  const [first] = [...waitpoints].sort((one, other) => endOf(one) - endOf(other));
  return first ? { first, others: waitpoints.length - 1 } : null;
}
