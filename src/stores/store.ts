import { isSelfInfoError, SelfInfoError, type SelfInfoErrorOptions } from '../foundation/errors.js';
import { member } from '../foundation/own.js';

/** An entry of a store: a text, and the epoch milliseconds after which it is no longer needed. */
export interface StoredEntry {
  /** The text that was put. From `expiresAt` on, a store may keep an empty text instead. */
  readonly value: string;
  readonly expiresAt: number;
}

/**
 * Storage between two requests for pending transactions (keys `transaction:...`), the secrets of
 * retrievals (`retrieval:...`), the way from a notice to its retrieval (`notice:...`), the entry of a
 * `client.check()` (`check:...`), and the marks of accepted forms (`prefill:...`).
 *
 * Values contain code verifiers and tokens. A store outside the process must seal them, and should
 * drop them at `expiresAt`.
 *
 * The client checks expiry. So that a late citizen gets the right message, a store keeps a mark of
 * an expired or taken entry until 24 hours after `expiresAt`. When space is short, a mark may be
 * dropped earlier, a value never: a full store rejects `put`. The client gives up a call after 10
 * seconds.
 *
 * @example
 * ```ts
 * import { createMemoryStore, type Store } from 'myna-selfinfo';
 * const inner = createMemoryStore();
 * let puts = 0;
 * const counting: Store = {
 *   ...inner,
 *   put: (key, value, expiresAt) => (puts++, inner.put(key, value, expiresAt)),
 * };
 * ```
 */
export interface Store {
  /**
   * Stores a value until `expiresAt`, in epoch milliseconds. Rejects with `store_key_exists` when
   * the key exists, expired or not, or when a mark says that it was taken. May reject with
   * `store_full`, but not for a retrieval, whose consent is already used.
   */
  put(key: string, value: string, expiresAt: number): Promise<void>;
  /**
   * Resolves to the entry, to `'taken'`, or to undefined when the key was never put, was deleted,
   * or its mark was dropped.
   */
  get(key: string): Promise<StoredEntry | 'taken' | undefined>;
  /**
   * Reads like `get` and marks the entry as taken in the same atomic step. Of many parallel calls,
   * exactly one gets the entry.
   *
   * Where a client library may send the command of one call twice, that call must still get the
   * entry. The client reports every rejection as `store_failed` with the effect `unknown`, because
   * the entry may be used up. If nothing was taken and nothing will be, reject with
   * `SelfInfoError('store_failed')`, which says that the same step may be repeated.
   */
  take(key: string): Promise<StoredEntry | 'taken' | undefined>;
  /** Deletes an entry or its mark. */
  delete(key: string): Promise<void>;
  /**
   * Returns how many entries the store holds, without marks, for `client.stats()`. Leave it out where
   * counting takes a call over the network.
   */
  countEntries?(): number | undefined;
}

type Found = Awaited<ReturnType<Store['get']>>;

/** Copies an entry, so that each property is read once, inside the guard. */
function copied(found: Found): Found {
  return typeof found === 'object' && found !== null
    ? ({ value: member(found, 'value'), expiresAt: member(found, 'expiresAt') } as StoredEntry)
    : found;
}

/** Facts of a failed take: nobody knows whether the entry is used up. */
const MAYBE_TAKEN: SelfInfoErrorOptions = { effect: 'unknown', retry: { safe: false } };

/**
 * Hides the errors of a store, which may quote its values. Errors of this package pass unchanged.
 */
export function guardStore(store: Store): Store {
  const guard = async <T>(work: () => Promise<T>, facts: SelfInfoErrorOptions = {}): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw isSelfInfoError(error) ? error : new SelfInfoError('store_failed', facts);
    }
  };
  return {
    put: (key, value, expiresAt) => guard(() => store.put(key, value, expiresAt)),
    get: (key) => guard(async () => copied(await store.get(key))),
    take: (key) => guard(async () => copied(await store.take(key)), MAYBE_TAKEN),
    delete: (key) => guard(() => store.delete(key)),
    countEntries() {
      try {
        // `Object.prototype` counts nothing.
        const count = member(store, 'countEntries') && store.countEntries?.();
        return typeof count === 'number' && count >= 0 ? count : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
