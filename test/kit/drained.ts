import { setImmediate } from 'node:timers/promises';

/**
 * Resolves when no connection is open. Rejects when one is left to idle: it would end by itself
 * after five seconds. The limit is shorter, in microseconds of work of this process, because on a
 * busy machine closing may take seconds.
 */
export async function drained(open: () => number | Promise<number>): Promise<void> {
  const begun = process.cpuUsage();
  while ((await open()) > 0) {
    const { user, system } = process.cpuUsage(begun);
    if (user + system > 2_000_000) throw new Error('a connection was left behind');
    await setImmediate();
  }
}
