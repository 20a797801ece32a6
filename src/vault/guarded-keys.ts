import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { member } from '../foundation/own.js';
import { damaged } from '../foundation/sealing.js';
import type { Bound } from './bound.js';
import type { VaultKeys } from './keys.js';
import type { WrappedKey } from './store.js';

/**
 * Wraps a key provider: limits the time of each call, hides its errors behind `key_unavailable`,
 * and validates what it returns. Errors of this package pass.
 */
export function guardKeys(keys: VaultKeys, bound: Bound): VaultKeys {
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await bound(false, work);
    } catch (error) {
      throw isSelfInfoError(error) ? error : new SelfInfoError('key_unavailable');
    }
  };
  return {
    get current() {
      return member(keys, 'current') as string;
    },
    wrap: (dataKey, id) =>
      guard(async () => {
        const given: WrappedKey = Object(await wrapCopy(keys, dataKey, id));
        const [kid, wrapped] = [member(given, 'kid'), member(given, 'wrapped')];
        if (member(given, 'id') === id && typeof kid === 'string' && typeof wrapped === 'string')
          return { id, kid, wrapped };
        throw new SelfInfoError('key_unavailable', { retry: { safe: false } });
      }),
    unwrap: (key) =>
      guard(async () => {
        const dataKey = await keys.unwrap(key);
        if (dataKey instanceof Uint8Array && dataKey.length === 32) return dataKey;
        throw damaged();
      }),
  };
}

/**
 * Wraps a copy of a data key: a provider may transfer the bytes to a worker, and the vault must still
 * be able to erase its own.
 */
async function wrapCopy(keys: VaultKeys, dataKey: Uint8Array, id: string): Promise<unknown> {
  const copy = Uint8Array.from(dataKey);
  try {
    return await keys.wrap(copy, id);
  } finally {
    // A detached copy holds nothing.
    if (copy.byteLength > 0) copy.fill(0);
  }
}
