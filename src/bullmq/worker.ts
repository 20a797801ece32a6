import type { Job, Worker } from 'bullmq';
import type { SelfInfoClient } from '../client/types.js';
import { type Clock, systemClock } from '../foundation/clock.js';
import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import { isSelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkWhole } from '../foundation/options.js';
import { formatInstant } from '../foundation/time.js';
import type { Retrieval } from '../query/query.js';
import type { Vault } from '../vault/vault.js';
import { type Bullmq, hide } from './connection.js';
import { inTime, openingOf, paceMs, type Rate } from './openings.js';
import { type Note, refOf, type Tell } from './states.js';

/** Options of {@link RetrievalQueue.startWorker}. */
export interface RetrievalWorkerOptions {
  /** How many retrievals this worker asks for at once; default 10. */
  readonly concurrency?: number;
  /**
   * How long one question may take, in milliseconds; default 10,000. Closing waits for those under
   * way.
   */
  readonly deadlineMs?: number;
  /**
   * How long a worker that no longer says it is alive keeps what it has, in milliseconds; another
   * one takes it over within twice that time. Default 30,000.
   */
  readonly lockMs?: number;
}

/** A worker that runs. */
export interface RetrievalWorker extends AsyncDisposable {
  /**
   * Takes nothing more, and ends what is under way: each retrieval is put off, or its answer is in
   * the vault. Bounded, also while Redis is away.
   */
  close(): Promise<void>;
}

/** What the workers of a queue work with. */
export interface Workplace {
  readonly bullmq: Bullmq;
  readonly client: SelfInfoClient;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly rate: Rate;
  readonly name: string;
  readonly prefix: string;
  readonly connection: object;
  readonly tell: Tell;
  /** When to ask, of all that wait for the same instant. */
  spread(atMs: number): Promise<number>;
}

/** How asking once came out. */
type Asked =
  | { readonly ended: 'ready' }
  | { readonly ended: 'failed'; readonly code: string }
  | PutOff;

interface PutOff {
  readonly state: Note['state'];
  readonly atMs: number;
  readonly code?: string;
}

const CONCURRENCY = 10;
const DEADLINE_MS = 10_000;
const LOCK_MS = 30_000;
const CLOSING_MS = 2_000;
const RECONNECT_MS = 1_000;
/** A worker that the rate holds back cannot be woken to close: it looks around that often. */
const HELD_BACK_MS = 500;
/** What the vault never takes, however often it is put; all other refusals pass. */
const HOPELESS: readonly SelfInfoErrorCode[] = [
  'retention_ended',
  'foreign_answer',
  'invalid_option',
];

export function checkWorkerOptions(options: RetrievalWorkerOptions) {
  checkKeys(options, 'options', { concurrency: true, deadlineMs: true, lockMs: true });
  const { concurrency = CONCURRENCY, deadlineMs = DEADLINE_MS, lockMs = LOCK_MS } = options;
  checkWhole(concurrency, 'options.concurrency', 1);
  checkWhole(deadlineMs, 'options.deadlineMs', 1);
  checkWhole(lockMs, 'options.lockMs', 100);
  return { concurrency, deadlineMs, lockMs };
}

