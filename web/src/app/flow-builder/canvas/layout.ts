/**
 * Where everything stands: from a step tree to boxes, lines, plus buttons and labels, in the coordinates of the canvas. The flow runs down;
 * the chains inside a step stand side by side below it and join again. The trigger's top centre is the origin. Two passes, each visiting
 * every step once: the sizes from the leaves up, then the places from the root down.
 */
import type { Place } from '../model/operations';
import { type Action, type Step, type StepLocation, type Trigger, isTrigger } from '../model/step';
import { innerSlotsOf } from '../model/tree';

export const CARD = { width: 260, height: 64 } as const;
/** From the end of a step to the plus below it, and from there to the next step. */
const TO_PLUS = 30;
const FROM_PLUS = 30;
/** From a step down to the line on which its branches fork; from the last plus of a branch down to the line on which they join. */
const TO_FORK = 24;
const TO_JOIN = 28;
/** From the fork to the label of a branch, its height, and from there to the first plus. */
const TO_LABEL = 12;
const LABEL_HEIGHT = 26;
const LABEL_TO_PLUS = 26;
const COLUMN_GAP = 44;
/** The least extent of a branch at each side of its line. */
const HALF_COLUMN = 92;
/** From a loop's body to the line that leads back. */
const BACK_LINE = 30;
const CORNER = 12;

export interface Point {
  x: number;
  y: number;
}

export interface Rect extends Point {
  width: number;
  height: number;
}

/** A step's card; `x`, `y` is its top left corner. */
export interface Box extends Rect {
  name: string;
  step: Step;
  /** The step's number in the order of execution, from 1. */
  number: number;
  /** Whether it does not run because it, or a step around it, is skipped. */
  skipped: boolean;
  /** How many steps it stands inside of. */
  depth: number;
}

/** A button that adds a step at a place; `x`, `y` is its centre. */
export interface Plus extends Point {
  key: string;
  place: Place;
}

/** What an inner chain is called; `x`, `y` is its centre. */
export interface Label extends Point {
  key: string;
  owner: string;
  location: StepLocation;
  branchIndex?: number;
  width: number;
  height: number;
}

export interface Edge {
  path: string;
  /** `back` leads from the end of a loop's body to the loop; it ends with an arrow at `tip`. */
  kind: 'down' | 'back';
  tip?: Point;
}

/** A thing on the canvas in the order in which one reads it. */
export type Item = ({ kind: 'step' } & Box) | ({ kind: 'plus' } & Plus) | ({ kind: 'label' } & Label);

export interface Layout {
  boxes: Box[];
  pluses: Plus[];
  labels: Label[];
  edges: Edge[];
  /** All boxes, pluses and labels in the order of reading. */
  items: Item[];
  /** Where the flow ends. */
  end: Point;
  bounds: Rect;
}

export function placeKey({ parent, location, branchIndex }: Place): string {
  return branchIndex === undefined ? `${parent}:${location}` : `${parent}:${location}:${branchIndex}`;
}

/** How far something reaches to the left and right of its line, and down. */
interface Extent {
  left: number;
  right: number;
  height: number;
}

interface Column extends Extent {
  place: Place;
  first: Action | undefined;
  /** The line of the column, relative to the line of its step. */
  x: number;
}

/** The extent of a step with what hangs inside it. */
interface StepExtent extends Extent {
  columns: Column[];
}

export function layout(trigger: Trigger): Layout {
  const extents = new Map<Step, StepExtent>();
  const whole = measureChain(trigger, extents);
  const drawing = new Drawing(extents);
  const end = drawing.chain(trigger, undefined, { x: 0, y: 0 }, { depth: 0, skipped: false });
  return drawing.finished({ x: -whole.left, y: 0, width: whole.left + whole.right, height: end.y + 40 }, end);
}

const isLoop = (step: Step): boolean => step.type === 'LOOP_ON_ITEMS';

/** From the end of the step above to the first plus inside it. */
const entryHeight = (owner: Step): number => (isLoop(owner) ? 0 : TO_FORK) + TO_LABEL + LABEL_HEIGHT + LABEL_TO_PLUS;

/** A chain's extent from the top of its first step to the plus below its last one. */
function measureChain(first: Step | undefined, extents: Map<Step, StepExtent>): Extent {
  let [left, right, height] = [HALF_COLUMN, HALF_COLUMN, 0];
  for (let step = first; step; step = step.nextAction) {
    const extent = measureStep(step, extents);
    left = Math.max(left, extent.left);
    right = Math.max(right, extent.right);
    height += extent.height + TO_PLUS + (step.nextAction ? FROM_PLUS : 0);
  }
  return { left, right, height };
}

function measureStep(step: Step, extents: Map<Step, StepExtent>): StepExtent {
  const columns = innerSlotsOf(step).map(({ location, branchIndex, child }): Column => {
    const place: Place = branchIndex === undefined ? { parent: step.name, location } : { parent: step.name, location, branchIndex };
    return { ...measureChain(child, extents), place, first: child, x: 0 };
  });
  const half = CARD.width / 2;
  const extent: StepExtent = { left: half, right: half, height: CARD.height, columns };
  const [first, last] = [columns[0], columns.at(-1)];
  if (first && last) {
    spread(columns);
    const inner = Math.max(...columns.map((column) => (column.first ? FROM_PLUS : 0) + column.height));
    extent.height += entryHeight(step) + inner + TO_JOIN;
    extent.left = Math.max(half, first.left - first.x) + (isLoop(step) ? BACK_LINE : 0);
    extent.right = Math.max(half, last.x + last.right);
  }
  extents.set(step, extent);
  return extent;
}

