import type { WrappedKey } from './store.js';

/**
 * Holds the key-encryption keys of a vault: a set in memory ({@link createLocalKeys}), or your key
 * management service.
 *
 * The vault hides what a key provider throws behind `key_unavailable`, except errors of this
 * package, such as `key_unknown`.
 *
 * @example
 * ```ts
 * import type { VaultKeys } from 'myna-selfinfo/vault';
 * type Context = Record<string, string>;
 * interface Kms {
 *   encrypt(keyId: string, plaintext: Uint8Array, context: Context): Promise<Uint8Array>;
 *   decrypt(keyId: string, ciphertext: Uint8Array, context: Context): Promise<Uint8Array>;
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
  /** Id of the key-encryption key that wraps new data keys. `rotateKeys` moves the others to it. */
  readonly current: string;
  /**
   * Wraps a data key of 32 bytes with the current key and binds it to its id, so that it does not
   * open under another id.
   */
  wrap(dataKey: Uint8Array, id: string): Promise<WrappedKey>;
  /**
   * Returns the data key. Rejects when the id, the key-encryption key or the wrapped text does not
   * match.
   */
  unwrap(key: WrappedKey): Promise<Uint8Array>;
}
