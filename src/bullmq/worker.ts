import { setMaxListeners } from 'node:events';
import type { Job, Worker } from 'bullmq';
import { CANCELLED } from '../foundation/clock.js';
import { SelfInfoError } from '../foundation/errors.js';
import { has } from '../foundation/own.js';
import { formatInstant } from '../foundation/time.js';
import { type AskContext, askOnce, type PutOff, retryLater } from './asking.js';
import {
  type Bullmq,
  loadBullmq,
  type OpenConnection,
  openConnection,
  waitAtMost,
} from './connection.js';
import { orDisconnect, type QueueContext, reportTrouble } from './context.js';
import { type EmitQueueEvent, emitTrouble } from './events.js';
import { bringForwardIfNoticed } from './notices.js';
import {
  type CheckedWorkerOptions,
  checkWorkerOptions,
  type RetrievalWorkerOptions,
} from './options.js';
import { takePermit, waitForPermit } from './permits.js';
import { toStoreError, withoutStack } from './redis-errors.js';
import { spread } from './slots.js';
import { type PutOffNote, refOf } from './states.js';

/** A running worker. */
export interface RetrievalWorker extends AsyncDisposable {
  /**
   * Takes no more retrievals and finishes those in progress: each is put off, or the vault has its
   * answer. It returns in bounded time, even while Redis is away.
   */
  close(): Promise<void>;
}

/** What processing a job needs beside asking. */
export interface JobContext extends AskContext {
  readonly bullmq: Pick<Bullmq, 'DelayedError' | 'UnrecoverableError'>;
  readonly emit: EmitQueueEvent;
  /** Brings a job that was just put off forward, if a notice came meanwhile. */
  hurry(id: string): Promise<void>;
}

const CLOSING_MS = 2_000;
const RECONNECT_MS = 1_000;
/** A worker that the rate limit holds back cannot be woken to close, so it checks this often. */
const HELD_BACK_MS = 500;

/** Starts a worker in this process. */
export async function startWorker(
  context: QueueContext,
  given: RetrievalWorkerOptions = {},
): Promise<RetrievalWorker> {
  const options = checkWorkerOptions(given);
  if (context.lifetime.signal.aborted) throw new SelfInfoError('client_closed');
  const bullmq = await loadBullmq();
  try {
    const connection = await openConnection(context.connection, 'worker');
    return orDisconnect(connection, () => {
      // It may have been closed meanwhile.
      if (context.lifetime.signal.aborted) throw new SelfInfoError('client_closed');
      const worker = runWorker(context, bullmq, connection, options);
      context.workers.add(worker);
      return worker;
    });
  } catch (error) {
    throw toStoreError(error);
  }
}

function runWorker(
  context: QueueContext,
  bullmq: Bullmq,
  connection: OpenConnection,
  { concurrency, deadlineMs, lockMs }: CheckedWorkerOptions,
): RetrievalWorker {
  const { client, vault, clock, emit, name, prefix, rate } = context;
  // Ends the waits for permits, so that closing does not wait for them.
  const stopping = new AbortController();
  // Every job that waits adds a listener.
  setMaxListeners(0, stopping.signal);
  const take = () => takePermit(connection.commands, worker.toKey('asked'), rate);
  const jobs: JobContext = {
    bullmq,
    client,
    vault,
    clock,
    emit,
    deadlineMs,
    spread: (atMs, expiresMs) => spread(context, atMs, expiresMs),
    permit: () => waitForPermit(take, stopping.signal),
    hurry: (id) => bringForwardIfNoticed(context, id),
  };
  const worker = new bullmq.Worker(name, (job, token) => processJob(jobs, job, token), {
    connection: connection.client,
    prefix,
    concurrency,
    limiter: { max: rate.max, duration: rate.perMs },
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // A retrieval ends when it expires, no matter how many workers die while processing it.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    runRetryDelay: RECONNECT_MS,
    maximumRateLimitDelay: HELD_BACK_MS,
  });
  reportTrouble(worker, connection, emit);
  reportEnds(worker, jobs);
  let closing: Promise<void> | undefined;
  const close = () => {
    stopping.abort(CANCELLED);
    closing ??= closeWorker(worker, connection, deadlineMs + CLOSING_MS, emit);
    return closing;
  };
  return { close, [Symbol.asyncDispose]: close };
}

/**
 * Asks for the retrieval of a job once, and ends the job or puts it off.
 *
 * @param token - the worker's lock on the job.
 * @throws BullMQ's `UnrecoverableError` for a failed retrieval, its `DelayedError` for one put off.
 */
export async function processJob(
  context: JobContext,
  job: Pick<Job, 'id' | 'timestamp' | 'updateProgress' | 'moveToDelayed'>,
  token: string | undefined,
): Promise<null> {
  const id = String(job.id);
  const later = (error: unknown) => retryLater(context, error, Date.now() - job.timestamp);
  const outcome = await askOnce(context, id).catch(later);
  // Whether the portal takes the acknowledgement is nothing that the citizen waits for.
  if (has(outcome, 'unacknowledged'))
    return putOff(context, job, token, { ...later(outcome.unacknowledged), state: 'ready' });
  if (has(outcome, 'atMs')) return putOff(context, job, token, outcome);
  if (outcome.ended === 'failed')
    throw withoutStack(new context.bullmq.UnrecoverableError(outcome.code));
  return null;
}

async function putOff(
  { bullmq, clock, emit, hurry }: JobContext,
  job: Pick<Job, 'id' | 'updateProgress' | 'moveToDelayed'>,
  token: string | undefined,
  { state, atMs, notBefore, code }: PutOff,
): Promise<never> {
  const shown = { state, until: formatInstant(atMs) };
  const note: PutOffNote = notBefore === undefined ? shown : { ...shown, notBefore };
  try {
    await job.updateProgress({ ...note });
    // Redis keeps durations by the system clock.
    await job.moveToDelayed(Date.now() + Math.max(0, atMs - clock.now()), token);
  } catch (error) {
    // Redis refused, or another worker holds the lock and therefore the job.
    throw withoutStack(new Error(toStoreError(error).code));
  }
  if (notBefore !== undefined) await hurry(String(job.id));
  emit({ type: 'put-off', id: String(job.id), ...shown, ...(code !== undefined && { code }) });
  throw new bullmq.DelayedError();
}

/** Emits an event for each outcome of a worker's jobs. */
export function reportEnds(
  worker: Pick<Worker, 'on'>,
  { bullmq, emit }: Pick<JobContext, 'bullmq' | 'emit'>,
): void {
  worker.on('stalled', (id) => emit({ type: 'recovered', id }));
  // BullMQ calls these after Redis has accepted the end, which happens once.
  worker.on('completed', (job) => {
    const id = String(job.id);
    emit({ type: 'ended', id, state: 'ready', ref: refOf(id) });
  });
  worker.on('failed', (job, error) => {
    if (job && error instanceof bullmq.UnrecoverableError)
      emit({ type: 'ended', id: String(job.id), state: 'failed', code: error.message });
  });
}

/** Closes a worker within `limitMs`. Another worker takes over what it could not give back. */
export async function closeWorker(
  worker: Pick<Worker, 'pause' | 'close'>,
  connection: Pick<OpenConnection, 'disconnect'>,
  limitMs: number,
  emit: EmitQueueEvent,
): Promise<void> {
  // Pausing waits for the jobs in progress, but also for Redis, without a limit.
  await waitAtMost(limitMs, () =>
    worker.pause().catch((error: unknown) => emitTrouble(emit, error)),
  );
  connection.disconnect();
  await worker.close(true);
}
