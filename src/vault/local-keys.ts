import type { KeyObject } from 'node:crypto';
import { SelfInfoError } from '../foundation/errors.js';
import {
  damaged,
  decrypt,
  encrypt,
  isOurs,
  readHeader,
  readKeyset,
} from '../foundation/sealing.js';
import type { VaultKeys } from './keys.js';

/** Options of {@link createLocalKeys}. */
export interface LocalKeysOptions {
  /** The id of the key that wraps new data keys. */
  readonly current: string;
  /** Key-encryption keys by id: 32 random bytes each, base64url (43 characters). */
  readonly keys: Readonly<Record<string, string>>;
}

const LONGEST_WRAPPED = 1024;

/**
 * Creates a key provider whose key-encryption keys are in the memory of this process. It wraps data
 * keys into compact JWE with A256KW.
 *
 * The keys are as safe as their source: an environment variable shows in a process list, a secret
 * manager does not.
 *
 * @param options - see {@link LocalKeysOptions}. Keep an old key until `rotateKeys` has run with
 * the new one.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, with the path of the
 * option and without the key; TypeError for a wrong type.
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { createLocalKeys } from 'myna-selfinfo/vault';
 * const key = randomBytes(32).toString('base64url');
 * const keys = createLocalKeys({ current: '2026-12', keys: { '2026-12': key } });
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
