import type { KeyObject } from 'node:crypto';
import { SelfInfoError } from '../errors.js';

type Key = Uint8Array | KeyObject;
type Algorithm = 'dir' | 'A256KW';

const ENCRYPTION = 'A256GCM';

let loaded: typeof import('jose') | undefined;
/** Loaded once: `import()` of what is there already still costs a tenth of a sealing. */
const jose = async () => (loaded ??= await import('jose'));

/** A compact JWE with this protected header. */
export async function encrypt(
  plaintext: Uint8Array,
  alg: Algorithm,
  header: Readonly<Record<string, unknown>>,
  key: Key,
): Promise<string> {
  const { CompactEncrypt } = await jose();
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg, enc: ENCRYPTION, ...header })
    .encrypt(key);
}

/**
 * The protected header of a compact JWE, which nobody has vouched for yet.
 *
 * @param longest - how many characters it may have.
 * @throws SelfInfoError `record_damaged`: none, or too long.
 */
export async function readHeader(
  jwe: unknown,
  longest: number,
): Promise<Readonly<Record<string, unknown>>> {
  if (typeof jwe !== 'string' || jwe.length > longest) throw damaged();
  const { decodeProtectedHeader } = await jose();
  try {
    return decodeProtectedHeader(jwe);
  } catch {
    throw damaged();
  }
}

/** Whether a header asks for what we use, and not for decompression. */
export function isOurs(header: Readonly<Record<string, unknown>>, alg: Algorithm): boolean {
  return header.alg === alg && header.enc === ENCRYPTION && !('zip' in header);
}

/**
 * The plaintext of a compact JWE whose header was read.
 *
 * @throws SelfInfoError `record_damaged`, without the library's error.
 */
export async function decrypt(jwe: string, alg: Algorithm, key: Key): Promise<Uint8Array> {
  const { compactDecrypt } = await jose();
  try {
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: [alg],
      contentEncryptionAlgorithms: [ENCRYPTION],
    });
    return plaintext;
  } catch {
    throw damaged();
  }
}

/** What does not open is never told apart further. */
export function damaged(): SelfInfoError {
  return new SelfInfoError('record_damaged');
}
