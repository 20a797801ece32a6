import type { Job, Queue } from 'bullmq';
import type { Clock } from '../foundation/clock.js';
import { STORED_VERSION, UNVERSIONED } from '../foundation/sealing.js';
import { DAY_MS, formatInstant } from '../foundation/time.js';

/**
 * State of a retrieval, for the citizen's screen: plain data without a personal value. `until`: the
 * next time it is asked for, ISO 8601 at +09:00.
 *
 * `waiting`: it waits for a worker, or for the portal to finish. `asking`: a worker asks right now.
 * `unavailable`: the holder of the information is closed or busy. `ready`: the vault has the answer
 * under `ref`. `failed`: there will be no answer; `code` says why.
 */
export type RetrievalState =
  | { readonly state: 'waiting'; readonly until?: string }
  | { readonly state: 'asking' }
  | { readonly state: 'unavailable'; readonly until: string }
  | { readonly state: 'ready'; readonly ref: string }
  | { readonly state: 'failed'; readonly code: string };

/** The form that `formatInstant` returns. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?\+09:00$/;
/** Longest plausible delay: a longer one, or one that is not a number, is ignored. */
const LONGEST_MS = 365 * DAY_MS;

/** Returns the vault's reference for the answer to a retrieval: the id without hyphens. */
export function refOf(id: string): string {
  return id.replaceAll('-', '');
}

/** The note that a worker writes on a job before it puts the job off. */
export interface PutOffNote {
  /** `ready`: the vault has the answer, and acknowledging it is tried again. */
  readonly state: 'waiting' | 'unavailable' | 'ready';
  readonly until: string;
  /** ISO 8601 at +09:00. A notice may bring the job forward to this instant. */
  readonly notBefore?: string;
}

/** Returns the state of a job, or undefined when Redis has no such job. */
export async function stateOf(
  queue: Pick<Queue, 'getJobState' | 'getJob'>,
  id: string,
  clock: Pick<Clock, 'now'>,
): Promise<RetrievalState | undefined> {
  const state = await queue.getJobState(id);
  if (state === 'unknown') return undefined;
  if (state === 'completed') return { state: 'ready', ref: refOf(id) };
  const job = await queue.getJob(id);
  if (state === 'failed') return { state: 'failed', code: failureCodeOf(job) };
  const note = parseNote(job?.progress);
  if (note?.state === 'ready') return { state: 'ready', ref: refOf(id) };
  if (state === 'active') return { state: 'asking' };
  return state === 'delayed' ? delayedState(job, note, clock) : { state: 'waiting' };
}

/**
 * Returns the code of a failed job. Others can write text to Redis, and BullMQ has its own reasons:
 * only what looks like a code of this package passes.
 */
function failureCodeOf(job: Job | undefined): string {
  const reason = job?.failedReason ?? '';
  return /^[a-z_]{1,40}$/.test(reason) ? reason : 'retrieval_gone';
}

/**
 * Validates a note: a citizen must not see any other text from Redis. Notes have had no version so
 * far. A newer one is ignored: the job alone tells enough.
 */
export function parseNote(progress: unknown): PutOffNote | undefined {
  const { v, state, until, notBefore } = Object(progress) as Readonly<Record<string, unknown>>;
  if (
    (v !== STORED_VERSION && v !== UNVERSIONED) ||
    (state !== 'waiting' && state !== 'unavailable' && state !== 'ready') ||
    typeof until !== 'string' ||
    !INSTANT.test(until)
  )
    return undefined;
  const isInstant = typeof notBefore === 'string' && INSTANT.test(notBefore);
  return isInstant ? { state, until, notBefore } : { state, until };
}

function delayedState(
  job: Job | undefined,
  note: PutOffNote | undefined,
  clock: Pick<Clock, 'now'>,
): RetrievalState {
  if (note !== undefined && note.state !== 'ready') return { state: note.state, until: note.until };
  // A job without a note was put off when it was added, because a holder was closed. Redis keeps
  // durations by the system clock.
  const leftMs = job === undefined ? 0 : job.timestamp + job.delay - Date.now();
  return {
    state: 'unavailable',
    until: formatInstant(clock.now() + (Math.abs(leftMs) <= LONGEST_MS ? leftMs : 0)),
  };
}
