import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import type { Bound } from './bound.js';

/**
 * A data key as it lies in a vault's store: wrapped by a key-encryption key, and apart from the
 * record it opens.
 */
export interface WrappedKey {
  /** Names this data key; the record's protected header names it too. */
  readonly id: string;
  /** Id of the key-encryption key. */
  readonly kid: string;
  /** What the key provider made of the data key. */
  readonly wrapped: string;
}

/** What a store can say of a record without opening it. */
export interface VaultRecordInfo {
  readonly ref: string;
  /** The transaction id of the consent. */
  readonly consent: string;
  /** The id of the purpose. */
  readonly purpose: string;
  /**
   * Epoch milliseconds at which the consented period ends: an index for `sweep`; the record's own
   * header decides what may be read.
   */
  readonly keepUntil: number;
  readonly key: WrappedKey;
}

/** A record as it lies in a vault's store: the sealed answer and its key. */
export interface VaultRecord extends VaultRecordInfo {
  /** Compact JWE. */
  readonly sealed: string;
}

/**
 * Where a vault's records lie; home-made ones are judged by `vaultStoreSuite` of
 * `myna-selfinfo/conformance`.
 *
 * It sees no plaintext and no key that opens one. Every method is atomic; a rejection is hidden
 * from the vault's callers behind `store_failed`.
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
   * Keeps a record and its key, both or neither, durably once it resolves; rejects with
   * `store_key_exists` when `ref` is held, or marked as erased.
   */
  put(record: VaultRecord): Promise<void>;
  /**
   * The record with its key, both of one moment; `'erased'` when it was erased or has no key;
   * undefined when nothing is held under `ref`.
   */
  get(ref: string): Promise<VaultRecord | 'erased' | undefined>;
  /**
   * Deletes a record and its key and leaves the mark `'erased'`, which `sweep` removes with the
   * period; false when nothing is held under `ref`, the mark neither.
   */
  erase(ref: string): Promise<boolean>;
  /**
   * Deletes up to `limit` records, keys and marks whose `keepUntil` is `until` or earlier, and says
   * how many; less than `limit` when no more are left.
   *
   * Of many calls at once each counts what it deleted itself, and none waits for another.
   */
  sweep(until: number, limit: number): Promise<number>;
  /**
   * What is held, marks left out, in any order and in bounded memory; with `exceptKid` only what is
   * wrapped by another key-encryption key.
   */
  list(exceptKid?: string): AsyncIterable<VaultRecordInfo>;
  /**
   * Replaces the wrapped key of a record as long as it is still `was`; false when it is not, or the
   * record is gone.
   */
  replaceKey(ref: string, was: string, key: WrappedKey): Promise<boolean>;
  /** Keeps an instant (epoch milliseconds), durably, unless a later one is kept. */
  see(instant: number): Promise<void>;
  /** The latest instant that `see` was told, undefined before the first. */
  seen(): Promise<number | undefined>;
}

/** The methods of a {@link VaultStore}. */
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

/**
 * A vault's store in this process's memory: for tests and demos; what it holds ends with the
 * process.
 *
 * @example
 * ```ts
 * import { createMemoryVaultStore } from 'myna-selfinfo/vault';
 * const store = createMemoryVaultStore();
 * ```
 */
export function createMemoryVaultStore(): VaultStore {
  const held = new Map<string, { readonly keepUntil: number; readonly record?: VaultRecord }>();
  let latest: number | undefined;
  return {
    async put(record) {
      if (held.has(record.ref)) throw new SelfInfoError('store_key_exists');
      held.set(record.ref, { keepUntil: record.keepUntil, record });
    },
    async get(ref) {
      const entry = held.get(ref);
      return entry && (entry.record ?? 'erased');
    },
    async erase(ref) {
      const entry = held.get(ref);
      if (entry) held.set(ref, { keepUntil: entry.keepUntil });
      return entry !== undefined;
    },
    async sweep(until, limit) {
      let swept = 0;
      for (const [ref, { keepUntil }] of held) {
        if (swept === limit) break;
        if (keepUntil <= until && held.delete(ref)) swept++;
      }
      return swept;
    },
    async *list(exceptKid) {
      for (const { record } of held.values()) {
        if (record === undefined || record.key.kid === exceptKid) continue;
        const { sealed: _, ...entry } = record;
        yield entry;
      }
    },
    async replaceKey(ref, was, key) {
      const entry = held.get(ref);
      if (entry?.record?.key.wrapped !== was) return false;
      held.set(ref, { ...entry, record: { ...entry.record, key } });
      return true;
    },
    async see(instant) {
      latest = Math.max(instant, latest ?? instant);
    },
    async seen() {
      return latest;
    },
  };
}

/**
 * Read once, and where what a getter throws is hidden: a thing without a key, or of another type,
 * is no record.
 */
function copied<T extends VaultRecordInfo>(record: T): T {
  const { key } = record;
  const copy = { ...record, key: { id: key.id, kid: key.kid, wrapped: key.wrapped } };
  const texts = [copy.ref, copy.consent, copy.purpose, ...Object.values(copy.key)];
  if (texts.every((text) => typeof text === 'string') && Number.isFinite(copy.keepUntil))
    return copy;
  throw unusable();
}

/** Compared with what is no instant nothing ever ends. */
function instantOf(kept: number | undefined | null): number | undefined {
  if (kept === undefined || kept === null) return undefined;
  if (Number.isFinite(kept)) return kept;
  throw unusable();
}

/** Of a store that gives something else than was put, the next answer is no better. */
function unusable(): SelfInfoError {
  return new SelfInfoError('store_failed', { retry: { safe: false } });
}

/** Lets our own errors through and hides the store's, which may quote what it was given. */
export function guardVaultStore(store: VaultStore, bound: Bound): VaultStore {
  const hide = (error: unknown) =>
    isSelfInfoError(error) ? error : new SelfInfoError('store_failed');
  const guard = async <T>(changes: boolean, work: () => Promise<T>): Promise<T> => {
    try {
      return await bound(changes, work);
    } catch (error) {
      throw hide(error);
    }
  };
  return {
    put: (record) => guard(true, () => store.put(record)),
    get: (ref) =>
      guard(false, async () => {
        const record = await store.get(ref);
        return record && record !== 'erased' ? copied(record) : record;
      }),
    erase: (ref) => guard(true, () => store.erase(ref)),
    sweep: (until, limit) =>
      guard(true, async () => {
        const swept = await store.sweep(until, limit);
        if (Number.isSafeInteger(swept)) return swept;
        throw unusable();
      }),
    async *list(exceptKid) {
      let entries: AsyncIterator<VaultRecordInfo> | undefined;
      let isOver = false;
      try {
        for (;;) {
          const next = await guard(false, async () => {
            entries ??= store.list(exceptKid)[Symbol.asyncIterator]();
            const { done, value } = await entries.next();
            return done ? undefined : copied(value);
          });
          isOver = next === undefined;
          if (next === undefined) return;
          yield next;
        }
      } finally {
        // Whoever stops early lets the store go; one that fails or hangs over it is not waited for.
        if (!isOver) void guard(false, async () => entries?.return?.()).catch(() => undefined);
      }
    },
    replaceKey: (ref, was, key) => guard(true, () => store.replaceKey(ref, was, key)),
    see: (instant) => guard(false, () => store.see(instant)),
    seen: () => guard(false, async () => instantOf(await store.seen())),
  };
}
