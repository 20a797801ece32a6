/**
 * A data key in a vault's store, wrapped by a key-encryption key and stored apart from the record.
 */
export interface WrappedKey {
  /** Id of this data key. The record's protected header contains it too. */
  readonly id: string;
  /** Id of the key-encryption key. */
  readonly kid: string;
  /** The wrapped data key, in the format of the key provider. */
  readonly wrapped: string;
}

/** What a store knows about a record without opening it. */
export interface VaultRecordInfo {
  readonly ref: string;
  /** The transaction id of the consent. */
  readonly consent: string;
  /** The id of the purpose. */
  readonly purpose: string;
  /**
   * Epoch milliseconds at which the consented period ends. It is only an index for `sweep`; the
   * header of the record decides what may be read.
   */
  readonly keepUntil: number;
  readonly key: WrappedKey;
}

/** A record in a vault's store: the sealed answer and its key. */
export interface VaultRecord extends VaultRecordInfo {
  /** Compact JWE. */
  readonly sealed: string;
}

/**
 * Keeps the records of a vault. Test your own store with `vaultStoreSuite` of
 * `myna-selfinfo/conformance`.
 *
 * A store sees no plaintext and no key that opens one. Every method is atomic. The vault hides a
 * rejection from its callers behind `store_failed`.
 *
 * @example
 * ```ts
 * import { createMemoryVaultStore, type VaultStore } from 'myna-selfinfo/vault';
 * const inner = createMemoryVaultStore();
 * let puts = 0;
 * const counting: VaultStore = { ...inner, put: (record) => (puts++, inner.put(record)) };
 * ```
 */
export interface VaultStore {
  /**
   * Keeps a record and its key, both or neither, durably once it resolves. Rejects with
   * `store_key_exists` when `ref` is held, or marked as erased.
   */
  put(record: VaultRecord): Promise<void>;
  /**
   * Returns the record with its key, both as of the same moment. Returns `'erased'` when the record
   * was erased or has no key, and undefined when nothing is held under `ref`.
   */
  get(ref: string): Promise<VaultRecord | 'erased' | undefined>;
  /**
   * Deletes a record and its key, and leaves the mark `'erased'`, which `sweep` deletes when the
   * period has ended. Returns false when neither a record nor a mark is held under `ref`.
   */
  erase(ref: string): Promise<boolean>;
  /**
   * Deletes up to `limit` records, keys and marks whose `keepUntil` is `until` or earlier. Returns
   * how many; fewer than `limit` when no more are left.
   *
   * Each of several concurrent calls counts what it deleted itself, and none waits for another.
   */
  sweep(until: number, limit: number): Promise<number>;
  /**
   * Lists the records, without marks, in any order and in bounded memory. With `exceptKid`, lists
   * only those that another key-encryption key wraps.
   */
  list(exceptKid?: string): AsyncIterable<VaultRecordInfo>;
  /**
   * Replaces the wrapped key of a record if it is still `was`. Returns false when it is not, or
   * when the record is gone.
   */
  replaceKey(ref: string, was: string, key: WrappedKey): Promise<boolean>;
  /** Keeps an instant (epoch milliseconds), durably, unless a later one is kept. */
  see(instant: number): Promise<void>;
  /** Returns the latest instant that `see` kept; undefined before the first. */
  seen(): Promise<number | undefined>;
  /**
   * Replaces the latest instant by an earlier one, which ends the effect of a clock that was ahead.
   * Returns whether it did. Without this method such an instant stays, and `confirmClock` throws.
   *
   * With `confirmed`, an operator vouches for the instant: replace it in any case. Otherwise replace
   * it only for a reason of the store: its own time agrees within minutes, or all that `see` has
   * kept lies within 24 hours of the first, so that it may come from one wrong clock.
   */
  correct?(instant: number, confirmed: boolean): Promise<boolean>;
}

/** The methods that every {@link VaultStore} has. */
export const storeMethods = [
  'put',
  'get',
  'erase',
  'sweep',
  'list',
  'replaceKey',
  'see',
  'seen',
] as const satisfies readonly (keyof VaultStore)[];
