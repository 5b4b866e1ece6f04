/**
 * A run's timeline (`GET /flow-runs/{id}/timeline`) as rows on a time axis: the turns of the worker, then the steps, each with its attempts
 * and what it waited for between them. Pure functions; times in milliseconds since 1970.
 */
import type { LegView, RunTimeline, StepTimeline, TurnView } from '../../api/schema';
import { type StepPlace, placeOf } from './step-place';
import { type AxisPart, type Span, axisOf, placeAt } from './time-axis';

/**
 * What a stretch of a row is. `around`: a loop or router with what is in it; `retry`: the waiting between two attempts; `pause`: until somebody
 * answers or a delay is over.
 */
export type StretchKind = 'queued' | 'driven' | 'attempt' | 'around' | 'retry' | 'pause';

export interface Stretch {
  kind: StretchKind;
  status: string;
  left: number;
  width: number;
}

export interface Attempt {
  status: string;
  /** Which attempt, from 1; a leg that goes on after a pause has the number of the attempt that paused. */
  number: number;
  startedAt: string | null;
  duration: number | null;
  message: string;
}

export interface TurnRow {
  kind: string;
  status: string;
  /** How long it waited for a worker; null while it still does. */
  queued: number | null;
  /** How long a worker had it, up to now if it still has. Null before. */
  driven: number | null;
  begin: string;
  lives: number;
  waitsFor: (StepPlace & { type: string; until: string }) | null;
  stretches: Stretch[];
}

export interface StepRow {
  place: StepPlace;
  type: string;
  status: string;
  /** The time in which the step was executed; attempts together, without what it waited. */
  duration: number | null;
  attempts: Attempt[];
  tries: number;
  pauses: number;
  stretches: Stretch[];
}

export interface TimelineRows {
  axis: AxisPart[];
  turns: TurnRow[];
  steps: StepRow[];
}

const CONTAINERS: ReadonlySet<string> = new Set(['LOOP_ON_ITEMS', 'ROUTER']);

/** The rows. `now`: how far what is not over has come. */
export function rowsOf(timeline: RunTimeline, now: number): TimelineRows {
  const end = timeline.finishedAt ? Date.parse(timeline.finishedAt) : now;
  const axis = axisOf(Date.parse(timeline.queuedAt), end, workOf(timeline, end));
  const stretch = (kind: StretchKind, status: string, from: number, to: number): Stretch => {
    const left = placeAt(axis, from);
    return { kind, status, left, width: Math.max(placeAt(axis, to) - left, 0) };
  };
  return {
    axis,
    turns: timeline.turns.map((turn) => turnRow(turn, end, stretch)),
    steps: timeline.steps.map((step) => stepRow(step, timeline, end, stretch)),
  };
}

/**
 * The step that was being executed at a moment, loops and routers left out; undefined if none was, or more than one. What a run started at
 * that moment, this step started.
 */
export function executedAt(timeline: RunTimeline, moment: number, now: number): StepPlace | undefined {
  const within = (tolerance: number) =>
    timeline.steps.filter(
      (step) =>
        !CONTAINERS.has(step.type) &&
        step.legs.some((leg) => spanOf(leg, now).some(([from, to]) => from <= moment && moment <= to + tolerance)),
    );
  // Beginnings are told in whole milliseconds, so that an end may seem to be one earlier than it was.
  const exactly = within(0);
  const [only, ...others] = exactly.length > 0 ? exactly : within(1);
  return only && others.length === 0 ? placeOf(only.name) : undefined;
}

type Draw = (kind: StretchKind, status: string, from: number, to: number) => Stretch;

/** When something was done: steps, containers left out, and the moments at which a worker took or left the run. */
function workOf(timeline: RunTimeline, now: number): Span[] {
  const moments = timeline.turns.flatMap((turn) => [turn.queuedAt, turn.claimedAt, turn.endedAt]);
  const legs = timeline.steps.filter((step) => !CONTAINERS.has(step.type)).flatMap((step) => step.legs);
  return [
    ...moments.flatMap((moment): Span[] => (moment ? [[Date.parse(moment), Date.parse(moment)]] : [])),
    ...legs.flatMap((leg) => spanOf(leg, now)),
  ];
}

