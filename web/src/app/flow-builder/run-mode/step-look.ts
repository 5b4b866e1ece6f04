import type { StepKind } from '../../design/step-tree';
import type { Step } from '../model/step';

/** The kind of icon that stands for a step. */
export function iconOf(step: Step): StepKind {
  return step.type === 'PIECE' || step.type === 'PIECE_TRIGGER' ? 'PIECE' : step.type;
}
