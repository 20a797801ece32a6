import { isSelfInfoError, SelfInfoError } from '../errors.js';
import { checkKeys, checkMethods } from '../options.js';
import { type Clock, DAY_MS, systemClock } from '../time.js';

/** What a store holds under a key: a text, and the epoch milliseconds after which nobody needs it. */
export interface StoredEntry {
  readonly value: string;
  readonly expiresAt: number;
}

/**
 * Where pending transactions and the secrets of retrievals lie between two requests.
 *
 * Values hold code verifiers and tokens: a store that leaves the process must seal them. Expiry is judged by the client; a store may forget an entry, and the
 * mark that it was taken, 24 hours after `expiresAt`.
 *
 * @example
 * ```ts
 * import { createMemoryStore, type Store } from 'myna-selfinfo';
 * const inner = createMemoryStore();
 * let puts = 0;
 * const counting: Store = { ...inner, put: (key, value, expiresAt) => (puts++, inner.put(key, value, expiresAt)) };
 * ```
 */
export interface Store {
  /** Keeps a value; rejects with `store_key_exists` when the key is held, or was taken. `expiresAt` in epoch milliseconds. */
  put(key: string, value: string, expiresAt: number): Promise<void>;
  /** The entry, `'taken'`, or undefined when the key was never put, was deleted or forgotten. */
  get(key: string): Promise<StoredEntry | 'taken' | undefined>;
  /** Like `get`, and marks the entry as taken in the same atomic step: of many parallel calls one gets the entry. */
  take(key: string): Promise<StoredEntry | 'taken' | undefined>;
  /** Forgets a key. */
  delete(key: string): Promise<void>;
}

const SWEEP_MS = 60_000;

/**
 * A store in this process's memory: for one instance, tests and demos.
 *
 * @param options - `clock`: decides when expired entries are dropped; default the system's. Pass the client's when that one is virtual.
 * @throws SelfInfoError `unknown_option`.
 * @example
 * ```ts
 * import { createMemoryStore } from 'myna-selfinfo';
 * const store = createMemoryStore();
 * ```
 */
export function createMemoryStore(options: { readonly clock?: Clock } = {}): Store {
  checkKeys(options, 'options', ['clock']);
  const { clock = systemClock } = options;
  checkMethods(clock, 'options.clock', ['now']);
  const entries = new Map<string, { entry: StoredEntry | 'taken'; dropAt: number }>();
  let sweepAt = clock.now() + SWEEP_MS;
  function sweep(now: number) {
    sweepAt = now + SWEEP_MS;
    for (const [key, { dropAt }] of entries) if (dropAt <= now) entries.delete(key);
  }
  return {
    async put(key, value, expiresAt) {
      const now = clock.now();
      if (now >= sweepAt) sweep(now);
      if (entries.has(key)) throw new SelfInfoError('store_key_exists');
      entries.set(key, { entry: { value, expiresAt }, dropAt: expiresAt + DAY_MS });
    },
    async get(key) {
      return entries.get(key)?.entry;
    },
    async take(key) {
      const held = entries.get(key);
      if (held) entries.set(key, { ...held, entry: 'taken' });
      return held?.entry;
    },
    async delete(key) {
      entries.delete(key);
    },
  };
}

/** Lets our own errors through and hides the store's, which may quote what it was given. */
export function guardStore(store: Store): Store {
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw isSelfInfoError(error) ? error : new SelfInfoError('store_failed');
    }
  };
  return {
    put: (key, value, expiresAt) => guard(() => store.put(key, value, expiresAt)),
    get: (key) => guard(() => store.get(key)),
    take: (key) => guard(() => store.take(key)),
    delete: (key) => guard(() => store.delete(key)),
  };
}
