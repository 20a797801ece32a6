import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';

/**
 * What a store holds under a key: a text, and the epoch milliseconds after which nobody needs it.
 */
export interface StoredEntry {
  /** What was put; from `expiresAt` on a store may keep an empty text in its place. */
  readonly value: string;
  readonly expiresAt: number;
}

/**
 * Where pending transactions (keys `transaction:...`) and the secrets of retrievals
 * (`retrieval:...`) lie between two requests.
 *
 * Values hold code verifiers and tokens: a store that leaves the process must seal them, and should
 * drop them at `expiresAt`. Expiry is judged by the client: of an entry that has expired, and of
 * one that was taken, a mark is kept until 24 hours after `expiresAt`, so that a citizen who comes
 * late is told so. A mark may be forgotten earlier where room is short, a value never: a store that
 * is full refuses to `put`. A call is given up after 10 seconds.
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
  /**
   * Keeps a value; rejects with `store_key_exists` when the key is held, expired or not, or was
   * taken, as long as the mark of it stands. `expiresAt` in epoch milliseconds. May reject with
   * `store_full`, though not for a retrieval: its consent is spent by then.
   */
  put(key: string, value: string, expiresAt: number): Promise<void>;
  /** The entry, `'taken'`, or undefined when the key was never put, was deleted or forgotten. */
  get(key: string): Promise<StoredEntry | 'taken' | undefined>;
  /**
   * Like `get`, and marks the entry as taken in the same atomic step: of many parallel calls one
   * gets the entry.
   */
  take(key: string): Promise<StoredEntry | 'taken' | undefined>;
  /** Forgets a key. */
  delete(key: string): Promise<void>;
}

type Found = Awaited<ReturnType<Store['get']>>;

/** Read once, and where what a getter throws is hidden. */
function copied(found: Found): Found {
  return typeof found === 'object' && found !== null
    ? { value: found.value, expiresAt: found.expiresAt }
    : found;
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
    get: (key) => guard(async () => copied(await store.get(key))),
    take: (key) => guard(async () => copied(await store.take(key))),
    delete: (key) => guard(() => store.delete(key)),
  };
}