export function runWorker(
  place: Workplace,
  { concurrency, deadlineMs, lockMs }: ReturnType<typeof checkWorkerOptions>,
): RetrievalWorker {
  const { bullmq, client, vault, clock, tell } = place;

  /**
   * Asks at most once, and says what is to become of the retrieval; what is thrown passes, and it
   * is asked again.
   */
  async function ask(id: string): Promise<Asked> {
    const ref = refOf(id);
    // Somebody may have put the answer and died right then. And a vault that cannot be reached
    // could not take what the portal may give only once.
    const kept = await vault.has(ref);
    const retrieval = await client.recall(id);
    if (kept) return done(retrieval);
    if (retrieval === undefined) return lost(ref, 'retrieval_gone');
    const now = clock.now();
    const expiresMs = Date.parse(retrieval.expiresAt);
    const openingMs = openingOf(client, retrieval, now);
    // One that opens too late is not waited for: the calendar may be wrong, and informs only.
    if (openingMs > now && openingMs < expiresMs)
      return { state: 'unavailable', atMs: await spread(openingMs, expiresMs) };
    const collected = await client.collect(retrieval, { deadlineMs, once: true });
    const soonMs = clock.now() + paceMs(clock.now() - Date.parse(retrieval.submittedAt));
    switch (collected.status) {
      case 'pending':
        return { state: 'waiting', atMs: Math.max(Date.parse(collected.retryAt), soonMs) };
      case 'unavailable': {
        const untilMs = Math.min(Date.parse(collected.until ?? '') || 0, expiresMs);
        return {
          state: 'unavailable',
          atMs: untilMs > soonMs ? await spread(untilMs, expiresMs) : soonMs,
        };
      }
      case 'failed':
        return lost(ref, collected.error.code, () => client.discard(retrieval));
      case 'ready': {
        // Discarded while it was asked for, by another process perhaps: the citizen wants it kept
        // nowhere. Where nobody can tell, it is not thrown away.
        if (
          clock.now() < expiresMs &&
          (await client.recall(id).catch(() => retrieval)) === undefined
        )
          return lost(ref, 'retrieval_gone');
        try {
          await vault.put(collected.answer, { ref });
        } catch (error) {
          if (isSelfInfoError(error) && HOPELESS.includes(error.code))
            return lost(ref, error.code, () => client.discard(retrieval));
          // Put by another worker, which had lost the job and did not know.
          if (!isSelfInfoError(error, 'store_key_exists')) throw error;
        }
        return done(retrieval);
      }
    }
  }

  const spread = async (atMs: number, expiresMs: number) =>
    inTime(await place.spread(atMs), atMs, expiresMs);

  /**
   * The token has no reason to stay behind the answer: where it cannot be deleted, that is tried
   * again, until it expires.
   */
  async function done(retrieval: Retrieval | undefined): Promise<Asked> {
    if (retrieval !== undefined) await client.discard(retrieval);
    return { ended: 'ready' };
  }

  /** What cannot be had any more was perhaps had before, by a worker that had lost the job. */
  async function lost(ref: string, code: string, forget = async () => {}): Promise<Asked> {
    if (await vault.has(ref)) return { ended: 'ready' };
    await forget().catch(() => undefined);
    return { ended: 'failed', code };
  }

  /**
   * What is asked again after an error: as late as the error says, and the more seldom the longer
   * it has gone on.
   */
  function passing(error: unknown, job: Job): PutOff {
    const known = isSelfInfoError(error) ? error : undefined;
    const soonMs = clock.now() + paceMs(Date.now() - job.timestamp);
    return {
      state: 'waiting',
      atMs: Math.max(Date.parse(known?.retry.notBefore ?? '') || 0, soonMs),
      code: known?.code ?? 'unexpected',
    };
  }

  async function work(job: Job, token: string | undefined): Promise<null> {
    const id = String(job.id);
    const asked = await ask(id).catch((error: unknown) => passing(error, job));
    if ('ended' in asked) {
      if (asked.ended === 'failed') throw bare(new bullmq.UnrecoverableError(asked.code));
      return null;
    }
    const { state, atMs, code } = asked;
    const note: Note = { state, until: formatInstant(atMs) };
    try {
      await job.updateProgress({ ...note });
      // Redis keeps durations by the machines' clocks.
      await job.moveToDelayed(Date.now() + Math.max(0, atMs - clock.now()), token);
    } catch (error) {
      // Redis refused, or the lock was lost to another worker, whose job it is now.
      throw bare(new Error(hide(error).code));
    }
    tell({ type: 'put-off', id, ...note, ...(code !== undefined && { code }) });
    throw new bullmq.DelayedError();
  }

  const worker: Worker = new bullmq.Worker(place.name, work, {
    connection: place.connection,
    prefix: place.prefix,
    concurrency,
    limiter: { max: place.rate.max, duration: place.rate.perMs },
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // However many workers die over it: it ends when it expires.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    runRetryDelay: RECONNECT_MS,
    maximumRateLimitDelay: HELD_BACK_MS,
  });
  worker.on('error', (error) => tell({ type: 'trouble', ...wordOf(error) }));
  worker.on('stalled', (id) => tell({ type: 'recovered', id }));
  // Told after Redis has taken the end, which it does once.
  worker.on('completed', (job) =>
    tell({ type: 'ended', id: String(job.id), state: 'ready', ref: refOf(String(job.id)) }),
  );
  worker.on('failed', (job, error) => {
    if (job && error instanceof bullmq.UnrecoverableError)
      tell({ type: 'ended', id: String(job.id), state: 'failed', code: error.message });
  });

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    const ended = new AbortController();
    const late = systemClock.wait(deadlineMs + CLOSING_MS, ended.signal).catch(() => undefined);
    // Waits for what is under way; for Redis, too, and that without end.
    const drained = worker
      .pause()
      .catch((error: unknown) => tell({ type: 'trouble', ...wordOf(error) }));
    await Promise.race([drained, late]).finally(() => ended.abort());
    // What could not be given back another worker takes over.
    void worker.client.then(silence, () => undefined);
    await worker.close(true);
  }
  const closeOnce = () => (closing ??= close());
  return { close: closeOnce, [Symbol.asyncDispose]: closeOnce };
}

/**
 * Of an error BullMQ writes message and stack into Redis: the stack would name paths of this
 * machine.
 */
function bare<E extends Error>(error: E): E {
  error.stack = '';
  return error;
}

/**
 * A closed worker repeats a command without a pause for as long as it hears of a closed connection,
 * and nothing else in the process would get its turn.
 */
function silence(client: object): void {
  Object.assign(client, { sendCommand: () => Promise.reject(new Error('ended')) });
}

export function wordOf(error: unknown): { readonly code?: string } {
  const code = hide(error).upstream?.code;
  return code === undefined ? {} : { code };
}
