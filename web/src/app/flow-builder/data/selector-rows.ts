/** The rows of the data selector: steps with the values of their samples as trees; what fits a field and what a word is in as flat lists. */
import { type Key, expressionOf } from './expression';
import type { Sample, Source } from './sample-data';
import type { ValueKind } from './template-input';
import { type Place, entriesOf, fits, mentions, places, sizeOf, typeOf } from './values';

/** How many values of one container are shown before one asks for more. */
export const PORTION = 50;
const MOST_FITTING = 6;
const MOST_FOUND = 40;

export type RowKind = 'fitting' | 'step' | 'value' | 'more' | 'none' | 'loading' | 'failed' | 'notFound';

export interface Row {
  id: string;
  kind: RowKind;
  level: number;
  source: Source;
  keys: Key[];
  value: unknown;
  /** Whether there is something inside; open or closed. */
  isContainer: boolean;
  isOpen: boolean;
  fits: boolean;
}

export interface Offer {
  source: Source;
  sample: Sample;
}

export interface Look {
  kind: ValueKind;
  query: string;
  open: ReadonlySet<string>;
  /** Containers of which more is shown, with how much. */
  portions: ReadonlyMap<string, number>;
}

export function rowsOf(offers: readonly Offer[], look: Look): Row[] {
  return look.query.trim() ? foundRows(offers, look) : [...fittingRows(offers, look), ...offers.flatMap((offer) => stepRows(offer, look))];
}

export const rowId = (source: Source, keys: readonly Key[]): string => expressionOf({ root: source.step.name, keys: [...keys] });

/** The values that a field wants, from the nearest steps; none for fields that take anything. */
function fittingRows(offers: readonly Offer[], { kind }: Look): Row[] {
  if (kind === 'any' || kind === 'text') return [];
  const found: Row[] = [];
  for (const { source, sample } of offers) {
    if (sample.state !== 'ready') continue;
    for (const place of places(sample.value, (_, value) => fits(kind, value), MOST_FOUND)) {
      found.push({ ...row('fitting', source, place.keys, place.value, 1), fits: true });
    }
  }
  // A number is a better number than a text of digits.
  const isText = (row: Row) => Number(typeof row.value === 'string' && typeOf(row.value) !== kind);
  return found.sort((one, other) => isText(one) - isText(other)).slice(0, MOST_FITTING);
}

function foundRows(offers: readonly Offer[], look: Look): Row[] {
  const holds = mentions(look.query);
  const rows = offers.flatMap(({ source, sample }): Row[] => {
    const isNamed = holds(source.step.displayName, undefined) || holds(source.step.name, undefined);
    const isKey = ({ keys }: Place) => Number(holds(keys.at(-1), {})); // the name says more than the value
    const found = (sample.state === 'ready' ? places(sample.value, holds, MOST_FOUND) : []).sort((one, other) => isKey(other) - isKey(one));
    if (found.length === 0 && !isNamed) return sample.state === 'loading' ? [row('loading', source, [], undefined, 1)] : [];
    const head: Row = { ...row('step', source, [], undefined, 1), isOpen: found.length > 0 };
    return [head, ...found.map((place) => ({ ...row('value', source, place.keys, place.value, 2), fits: fits(look.kind, place.value) }))];
  });
  const [first] = offers;
  return rows.length > 0 || !first ? rows : [row('notFound', first.source, [], undefined, 1)];
}

function stepRows({ source, sample }: Offer, look: Look): Row[] {
  const value = sample.state === 'ready' ? sample.value : undefined;
  const isOpen = look.open.has(rowId(source, []));
  const head: Row = { ...row('step', source, [], value, 1), isContainer: true, isOpen, fits: fits(look.kind, value) };
  if (!isOpen) return [head];
  if (sample.state !== 'ready') return [head, row(sample.state, source, [], undefined, 2)];
  return [head, ...innerRows(source, [], value, 2, look)];
}

function innerRows(source: Source, keys: readonly Key[], value: unknown, level: number, look: Look): Row[] {
  const id = rowId(source, keys);
  const portion = look.portions.get(id) ?? PORTION;
  const rows = entriesOf(value)
    .slice(0, portion)
    .flatMap(([key, inner]): Row[] => {
      const path = [...keys, key];
      const isOpen = look.open.has(rowId(source, path));
      const own: Row = {
        ...row('value', source, path, inner, level),
        isContainer: sizeOf(inner) > 0,
        isOpen,
        fits: fits(look.kind, inner),
      };
      return own.isContainer && isOpen ? [own, ...innerRows(source, path, inner, level + 1, look)] : [own];
    });
  return sizeOf(value) > portion ? [...rows, row('more', source, [...keys], sizeOf(value) - portion, level)] : rows;
}

function row(kind: RowKind, source: Source, keys: Key[], value: unknown, level: number): Row {
  const id = rowId(source, keys);
  return {
    id: kind === 'value' || kind === 'step' ? id : `${kind}:${id}`,
    kind,
    level,
    source,
    keys,
    value,
    isContainer: false,
    isOpen: false,
    fits: false,
  };
}
