/**
 * Flows in files: what an import would bring. It reads what the server's `piecework import` reads: a template (`flows`), the older export
 * (`template`), a flow as the API gives it (`version`), and a bare flow version (`trigger`). The trees are checked by the server.
 */

/** The request of an IMPORT_FLOW operation. */
export interface FlowDocument {
  displayName: string;
  trigger: Record<string, unknown>;
  schemaVersion: string | null;
  notes: unknown[];
}

/** Why a text is no flow: the key of a message under `flows.import.problems`. */
export type DocumentFault = 'notJson' | 'notAFlow' | 'noName' | 'noTrigger';

export class DocumentProblem extends Error {
  constructor(readonly fault: DocumentFault) {
    super(fault);
    this.name = 'DocumentProblem';
  }
}

type Json = Record<string, unknown>;

/** The flows of a document. Throws a `DocumentProblem` for a text that has none. */
export function readDocuments(text: string): FlowDocument[] {
  const found = flowsIn(parsed(text));
  if (found.length === 0) throw new DocumentProblem('notAFlow');
  return found.map(documentOf);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new DocumentProblem('notJson');
  }
}

function flowsIn(raw: unknown): unknown[] {
  if (!isRecord(raw)) return [];
  if (Array.isArray(raw['flows'])) return raw['flows'];
  for (const envelope of ['template', 'version']) {
    const inside = raw[envelope];
    if (isRecord(inside)) return [{ ...('name' in raw ? { displayName: raw['name'] } : {}), ...inside }];
  }
  return 'trigger' in raw ? [raw] : [];
}

function documentOf(flow: unknown): FlowDocument {
  if (!isRecord(flow)) throw new DocumentProblem('notAFlow');
  const { displayName, trigger, schemaVersion, notes } = flow;
  if (typeof displayName !== 'string' || !displayName.trim()) throw new DocumentProblem('noName');
  if (!isRecord(trigger)) throw new DocumentProblem('noTrigger');
  if (typeof schemaVersion !== 'string' && schemaVersion !== null && schemaVersion !== undefined) throw new DocumentProblem('notAFlow');
  return { displayName, trigger, schemaVersion: schemaVersion ?? null, notes: Array.isArray(notes) ? (notes as unknown[]) : [] };
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
