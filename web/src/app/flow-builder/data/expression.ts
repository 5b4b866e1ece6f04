/**
 * Texts with `{{ }}` expressions, read as the engine reads them (spec/engine.md §1): where the expressions stand, what a path of one
 * means, and how a path is written.
 */

export type Key = string | number;

/** A stretch of a text. For an expression `from` and `to` include the braces, and `source` is what is between them, trimmed. */
export interface Segment {
  kind: 'text' | 'expression';
  from: number;
  to: number;
  source: string;
}

/** `step_1['body'][0]`: the step and the keys behind it. */
export interface Path {
  root: string;
  keys: Key[];
}

/** A formula wrapper makes the whole text plain. */
const FORMULA = /ap-formula-v1::\{[\s\S]*\}::ap-formula-v1/;

/**
 * The text cut at its expressions. Doubled braces are counted and nothing else, quotes neither, as the engine does; an opening that is
 * never closed leaves the rest plain.
 */
export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const [from, to] of spansOf(text)) {
    if (from > end) segments.push({ kind: 'text', from: end, to: from, source: text.slice(end, from) });
    segments.push({ kind: 'expression', from, to, source: text.slice(from + 2, to - 2).trim() });
    end = to;
  }
  if (end < text.length) segments.push({ kind: 'text', from: end, to: text.length, source: text.slice(end) });
  return segments;
}

function spansOf(text: string): [number, number][] {
  if (!text.includes('{{') || FORMULA.test(text)) return [];
  const spans: [number, number][] = [];
  let depth = 0;
  let start = 0;
  for (const brace of text.matchAll(/\{\{|\}\}/g)) {
    if (brace[0] === '{{') {
      if (depth === 0) start = brace.index;
      depth += 1;
    } else if (depth > 0) {
      depth -= 1;
      if (depth === 0) spans.push([start, brace.index + 2]);
    }
  }
  return spans;
}

/** The text of a path between braces: `{{step_1['body'][0]}}`. */
export function token(path: Path): string {
  return `{{${expressionOf(path)}}}`;
}

/** `step_1['body'][0]`, as 0.83's builder writes it. */
export function expressionOf({ root, keys }: Path): string {
  return root + keys.map((key) => (typeof key === 'number' ? `[${key}]` : `['${escaped(key)}']`)).join('');
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\u2028': '\\u2028', '\u2029': '\\u2029' };

/** A key between single quotes. Doubled braces would end the expression even there, so they are written as codes. */
function escaped(key: string): string {
  return key
    .replace(/[\\'\n\r\u2028\u2029]/g, (character) => ESCAPES[character] as string)
    .replace(/\{{2,}/g, (braces) => '\\x7b'.repeat(braces.length))
    .replace(/\}{2,}/g, (braces) => '\\x7d'.repeat(braces.length));
}

const NAME = /[A-Za-z_$][\w$]*/y;
const ACCESSOR = /\s*(?:\??\.\s*([A-Za-z_$][\w$]*)|(?:\?\.\s*)?\[\s*(?:(\d+)|'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\s*\])/y;

/** The path that an expression is; undefined for everything that is more than a path. */
export function pathOf(source: string): Path | undefined {
  NAME.lastIndex = 0;
  const root = NAME.exec(source)?.[0];
  if (root === undefined) return undefined;
  const keys: Key[] = [];
  let at = root.length;
  while (at < source.length) {
    ACCESSOR.lastIndex = at;
    const match = ACCESSOR.exec(source);
    if (!match) return undefined;
    const [whole, name, index, single, double] = match;
    keys.push(index === undefined ? (name ?? unescaped(single ?? double ?? '')) : Number(index));
    at += whole.length;
  }
  return { root, keys };
}

const UNESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' };

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|([\s\S]))/g,
    (_, byte?: string, unit?: string, point?: string, character = '') => {
      const code = byte ?? unit ?? point;
      return code === undefined ? (UNESCAPES[character] ?? character) : String.fromCodePoint(Number.parseInt(code, 16));
    },
  );
}

/** The value that a path leads to in a sample; own properties only, as the engine has it. */
export function valueAt(value: unknown, keys: readonly Key[]): unknown {
  let at = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<Key, unknown>)[key];
  }
  return at;
}

/** The free names of an expression: not properties (`x.step_1`), not strings, not the keys of object literals. */
export function namesIn(source: string): string[] {
  const names = new Set<string>();
  const tokens = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(\.\s*)?([A-Za-z_$][\w$]*)(?=\s*(:)?)/g;
  for (const [, dot, name, colon] of source.matchAll(tokens)) if (name && !dot && !colon) names.add(name);
  return [...names];
}

/** The free names of all expressions in a step's settings; source code is none. */
export function namesUsed(value: unknown): Set<string> {
  const names = new Set<string>();
  const unvisited: unknown[] = [value];
  while (unvisited.length > 0) {
    const each = unvisited.pop();
    if (typeof each === 'string') {
      for (const segment of segmentsOf(each))
        if (segment.kind === 'expression') for (const name of namesIn(segment.source)) names.add(name);
    } else if (typeof each === 'object' && each !== null) {
      for (const [key, inner] of Object.entries(each)) if (key !== 'sourceCode' && key !== 'sampleData') unvisited.push(inner);
    }
  }
  return names;
}

/** What is wrong with a step that an expression names: there is none, it runs later, or it is in another branch and may not have run. */
export type Flaw = 'missing' | 'later' | 'elsewhere';

/** Roots of paths that are no steps: what the engine knows besides them, and JavaScript's own. */
const OTHER_ROOTS = new Set('connections variables Math Number JSON Infinity NaN undefined null true false'.split(' '));

/** The first step of an expression that cannot be relied on. `order`: all steps as they run; `before`: those that surely ran before `at`. */
export function flawOf(
  source: string,
  order: readonly string[],
  before: ReadonlySet<string>,
  at: string,
): { name: string; flaw: Flaw } | undefined {
  for (const name of namesIn(source)) {
    const place = order.indexOf(name);
    if (place < 0 ? !meansStep(name, source) : before.has(name)) continue;
    if (place < 0) return { name, flaw: 'missing' };
    return { name, flaw: place >= order.indexOf(at) ? 'later' : 'elsewhere' };
  }
  return undefined;
}

/** Whether a name that no step has is meant for one: it looks like one's, or the whole expression is a path from it. */
function meansStep(name: string, source: string): boolean {
  return /^step_\d+$/.test(name) || (!OTHER_ROOTS.has(name) && pathOf(source)?.root === name);
}
