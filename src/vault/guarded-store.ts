import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { own, ownBag } from '../foundation/own.js';
import type { Bound } from './bound.js';
import type { VaultRecordInfo, VaultStore, WrappedKey } from './store.js';

type Guard = <T>(changes: boolean, work: () => Promise<T>) => Promise<T>;

/**
 * Wraps a store: limits the time of each call, hides its errors, which may quote a record, behind
 * `store_failed`, and validates what it returns. Errors of this package pass.
 */
export function guardVaultStore(store: VaultStore, bound: Bound): VaultStore {
  const guard: Guard = async (changes, work) => {
    try {
      return await bound(changes, work);
    } catch (error) {
      throw isSelfInfoError(error) ? error : new SelfInfoError('store_failed');
    }
  };
  return {
    put: (record) => guard(true, () => store.put(record)),
    get: (ref) =>
      guard(false, async () => {
        const record = await store.get(ref);
        return record && record !== 'erased' ? validateRecord(record) : record;
      }),
    erase: (ref) => guard(true, () => store.erase(ref)),
    sweep: (until, limit) =>
      guard(true, async () => {
        const swept = await store.sweep(until, limit);
        if (Number.isSafeInteger(swept)) return swept;
        throw unusable();
      }),
    list: (exceptKid) => guardedList(store, guard, exceptKid),
    replaceKey: (ref, was, key) => guard(true, () => store.replaceKey(ref, was, key)),
    see: (instant) => guard(false, () => store.see(instant)),
    seen: () => guard(false, async () => validateInstant(await store.seen())),
    ...(typeof store.correct === 'function' && {
      correct: (instant, confirmed) =>
        guard(false, async () => (await store.correct?.(instant, confirmed)) === true),
    }),
  };
}

async function* guardedList(
  store: VaultStore,
  guard: Guard,
  exceptKid: string | undefined,
): AsyncGenerator<VaultRecordInfo> {
  let entries: AsyncIterator<VaultRecordInfo> | undefined;
  let isOver = false;
  try {
    for (;;) {
      const next = await guard(false, async () => {
        entries ??= store.list(exceptKid)[Symbol.asyncIterator]();
        const { done, value } = await entries.next();
        return done ? undefined : validateRecord(value);
      });
      isOver = next === undefined;
      if (next === undefined) return;
      yield next;
    }
  } finally {
    // A caller that stops early releases the store's iterator, but does not wait for it.
    if (!isOver) void guard(false, async () => entries?.return?.()).catch(() => undefined);
  }
}

/** Copies a record, so that each of its getters runs once, and checks the types of its fields. */
function validateRecord<T extends VaultRecordInfo>(record: T): T {
  const key: WrappedKey = ownBag(Object(own(record, 'key')));
  const copy = { ...record, key: { id: key.id, kid: key.kid, wrapped: key.wrapped } };
  const texts = [copy.ref, copy.consent, copy.purpose, ...Object.values(copy.key)];
  if (texts.every((text) => typeof text === 'string') && Number.isFinite(copy.keepUntil))
    return copy;
  throw unusable();
}

/** Checks an instant: no period ends when it is compared with NaN. */
function validateInstant(instant: number | undefined | null): number | undefined {
  if (instant === undefined || instant === null) return undefined;
  if (Number.isFinite(instant)) return instant;
  throw unusable();
}

/** Returns the error for an invalid result of the store. Another try would not help. */
function unusable(): SelfInfoError {
  return new SelfInfoError('store_failed', { retry: { safe: false } });
}
