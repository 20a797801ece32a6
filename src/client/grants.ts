import { randomUUID } from 'node:crypto';
import { type Clock, invalidClock } from '../foundation/clock.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { formatInstant } from '../foundation/time.js';
import type { ApiConnection } from '../net/http.js';
import type { ConsentTerms } from '../oauth/terms.js';
import type { AccessToken } from '../oauth/token.js';
import { checkInquiries } from '../query/inquiries.js';
import { sendRequest } from '../query/request.js';
import type { Retrieval } from '../query/types.js';
import type { ClientContext, GrantState, TracedScope } from './context.js';
import { type RetrievalSecret, retrievalKey, writeSecret } from './pending.js';
import type { Grant } from './types.js';

/** A retrieval that this call has requested, with the secret that collects it. */
export interface Requested {
  readonly retrieval: Retrieval;
  readonly secret: RetrievalSecret;
}

/** Creates a grant that is good for one request over this connection. */
export function openGrant(
  { grants }: ClientContext,
  terms: ConsentTerms,
  accessToken: AccessToken,
  connection: ApiConnection,
): Grant {
  const grant: Grant = Object.freeze({ terms, expiresAt: accessToken.expiresAt });
  grants.set(grant, { accessToken, connection, used: false, released: false });
  return grant;
}

/** Returns the state of a grant of this client, or undefined for anything else. */
export function findGrant({ grants }: ClientContext, handle: unknown): GrantState | undefined {
  return typeof handle === 'object' && handle !== null ? grants.get(handle) : undefined;
}

/** Ends a grant: it can no longer be used, and its connection closes. */
export async function discardGrant(state: GrantState): Promise<void> {
  state.used = true;
  if (state.released) return;
  state.released = true;
  await state.connection.close();
}

/**
 * Sends the one request of a grant and stores what collecting its answer needs.
 *
 * @throws SelfInfoError `foreign_grant`, `grant_used`, `grant_expired`, of the inquiries, the
 * connection and the store. Once the portal has accepted the request, the error carries the
 * retrieval.
 */
export async function useGrant(
  context: ClientContext,
  grant: Grant,
  inquiry: unknown,
  scope: TracedScope,
): Promise<Requested> {
  const { environment, service, clock, store } = context;
  const state = findGrant(context, grant);
  if (!state) throw new SelfInfoError('foreign_grant', { path: 'grant' });
  scope.setIds({ transactionId: grant.terms.transactionId });
  const inquiries = checkInquiries(service, inquiry, 'inquiries');
  const sentAt = claim(grant, state, clock);
  const processId = await send(context, state, inquiries, scope);
  const now = timeOr(sentAt, clock);
  const expiresAt = now + environment.profile.timing.resultMs.value;
  const retrieval: Retrieval = Object.freeze({
    v: 1,
    id: randomUUID(),
    terms: grant.terms,
    inquiries,
    submittedAt: formatInstant(now),
    expiresAt: formatInstant(expiresAt),
  });
  scope.setIds({ retrievalId: retrieval.id });
  const secret: RetrievalSecret = {
    token: state.accessToken.token.reveal(),
    // Kept only where it is used.
    ...(environment.profile.oauth.pollsAfterTokenExpiry.value === 'never' && {
      tokenExpiresAt: state.accessToken.expiresAt,
    }),
    processId,
    retrieval,
    certificate: state.connection.bind(expiresAt),
  };
  try {
    await store.put(scope, retrievalKey(retrieval.id), writeSecret(secret), expiresAt);
  } catch (error) {
    void state.connection.close();
    throw notStored(error, retrieval);
  }
  // The connection of a grant that was discarded meanwhile is closed: collecting opens another.
  if (!state.released) context.parked.set(retrieval, state.connection);
  state.released = true;
  return { retrieval, secret };
}

/**
 * Marks a grant as used and returns the time. Runs before the first await, so that of two parallel
 * requests only one goes out.
 */
function claim(grant: Grant, state: GrantState, clock: Clock): number {
  if (state.used) throw new SelfInfoError('grant_used');
  const now = clock.now();
  if (!Number.isFinite(now)) throw invalidClock();
  if (grant.expiresAt !== null && now >= Date.parse(grant.expiresAt))
    throw new SelfInfoError('grant_expired');
  // The answer could not be read any more.
  if (!(now < Date.parse(grant.terms.keepUntil)))
    throw new SelfInfoError('retention_ended', { stage: 'request' });
  state.used = true;
  return now;
}

async function send(
  { environment, service }: ClientContext,
  state: GrantState,
  inquiries: Retrieval['inquiries'],
  scope: TracedScope,
): Promise<string> {
  const { connection, accessToken } = state;
  try {
    return await sendRequest(environment, connection, service, inquiries, accessToken, scope);
  } catch (error) {
    // The portal accepted nothing, so the consent is still good.
    if (isSelfInfoError(error) && error.effect === 'none' && !state.released) state.used = false;
    throw error;
  }
}

/** Returns the time, or an earlier one: a clock that fails now must not lose the answer. */
function timeOr(before: number, clock: Clock): number {
  try {
    const now = clock.now();
    return Number.isFinite(now) ? now : before;
  } catch {
    return before;
  }
}

/**
 * Returns the error for an accepted request whose secret was not stored. The consent is used. The
 * retrieval is attached, because a slow store may have kept the secret after all.
 */
function notStored(error: unknown, retrieval: Retrieval): SelfInfoError {
  const endedEarly = isSelfInfoError(error, 'aborted') || isSelfInfoError(error, 'timed_out');
  const failed = new SelfInfoError(endedEarly ? error.code : 'store_failed', {
    ...(endedEarly && { stage: error.stage }),
    effect: 'applied',
    retry: { safe: false },
  });
  return Object.assign(failed, { retrieval });
}
