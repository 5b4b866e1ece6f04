/** What went wrong in a step's test, in a form that people can read. A step fails with plain text, with a stack, or with JSON (spec/engine.md §3). */

export interface StepFailure {
  /** The sentence to read first; empty where only the status or the fields are known. */
  message: string;
  /** The line of the user's code, from 1. */
  line: number | null;
  /** What is wrong with the step's fields, by their names. */
  fields: { name: string; problem: string }[];
  /** The status that another server answered with, and whether it said anything. */
  status: number | null;
  hasAnswer: boolean;
  /** The whole of a text with more than one line. */
  stack: string;
  /** All there is of an error that is JSON; undefined for text. */
  raw: unknown;
}

const NOTHING: StepFailure = { message: '', line: null, fields: [], status: null, hasAnswer: false, stack: '', raw: undefined };

export function readFailure(text: string): StepFailure {
  const raw = parsed(text);
  return isRecord(raw) ? ofRecord(raw) : ofText(text);
}

function ofText(text: string): StepFailure {
  const lines = text.trim().split('\n');
  const isPython = /^Traceback/.test(lines[0] ?? '');
  const message = (isPython ? lines.findLast((line) => /^\S/.test(line)) : lines[0]) ?? '';
  return { ...NOTHING, message, line: lineOf(text), stack: lines.length > 1 ? text.trim() : '' };
}

/** V8 writes `(step:3:21)`, the first frame is the innermost; Python `File "step.py", line 3`, the last one is. */
function lineOf(text: string): number | null {
  const script = /\bstep:(\d+):\d+/.exec(text)?.[1];
  const python = [...text.matchAll(/File "step\.py", line (\d+)/g)].at(-1)?.[1];
  const line = script ?? python;
  return line === undefined ? null : Number(line);
}

function ofRecord(raw: Record<string, unknown>): StepFailure {
  const fields = fieldsOf(raw);
  if (fields.length > 0) return { ...NOTHING, fields, raw };
  const response = isRecord(raw['response']) ? raw['response'] : {};
  const body = raw['responseBody'] ?? response['body'];
  const status = [raw['status'], response['status']].find((each) => typeof each === 'number');
  const message = words(raw['apiMessage']) || said(body) || words(raw['message']) || words(raw['errorName']);
  return {
    ...NOTHING,
    message,
    line: lineOf(words(raw['raw'])),
    status: (status as number | undefined) ?? null,
    hasAnswer: body !== undefined,
    raw,
  };
}

/** `{"url": ["Expected string, received: undefined"]}` says what is wrong by field. */
function fieldsOf(raw: Record<string, unknown>): StepFailure['fields'] {
  const entries = Object.entries(raw);
  const isByField =
    entries.length > 0 && entries.every(([, value]) => Array.isArray(value) && value.every((each) => typeof each === 'string'));
  return isByField ? entries.map(([name, problems]) => ({ name, problem: (problems as string[]).join(', ') })) : [];
}

/** The sentence in a server's answer, where it has one of the usual names. */
function said(body: unknown): string {
  if (!isRecord(body)) return words(body).slice(0, 300);
  const error = body['error'];
  return words(body['message']) || words(error) || (isRecord(error) ? words(error['message']) : '') || words(body['detail']);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function words(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
