import { randomBytes } from 'node:crypto';
import {
  damaged,
  isKnownVersion,
  isOurs,
  readHeader,
  STORED_VERSION,
} from '../foundation/sealing.js';
import { decryptSlices, encryptSlices } from '../foundation/sealing-slices.js';
import type { AnswerSource } from '../query/answer.js';
import { decodeContent, encodeContent } from './content.js';
import type { VaultKeys } from './keys.js';
import type { VaultRecord } from './store.js';

/**
 * The label of a record, in its protected header. It can be read without a key. A record whose
 * label was changed does not open.
 */
export interface Label {
  readonly ref: string;
  readonly consent: string;
  readonly purpose: string;
  /** ISO 8601 at +09:00. */
  readonly keepUntil: string;
}

const HEADER_NAMES: readonly string[] = [
  'alg',
  'enc',
  'kid',
  'v',
  'ref',
  'consent',
  'purpose',
  'keepUntil',
];
// The content has at most 24,000,000 bytes. Base64 adds a third, and the rest is more than the
// header needs.
const LONGEST_SEALED = 33_000_000;

type KeyWrapper = Pick<VaultKeys, 'wrap' | 'unwrap'>;

/** Seals an answer's source under a new data key. */
export async function seal(
  label: Label,
  content: AnswerSource,
  keys: KeyWrapper,
): Promise<VaultRecord> {
  const dataKey = randomBytes(32);
  const id = randomBytes(16).toString('base64url');
  try {
    const header = { kid: id, v: STORED_VERSION, ...label };
    const sealed = await encryptSlices(encodeContent(content), header, dataKey);
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

/** Returns whether the columns of a record say the same as its label. */
export function isIndexedAs(record: VaultRecord, label: Label): boolean {
  return (
    record.consent === label.consent &&
    record.purpose === label.purpose &&
    record.keepUntil === Date.parse(label.keepUntil)
  );
}

/**
 * Reads and validates the label of a record, before anything is decrypted.
 *
 * @param ref - the reference that the caller asked for.
 * @throws SelfInfoError `format_unsupported` for a newer format; `record_damaged` when the header
 * is invalid, or belongs to another record or key.
 */
export async function readLabel({ sealed, key }: VaultRecord, ref: string): Promise<Label> {
  const header = await readHeader(sealed, LONGEST_SEALED);
  const { v, kid, consent, purpose, keepUntil } = header;
  if (
    !isKnownVersion(v, 'record.v', 'vault') ||
    !isOurs(header, 'dir') ||
    !Object.keys(header).every((name) => HEADER_NAMES.includes(name)) ||
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

/** Decrypts the content of a record whose label was validated. */
export async function unseal({ sealed, key }: VaultRecord, keys: KeyWrapper): Promise<unknown> {
  const dataKey = await keys.unwrap(key);
  try {
    return await decodeContent(await decryptSlices(sealed, dataKey));
  } catch {
    throw damaged();
  } finally {
    dataKey.fill(0);
  }
}
