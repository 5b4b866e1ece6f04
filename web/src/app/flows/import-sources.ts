/** Files and pasted text on their way into an import: which flows are in them, and what is wrong with those that have none. */
import { type StepBrief, stepsOf } from '../design/step-tree';
import { type DocumentFault, type FlowDocument, DocumentProblem, readDocuments } from './flow-documents';
import { unzip } from './zip';

/** A flow that was found; the user may leave it out. */
export interface FoundFlow {
  /** The file that it is from; empty for pasted text. */
  source: string;
  document: FlowDocument;
  steps: StepBrief[];
}

export interface FaultySource {
  source: string;
  fault: DocumentFault | 'notZip';
}

export interface Findings {
  flows: FoundFlow[];
  faults: FaultySource[];
}

/** What is in a text. */
export function findInText(source: string, text: string): Findings {
  try {
    return { flows: readDocuments(text).map((document) => ({ source, document, steps: stepsOf(document.trigger) })), faults: [] };
  } catch (error) {
    return { flows: [], faults: [{ source, fault: error instanceof DocumentProblem ? error.fault : 'notAFlow' }] };
  }
}

/** What is in files: JSON documents, and archives of them. */
export async function findInFiles(files: readonly File[]): Promise<Findings> {
  const all = await Promise.all(files.map(findInFile));
  return { flows: all.flatMap((findings) => findings.flows), faults: all.flatMap((findings) => findings.faults) };
}

async function findInFile(file: File): Promise<Findings> {
  if (!file.name.toLowerCase().endsWith('.zip')) return findInText(file.name, await file.text());
  try {
    const inside = await unzip(new Uint8Array(await file.arrayBuffer()));
    const all = inside.filter(({ name }) => isDocument(name)).map(({ name, content }) => findInText(name, content));
    return { flows: all.flatMap((findings) => findings.flows), faults: all.flatMap((findings) => findings.faults) };
  } catch {
    return { flows: [], faults: [{ source: file.name, fault: 'notZip' }] };
  }
}

/** Archives of macOS hold a second, unreadable entry for each file. */
function isDocument(name: string): boolean {
  return name.toLowerCase().endsWith('.json') && !name.startsWith('__MACOSX/');
}
