/**
 * A time axis on which a pause of days does not squash seconds of work: long stretches in which nothing was done are broken, each drawn as a
 * narrow band of a fixed width; the rest is to scale. Pure functions; times in milliseconds since 1970, places in percent of the axis.
 */

export interface AxisPart {
  from: number;
  to: number;
  left: number;
  width: number;
  /** Whether nothing was done here, and the width says nothing of its length. */
  isBreak: boolean;
}

export type Span = readonly [from: number, to: number];

/** A shorter stretch is never broken: the waiting before a retry is worth seeing to scale. */
const LEAST_BREAK = 10_000;
/** A stretch is broken if it is so many times longer than all that is drawn to scale without it. */
const TOO_LONG = 2;
/** Percent of the axis: of one break, of all breaks together at the most, and that each other part gets before the rest is shared. */
const BREAK_WIDTH = 7;
const BREAKS_WIDTH = 40;
const PART_WIDTH = 6;

/** The parts of the axis from `begin` to `end`, in order. `work`: the spans in which something was done; they may overlap. */
export function axisOf(begin: number, end: number, work: readonly Span[]): AxisPart[] {
  const last = Math.max(begin + 1, end);
  const gaps = gapsIn(begin, last, work);
  const broken = new Set(brokenOf(gaps, last - begin));
  const parts: Omit<AxisPart, 'left' | 'width'>[] = [];
  let from = begin;
  for (const [start, stop] of gaps.filter((gap) => broken.has(gap))) {
    if (start > from) parts.push({ from, to: start, isBreak: false });
    parts.push({ from: start, to: stop, isBreak: true });
    from = stop;
  }
  if (last > from) parts.push({ from, to: last, isBreak: false });
  return placed(parts);
}

/** Where a moment is on the axis; what lies outside of it is at its end. */
export function placeAt(parts: readonly AxisPart[], time: number): number {
  const part = parts.find(({ to }) => time <= to) ?? parts.at(-1);
  if (!part) return 0;
  const within = part.to > part.from ? (time - part.from) / (part.to - part.from) : 0;
  return part.left + Math.min(Math.max(within, 0), 1) * part.width;
}

function gapsIn(begin: number, end: number, work: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  let done = begin;
  for (const [from, to] of [...work, [end, end] as const].sort((one, other) => one[0] - other[0])) {
    if (from > done) gaps.push([done, Math.min(from, end)]);
    done = Math.max(done, Math.min(to, end));
  }
  return gaps;
}

/** The gaps that are too long beside what is shorter than them. */
function brokenOf(gaps: readonly Span[], length: number): Span[] {
  const lengthOf = ([from, to]: Span) => to - from;
  const long = gaps.filter((gap) => lengthOf(gap) >= LEAST_BREAK).sort((one, other) => lengthOf(one) - lengthOf(other));
  let kept = long.reduce((rest, gap) => rest - lengthOf(gap), length);
  const at = long.findIndex((gap) => {
    if (lengthOf(gap) > TOO_LONG * kept) return true;
    kept += lengthOf(gap);
    return false;
  });
  return at < 0 ? [] : long.slice(at);
}

function placed(parts: readonly Omit<AxisPart, 'left' | 'width'>[]): AxisPart[] {
  const breaks = parts.filter((part) => part.isBreak).length;
  const scaled = parts.length - breaks;
  const breakWidth = scaled === 0 ? 100 / breaks : breaks === 0 ? 0 : Math.min(BREAK_WIDTH, BREAKS_WIDTH / breaks);
  const free = 100 - breaks * breakWidth;
  const least = breaks === 0 || scaled === 0 ? 0 : Math.min(PART_WIDTH, free / 2 / scaled);
  const toScale = parts.reduce((sum, part) => sum + (part.isBreak ? 0 : part.to - part.from), 0);
  let left = 0;
  return parts.map((part) => {
    const width = part.isBreak ? breakWidth : least + ((free - scaled * least) * (part.to - part.from)) / toScale;
    left += width;
    return { ...part, left: left - width, width };
  });
}
