import { createHash } from 'node:crypto';
import { SelfInfoError } from '../foundation/errors.js';
import { own } from '../foundation/own.js';
import { UNVERSIONED } from '../foundation/sealing.js';
import { ENTRY_VERSION, isSecret, type ProcessSecret, parseEntry } from '../query/secret.js';
import type { StoredEntry } from '../stores/store.js';
import type { Environment } from '../wire/environment.js';

/** The versions before pins, which are read under the profile that the environment calls legacy. */
const LEGACY_VERSIONS = [1, UNVERSIONED];

/** A pending transaction in the store. */
export interface StoredTransaction {
  readonly id: string;
  readonly client: string;
  readonly session: string;
  readonly verifier: string;
  /** The profile that the consent began with. Left out in entries from before there were pins. */
  readonly pin?: string;
  /** The version of the text that the citizen was shown. */
  readonly textVersion?: string;
}

/** Returns the digest under which a state or a session binding is stored. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Returns the key of a transaction. It holds the issuer: a callback of another portal finds nothing. */
export function transactionKey(environment: Environment, state: string): string {
  return `transaction:${ENTRY_VERSION}:${transactionDigest(environment, state)}`;
}

/** Returns the key of a transaction from before there were pins. */
export function legacyTransactionKey(environment: Environment, state: string): string {
  return `transaction:${transactionDigest(environment, state)}`;
}

function transactionDigest({ issuer, clientId }: Environment, state: string): string {
  return digest(JSON.stringify([issuer, clientId, state]));
}

/** Returns the key of a retrieval's secret. A client of the version before does not find it. */
export function retrievalKey(id: string): string {
  return `retrieval:${ENTRY_VERSION}:${id}`;
}

/** Returns the key of a secret from before there were pins. */
export function legacyRetrievalKey(id: string): string {
  return `retrieval:${id}`;
}

/** Writes a transaction for the store. */
export function writeTransaction(transaction: StoredTransaction): string {
  return JSON.stringify({ v: ENTRY_VERSION, ...transaction });
}

/** The value of a transaction whose citizen was told that it has expired. It holds no secret. */
export const EXPIRED = JSON.stringify({ v: ENTRY_VERSION, expired: true });

/** Reads a transaction of this client from a store entry, or says why there is none. */
export function readTransaction(
  entry: StoredEntry | 'taken' | undefined,
  clientId: string,
): (StoredTransaction & { readonly expiresAt: number }) | 'expired' | 'replayed' | 'unknown' {
  // Not `=== undefined`, because clients of many databases return null.
  if (!entry) return 'unknown';
  if (entry === 'taken') return 'replayed';
  if (entry.value === '') return 'expired';
  const { expired, v, ...stored } = parse<StoredTransaction & { readonly expired?: true }>(entry);
  if (expired === true) return 'expired';
  const { id, client, session, verifier, pin, textVersion } = stored;
  const { expiresAt } = entry;
  const isText = (text: unknown) => typeof text === 'string' && text !== '';
  const optional = [pin ?? (v === ENTRY_VERSION ? '' : 'legacy'), textVersion ?? 'none'];
  if (![id, client, session, verifier, ...optional].every(isText) || !Number.isFinite(expiresAt))
    throw invalidEntry();
  if (client !== clientId) return 'unknown';
  const marks = {
    ...(pin !== undefined && { pin }),
    ...(textVersion !== undefined && { textVersion }),
  };
  return { id, client, session, verifier, ...marks, expiresAt };
}

/** Reads the secret of a retrieval from a store entry, unless it has expired. */
export function readSecret(
  id: string,
  entry: StoredEntry | 'taken' | undefined,
  now: number,
): ProcessSecret | undefined {
  if (!entry || entry === 'taken' || entry.value === '') return undefined;
  const { processId, v, ...stored } = parse<ProcessSecret & { readonly processId?: unknown }>(
    entry,
  );
  // Before there were pins, an entry had one process and its retrieval no codes.
  const secret: ProcessSecret =
    v === ENTRY_VERSION || typeof processId !== 'string'
      ? stored
      : { ...stored, accepted: { processes: [{ id: processId, codes: [] }] } };
  // A secret of another retrieval would fetch the answer of another citizen.
  const isWanted = isSecret(secret) && own(secret.retrieval, 'id') === id;
  if (!isWanted || !Number.isFinite(entry.expiresAt)) throw invalidEntry();
  return now < entry.expiresAt ? secret : undefined;
}

function parse<T extends object>(entry: StoredEntry): T & { readonly v?: unknown } {
  const bag = parseEntry(entry.value, 'entry.v', 'store', LEGACY_VERSIONS);
  if (bag === undefined) throw invalidEntry();
  return bag as T & { readonly v?: unknown };
}

/** Returns the error for a store that returns something other than what was put into it. */
export function invalidEntry(): SelfInfoError {
  return new SelfInfoError('store_failed', { retry: { safe: false } });
}
