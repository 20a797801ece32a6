import { SelfInfoError } from '../foundation/errors.js';
import { DAY_MS, formatInstant } from '../foundation/time.js';
import type { Retrieval } from '../query/types.js';
import { type QueueContext, withQueue } from './context.js';
import { openingOf } from './openings.js';
import { takeSlot } from './slots.js';

const RETRY_MS = 5_000;

/**
 * Adds a retrieval to the queue in Redis, due now, or at its slot after the opening when a holder
 * is closed.
 *
 * @returns the id of the retrieval.
 */
export async function addRetrieval(context: QueueContext, handle: Retrieval): Promise<string> {
  const { client, clock, emit } = context;
  const retrieval = client.resume(handle);
  const { id } = retrieval;
  const now = clock.now();
  const leftMs = Date.parse(retrieval.expiresAt) - now;
  if (!(leftMs > 0)) throw new SelfInfoError('retrieval_gone');
  const openingMs = openingOf(client, retrieval, now);
  const isClosed = openingMs > now && openingMs < now + leftMs;
  const dueMs = await withQueue(context, 'unknown', async (queue, commands) => {
    const atMs = isClosed ? await takeSlot(context, queue, commands, openingMs, now + leftMs) : now;
    await queue.add('retrieval', {}, jobOptions(id, atMs - now, leftMs));
    return atMs;
  });
  emit({ type: 'added', id });
  if (dueMs > now) emit({ type: 'put-off', id, state: 'unavailable', until: formatInstant(dueMs) });
  return id;
}

/**
 * Returns the BullMQ options of a job. Redis keeps the job for 24 hours after the retrieval
 * expires.
 */
export function jobOptions(id: string, delayMs: number, leftMs: number) {
  const keep = { age: Math.ceil((leftMs + DAY_MS) / 1_000) };
  return {
    jobId: id,
    // BullMQ 5.30 would delay a job by 0 ms, and its state would be `delayed`.
    ...(delayMs > 0 && { delay: delayMs }),
    // An error that is not known to be final is temporary.
    attempts: Number.MAX_SAFE_INTEGER,
    backoff: { type: 'fixed', delay: RETRY_MS },
    removeOnComplete: keep,
    removeOnFail: keep,
    stackTraceLimit: 0,
  };
}
