import type { Job, Queue } from 'bullmq';
import type { Clock } from '../foundation/clock.js';
import { DAY_MS, formatInstant } from '../foundation/time.js';

/**
 * Where a retrieval stands, for the citizen's screen: plain data without a personal value. `until`:
 * ISO 8601 at +09:00, when it is asked next.
 *
 * `waiting`: for its turn, or for the portal, which has not finished. `asking`: right now.
 * `unavailable`: who has the answer is closed or busy. `ready`: the answer lies in the vault under
 * `ref`. `failed`: it will not come any more; `code` says why.
 */
export type RetrievalState =
  | { readonly state: 'waiting'; readonly until?: string }
  | { readonly state: 'asking' }
  | { readonly state: 'unavailable'; readonly until: string }
  | { readonly state: 'ready'; readonly ref: string }
  | { readonly state: 'failed'; readonly code: string };

/**
 * What a queue tells of the work of this process. `at`: ISO 8601 at +09:00. `id`: that of the
 * retrieval.
 *
 * `added`: by this process. `put-off`: not finished, and asked again at `until`; `code`, where an
 * error was the reason. `ended`: told by the worker that ended it, once. `recovered`: the worker
 * that had it died or lost it; it goes on. `trouble`: with Redis; `code`: its own word or the
 * system's, where there is one.
 *
 * @example
 * ```ts
 * import type { RetrievalQueueEvent } from 'myna-selfinfo/bullmq';
 * const isAlarming = (event: RetrievalQueueEvent) => event.type === 'trouble' || (event.type === 'ended' && event.state === 'failed');
 * ```
 */
export type RetrievalQueueEvent = { readonly at: string } & (
  | { readonly type: 'added' | 'recovered'; readonly id: string }
  | {
      readonly type: 'put-off';
      readonly id: string;
      readonly state: 'waiting' | 'unavailable';
      readonly until: string;
      readonly code?: string;
    }
  | { readonly type: 'ended'; readonly id: string; readonly state: 'ready'; readonly ref: string }
  | { readonly type: 'ended'; readonly id: string; readonly state: 'failed'; readonly code: string }
  | { readonly type: 'trouble'; readonly code?: string }
);

/** As `formatInstant` writes it. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?\+09:00$/;
/** No retrieval is put off for longer, and of what is no number nothing is told. */
const LONGEST_MS = 365 * DAY_MS;

/** Tells what happened; without the instant, which is added. */
export type Tell = (
  event: RetrievalQueueEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never,
) => void;

/**
 * The reference in the vault that the answer to a retrieval is kept under: the letters of its id.
 */
export function refOf(id: string): string {
  return id.replaceAll('-', '');
}

/** What a worker notes on a job before it puts it off. */
export interface Note {
  readonly state: 'waiting' | 'unavailable';
  readonly until: string;
}

/** Where a job stands; undefined when there is none. */
export async function stateOf(
  queue: Queue,
  id: string,
  clock: Clock,
): Promise<RetrievalState | undefined> {
  const state = await queue.getJobState(id);
  switch (state) {
    case 'unknown':
      return undefined;
    case 'active':
      return { state: 'asking' };
    case 'completed':
      return { state: 'ready', ref: refOf(id) };
    case 'failed':
      return { state: 'failed', code: codeOf(await queue.getJob(id)) };
    case 'delayed':
      return delayedState(await queue.getJob(id), clock);
    default:
      return { state: 'waiting' };
  }
}

/**
 * Whoever can write to Redis could put a text there, and BullMQ has reasons of its own: only what
 * looks like a code is one.
 */
function codeOf(job: Job | undefined): string {
  const reason = job?.failedReason ?? '';
  return /^[a-z_]{1,40}$/.test(reason) ? reason : 'retrieval_gone';
}

/** Of a note, too: whatever else stands there is not shown to a citizen. */
function noteOf(progress: unknown): Note | undefined {
  const { state, until } = Object(progress) as { readonly [name in keyof Note]?: unknown };
  if (
    (state !== 'waiting' && state !== 'unavailable') ||
    typeof until !== 'string' ||
    !INSTANT.test(until)
  )
    return undefined;
  return { state, until };
}

function delayedState(job: Job | undefined, clock: Clock): RetrievalState {
  const note = noteOf(job?.progress);
  if (note !== undefined) return note;
  // Put off by whoever added it, because a holder was closed. Redis keeps durations by the
  // machines' clocks.
  const leftMs = job === undefined ? 0 : job.timestamp + job.delay - Date.now();
  return {
    state: 'unavailable',
    until: formatInstant(clock.now() + (Math.abs(leftMs) <= LONGEST_MS ? leftMs : 0)),
  };
}
