import { systemClock } from '../foundation/clock.js';
import type { QueueCommands } from './client-options.js';
import type { Rate } from './rate.js';

// KEYS: the instants of the latest requests; ARGV: max, perMs. By the clock of Redis, because all
// workers share the rate. Returns 0, or how many milliseconds must pass before another request.
const TAKE_PERMIT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
local taken = redis.call('ZCARD', KEYS[1])
if taken < tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], now, time[1] .. '-' .. time[2] .. '-' .. taken)
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 0
end
return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + ARGV[2] - now + 1`;

/**
 * Takes a permit for one request to the portal, over all workers. Unlike BullMQ's limit, whose
 * windows follow each other, no `perMs` milliseconds contain more than `max` permits.
 *
 * @param key - the name in Redis of the permits taken.
 * @returns 0, or how many milliseconds to wait before trying again.
 */
export async function takePermit(
  commands: Pick<QueueCommands, 'eval'>,
  key: string,
  { max, perMs }: Rate,
): Promise<number> {
  return Number(await commands.eval(TAKE_PERMIT, 1, key, String(max), String(perMs)));
}

/** Longest wait inside a job. A job that must wait longer is put off. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Takes a permit, and waits for it if the wait is short. Putting the job off instead would waste
 * its turn in BullMQ's limit.
 *
 * @param take - takes a permit as {@link takePermit} does.
 * @param signal - ends the wait.
 * @returns 0, or how many milliseconds to put the job off.
 */
export async function waitForPermit(
  take: () => Promise<number>,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    const waitMs = await take();
    if (!(waitMs > 0) || waitMs > LONGEST_WAIT_MS || signal.aborted) return waitMs;
    // Permits follow real time, so the caller's clock does not count. After an abort, try once more.
    await systemClock.wait(waitMs, signal).catch(() => undefined);
  }
}
