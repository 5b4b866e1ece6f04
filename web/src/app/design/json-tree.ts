/**
 * What a JSON viewer shows: the rows that are visible while some containers are open. Pure functions over plain JSON values.
 *
 * Only what is open costs anything. A container with more than a hundred entries is divided into ranges (`[0 … 99]`), and those again,
 * so that no click ever adds more than a hundred rows.
 */

export type JsonPath = readonly (string | number)[];
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'range';

export interface JsonRow {
  /** Names the row among all rows of the value, open or not. */
  id: string;
  parent: string | null;
  depth: number;
  path: JsonPath;
  /** The name or the index in the container around it; null for the value itself. */
  key: string | number | null;
  kind: JsonKind;
  value: unknown;
  /** Entries of a container or a range. */
  size: number;
  /** Where a range begins and ends (the end is not part of it); null for everything else. */
  range: readonly [number, number] | null;
  expanded: boolean;
  /** The row's place among its siblings, from 1, and how many they are. */
  position: number;
  siblings: number;
}

const GROUP = 100;
const DEEPEST_AT_FIRST = 3;

export function kindOf(value: unknown): JsonKind {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}

export function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** How many entries a value has. */
export function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return isContainer(value) ? Object.keys(value).length : 0;
}

/** The id of the row at a path; with `range`, of that part of its container. */
export function rowId(path: JsonPath, range: readonly [number, number] | null = null): string {
  return JSON.stringify(path) + (range ? `${range[0]}-${range[1]}` : '');
}

/** The rows that are visible while the rows with the ids in `open` are open. The value itself is a row only if it has no entries. */
export function visibleRows(value: unknown, open: ReadonlySet<string>): JsonRow[] {
  if (sizeOf(value) === 0)
    return [row({ parent: null, depth: 0, path: [], key: null, value, range: null, position: 1, siblings: 1 }, false)];
  const rows: JsonRow[] = [];
  addEntries(rows, value as object, [], [0, sizeOf(value)], { open, parent: null, depth: 0 });
  return rows;
}

interface Place {
  open: ReadonlySet<string>;
  parent: string | null;
  depth: number;
}

function addEntries(rows: JsonRow[], container: object, path: JsonPath, [from, to]: readonly [number, number], place: Place): void {
  const { open, parent, depth } = place;
  const step = stepOf(to - from);
  const keys = Array.isArray(container) ? null : Object.keys(container);
  const siblings = Math.ceil((to - from) / step);
  for (let start = from, position = 1; start < to; start += step, position++) {
    const around = { parent, depth, position, siblings };
    if (step === 1) {
      const key = keys ? (keys[start] as string) : start;
      const value: unknown = (container as Record<string | number, unknown>)[key];
      const added = row({ ...around, path: [...path, key], key, value, range: null }, open);
      rows.push(added);
      if (added.expanded) addEntries(rows, value as object, added.path, [0, added.size], { open, parent: added.id, depth: depth + 1 });
    } else {
      const range = [start, Math.min(start + step, to)] as const;
      const added = row({ ...around, path, key: null, value: container, range }, open);
      rows.push(added);
      if (added.expanded) addEntries(rows, container, path, range, { open, parent: added.id, depth: depth + 1 });
    }
  }
}

/** Entries that one row stands for in a container of this size: 1, or a power of a hundred. */
function stepOf(size: number): number {
  let step = 1;
  while (size / step > GROUP) step *= GROUP;
  return step;
}

function row(known: Omit<JsonRow, 'id' | 'kind' | 'size' | 'expanded'>, open: ReadonlySet<string> | false): JsonRow {
  const { range, path, value } = known;
  const id = rowId(path, range);
  const size = range ? range[1] - range[0] : sizeOf(value);
  return { ...known, id, size, kind: range ? 'range' : kindOf(value), expanded: size > 0 && open !== false && open.has(id) };
}

/** What is open at first: container after container, the outer ones before the inner ones, while about `budget` rows are enough. */
export function openAtFirst(value: unknown, budget = 40): Set<string> {
  const open = new Set<string>();
  let level: { value: unknown; path: JsonPath }[] = [{ value, path: [] }];
  let rows = Math.min(sizeOf(value), GROUP);
  for (let depth = 0; depth < DEEPEST_AT_FIRST && rows < budget; depth++) {
    const inner = level.flatMap((at) => (sizeOf(at.value) <= GROUP ? entriesOf(at.value, at.path) : []));
    level = inner.filter((at) => sizeOf(at.value) > 0);
    for (const at of level) {
      if (rows + Math.min(sizeOf(at.value), GROUP) > budget) continue;
      open.add(rowId(at.path));
      rows += Math.min(sizeOf(at.value), GROUP);
    }
    level = level.filter((at) => open.has(rowId(at.path)));
  }
  return open;
}

function entriesOf(value: unknown, path: JsonPath): { value: unknown; path: JsonPath }[] {
  if (Array.isArray(value)) return value.map((inner: unknown, index) => ({ value: inner, path: [...path, index] }));
  return isContainer(value) ? Object.entries(value).map(([key, inner]) => ({ value: inner as unknown, path: [...path, key] })) : [];
}

/** The ids of the rows that have to be open for the row at a path to be visible. */
export function rowsAround(value: unknown, path: JsonPath): string[] {
  const ids: string[] = [];
  let container = value;
  path.forEach((key, depth) => {
    const around = path.slice(0, depth);
    if (depth > 0) ids.push(rowId(around));
    const index = Array.isArray(container) ? Number(key) : Object.keys(container as object).indexOf(String(key));
    let [from, to] = [0, sizeOf(container)];
    for (let step = stepOf(to - from); step > 1; step = stepOf(to - from)) {
      from += Math.floor((index - from) / step) * step;
      to = Math.min(from + step, to);
      ids.push(rowId(around, [from, to]));
    }
    container = (container as Record<string | number, unknown>)[key];
  });
  return ids;
}

/** The places at which a name or a simple value contains a text, in any case, from top to bottom; `limit` at the most. */
export function find(value: unknown, text: string, limit = 500): JsonPath[] {
  const wanted = text.toLowerCase();
  const found: JsonPath[] = [];
  const look = (inner: unknown, path: JsonPath): void => {
    if (found.length >= limit) return;
    const key = path.at(-1);
    const name = typeof key === 'string' && key.toLowerCase().includes(wanted);
    if (name || (!isContainer(inner) && String(inner).toLowerCase().includes(wanted))) found.push(path);
    if (Array.isArray(inner)) for (const [index, item] of inner.entries()) look(item, [...path, index]);
    else if (isContainer(inner)) for (const [name, item] of Object.entries(inner)) look(item, [...path, name]);
  };
  if (wanted) look(value, []);
  return found;
}

/** A path as one writes it: `items[0].name`, `['odd key'].x`. */
export function pathText(path: JsonPath): string {
  return path
    .map((key, place) => {
      if (typeof key === 'number') return `[${key}]`;
      if (/^[A-Za-z_$][\w$]*$/.test(key)) return place === 0 ? key : `.${key}`;
      return `['${key.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`;
    })
    .join('');
}

/** A value as text for the clipboard: texts as they are, everything else as JSON with two spaces. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
}
