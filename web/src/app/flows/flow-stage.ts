import type { PopulatedFlow } from '../api/schema';

/** How far a flow is: `draft` was never published; `changed` has changes that are not. `incomplete` ones lack something that publishing needs. */
export type FlowStage = 'draft' | 'incompleteDraft' | 'changed' | 'incompleteChange' | 'published';

export function stageOf(flow: Pick<PopulatedFlow, 'publishedVersionId'> & { version: { id: string; valid: boolean } }): FlowStage {
  const { valid, id } = flow.version;
  if (!flow.publishedVersionId) return valid ? 'draft' : 'incompleteDraft';
  if (flow.publishedVersionId === id) return 'published';
  return valid ? 'changed' : 'incompleteChange';
}
