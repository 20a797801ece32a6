import type { NoticeOutcome } from '../client/delivery.js';
import type { NoticeRequest } from '../client/notice-request.js';
import { DAY_MS } from '../foundation/time.js';
import { type QueueContext, withQueue } from './context.js';
import { parseNote } from './states.js';

/** How often notices may bring one retrieval forward. */
const MOST_NOTICES = 20;

// KEYS: how often a retrieval was brought forward; ARGV: how long to remember it. No retrieval lives
// longer.
const COUNT = `
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return count`;

/** Receives a notice and brings the job of its retrieval forward. */
export function receiveNotice(
  context: QueueContext,
  request: NoticeRequest,
): Promise<NoticeOutcome> {
  // Nobody waits for this, so that a known notice takes no longer than an unknown one. It is a hint
  // only, and a job that is no longer delayed cannot be brought forward.
  const onNotice = (id: string) => bringForward(context, id).catch(() => undefined);
  return context.client.receiveNotice(request, { onNotice });
}

/** Brings a delayed job forward to the instant that its note allows. */
async function bringForward(context: QueueContext, id: string): Promise<void> {
  await withQueue(context, 'none', async (queue, commands) => {
    const job = await queue.getJob(id);
    const { notBefore, until = '' } = parseNote(job?.progress) ?? {};
    if (job === undefined || notBefore === undefined || !(await job.isDelayed())) return;
    // Redis keeps durations by the system clock.
    const waitMs = Date.parse(notBefore) - context.clock.now();
    if (waitMs >= Date.parse(until) - context.clock.now()) return;
    const count = await commands.eval(COUNT, 1, queue.toKey(`noticed:${id}`), String(DAY_MS));
    if (Number(count) > MOST_NOTICES) return;
    if (waitMs > 0) await job.changeDelay(waitMs);
    else await job.promote();
  });
}