/** From when to when a leg went; none for one that does not say when it began. */
function spanOf({ startedAt, duration, status }: LegView, now: number): Span[] {
  if (startedAt === null) return [];
  const from = Date.parse(startedAt);
  return [[from, status === 'RUNNING' ? Math.max(now, from) : from + (duration ?? 0)]];
}

function turnRow(turn: TurnView, now: number, draw: Draw): TurnRow {
  const queuedAt = Date.parse(turn.queuedAt);
  const claimedAt = turn.claimedAt === null ? null : Date.parse(turn.claimedAt);
  const endedAt = turn.endedAt === null ? now : Date.parse(turn.endedAt);
  // A later turn that is being driven does not say since when.
  const isDriven = claimedAt !== null || turn.status === 'RUNNING';
  const from = claimedAt ?? queuedAt;
  const stretches = [draw('queued', turn.status, queuedAt, isDriven ? from : endedAt)];
  if (isDriven) stretches.push(draw('driven', turn.status, from, endedAt));
  const { waitsFor } = turn;
  return {
    kind: turn.kind,
    status: turn.status,
    queued: claimedAt === null ? null : Math.max(claimedAt - queuedAt, 0),
    driven: isDriven ? Math.max(endedAt - from, 0) : null,
    begin: turn.claimedAt ?? turn.queuedAt,
    lives: turn.lives,
    waitsFor: waitsFor && { ...placeOf(waitsFor.step), type: waitsFor.type, until: waitsFor.until },
    stretches,
  };
}

function stepRow(step: StepTimeline, timeline: RunTimeline, now: number, draw: Draw): StepRow {
  const stretches: Stretch[] = [];
  const spansOf = (leg: LegView): Span[] => (CONTAINERS.has(step.type) ? containerSpan(step, leg, timeline, now) : spanOf(leg, now));
  let before: { leg: LegView; end: number } | undefined;
  for (const leg of step.legs) {
    const [span] = spansOf(leg);
    if (!span) continue;
    if (before && span[0] > before.end) stretches.push(draw(waitAfter(before.leg), before.leg.status, before.end, span[0]));
    stretches.push(draw(CONTAINERS.has(step.type) ? 'around' : 'attempt', leg.status, ...span));
    before = { leg, end: span[1] };
  }
  if (before?.leg.status === 'PAUSED' && timeline.waitpoints.some((waitpoint) => waitpoint.step === step.name)) {
    stretches.push(draw('pause', 'PAUSED', before.end, now));
  }
  const last = step.legs.at(-1);
  const durations = step.legs.flatMap(spansOf).map(([from, to]) => to - from);
  return {
    place: placeOf(step.name),
    type: step.type,
    status: last?.status ?? '',
    duration: durations.length > 0 ? durations.reduce((sum, each) => sum + each, 0) : (last?.duration ?? null),
    attempts: step.legs.map(attemptOf),
    tries: Math.max(1, ...step.legs.map((leg) => leg.attempt)),
    pauses: step.legs.filter((leg) => leg.status === 'PAUSED').length,
    stretches,
  };
}

/** A loop that is not over yet reaches as far as what is in it, or to now. */
function containerSpan(container: StepTimeline, leg: LegView, timeline: RunTimeline, now: number): Span[] {
  if (leg.startedAt === null || leg.duration !== null) return spanOf(leg, now);
  const from = Date.parse(leg.startedAt);
  if (timeline.finishedAt === null) return [[from, Math.max(from, now)]];
  const inside = timeline.steps.filter((step) => step.name.startsWith(`${container.name}:`)).flatMap((step) => step.legs);
  return [[from, inside.flatMap((each) => spanOf(each, now)).reduce((end, [, to]) => Math.max(end, to), from)]];
}

function waitAfter(leg: LegView): StretchKind {
  return leg.status === 'PAUSED' ? 'pause' : 'retry';
}

function attemptOf({ status, attempt, startedAt, duration, errorMessage }: LegView): Attempt {
  return { status, number: attempt, startedAt, duration, message: errorMessage ?? '' };
}
