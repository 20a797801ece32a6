import { randomBytes } from 'node:crypto';
import { SelfInfoError } from '../foundation/errors.js';
import { damaged, decrypt, encrypt, isOurs, readHeader } from '../foundation/sealing.js';
import type { VaultKeys } from './keys.js';
import type { VaultRecord } from './store.js';

/**
 * What a record's protected header says: readable without a key, and nothing of it can be changed
 * without the record failing to open.
 */
export interface Label {
  readonly ref: string;
  readonly consent: string;
  readonly purpose: string;
  /** ISO 8601 at +09:00. */
  readonly keepUntil: string;
}

const FORMAT = 1;
const names: readonly string[] = [
  'alg',
  'enc',
  'kid',
  'v',
  'ref',
  'consent',
  'purpose',
  'keepUntil',
];
// An answer came in a body of at most 16 MiB.
const LONGEST_CONTENT = 24_000_000;
// Base64 adds a third, the header less than the rest.
const LONGEST_SEALED = 33_000_000;

type Keys = Pick<VaultKeys, 'wrap' | 'unwrap'>;

/** Seals a content under a data key of its own. */
export async function seal(label: Label, content: unknown, keys: Keys): Promise<VaultRecord> {
  const dataKey = randomBytes(32);
  const id = randomBytes(16).toString('base64url');
  try {
    const sealed = await encrypt(encode(content), 'dir', { kid: id, v: FORMAT, ...label }, dataKey);
    return {
      ...label,
      keepUntil: Date.parse(label.keepUntil),
      sealed,
      key: await keys.wrap(dataKey, id),
    };
  } finally {
    dataKey.fill(0);
  }
}

function encode(content: unknown): Uint8Array {
  let text: string;
  try {
    text = JSON.stringify(content);
  } catch {
    // A profile of the host's own may decode to anything.
    throw new SelfInfoError('invalid_option', {
      path: 'answer',
      expected: { en: 'It must consist of JSON.', ja: 'JSON で表せる内容でなければなりません。' },
    });
  }
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= LONGEST_CONTENT) return bytes;
  throw new SelfInfoError('invalid_option', {
    path: 'answer',
    expected: {
      en: 'At most 24,000,000 bytes.',
      ja: '24,000,000 バイト以下でなければなりません。',
    },
  });
}

/**
 * What the header of a record says, before anything is decrypted.
 *
 * @param ref - the reference it was asked for under.
 * @throws SelfInfoError `format_unsupported`, `record_damaged`: not a header of ours, or one of
 * another record or key.
 */
export async function readLabel({ sealed, key }: VaultRecord, ref: string): Promise<Label> {
  const header = await readHeader(sealed, LONGEST_SEALED);
  const { v, kid, consent, purpose, keepUntil } = header;
  if (typeof v === 'number' && Number.isSafeInteger(v) && v > FORMAT)
    throw new SelfInfoError('format_unsupported', { path: 'record.v' });
  if (
    v !== FORMAT ||
    !isOurs(header, 'dir') ||
    !Object.keys(header).every((name) => names.includes(name)) ||
    header.ref !== ref ||
    kid !== key.id
  )
    throw damaged();
  if (
    typeof consent !== 'string' ||
    typeof purpose !== 'string' ||
    typeof keepUntil !== 'string' ||
    Number.isNaN(Date.parse(keepUntil))
  )
    throw damaged();
  return { ref, consent, purpose, keepUntil };
}

/** The content of a record whose label was read and found in order. */
export async function unseal({ sealed, key }: VaultRecord, keys: Keys): Promise<unknown> {
  const dataKey = await keys.unwrap(key);
  try {
    return JSON.parse(new TextDecoder().decode(await decrypt(sealed, 'dir', dataKey)));
  } catch {
    throw damaged();
  } finally {
    dataKey.fill(0);
  }
}
