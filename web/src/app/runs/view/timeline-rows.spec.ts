import type { RunTimeline } from '../../api/schema';
import { executedAt, rowsOf } from './timeline-rows';

const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');
const DAY = 86_400_000;
const iso = (after: number) => new Date(BEGIN + after).toISOString();
const leg = (after: number, duration: number | null, status: string, attempt = 1, errorMessage?: string) => ({
  startedAt: iso(after),
  duration,
  status,
  attempt,
  ...(errorMessage ? { errorMessage } : {}),
});
const turn = (kind: string, queued: number, claimed: number | null, ended: number | null, status: string, lives = 1) => ({
  kind,
  queuedAt: iso(queued),
  claimedAt: claimed === null ? null : iso(claimed),
  endedAt: ended === null ? null : iso(ended),
  status,
  lives,
  waitsFor: null,
});

/** Retried twice, paused for three days in the second iteration of a loop, then on its way again. */
const STORY: RunTimeline = {
  runId: 'r',
  status: 'RUNNING',
  queuedAt: iso(0),
  startedAt: iso(20),
  finishedAt: null,
  turns: [
    {
      ...turn('BEGIN', 0, 20, 13_000, 'PAUSED', 3),
      waitsFor: { type: 'WEBHOOK', step: 'each:2/approval', until: iso(30 * DAY) },
    },
    turn('RESUME', 3 * DAY, null, null, 'RUNNING'),
  ],
  steps: [
    {
      name: 'ask',
      type: 'PIECE',
      legs: [leg(30, 10, 'FAILED', 1, 'no'), leg(4040, 10, 'FAILED', 2, 'still no'), leg(12_050, 20, 'SUCCEEDED', 3)],
    },
    { name: 'each', type: 'LOOP_ON_ITEMS', legs: [leg(12_080, null, 'RUNNING')] },
    { name: 'each:1/note', type: 'PIECE', legs: [leg(12_090, 10, 'SUCCEEDED')] },
    { name: 'each:2/approval', type: 'PIECE', legs: [leg(12_200, 5, 'PAUSED'), leg(3 * DAY + 10, 5, 'SUCCEEDED')] },
    { name: 'each:2/note', type: 'PIECE', legs: [leg(3 * DAY + 20, null, 'RUNNING')] },
  ],
  undelivered: [],
  waitpoints: [],
  leftOut: 0,
};
const NOW = BEGIN + 3 * DAY + 1020;

describe('rowsOf', () => {
  const { axis, turns, steps } = rowsOf(STORY, NOW);

  it('tells the turns of the worker, its lives and what they ended with', () => {
    expect(turns.map(({ kind, queued, driven, lives }) => [kind, queued, driven, lives])).toEqual([
      ['BEGIN', 20, 12_980, 3],
      ['RESUME', null, 1020, 1],
    ]);
    expect(turns[0]?.waitsFor).toMatchObject({ name: 'approval', path: [['each', 1]], type: 'WEBHOOK' });
    expect(turns[0]?.stretches.map(({ kind }) => kind)).toEqual(['queued', 'driven']);
  });

  it('tells attempts and what was waited between them', () => {
    const [ask] = steps;
    expect(ask).toMatchObject({ place: { name: 'ask', path: [] }, status: 'SUCCEEDED', duration: 40, tries: 3, pauses: 0 });
    expect(ask?.stretches.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'attempt FAILED',
      'retry FAILED',
      'attempt FAILED',
      'retry FAILED',
      'attempt SUCCEEDED',
    ]);
    expect(ask?.attempts[1]).toMatchObject({ number: 2, message: 'still no', duration: 10 });
  });

  it('tells pauses, and lets what runs grow', () => {
    expect(steps[3]).toMatchObject({ place: { name: 'approval', path: [['each', 1]] }, pauses: 1, duration: 10 });
    expect(steps[3]?.stretches.map(({ kind }) => kind)).toEqual(['attempt', 'pause', 'attempt']);
    expect(steps[4]?.duration).toBe(1000);
    expect(steps[1]?.duration).toBe(NOW - BEGIN - 12_080);
  });

  it('draws three days no wider than they deserve', () => {
    expect(axis.filter((part) => part.isBreak)).toHaveLength(1);
    const [running] = steps[4]?.stretches ?? [];
    expect(running?.width).toBeGreaterThan(5);
    for (const { left, width } of [...turns, ...steps].flatMap((row) => row.stretches)) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + width).toBeLessThanOrEqual(100.001);
    }
  });

  it('lets a pause that lasts reach to now', () => {
    const waiting: RunTimeline = {
      ...STORY,
      status: 'PAUSED',
      turns: STORY.turns.slice(0, 1),
      steps: [{ name: 'each:2/approval', type: 'PIECE', legs: [leg(12_200, 5, 'PAUSED')] }],
      waitpoints: [{ id: 'w', type: 'WEBHOOK', step: 'each:2/approval', createdAt: iso(13_000), until: iso(30 * DAY) }],
    };
    const [approval] = rowsOf(waiting, NOW).steps;
    expect(approval?.stretches.at(-1)).toMatchObject({ kind: 'pause' });
    expect((approval?.stretches.at(-1)?.left ?? 0) + (approval?.stretches.at(-1)?.width ?? 0)).toBeCloseTo(100);
  });

  it('does without times', () => {
    const steps = [{ name: 'choose', type: 'ROUTER', legs: [{ startedAt: null, duration: 0, status: 'SUCCEEDED', attempt: 1 }] }];
    const bare = rowsOf({ ...STORY, turns: [], steps }, NOW);
    expect(bare.steps[0]).toMatchObject({ status: 'SUCCEEDED', duration: 0, stretches: [] });
  });

  it('lets a run in the queue wait', () => {
    const queued: RunTimeline = { ...STORY, status: 'QUEUED', turns: [turn('BEGIN', 0, null, null, 'QUEUED')], steps: [] };
    expect(rowsOf(queued, BEGIN + 500).turns[0]).toMatchObject({
      queued: null,
      driven: null,
      stretches: [{ kind: 'queued', left: 0, width: 100 }],
    });
  });
});

describe('executedAt', () => {
  it('names the step that was at work', () => {
    expect(executedAt(STORY, BEGIN + 12_205, NOW)).toEqual({ name: 'approval', path: [['each', 1]] });
    expect(executedAt(STORY, BEGIN + 12_206, NOW)?.name).toBe('approval');
    expect(executedAt(STORY, BEGIN + 2000, NOW)).toBeUndefined();
  });

  it('names none where several were', () => {
    const steps = [
      { name: 'a', type: 'CODE', legs: [leg(0, 100, 'SUCCEEDED')] },
      { name: 'b', type: 'CODE', legs: [leg(50, 100, 'SUCCEEDED')] },
    ];
    expect(executedAt({ ...STORY, steps }, BEGIN + 70, NOW)).toBeUndefined();
    expect(executedAt({ ...STORY, steps }, BEGIN + 20, NOW)?.name).toBe('a');
  });
});
