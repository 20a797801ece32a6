import type { Clock } from '../foundation/clock.js';
import { type Scope, withinScope } from '../foundation/deadline.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import type { Store } from './store.js';

/** A store whose every call is bounded by a scope. */
export interface BoundStore {
  put(scope: Scope, ...entry: Parameters<Store['put']>): ReturnType<Store['put']>;
  get(scope: Scope, key: string): ReturnType<Store['get']>;
  take(scope: Scope, key: string): ReturnType<Store['take']>;
  delete(scope: Scope, key: string): ReturnType<Store['delete']>;
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
    return withinScope(scope, clock, Math.max(1, Math.min(STORE_MS, leftMs)), work);
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
