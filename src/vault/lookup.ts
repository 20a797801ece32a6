import { formatInstant } from '../foundation/time.js';
import type { VaultContext } from './context.js';
import { checkReference, isReference } from './reference.js';

/** One record, as `list` shows it. */
export interface VaultEntry {
  readonly ref: string;
  /** The transaction id of the consent. */
  readonly consent: string;
  readonly purpose: string;
  /** ISO 8601 at +09:00. */
  readonly keepUntil: string;
  /** Id of the key-encryption key that wraps the data key of the record. */
  readonly kid: string;
}

/** Returns whether the store holds a record, or the mark of an erased one, under a reference. */
export async function has({ store }: Pick<VaultContext, 'store'>, ref: string): Promise<boolean> {
  checkReference(ref);
  return isReference(ref) && Boolean(await store.get(ref));
}

/** Lists the records that the store holds, without opening them. */
export async function* list({ store }: Pick<VaultContext, 'store'>): AsyncGenerator<VaultEntry> {
  for await (const { ref, consent, purpose, keepUntil, key } of store.list())
    yield { ref, consent, purpose, keepUntil: formatInstant(keepUntil), kid: key.kid };
}
