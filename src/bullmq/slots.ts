import type { Queue } from 'bullmq';
import type { Clock } from '../foundation/clock.js';
import { HOUR_MS } from '../foundation/time.js';
import type { QueueCommands } from './client-options.js';
import { type QueueContext, withQueue } from './context.js';
import { inTime, type Rate, slotMs } from './rate.js';

// KEYS: a counter; ARGV: milliseconds to keep it. Returns how many came before.
const TAKE_NUMBER = `local number = redis.call('INCR', KEYS[1]) redis.call('PEXPIRE', KEYS[1], ARGV[1]) return number - 1`;

/**
 * Takes the next free slot after an instant that many retrievals may wait for. All processes share
 * the counter, one for each whole second.
 *
 * @returns epoch milliseconds, before `expiresMs` if possible.
 */
export async function takeSlot(
  { clock, rate }: { readonly clock: Pick<Clock, 'now'>; readonly rate: Rate },
  queue: Pick<Queue, 'toKey'>,
  commands: Pick<QueueCommands, 'eval'>,
  atMs: number,
  expiresMs: number,
): Promise<number> {
  const secondMs = Math.ceil(atMs / 1_000) * 1_000;
  const keepMs = Math.max(0, secondMs - clock.now()) + HOUR_MS;
  const number = Number(
    await commands.eval(TAKE_NUMBER, 1, queue.toKey(`opening:${secondMs}`), String(keepMs)),
  );
  return inTime(secondMs + slotMs(number, rate, Math.random()), atMs, expiresMs);
}

/** Takes a slot as {@link takeSlot} does, over the connection of the queue. */
export function spread(context: QueueContext, atMs: number, expiresMs: number): Promise<number> {
  return withQueue(context, 'none', (queue, commands) =>
    takeSlot(context, queue, commands, atMs, expiresMs),
  );
}
