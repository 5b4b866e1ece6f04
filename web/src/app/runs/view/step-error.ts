/** What a step's `errorMessage` says, in a form that people can read. It is plain text, a stack, or JSON as text (spec/engine.md §3). */

export interface StepError {
  /** The sentence to read first. */
  message: string;
  /** The rest of a text: the stack below the first line. Empty for JSON. */
  more: string;
  /** The status that another server answered with. */
  status: number | null;
  /** Whom that server was: "POST https://…". */
  request: string;
  /** All there is, to look at as JSON; undefined if it is plain text. */
  raw: unknown;
  /** The properties of the step whose values do not fit. */
  problems: readonly PropertyProblem[];
}

export interface PropertyProblem {
  property: string;
  message: string;
}

/** Python puts the sentence last, below the calls that led to it. */
const PYTHON_STACK = /^Traceback \(most recent call last\):\n/;

/** `parts`: the record's `error`, which runs of other engines lack; what it knows better than the text wins. */
export function readError(errorMessage: string, parts?: Record<string, unknown>): StepError {
  const read = readText(errorMessage);
  if (!parts) return read;
  const problems = Array.isArray(parts['problems']) ? (parts['problems'] as PropertyProblem[]) : [];
  const request = [parts['requestMethod'], parts['requestUrl']].map(text).filter(Boolean).join(' ');
  const isCall = typeof parts['status'] === 'number';
  const shown = Object.fromEntries(Object.entries(parts).filter(([name]) => name !== 'raw' && name !== '__apErrorVersion'));
  return { ...read, request: request || read.request, raw: isCall ? shown : read.raw, problems };
}

function readText(errorMessage: string): StepError {
  const raw = parsed(errorMessage);
  if (!isRecord(raw)) {
    const cut = /^\s*\{[^]*?"(?:apiMessage|message|detail|error)"\s*:\s*("(?:[^"\\]|\\.)+")/.exec(errorMessage)?.[1];
    if (cut) return { message: String(parsed(cut) ?? cut), more: errorMessage, status: null, request: '', raw: undefined, problems: [] };
    const lines = errorMessage.trimEnd().split('\n');
    if (PYTHON_STACK.test(errorMessage))
      return { message: lines.at(-1) ?? '', more: errorMessage, status: null, request: '', raw: undefined, problems: [] };
    const [message = '', ...rest] = lines;
    return { message, more: rest.join('\n').trim(), status: null, request: '', raw: undefined, problems: [] };
  }
  const response = isRecord(raw['response']) ? raw['response'] : {};
  const request = isRecord(raw['request']) ? raw['request'] : {};
  const body = raw['responseBody'] ?? response['body'];
  return {
    message:
      text(raw['apiMessage']) ||
      told(body) ||
      text(raw['message']) ||
      text(raw['errorName']) ||
      statusText(raw, response) ||
      firstText(raw) ||
      errorMessage,
    more: '',
    status: number(raw['status']) ?? number(response['status']),
    request: [raw['requestMethod'] ?? request['method'], raw['requestUrl'] ?? request['url']].map(text).filter(Boolean).join(' '),
    raw,
    problems: [],
  };
}

/** The first line of a message, for lists: the sentence where the message is JSON. */
export function shortError(errorMessage: string): string {
  return readError(errorMessage).message.replace(/^(Error: )+/, '');
}

function statusText(raw: Record<string, unknown>, response: Record<string, unknown>): string {
  const status = number(raw['status']) ?? number(response['status']);
  return status === null ? '' : `HTTP ${status}`;
}

/** The sentence in a server's answer, where it has one of the usual names. */
function told(body: unknown): string {
  if (!isRecord(body)) return text(body).slice(0, 300);
  const error = body['error'];
  return text(body['message']) || text(error) || (isRecord(error) ? text(error['message']) : '') || text(body['detail']);
}

/** An error without a sentence of its own: `{"url": ["Expected string"]}` names what is wrong by property. */
function firstText(raw: Record<string, unknown>): string {
  for (const [name, value] of Object.entries(raw)) {
    const said = Array.isArray(value) ? text(value[0]) : text(value);
    if (said) return `${name}: ${said}`;
  }
  return '';
}

function parsed(message: string): unknown {
  if (!/^\s*[{"]/.test(message)) return undefined;
  try {
    return JSON.parse(message) as unknown;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
