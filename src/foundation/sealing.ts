import { createSecretKey, type KeyObject } from 'node:crypto';
import { invalidOption, SelfInfoError } from './errors.js';
import { checkObject, checkText, readKeys } from './options.js';
import { ownBag } from './own.js';

type Key = Uint8Array | KeyObject;
type Algorithm = 'dir' | 'A256KW';

/** The `enc` of everything that this package seals. */
export const ENCRYPTION = 'A256GCM';

let loaded: typeof import('jose') | undefined;
/** Loads jose once. Repeating `import()` would take a tenth of the time of a sealing. */
const jose = async () => (loaded ??= await import('jose'));

/**
 * The version of what this package stores and reads again: sealed values, records of a vault. Notes
 * of the queue get it with their first change. Entries of the client's store have a version of their
 * own.
 *
 * There is one rule. A reader refuses what is newer and changes nothing. It reads its own version,
 * and the older ones that it names. Whoever changes a form raises this number, names the versions
 * before it in that form's reader, and adds a fixture of the version before to the tests.
 */
export const STORED_VERSION = 1;

/** The version of an entry from before there were versions. */
export const UNVERSIONED = undefined;

/**
 * Returns whether a reader knows a version.
 *
 * @param v - the version, as it was read.
 * @param path - the place of the version, for the error.
 * @param stage - the stage of the error.
 * @param older - the older versions that the reader reads too.
 * @param current - the version that the reader writes.
 * @throws SelfInfoError `format_unsupported` when the version is newer.
 */
export function isKnownVersion(
  v: unknown,
  path: string,
  stage: 'store' | 'vault' | 'result',
  older: readonly unknown[] = [],
  current = STORED_VERSION,
): boolean {
  if (typeof v === 'number' && Number.isSafeInteger(v) && v > current)
    throw new SelfInfoError('format_unsupported', { path, stage });
  return v === current || older.includes(v);
}

/** Encrypts into a compact JWE with this protected header. */
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
 * Reads the protected header of a compact JWE. The header is not authenticated yet.
 *
 * @param longest - the maximum number of characters.
 * @throws SelfInfoError `record_damaged` when the text is too long or not a JWE.
 */
export async function readHeader(
  jwe: unknown,
  longest: number,
): Promise<Readonly<Record<string, unknown>>> {
  if (typeof jwe !== 'string' || jwe.length > longest || !isCanonical(jwe)) throw damaged();
  const { decodeProtectedHeader } = await jose();
  try {
    return ownBag(decodeProtectedHeader(jwe));
  } catch {
    throw damaged();
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Returns whether a compact JWE is written in the one canonical base64url. A decoder ignores unused
 * bits and white space and takes `+` for `-`, so a changed text would open.
 */
function isCanonical(jwe: string): boolean {
  return (
    !/[^\w.-]/.test(jwe) &&
    jwe.split('.').every((part) => {
      const beyond = part.length % 4;
      // Of the last character, 4 bits are unused behind one byte and 2 behind two.
      const unused = beyond === 2 ? 15 : beyond === 3 ? 3 : 0;
      return beyond !== 1 && (ALPHABET.indexOf(part.at(-1) ?? 'A') & unused) === 0;
    })
  );
}

/** Returns whether a header names our algorithms and no compression. */
export function isOurs(header: Readonly<Record<string, unknown>>, alg: Algorithm): boolean {
  return header.alg === alg && header.enc === ENCRYPTION && !('zip' in header);
}

/**
 * Decrypts a compact JWE whose header was checked.
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

/** Returns the one error for every value that cannot be opened. */
export function damaged(): SelfInfoError {
  return new SelfInfoError('record_damaged');
}

/** Sealing keys by id, and the id of the current one. */
export interface Keyset {
  readonly current: string;
  /** 32 random bytes each, base64url (43 characters). */
  readonly keys: Readonly<Record<string, string>>;
}

/** Reads sealing keys. Errors name the place under `path`, never a key. */
export function readKeyset(
  given: Keyset,
  path: string,
): { readonly current: string; readonly secrets: ReadonlyMap<string, KeyObject> } {
  given = readKeys(given, path, { current: true, keys: true } satisfies Record<keyof Keyset, true>);
  const { current, keys } = given;
  checkText(current, `${path}.current`);
  if (keys === undefined) throw new SelfInfoError('missing_option', { path: `${path}.keys` });
  checkObject(keys, `${path}.keys`);
  const secrets = new Map(
    Object.entries(keys).map(([kid, key]) => [kid, readKey(key, placeOf(kid, `${path}.keys`))]),
  );
  if (secrets.has(current)) return { current, secrets };
  throw invalidOption(`${path}.current`, {
    en: `It must be a key of ${path}.keys.`,
    ja: `${path}.keys のキーを指定してください。`,
  });
}

/** Leaves a long id out of the path. It may be a key that was passed as its id by mistake. */
function placeOf(kid: string, path: string): string {
  return kid.length > 40 ? path : `${path}.${kid}`;
}

function readKey(key: unknown, path: string): KeyObject {
  checkText(key, path);
  const bytes = Buffer.from(key, 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== key) {
    throw invalidOption(path, {
      en: 'Use 32 bytes in base64url, without padding.',
      ja: '32バイトを base64url 形式（パディングなし）で指定してください。',
    });
  }
  return createSecretKey(bytes);
}