/** Puts columns beside each other: the middle one, or the middle between the middle two, below the step, so that lines stay straight. */
function spread(columns: Column[]): void {
  columns.forEach((column, index) => {
    const before = columns[index - 1];
    column.x = before ? before.x + before.right + COLUMN_GAP + column.left : 0;
  });
  const [before, after] = [columns[Math.ceil(columns.length / 2) - 1], columns[Math.floor(columns.length / 2)]];
  const middle = Math.round(((before?.x ?? 0) + (after?.x ?? 0)) / 2);
  for (const column of columns) column.x -= middle;
}

interface Surroundings {
  depth: number;
  skipped: boolean;
}

class Drawing {
  private readonly boxes: Box[] = [];
  private readonly pluses: Plus[] = [];
  private readonly labels: Label[] = [];
  private readonly edges: Edge[] = [];
  private readonly items: Item[] = [];

  constructor(private readonly extents: ReadonlyMap<Step, StepExtent>) {}

  /** Draws a chain whose first step, or else its place's plus, is at `at`; the plus below its last step, or the only one. */
  chain(first: Step | undefined, place: Place | undefined, at: Point, around: Surroundings): Point {
    let plus = at;
    let y = at.y;
    if (place) {
      this.plus(place, at);
      y += FROM_PLUS;
    }
    for (let step = first; step; step = step.nextAction) {
      if (plus.y < y) this.line(plus, { x: at.x, y });
      const end = this.step(step, { x: at.x, y }, around);
      plus = { x: at.x, y: end + TO_PLUS };
      this.line({ x: at.x, y: end }, plus);
      this.plus({ parent: step.name, location: 'AFTER' }, plus);
      y = plus.y + FROM_PLUS;
    }
    return plus;
  }

  finished(bounds: Rect, end: Point): Layout {
    const { boxes, pluses, labels, edges, items } = this;
    const below = { x: end.x, y: end.y + FROM_PLUS };
    this.line(end, below);
    return { boxes, pluses, labels, edges, items, end: below, bounds: { ...bounds, height: below.y + 28 } };
  }

  /** Draws a step and what hangs inside it from `top`; where it ends. */
  private step(step: Step, top: Point, { depth, skipped: around }: Surroundings): number {
    const skipped = around || (!isTrigger(step) && step.skip === true);
    const { width, height } = CARD;
    const rect = { x: top.x - width / 2, y: top.y, width, height };
    const box: Box = { ...rect, name: step.name, step, number: this.boxes.length + 1, skipped, depth };
    this.boxes.push(box);
    this.items.push({ kind: 'step', ...box });
    const extent = this.extents.get(step);
    const end = top.y + (extent?.height ?? height);
    for (const column of extent?.columns ?? []) this.column(step, column, top, end, { depth: depth + 1, skipped });
    return end;
  }

  private column(step: Step, column: Column, top: Point, join: number, around: Surroundings): void {
    const from = { x: top.x, y: top.y + CARD.height };
    const x = top.x + column.x;
    const fork = from.y + (isLoop(step) ? 0 : TO_FORK);
    const plus = { x, y: from.y + entryHeight(step) };
    this.edges.push({ kind: 'down', path: bent(from, fork, plus) });
    this.label(step, column, { x, y: fork + TO_LABEL + LABEL_HEIGHT / 2 });
    const last = this.chain(column.first, column.place, plus, around);
    this.edges.push({ kind: 'down', path: bent(last, join, { x: top.x, y: join }) });
    if (isLoop(step)) this.backLine(step, top, join);
  }

  private backLine(step: Step, top: Point, join: number): void {
    const left = top.x - (this.extents.get(step)?.left ?? 0) + CORNER / 2;
    const tip = { x: top.x - CARD.width / 2 - 2, y: top.y + CARD.height / 2 };
    const r = CORNER;
    const [a, b] = [`H${left + r}`, `Q${left} ${join} ${left} ${join - r}`];
    const [c, d] = [`V${tip.y + r}`, `Q${left} ${tip.y} ${left + r} ${tip.y}`];
    this.edges.push({ kind: 'back', path: `M${top.x} ${join}${a}${b}${c}${d}H${tip.x}`, tip });
  }

  private line(from: Point, to: Point): void {
    this.edges.push({ kind: 'down', path: `M${from.x} ${from.y}V${to.y}` });
  }

  private plus(place: Place, { x, y }: Point): void {
    const plus: Plus = { key: placeKey(place), place, x, y };
    this.pluses.push(plus);
    this.items.push({ kind: 'plus', ...plus });
  }

  private label(step: Step, { place, left, right }: Column, { x, y }: Point): void {
    const { location, branchIndex } = place;
    const width = Math.min(2 * Math.min(left, right), CARD.width) - 16;
    const label: Label = { key: `label:${placeKey(place)}`, owner: step.name, location, x, y, width, height: LABEL_HEIGHT };
    if (branchIndex !== undefined) label.branchIndex = branchIndex;
    this.labels.push(label);
    this.items.push({ kind: 'label', ...label });
  }
}

/** A line down to `level`, along it, and down again to `to`, with rounded corners. */
function bent(from: Point, level: number, to: Point): string {
  const across = to.x - from.x;
  if (across === 0) return `M${from.x} ${from.y}V${to.y}`;
  const way = Math.sign(across);
  const radius = Math.min(CORNER, Math.abs(across) / 2);
  const first = Math.min(radius, level - from.y);
  const second = Math.min(radius, to.y - level);
  const start = `M${from.x} ${from.y}V${level - first}Q${from.x} ${level} ${from.x + way * first} ${level}`;
  if (second <= 0) return `${start}H${to.x}`;
  return `${start}H${to.x - way * second}Q${to.x} ${level} ${to.x} ${level + second}V${to.y}`;
}
