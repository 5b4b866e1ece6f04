/** How steps name connections: `{{connections['shop']}}` in the input `auth`. */
import type { Step } from './step';

const REFERENCE = /^\s*\{\{\s*connections(?:\.(\w+)|\[\s*(?:'([^']+)'|"([^"]+)")\s*\])\s*\}\}\s*$/;

/** The externalId of the connection that an input is; undefined for any other expression. */
export function referredConnection(auth: unknown): string | undefined {
  const found = typeof auth === 'string' ? REFERENCE.exec(auth) : null;
  return found?.[1] ?? found?.[2] ?? found?.[3];
}

export const referenceTo = (externalId: string): string => `{{connections['${externalId}']}}`;

/** The connection that a step of a piece uses. */
export const connectionOf = (step: Step): string | undefined => referredConnection(step.settings.input?.['auth']);
