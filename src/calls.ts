import { setMaxListeners } from 'node:events';
import { isSelfInfoError, SelfInfoError, type Stage } from './errors.js';
import type { Store } from './stores/store.js';
import { alarm, type Clock } from './time.js';

/**
 * What a call of the client runs within: the step it takes, a signal of its own, and the epoch
 * milliseconds by which it must be over.
 */
export interface Scope {
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly deadline?: number | undefined;
}

/** The calls of one client that are under way. */
export interface Calls {
  /**
   * Runs a call under a signal that aborts with the caller's and with the client.
   *
   * @throws SelfInfoError `client_closed`, `overloaded`.
   */
  run<T>(
    stage: Stage,
    signal: AbortSignal | undefined,
    work: (scope: Scope) => Promise<T>,
  ): Promise<T>;
  /** Refuses what is no call, but means nothing once the client is closed: `client_closed`. */
  checkOpen(): void;
  /** Aborts all. */
  close(): void;
}

/**
 * Keeps account of a client's calls and refuses more than `most` at once; a consent that begins
 * sends nothing and does not count.
 */
export function createCalls(most: number): Calls {
  const lifetime = new AbortController();
  let underWay = 0;
  function checkOpen(): void {
    if (lifetime.signal.aborted) throw new SelfInfoError('client_closed');
  }
  return {
    checkOpen,
    async run(stage, signal, work) {
      checkOpen();
      const share = stage === 'consent' ? 0 : 1;
      if (underWay + share > most) throw new SelfInfoError('overloaded', { stage });
      const own = new AbortController();
      const abort = () => own.abort();
      const signals = signal ? [lifetime.signal, signal] : [lifetime.signal];
      for (const given of signals) {
        // Every call under way listens, and takes its listener away again: a busy client is no
        // leak.
        setMaxListeners(0, given);
        if (given.aborted) own.abort();
        else given.addEventListener('abort', abort, { once: true });
      }
      underWay += share;
      try {
        return await work({ stage, signal: own.signal });
      } finally {
        underWay -= share;
        for (const given of signals) given.removeEventListener('abort', abort);
      }
    },
    close: () => lifetime.abort(),
  };
}

/** A store whose every call is bounded by a scope. */
export interface BoundStore {
  put(scope: Scope, ...entry: Parameters<Store['put']>): ReturnType<Store['put']>;
  get(scope: Scope, key: string): ReturnType<Store['get']>;
  take(scope: Scope, key: string): ReturnType<Store['take']>;
  delete(scope: Scope, key: string): ReturnType<Store['delete']>;
}

/**
 * Settles with the work, or at once when the scope's signal aborts, or after `limitMs`, also when
 * the work never settles.
 *
 * @throws SelfInfoError `aborted` at the scope's stage, `timed_out`: for work that changes nothing
 * at the portal.
 */
export async function within<T>(
  { stage, signal }: Scope,
  clock: Clock,
  limitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const harmless = { effect: 'none', retry: { safe: true } } as const;
  if (signal.aborted) throw new SelfInfoError('aborted', { stage, ...harmless });
  let finish = (_value: T) => {};
  let end = (_reason: unknown) => {};
  const settled = new Promise<T>((resolve, reject) => {
    finish = resolve;
    end = reject;
  });
  const abort = () => end(new SelfInfoError('aborted', { stage, ...harmless }));
  signal.addEventListener('abort', abort, { once: true });
  const late = () => end(new SelfInfoError('timed_out', { stage: 'store', ...harmless }));
  const callOff = limitMs < Number.POSITIVE_INFINITY ? alarm(clock, limitMs, late) : undefined;
  try {
    // What comes later than the first is not heard.
    work().then(finish, end);
    return await settled;
  } finally {
    callOff?.();
    signal.removeEventListener('abort', abort);
  }
}

/** The longest that a store may take over one call. */
const STORE_MS = 10_000;

/** An end that came before the store's answer, for a step that cannot be taken again. */
function final(error: unknown): unknown {
  const impatient = isSelfInfoError(error, 'aborted') || isSelfInfoError(error, 'timed_out');
  return impatient
    ? new SelfInfoError(error.code, {
        stage: error.stage,
        effect: error.effect,
        retry: { safe: false },
      })
    : error;
}

/** Waits for a store no longer than the scope allows; what it does afterwards it does unheard. */
export function boundStore(store: Store, clock: Clock): BoundStore {
  function reach<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
    const leftMs = (scope.deadline ?? Number.POSITIVE_INFINITY) - clock.now();
    // A deadline that is over stops what goes out; a store at hand may still answer.
    return within(scope, clock, Math.max(1, Math.min(STORE_MS, leftMs)), work);
  }
  return {
    put: (scope, ...entry) => reach(scope, () => store.put(...entry)),
    get: (scope, key) => reach(scope, () => store.get(key)),
    // Whether it was taken after all nobody can tell: the same callback may be a replay from now
    // on.
    take: (scope, key) =>
      reach(scope, () => store.take(key)).catch((error) => Promise.reject(final(error))),
    delete: (scope, key) => reach(scope, () => store.delete(key)),
  };
}
