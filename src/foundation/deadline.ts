import { setImmediate } from 'node:timers/promises';
import { alarm, CANCELLED, type Clock } from './clock.js';
import type { Stage } from './error-facts.js';
import { SelfInfoError } from './errors.js';
import { ONCE, ownBag } from './own.js';

/** What bounds one call: its stage, its signal, and the epoch milliseconds by which it must end. */
export interface Scope {
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly deadline?: number | undefined;
}

/** How {@link deadline} ends work early. */
export interface DeadlineOptions {
  readonly clock: Clock;
  /** Milliseconds that the work may take. Default: no limit. */
  readonly limitMs?: number;
  /** Any of these ends the work when it aborts. */
  readonly signals?: readonly AbortSignal[];
  /** Returns what to reject with when the limit is over. */
  readonly timedOut: () => unknown;
  /** Returns what to reject with when a signal aborts. */
  readonly aborted: () => unknown;
}

/** The race as the work sees it. */
export interface Race {
  /** Aborts once the race is decided, so that the work can clean up. */
  readonly signal: AbortSignal;
  /**
   * Starts the limit of silence, or starts it again: unless this is called once more within `ms`
   * milliseconds, the race rejects with what `silent` returns.
   */
  expectWithin(ms: number, silent: () => unknown): void;
}

/**
 * Settles with the work, its limits, or the first signal to abort, whichever comes first, even when
 * the work ignores its signal. Only the first outcome counts.
 *
 * Work that could send is not started when a signal has aborted or no time is left.
 */
export async function deadline<T>(
  options: DeadlineOptions,
  work: (race: Race) => Promise<T>,
): Promise<T> {
  const {
    clock,
    limitMs = Number.POSITIVE_INFINITY,
    signals = [],
    timedOut,
    aborted,
  } = ownBag(options);
  if (signals.some((signal) => signal.aborted)) throw aborted();
  if (limitMs <= 0) throw timedOut();
  const { promise, resolve, reject } = withResolvers<T>();
  const race = createRace(clock, reject);
  const abort = () => reject(aborted());
  for (const signal of signals) signal.addEventListener('abort', abort, ONCE);
  const cancelLimit =
    limitMs !== Number.POSITIVE_INFINITY
      ? alarm(clock, limitMs, () => reject(timedOut()))
      : undefined;
  try {
    work(race).then(resolve, reject);
    return await promise;
  } finally {
    race.end();
    cancelLimit?.();
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}

function createRace(clock: Clock, reject: (reason: unknown) => void): Race & { end(): void } {
  // Made on first use: most store calls never look at the signal.
  let inner: AbortController | undefined;
  let cancelSilence = () => {};
  let ended = false;
  return {
    get signal() {
      inner ??= new AbortController();
      if (ended) inner.abort(CANCELLED);
      return inner.signal;
    },
    expectWithin(ms, silent) {
      cancelSilence();
      if (!ended) cancelSilence = alarm(clock, ms, () => reject(silent()));
    },
    end() {
      ended = true;
      inner?.abort(CANCELLED);
      cancelSilence();
    },
  };
}

// Promise.withResolvers needs Node 22.
function withResolvers<T>() {
  let resolve = (_value: T) => {};
  let reject = (_reason: unknown) => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/**
 * Runs work that changes nothing at the portal within a scope and at most `limitMs` milliseconds.
 *
 * @throws SelfInfoError `aborted` at the stage of the scope, or `timed_out` at the stage `store`.
 */
export function withinScope<T>(
  { stage, signal }: Pick<Scope, 'stage' | 'signal'>,
  clock: Clock,
  limitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const harmless = { effect: 'none', retry: { safe: true } } as const;
  const options: DeadlineOptions = {
    clock,
    limitMs,
    signals: [signal],
    timedOut: () => new SelfInfoError('timed_out', { stage: 'store', ...harmless }),
    aborted: () => new SelfInfoError('aborted', { stage, ...harmless }),
  };
  return deadline(options, work);
}

/** Lets the rest of the process run between two slices of long work. */
export interface Yielder {
  /** Counts work done; returns true when the slice is used up and `yield` is due. */
  use(amount: number): boolean;
  /** Ends the slice and lets other work run. Rejects when the signal has aborted meanwhile. */
  yield(): Promise<void>;
}

/** Creates a yielder with slices of `slice`, in any unit of work. */
export function createYielder(slice: number, signal?: AbortSignal): Yielder {
  let left = slice;
  return {
    use(amount) {
      left -= amount;
      return left <= 0;
    },
    async yield() {
      left = slice;
      await setImmediate();
      signal?.throwIfAborted();
    },
  };
}
