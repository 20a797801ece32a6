import type { Clock } from '../foundation/clock.js';
import { type Scope, withinScope } from '../foundation/deadline.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { own } from '../foundation/own.js';
import type { Store } from './store.js';

/** A store whose calls are each bounded by a scope. */
export interface BoundStore {
  put(scope: Scope, ...entry: Parameters<Store['put']>): ReturnType<Store['put']>;
  get(scope: Scope, key: string): ReturnType<Store['get']>;
  take(scope: Scope, key: string): ReturnType<Store['take']>;
  delete(scope: Scope, key: string): ReturnType<Store['delete']>;
  countEntries(): number | undefined;
}

/** The longest time of one store call. */
const STORE_MS = 10_000;

/**
 * Marks an early end of a take as unknown: the entry may be used up after all, now or later. Then
 * the same callback is a replay.
 */
function unknownTake(error: unknown): unknown {
  const endedEarly = isSelfInfoError(error, 'aborted') || isSelfInfoError(error, 'timed_out');
  return endedEarly
    ? new SelfInfoError(error.code, {
        stage: error.stage,
        effect: 'unknown',
        retry: { safe: false },
      })
    : error;
}

/** Wraps a store so that a call ends with its scope. What the store does afterwards is ignored. */
export function boundStore(store: Store, clock: Clock): BoundStore {
  function bound<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
    const leftMs = (own(scope, 'deadline') ?? Number.POSITIVE_INFINITY) - clock.now();
    // A clock without a time must not end a store call that may already have taken an entry.
    const limitMs = Number.isNaN(leftMs) ? STORE_MS : Math.min(STORE_MS, leftMs);
    // A passed deadline stops calls to the portal. A local store may still answer.
    return withinScope(scope, clock, Math.max(1, limitMs), work);
  }
  return {
    put: (scope, ...entry) => bound(scope, () => store.put(...entry)),
    get: (scope, key) => bound(scope, () => store.get(key)),
    take: (scope, key) =>
      bound(scope, () => store.take(key)).catch((error) => Promise.reject(unknownTake(error))),
    delete: (scope, key) => bound(scope, () => store.delete(key)),
    countEntries: () => store.countEntries?.(),
  };
}
