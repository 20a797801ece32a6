import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { invalidOption, isSelfInfoError } from '../foundation/errors.js';
import {
  decrypt,
  encrypt,
  isKnownVersion,
  isOurs,
  type Keyset,
  readHeader,
  readKeyset,
  STORED_VERSION,
} from '../foundation/sealing.js';
import type { SealedOrigin } from './types.js';

/** What a seal contains. */
export interface Sealed {
  /** See {@link bindingOf}. */
  readonly binding: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly terms: Pick<SealedOrigin, 'consent' | 'grantedAt' | 'keepUntil'>;
  readonly fields: Readonly<
    Record<
      string,
      { readonly value: string; readonly origin: Omit<SealedOrigin, keyof Sealed['terms']> }
    >
  >;
}

/** The keys of seals by id, and the id of the current one. */
interface SealKeys {
  readonly current: string;
  readonly secrets: ReadonlyMap<string, KeyObject>;
}

/** The longest seal, in characters. Servers accept forms of 100 kB by default, some less. */
const LONGEST = 65_536;
const USE = 'myna-selfinfo/prefill';

/** Reads the keys, and derives a key from each, which opens seals and nothing else of this package. */
export function readPrefillKeys(keys: Keyset, path: string): SealKeys {
  const { current, secrets } = readKeyset(keys, path);
  const derived = (secret: KeyObject) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', USE, 32)));
  return {
    current,
    secrets: new Map([...secrets].map(([kid, secret]) => [kid, derived(secret)])),
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/**
 * Returns the digest of what a seal is bound to. It is inside the encryption: no one can try texts
 * against it, so an ordinary comparison suffices.
 */
export function bindingOf(texts: readonly string[]): string {
  return digest(JSON.stringify(texts));
}

/** Encrypts what a seal contains. */
export async function writeSeal({ current, secrets }: SealKeys, sealed: Sealed): Promise<string> {
  const seal = await encrypt(
    Buffer.from(JSON.stringify(sealed)),
    'dir',
    { kid: current, v: STORED_VERSION },
    secrets.get(current) as KeyObject,
  );
  if (seal.length <= LONGEST) return seal;
  throw invalidOption('form.fields', {
    en: `The sealed text would have more than ${LONGEST} characters. Use fewer or shorter fields.`,
    ja: `封印した文字列が ${LONGEST} 文字を超えます。欄を減らすか、値を短くしてください。`,
  });
}

/**
 * Opens a seal, and returns its contents and an id. Returns undefined for what no key opens.
 *
 * @throws SelfInfoError `format_unsupported` for a seal of a newer version.
 */
export async function openSeal(
  { secrets }: SealKeys,
  text: unknown,
): Promise<(Sealed & { readonly id: string }) | undefined> {
  try {
    const header = await readHeader(text, LONGEST);
    const seal = text as string;
    const secret = typeof header.kid === 'string' ? secrets.get(header.kid) : undefined;
    if (secret === undefined || !isOurs(header, 'dir')) return undefined;
    const plaintext = await decrypt(seal, 'dir', secret);
    // Only now is it known that the version is not the browser's.
    if (!isKnownVersion(header.v, 'seal.v', 'result')) return undefined;
    // One text opens to this seal and no other: its digest is the id.
    return { ...(JSON.parse(Buffer.from(plaintext).toString()) as Sealed), id: digest(seal) };
  } catch (error) {
    if (isSelfInfoError(error, 'record_damaged')) return undefined;
    throw error;
  }
}
