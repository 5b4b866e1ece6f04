/** Values of samples: what kind they are, which field they fit, where a word occurs in them. */
import type { Key } from './expression';
import type { ValueKind } from './template-input';

export type ValueType = 'text' | 'number' | 'boolean' | 'date' | 'file' | 'array' | 'object' | 'null';

const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/;
const FILE = /^(https?:\/\/\S+\/(step-files|files)\/\S+|data:[\w.+-]+\/[\w.+-]+;base64,)/;

export function typeOf(value: unknown): ValueType {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'object':
      return 'object';
    default:
      if (DATE.test(String(value))) return 'date';
      return FILE.test(String(value)) ? 'file' : 'text';
  }
}

/** Whether a value is what a field of this kind wants, without being turned into something else. A text takes anything and wants nothing. */
export function fits(kind: ValueKind, value: unknown): boolean {
  const type = typeOf(value);
  switch (kind) {
    case 'any':
    case 'text':
      return false;
    case 'number':
      return type === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)));
    case 'file':
      return type === 'file' || (typeof value === 'string' && /^https?:\/\//.test(value));
    default:
      return type === kind;
  }
}

/** The keys and values inside a value; none of texts, numbers and the like. */
export function entriesOf(value: unknown): [Key, unknown][] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item]);
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** How many values are inside a value. */
export function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

/** A value in one line. */
export function preview(value: unknown, longest = 80): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(shallow(value, 3)) ?? '');
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** The first few things of a value: a preview of a large one must not write out all of it. */
function shallow(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, 200);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return Array.isArray(value) ? [] : {};
  if (Array.isArray(value)) return value.slice(0, 10).map((item) => shallow(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 10)
      .map(([key, item]) => [key, shallow(item, depth - 1)]),
  );
}

export interface Place {
  keys: Key[];
  value: unknown;
}

const MOST_VISITED = 20_000;

/** Values for which something holds, nearest to the root first, at most `limit`. Large samples are looked at in part. */
export function places(value: unknown, holds: (key: Key | undefined, value: unknown) => boolean, limit: number): Place[] {
  const found: Place[] = [];
  const queue: Place[] = [{ keys: [], value }];
  for (let at = 0; at < queue.length && at < MOST_VISITED && found.length < limit; at += 1) {
    const place = queue[at] as Place;
    if (place.keys.length > 0 && holds(place.keys.at(-1), place.value)) found.push(place);
    if (queue.length < MOST_VISITED)
      for (const [key, inner] of entriesOf(place.value)) queue.push({ keys: [...place.keys, key], value: inner });
  }
  return found;
}

/** Whether a word occurs in a key or in a value that is no container, case aside. */
export function mentions(word: string): (key: Key | undefined, value: unknown) => boolean {
  const wanted = word.trim().toLowerCase();
  return (key, value) =>
    (typeof key === 'string' && key.toLowerCase().includes(wanted)) ||
    ((typeof value !== 'object' || value === null) && String(value).toLowerCase().includes(wanted));
}
