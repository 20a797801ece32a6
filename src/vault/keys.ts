import type { KeyObject } from 'node:crypto';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import {
  damaged,
  decrypt,
  encrypt,
  isOurs,
  readHeader,
  readKeyset,
} from '../foundation/sealing.js';
import type { Bound } from './bound.js';
import type { WrappedKey } from './store.js';

/**
 * Who holds the key-encryption keys: a set in memory ({@link createLocalKeys}), or a key management
 * service of yours.
 *
 * Whatever it throws is hidden from the vault's callers behind `key_unavailable`, except errors of
 * this package, such as `key_unknown`.
 *
 * @example
 * ```ts
 * import type { VaultKeys } from 'myna-selfinfo/vault';
 * interface Kms {
 *   encrypt(keyId: string, plaintext: Uint8Array, context: Record<string, string>): Promise<Uint8Array>;
 *   decrypt(keyId: string, ciphertext: Uint8Array, context: Record<string, string>): Promise<Uint8Array>;
 * }
 * const keysOf = (kms: Kms, current: string): VaultKeys => ({
 *   current,
 *   async wrap(dataKey, id) {
 *     const bytes = await kms.encrypt(current, dataKey, { id });
 *     return { id, kid: current, wrapped: Buffer.from(bytes).toString('base64url') };
 *   },
 *   unwrap: ({ id, kid, wrapped }) => kms.decrypt(kid, Buffer.from(wrapped, 'base64url'), { id }),
 * });
 * ```
 */
export interface VaultKeys {
  /**
   * Id of the key-encryption key that new data keys are wrapped with; `rotateKeys` brings the
   * others under it.
   */
  readonly current: string;
  /**
   * Wraps a data key of 32 bytes under the current key, bound to its id so that it opens under no
   * other.
   */
  wrap(dataKey: Uint8Array, id: string): Promise<WrappedKey>;
  /** The data key; rejects when the id, the key-encryption key or the wrapped text is another. */
  unwrap(key: WrappedKey): Promise<Uint8Array>;
}

/** Options of {@link createLocalKeys}. */
export interface LocalKeysOptions {
  /** The id of the key that new data keys are wrapped with. */
  readonly current: string;
  /** Key-encryption keys by id: 32 random bytes each, base64url (43 characters). */
  readonly keys: Readonly<Record<string, string>>;
}

const LONGEST_WRAPPED = 1024;

/**
 * Key-encryption keys that this process holds itself: data keys become compact JWE under A256KW.
 *
 * They are as safe as where they are read from: an environment variable shows in a process list, a
 * secret manager does not.
 *
 * @param options - see {@link LocalKeysOptions}; keep an old key until `rotateKeys` has run under
 * the new one.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, naming the option and
 * no key; TypeError for a wrong type.
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { createLocalKeys } from 'myna-selfinfo/vault';
 * const keys = createLocalKeys({ current: '2026-12', keys: { '2026-12': randomBytes(32).toString('base64url') } });
 * ```
 */
export function createLocalKeys(options: LocalKeysOptions): VaultKeys {
  const { current, secrets } = readKeyset(options, 'options');
  return Object.freeze<VaultKeys>({
    current,
    async wrap(dataKey, id) {
      return {
        id,
        kid: current,
        wrapped: await encrypt(
          dataKey,
          'A256KW',
          { kid: current, id },
          secrets.get(current) as KeyObject,
        ),
      };
    },
    async unwrap({ id, kid, wrapped }) {
      const secret = secrets.get(kid);
      if (!secret) throw new SelfInfoError('key_unknown');
      const header = await readHeader(wrapped, LONGEST_WRAPPED);
      if (!isOurs(header, 'A256KW') || header.kid !== kid || header.id !== id) throw damaged();
      return decrypt(wrapped, 'A256KW', secret);
    },
  });
}

/** Lets our own errors through and hides the provider's, and checks what it gave. */
export function guardKeys(keys: VaultKeys, bound: Bound): Pick<VaultKeys, 'wrap' | 'unwrap'> {
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await bound(false, work);
    } catch (error) {
      throw isSelfInfoError(error) ? error : new SelfInfoError('key_unavailable');
    }
  };
  return {
    wrap: (dataKey, id) =>
      guard(async () => {
        const { id: own, kid, wrapped } = Object(await keys.wrap(dataKey, id)) as WrappedKey;
        if (own === id && typeof kid === 'string' && typeof wrapped === 'string')
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
