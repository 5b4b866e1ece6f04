import type { TriggerHealth, TriggerRun } from '../../api/schema';
import { isNews, kindOf, stateOf } from './verdict';

const run = (created: string, status: TriggerRun['status'] = 'COMPLETED', type: TriggerRun['type'] = 'POLL'): TriggerRun =>
  ({ created, status, type, items: 0, waiting: 0, error: status === 'COMPLETED' ? null : 'no', flowId: 'f' }) as unknown as TriggerRun;

const health = (fields: Partial<TriggerHealth> = {}): TriggerHealth => ({
  flowId: 'f',
  listening: true,
  type: 'PIECE_TRIGGER',
  pieceName: '@activepieces/piece-rss',
  triggerName: 'new-item',
  schedule: { type: 'INTERVAL', intervalMs: 300_000 },
  nextRunAt: '2026-01-01T12:05:00.000Z',
  failures: 0,
  failingSince: null,
  waiting: 0,
  lastRun: run('2026-01-01T12:00:00.000Z'),
  lastError: null,
  ...fields,
});

describe('kindOf', () => {
  it.each([
    ['POLLING', 'poll'],
    ['WEBHOOK', 'call'],
    ['APP_WEBHOOK', 'call'],
    ['MANUAL', 'manual'],
  ])('goes by the type of the trigger: %s', (strategy, kind) => expect(kindOf(health(), strategy)).toBe(kind));

  it('knows the clock', () => expect(kindOf(health({ pieceName: '@activepieces/piece-schedule' }), 'POLLING')).toBe('clock'));

  it('goes by what happened where the piece is not installed', () => {
    expect(kindOf(health(), undefined)).toBe('poll');
    expect(kindOf(health({ lastRun: run('1', 'COMPLETED', 'RENEW') }), undefined)).toBe('call');
    expect(kindOf(health({ schedule: null }), undefined)).toBe('call');
  });
});

describe('stateOf', () => {
  it('is well after a poll that went well, also after earlier failures', () => {
    expect(stateOf(health({ lastError: run('0', 'FAILED') }), 'poll')).toBe('WELL');
  });

  it('fails from the first failure on', () => {
    expect(stateOf(health({ failures: 1, lastRun: run('1', 'TIMED_OUT') }), 'poll')).toBe('FAILING');
    expect(stateOf(health({ failures: 2 }), 'call')).toBe('FAILING');
  });

  it('waits for the first poll, and for the first one after it was published again', () => {
    expect(stateOf(health({ lastRun: null }), 'poll')).toBe('AWAITED');
    expect(stateOf(health({ lastRun: run('1', 'FAILED') }), 'clock')).toBe('AWAITED');
  });

  it('listens for calls, before a renewal and without any', () => {
    expect(stateOf(health({ lastRun: null }), 'call')).toBe('LISTENING');
    expect(stateOf(health({ lastRun: null, nextRunAt: null, schedule: null }), 'call')).toBe('LISTENING');
  });

  it('fails when it does not listen because it could not be switched on', () => {
    expect(stateOf(health({ listening: false, failures: 1, lastRun: run('1', 'FAILED', 'ENABLE') }), 'call')).toBe('FAILING');
  });

  it('is off whatever happened before', () => {
    expect(stateOf(health({ listening: false, lastRun: run('1', 'FAILED') }), 'poll')).toBe('OFF');
  });
});

describe('isNews', () => {
  const told = { flowId: 'f', environment: 'PRODUCTION', created: '2026-01-01T12:05:00.020Z' };

  it('is a run of this flow that began at the next poll or later', () => {
    expect(isNews(health(), told)).toBe(true);
    expect(isNews(health(), { ...told, created: '2026-01-01T12:04:59.999Z' })).toBe(false);
    expect(isNews(health(), { ...told, flowId: 'g' })).toBe(false);
    expect(isNews(health(), { ...told, environment: 'TESTING' })).toBe(false);
    expect(isNews(health({ nextRunAt: null }), told)).toBe(false);
  });
});
