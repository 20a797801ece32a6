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

/** How long a notice is kept that comes while a worker asks. Asking takes less. */
const KEPT_MS = 60_000;

// KEYS: the notice of a retrieval whose job is not delayed; ARGV: how long to keep it.
const KEEP = "return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])";
// KEYS: the same. Returns 1 when there was one.
const TAKE = "return redis.call('DEL', KEYS[1])";

/** Receives a notice and brings the job of its retrieval forward. */
export function receiveNotice(
  context: QueueContext,
  request: NoticeRequest,
): Promise<NoticeOutcome> {
  // Not awaited, so that a known notice takes no longer than an unknown one. It is a hint
  // only, and a job that is no longer delayed cannot be brought forward.
  const onNotice = (id: string) => bringForward(context, id).catch(() => undefined);
  return context.client.receiveNotice(request, { onNotice });
}

/**
 * Brings a job that was just put off forward, if a notice came while a worker asked: the portal may
 * have finished right after it was asked. A failure is ignored, like that of a notice.
 */
export async function bringForwardIfNoticed(context: QueueContext, id: string): Promise<void> {
  const take = withQueue(context, 'none', async (queue, commands) =>
    commands.eval(TAKE, 1, queue.toKey(`notice:${id}`)),
  );
  if ((await take.catch(() => 0)) === 1) await bringForward(context, id).catch(() => undefined);
}

/** Brings a delayed job forward to the instant that its note allows. */
async function bringForward(context: QueueContext, id: string): Promise<void> {
  await withQueue(context, 'none', async (queue, commands) => {
    if ((await queue.getJobState(id)) !== 'delayed')
      await commands.eval(KEEP, 1, queue.toKey(`notice:${id}`), String(KEPT_MS));
    // Read afterwards: a worker that puts the job off from now on finds the notice.
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
