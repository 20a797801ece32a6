import type { SelfInfoClient } from '../client/types.js';
import type { Clock } from '../foundation/clock.js';
import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Answer } from '../query/answer.js';
import type { Retrieval } from '../query/types.js';
import type { Vault } from '../vault/vault.js';
import { openingOf } from './openings.js';
import { paceMs } from './rate.js';
import { type PutOffNote, refOf } from './states.js';

/** Dependencies of asking for a retrieval. */
export interface AskContext {
  readonly client: Pick<
    SelfInfoClient,
    'availability' | 'recall' | 'collect' | 'acknowledge' | 'discard'
  >;
  readonly vault: Pick<Vault, 'has' | 'put'>;
  readonly clock: Pick<Clock, 'now'>;
  /** How long asking once may take, in milliseconds. */
  readonly deadlineMs: number;
  /** Returns the slot of one retrieval among all that wait for the same instant. */
  spread(atMs: number, expiresMs: number): Promise<number>;
  /**
   * Takes a permit for one request, after a short wait if necessary. Returns 0, or how many
   * milliseconds to put the request off.
   */
  permit(): Promise<number>;
}

/** Result of asking once. */
export type AskOutcome =
  | { readonly ended: 'ready' }
  | { readonly ended: 'failed'; readonly code: string }
  /** The vault has the answer, but acknowledging it failed for now. */
  | { readonly unacknowledged: unknown }
  | PutOff;

/** A retrieval that is asked for again at `atMs`. */
export interface PutOff {
  readonly state: PutOffNote['state'];
  readonly atMs: number;
  /** The instant (ISO 8601) to which a notice may bring it forward. Left out where none may. */
  readonly notBefore?: string | undefined;
  readonly code?: string;
}

/** Errors with which the vault refuses an answer forever. All others are temporary. */
const FINAL_REFUSALS: readonly SelfInfoErrorCode[] = [
  'retention_ended',
  'foreign_answer',
  'invalid_option',
];

/**
 * Asks the portal at most once and returns what happens to the retrieval next. An error that it
 * throws is temporary: ask again later.
 */
export async function askOnce(context: AskContext, id: string): Promise<AskOutcome> {
  const { client, vault, clock } = context;
  // A worker may have stored the answer and died right after. If the vault is unreachable, this
  // throws before the portal is asked: the portal may give an answer only once.
  const isStored = await vault.has(refOf(id));
  const retrieval = await client.recall(id);
  if (isStored) return finish(context, retrieval);
  if (retrieval === undefined) return giveUp(context, id, 'retrieval_gone');
  const now = clock.now();
  const expiresMs = Date.parse(retrieval.expiresAt);
  const openingMs = openingOf(client, retrieval, now);
  // Do not wait for an opening after the expiry: the calendar may be wrong.
  if (openingMs > now && openingMs < expiresMs)
    return { state: 'unavailable', atMs: await context.spread(openingMs, expiresMs) };
  const waitMs = await context.permit();
  if (waitMs > 0) return { state: 'waiting', atMs: clock.now() + waitMs };
  return collectOnce(context, id, retrieval);
}

async function collectOnce(
  context: AskContext,
  id: string,
  retrieval: Retrieval,
): Promise<AskOutcome> {
  const { client, clock, deadlineMs } = context;
  const expiresMs = Date.parse(retrieval.expiresAt);
  const collected = await client.collect(retrieval, { deadlineMs, once: true });
  const soonMs = clock.now() + paceMs(clock.now() - Date.parse(retrieval.submittedAt));
  switch (collected.status) {
    case 'pending':
      return {
        state: 'waiting',
        atMs: Math.max(Date.parse(collected.retryAt), soonMs),
        notBefore: collected.notBefore,
      };
    case 'unavailable': {
      const untilMs = Math.min(Date.parse(collected.until ?? '') || 0, expiresMs);
      const atMs = untilMs > soonMs ? await context.spread(untilMs, expiresMs) : soonMs;
      return { state: 'unavailable', atMs };
    }
    case 'failed':
      return giveUp(context, id, collected.error.code, retrieval);
    case 'ready':
      return storeAnswer(context, id, retrieval, collected.answer);
  }
}

async function storeAnswer(
  context: AskContext,
  id: string,
  retrieval: Retrieval,
  answer: Answer,
): Promise<AskOutcome> {
  const { client, vault, clock } = context;
  // Another process may have discarded the retrieval meanwhile. Then the citizen does not want the
  // answer stored. If the store cannot say, keep the answer.
  if (
    clock.now() < Date.parse(retrieval.expiresAt) &&
    (await client.recall(id).catch(() => retrieval)) === undefined
  )
    return giveUp(context, id, 'retrieval_gone');
  try {
    await vault.put(answer, { ref: refOf(id) });
  } catch (error) {
    if (isSelfInfoError(error) && FINAL_REFUSALS.includes(error.code))
      return giveUp(context, id, error.code, retrieval);
    // A worker that lost its lock without knowing may have stored it already.
    if (!isSelfInfoError(error, 'store_key_exists')) throw error;
  }
  return finish(context, retrieval);
}

/**
 * Acknowledges a retrieval whose answer is stored, which deletes its token. When that fails, it is
 * tried again until the retrieval expires: a token must not outlive its purpose. A refusal of the
 * portal is final: repeating the message would not change it.
 */
async function finish(
  { client }: Pick<AskContext, 'client'>,
  retrieval: Retrieval | undefined,
): Promise<AskOutcome> {
  if (retrieval === undefined) return { ended: 'ready' };
  try {
    await client.acknowledge(retrieval).catch((error: unknown) => {
      if (!isSelfInfoError(error, 'upstream_refused')) throw error;
      return client.discard(retrieval);
    });
  } catch (error) {
    return { unacknowledged: error };
  }
  return { ended: 'ready' };
}

/**
 * Ends a retrieval as failed, and discards it if it is given. The answer is gone upstream, but a
 * worker that lost its lock may have stored it already.
 */
async function giveUp(
  { client, vault }: Pick<AskContext, 'client' | 'vault'>,
  id: string,
  code: string,
  retrieval?: Retrieval,
): Promise<AskOutcome> {
  if (await vault.has(refOf(id))) return { ended: 'ready' };
  if (retrieval !== undefined) await client.discard(retrieval).catch(() => undefined);
  return { ended: 'failed', code };
}

/**
 * Puts a retrieval off after an error, at least to the time that the error names. The minimum wait
 * grows with the age of the retrieval.
 */
export function retryLater(
  { clock }: Pick<AskContext, 'clock'>,
  error: unknown,
  queuedMs: number,
): PutOff {
  const known = isSelfInfoError(error) ? error : undefined;
  const soonMs = clock.now() + paceMs(queuedMs);
  return {
    state: 'waiting',
    atMs: Math.max(Date.parse(known?.retry.notBefore ?? '') || 0, soonMs),
    code: known?.code ?? 'unexpected',
  };
}
