/** What the pages of forms and chats have in common: how they were opened, and why they could not be. */
import { ApiProblem } from '../api/problem';
import type { Mode } from './webhook';

export function modeOf(useDraft: string | undefined, sample: string | undefined): Mode {
  if (sample === 'true') return 'sample';
  return useDraft === 'true' ? 'draft' : 'live';
}

/** `missing`: there is no such page, or it is not published; `failed`: it may be there, and the server did not say. */
export function loadFailure(error: Error | undefined): 'missing' | 'failed' | undefined {
  if (!error) return undefined;
  const problem = error.cause ?? error;
  return problem instanceof ApiProblem && (problem.status === 404 || problem.status === 400) ? 'missing' : 'failed';
}
