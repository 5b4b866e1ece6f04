import type { RuntimeHealth } from '../api/schema';
import { bytes, findings, waited } from './verdict';

const GB = 1024 ** 3;
const WELL: RuntimeHealth = {
  version: '0.1.0',
  pythonVersion: '3.11.7',
  startedAt: '2026-01-10T10:00:00.000Z',
  checkedAt: '2026-01-10T12:00:00.000Z',
  memory: { server: 100e6, total: 8 * GB, available: 4 * GB },
  processor: { cores: 2, percentage: 12 },
  queue: { queued: 0, delayed: 0, running: 0, paused: 0, oldestQueuedAt: null },
  workers: [{ slots: 32, running: 0 }],
  sandbox: {
    size: 2,
    busy: 0,
    warm: 0,
    kills: 0,
    restarts: 0,
    memoryLimitMb: 128,
    cpuLimitSeconds: 10,
    wallLimitSeconds: 30,
    javascript: { available: true, problem: null },
    python: { available: true, problem: null },
  },
  database: { healthy: true, kind: 'SQLite', version: '3.40', bytes: 1e6 },
  disk: { total: 100 * GB, free: 50 * GB },
};
const keys = (health: Partial<RuntimeHealth>): string[] => findings({ ...WELL, ...health }).map((finding) => finding.key);

describe('findings', () => {
  it('are none when everything works', () => {
    expect(findings(WELL)).toEqual([]);
  });

  it('name the disk once', () => {
    expect(keys({ disk: { total: GB, free: 100 } })).toEqual(['diskFull']);
    expect(keys({ disk: { total: GB, free: GB } })).toEqual(['diskLow']);
  });

  it('know when the line does not move', () => {
    const queue = { ...WELL.queue, queued: 9, oldestQueuedAt: '2026-01-10T11:58:00.000Z' };
    expect(keys({ queue })).toEqual(['queueSlow']);
    expect(waited({ ...WELL, queue })).toBe(120_000);
    expect(keys({ queue: { ...queue, oldestQueuedAt: '2026-01-10T11:59:59.000Z' } })).toEqual([]);
  });

  it('put what does not work before what may stop', () => {
    const python = { available: false, problem: 'no bwrap' };
    const all = findings({
      ...WELL,
      sandbox: { ...WELL.sandbox, python, restarts: 1 },
      database: { ...WELL.database, healthy: false },
      memory: { server: 1, total: 100, available: 1 },
    });
    expect(all.map((finding) => finding.urgent)).toEqual([true, false, false, false]);
  });

  it('do not complain of memory that is not known', () => {
    expect(keys({ memory: { server: 0, total: 0, available: 0 } })).toEqual([]);
  });
});

describe('bytes', () => {
  it('uses the unit that fits', () => {
    expect(bytes(0, 'en')).toBe('0 B');
    expect(bytes(1536, 'en')).toBe('1.5 KB');
    expect(bytes(1536, 'de')).toBe('1,5 KB');
    expect(bytes(76.2 * GB, 'en')).toBe('76 GB');
  });
});
