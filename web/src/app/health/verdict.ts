/** What is wrong with the server, most urgent first: pure, from one answer of `GET /health/runtime`. */
import type { RuntimeHealth } from '../api/schema';

export interface Finding {
  /** The key of the messages `health.finding.<key>` and `health.advice.<key>`. */
  key: 'database' | 'diskFull' | 'diskLow' | 'memoryLow' | 'queueSlow' | 'javascript' | 'python' | 'restarts';
  /** Whether something does not work now; else it soon may not. */
  urgent: boolean;
}

const MB = 1024 ** 2;
export const DISK_FULL = 500 * MB;
export const DISK_LOW = 5 * 1024 * MB;
export const MEMORY_LOW = 0.05;
/** Milliseconds after which the first in line has waited too long, and with every place taken. */
export const QUEUE_SLOW = 60_000;

export function findings(health: RuntimeHealth): Finding[] {
  const { database, disk, memory, sandbox } = health;
  const found: (Finding | false)[] = [
    !database.healthy && { key: 'database', urgent: true },
    disk.free < DISK_FULL && { key: 'diskFull', urgent: true },
    !sandbox.javascript.available && { key: 'javascript', urgent: true },
    !sandbox.python.available && { key: 'python', urgent: false },
    waited(health) > QUEUE_SLOW && { key: 'queueSlow', urgent: false },
    disk.free >= DISK_FULL && disk.free < DISK_LOW && { key: 'diskLow', urgent: false },
    memory.total > 0 && memory.available < memory.total * MEMORY_LOW && { key: 'memoryLow', urgent: false },
    sandbox.restarts > 0 && { key: 'restarts', urgent: false },
  ];
  return found.filter((finding) => finding !== false);
}

/** Milliseconds that the first in line waits, by the server's own clock. */
export function waited(health: RuntimeHealth): number {
  return health.queue.oldestQueuedAt ? Math.max(0, Date.parse(health.checkedAt) - Date.parse(health.queue.oldestQueuedAt)) : 0;
}

/** "1.2 GB". Units of 1024, as disks are sold in the file manager. */
export function bytes(count: number, language: string): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  const amount = count / 1024 ** power;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: amount < 10 && power > 0 ? 1 : 0 }).format(amount)} ${units[power]}`;
}
