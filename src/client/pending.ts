import { createHash } from 'node:crypto';
import { SelfInfoError } from '../foundation/errors.js';
import type { ProcessSecret, Retrieval } from '../query/query.js';
import type { StoredEntry } from '../stores/store.js';
import type { Environment } from '../wire/environment.js';

/** A pending transaction as it lies in the store. */
export interface Transaction {
  readonly id: string;
  readonly client: string;
  readonly session: string;
  readonly verifier: string;
}

/**
 * What collecting needs, as it lies in the store; terms and inquiries are read from here, so that
 * an edited handle changes nothing.
 */
export interface RetrievalSecret extends ProcessSecret {
  readonly retrieval: Retrieval;
  /** The thumbprint of the client certificate that the token is bound to. */
  readonly certificate?: string | undefined;
}

/** States and session bindings are kept as digests only. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** With the portal that the state was made for: another portal's callback finds nothing. */
export function transactionKey({ issuer, clientId }: Environment, state: string): string {
  return `transaction:${digest(JSON.stringify([issuer, clientId, state]))}`;
}

/** Where the secret of a retrieval lies. */
export function retrievalKey(id: string): string {
  return `retrieval:${id}`;
}

/** What the store says of a transaction, as long as it is one of this client's. */
export function readTransaction(
  entry: StoredEntry | 'taken' | undefined,
  clientId: string,
): (Transaction & { readonly expiresAt: number }) | 'expired' | 'replayed' | 'unknown' {
  // Clients of many databases say null.
  if (!entry) return 'unknown';
  if (entry === 'taken') return 'replayed';
  if (entry.value === '') return 'expired';
  const { id, client, session, verifier } = parse<Transaction>(entry);
  const { expiresAt } = entry;
  if (
    ![id, client, session, verifier].every((text) => typeof text === 'string') ||
    !Number.isFinite(expiresAt)
  )
    throw badEntry();
  return client === clientId ? { id, client, session, verifier, expiresAt } : 'unknown';
}

/** What the store holds of a retrieval, unless its time is over. */
export function readSecret(
  id: string,
  entry: StoredEntry | 'taken' | undefined,
  now: number,
): RetrievalSecret | undefined {
  if (!entry || entry === 'taken' || entry.value === '') return undefined;
  const secret = parse<RetrievalSecret>(entry);
  const { token, processId, retrieval } = secret;
  // Under another citizen's secret the answer would be another citizen's.
  if (
    typeof token !== 'string' ||
    typeof processId !== 'string' ||
    retrieval?.id !== id ||
    !Number.isFinite(entry.expiresAt)
  )
    throw badEntry();
  return now < entry.expiresAt ? secret : undefined;
}

/**
 * What was kept; a store that returns something else fails without the parser's message, which
 * would quote it.
 */
function parse<T extends object>(entry: StoredEntry): T {
  let value: unknown;
  try {
    value = JSON.parse(entry.value);
  } catch {}
  if (typeof value !== 'object' || value === null) throw badEntry();
  return value as T;
}

/** A store that gives something else than was put: the next answer is no better. */
export function badEntry(): SelfInfoError {
  return new SelfInfoError('store_failed', { retry: { safe: false } });
}
