/** What the runs page is filtered by, as it stands in the page's address, and what the API is asked for that. Pure functions. */
import type { Params } from '@angular/router';
import type { FlowRunStatus } from '../api/schema';

export const PERIODS = ['hour', 'day', 'week', 'month', 'custom'] as const;
export type Period = (typeof PERIODS)[number];
export type Interval = 'MINUTE' | 'HOUR' | 'DAY';

export const FAILED_STATUSES: readonly FlowRunStatus[] = [
  'FAILED',
  'TIMEOUT',
  'INTERNAL_ERROR',
  'MEMORY_LIMIT_EXCEEDED',
  'LOG_SIZE_EXCEEDED',
  'QUOTA_EXCEEDED',
];
export const STATUSES: readonly FlowRunStatus[] = ['QUEUED', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'CANCELED', ...FAILED_STATUSES];
export const UNFINISHED_STATUSES: readonly FlowRunStatus[] = ['QUEUED', 'RUNNING', 'PAUSED'];

export interface RunFilters {
  flows: string[];
  statuses: FlowRunStatus[];
  tags: string[];
  failedStep: string;
  period: Period;
  /** The days of a custom period, `2026-01-31`, both included; empty for open. */
  from: string;
  to: string;
}

export const NO_FILTERS: RunFilters = { flows: [], statuses: [], tags: [], failedStep: '', period: 'week', from: '', to: '' };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LENGTHS: Record<Exclude<Period, 'custom'>, number> = { hour: HOUR, day: DAY, week: 7 * DAY, month: 30 * DAY };

/** The filters in an address. What is not known there counts as not given. */
export function filtersOf(params: Params): RunFilters {
  const many = (name: string): string[] => [params[name] ?? []].flat().filter((text: unknown) => typeof text === 'string' && text !== '');
  const one = (name: string): string => many(name)[0] ?? '';
  return {
    flows: many('flow'),
    statuses: STATUSES.filter((status) => many('status').includes(status)),
    tags: many('tag'),
    failedStep: one('failedStep'),
    period: PERIODS.find((period) => period === one('period')) ?? NO_FILTERS.period,
    from: dayOrNothing(one('from')),
    to: dayOrNothing(one('to')),
  };
}

/** The address's query for filters; what is as by default is left out. */
export function paramsOf(filters: RunFilters): Params {
  const { flows, statuses, tags, failedStep, period, from, to } = filters;
  const custom = period === 'custom';
  return {
    flow: flows.length ? flows : null,
    status: statuses.length ? statuses : null,
    tag: tags.length ? tags : null,
    failedStep: failedStep || null,
    period: period === NO_FILTERS.period ? null : period,
    from: (custom && from) || null,
    to: (custom && to) || null,
  };
}

/** Whether more than a period is asked for. */
export function isNarrowed({ flows, statuses, tags, failedStep }: RunFilters): boolean {
  return flows.length + statuses.length + tags.length > 0 || failedStep !== '';
}

export interface Span {
  after: number;
  /** The end, where the period has one that is not simply now. */
  before: number | null;
}

/** From when to when, in milliseconds since 1970. Days are those of the user's time zone. */
export function spanOf({ period, from, to }: RunFilters, now: number): Span {
  if (period !== 'custom') return { after: now - LENGTHS[period], before: null };
  const before = to ? startOfDay(to) + DAY - 1 : null;
  const after = from ? startOfDay(from) : (before ?? now) - LENGTHS.month;
  return { after: Math.min(after, before ?? now), before };
}

/** What the runs of a span are best counted by; the API gives at most 1,500 intervals. */
export function intervalOf(span: Span, now: number): Interval {
  const length = (span.before ?? now) - span.after;
  if (length <= 3 * HOUR) return 'MINUTE';
  return length <= 60 * DAY ? 'HOUR' : 'DAY';
}

/** The filter as the API's list, statistics and bulk actions take it. */
export interface ApiFilter {
  projectId: string;
  flowId?: string[];
  status?: FlowRunStatus[];
  tags?: string[];
  failedStepName?: string;
  createdAfter: string;
  createdBefore?: string;
}

export function apiFilter(projectId: string, filters: RunFilters, span: Span): ApiFilter {
  const { flows, statuses, tags, failedStep } = filters;
  return {
    projectId,
    ...(flows.length ? { flowId: flows } : {}),
    ...(statuses.length ? { status: statuses } : {}),
    ...(tags.length ? { tags } : {}),
    ...(failedStep ? { failedStepName: failedStep } : {}),
    createdAfter: new Date(span.after).toISOString(),
    ...(span.before === null ? {} : { createdBefore: new Date(span.before).toISOString() }),
  };
}

/** Whether a run that the server tells of belongs to what is shown. */
export function matches(
  run: { flowId: string; status: string; tags: string[]; created: string; failedStep: { name: string } | null; environment: string },
  { flows, statuses, tags, failedStep }: RunFilters,
  span: Span,
): boolean {
  const created = Date.parse(run.created);
  return (
    run.environment === 'PRODUCTION' &&
    (!flows.length || flows.includes(run.flowId)) &&
    (!statuses.length || statuses.some((status) => status === run.status)) &&
    (!tags.length || tags.some((tag) => run.tags.includes(tag))) &&
    (!failedStep || run.failedStep?.name === failedStep) &&
    created >= span.after &&
    (span.before === null || created <= span.before)
  );
}

function dayOrNothing(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '';
}

/** Local midnight at the beginning of a day. */
function startOfDay(day: string): number {
  return new Date(`${day}T00:00:00`).getTime();
}
