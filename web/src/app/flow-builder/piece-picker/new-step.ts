/** A picked entry as a step with its default settings. */
import type { PieceMetadata } from '../../api/schema';
import type { Step } from '../model/step';
import { newSource } from '../step-settings/model/code-language';
import { newCondition } from '../step-settings/model/conditions';
import { defaultErrorHandling, defaultInput, defaultPropertySettings } from '../step-settings/model/defaults';
import { type OperationKind, operationOf } from '../step-settings/model/metadata';
import { missingInPiece } from '../step-settings/model/missing';
import type { Entry } from './catalogue';
import type { PickedStep } from './piece-picker';

/** The names that new steps and branches get, in the user's language. */
export interface NewStepWords {
  code: string;
  loop: string;
  router: string;
  branch: string;
  fallback: string;
}

/** A step without a piece; undefined for one of a piece. */
export function coreStep(entry: Entry, words: NewStepWords): PickedStep | undefined {
  switch (entry.kind) {
    case 'CODE':
      return {
        type: 'CODE',
        displayName: words.code,
        valid: true,
        settings: {
          input: { name: 'World' },
          sourceCode: newSource(entry.language ?? 'JAVASCRIPT'),
          errorHandlingOptions: defaultErrorHandling(undefined),
        },
      };
    case 'LOOP_ON_ITEMS':
      return { type: 'LOOP_ON_ITEMS', displayName: words.loop, valid: false, settings: { items: '' } };
    case 'ROUTER':
      return {
        type: 'ROUTER',
        displayName: words.router,
        valid: false,
        settings: {
          executionType: 'EXECUTE_FIRST_MATCH',
          branches: [
            { branchName: `${words.branch} 1`, branchType: 'CONDITION', conditions: [[newCondition()]] },
            { branchName: words.fallback, branchType: 'FALLBACK' },
          ],
        },
      };
    default:
      return undefined;
  }
}

/** A step of a piece; undefined if the piece does not have that action or trigger. */
export function pieceStep(piece: PieceMetadata, kind: OperationKind, name: string): PickedStep | undefined {
  const operation = operationOf(piece, kind, name);
  if (!operation) return undefined;
  const settings = {
    pieceName: piece.name,
    pieceVersion: piece.version,
    input: defaultInput(operation.props),
    propertySettings: defaultPropertySettings(operation.props),
  };
  const step: Omit<Step, 'name'> =
    kind === 'trigger'
      ? { type: 'PIECE_TRIGGER', displayName: operation.displayName, valid: false, settings: { ...settings, triggerName: name } }
      : {
          type: 'PIECE',
          displayName: operation.displayName,
          valid: false,
          settings: { ...settings, actionName: name, errorHandlingOptions: defaultErrorHandling(operation) },
        };
  const needsConnection = !!piece.auth && operation.requireAuth !== false;
  const missing = missingInPiece({ ...step, name: '' } as Step, operation, needsConnection, piece.displayName);
  return { ...step, valid: missing.every((each) => !each.isBlocking) } as PickedStep;
}
