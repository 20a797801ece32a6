import { isSelfInfoError } from '../foundation/errors.js';
import type { VaultContext } from './context.js';
import type { WrappedKey } from './store.js';

/** What the rotation of keys needs. */
type Rotation = Pick<VaultContext, 'store' | 'keys' | 'audited' | 'emit'>;

/**
 * Wraps every data key under the current key-encryption key, unless it already is. Returns how
 * many. Emits `rotated` also when it fails.
 */
export async function rotateKeys(context: Rotation): Promise<number> {
  const { store, keys, audited, emit } = context;
  return audited('rotate', {}, async () => {
    const kid = keys.current;
    let rotated = 0;
    let failure: unknown;
    try {
      for await (const { ref, key } of store.list(kid)) {
        try {
          if (await rewrap(context, ref, key)) rotated++;
        } catch (error) {
          if (isSelfInfoError(error, 'store_failed') || isSelfInfoError(error, 'timed_out'))
            throw error;
          // One missing key must not leave the others under the old key.
          failure ??= error;
        }
      }
    } finally {
      emit({ type: 'rotated', keys: rotated, kid });
    }
    if (failure !== undefined) throw failure;
    return rotated;
  });
}

/** Wraps one data key again. Returns false when its record changed or disappeared meanwhile. */
async function rewrap(
  { store, keys }: Pick<Rotation, 'store' | 'keys'>,
  ref: string,
  key: WrappedKey,
): Promise<boolean> {
  const dataKey = await keys.unwrap(key);
  try {
    return await store.replaceKey(ref, key.wrapped, await keys.wrap(dataKey, key.id));
  } finally {
    dataKey.fill(0);
  }
}
