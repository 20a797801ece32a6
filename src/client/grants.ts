import { type Clock, invalidClock } from '../foundation/clock.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { has } from '../foundation/own.js';
import type { ConsentTerms } from '../oauth/terms.js';
import { effectOf, type WireSession } from '../query/exchange.js';
import { checkInquiries } from '../query/inquiries.js';
import {
  codesOf,
  type ItemCodes,
  type Keeper,
  prepareRequest,
  requestProcesses,
  type StoredAccepted,
} from '../query/request.js';
import { createSecret, type ProcessSecret } from '../query/secret.js';
import type { Retrieval } from '../query/types.js';
import type { ClientContext, GrantState, TracedScope } from './context.js';
import { storeProcesses } from './notices.js';
import { retrievalKey, writeSecret } from './pending.js';
import type { Grant } from './types.js';

/** A retrieval that this call has requested, with the secret that collects it. */
export interface Requested {
  readonly retrieval: Retrieval;
  readonly secret: ProcessSecret;
}

/** Creates a grant that is good for one request over this connection, under this profile. */
export function openGrant(
  { grants }: ClientContext,
  terms: ConsentTerms,
  issued: Pick<GrantState, 'accessToken' | 'connection' | 'profile'>,
): Grant {
  const grant: Grant = Object.freeze({ terms, expiresAt: issued.accessToken.expiresAt });
  grants.set(grant, { ...issued, used: false, released: false });
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
  const { service, clock } = context;
  const state = findGrant(context, grant);
  if (!state) throw new SelfInfoError('foreign_grant', { path: 'grant' });
  scope.setIds({ transactionId: grant.terms.transactionId });
  const inquiries = checkInquiries(service, inquiry, 'inquiries');
  const sentAt = claim(grant, state, clock);
  const request = { terms: grant.terms, inquiries, codes: codesOf(service, inquiries), sentAt };
  const keeper = createKeeper(context, state, request, scope);
  try {
    const accepted = await send(context, state, request, keeper, scope);
    const { retrieval, secret } = keeper.kept();
    await storeProcesses(context, state.profile, retrieval, accepted, scope);
    // The connection of a grant that was discarded meanwhile is closed: collecting opens another.
    if (!state.released) context.parked.set(retrieval, state.connection);
    state.released = true;
    return { retrieval, secret: { ...secret, accepted } };
  } catch (error) {
    // The portal accepted nothing, so the consent is still good.
    if (isSelfInfoError(error) && error.effect === 'none' && !state.released) state.used = false;
    if (!keeper.isKept()) throw error;
    // Collecting opens another connection.
    if (!state.released) void state.connection.close();
    state.released = true;
    throw withRetrieval(error, keeper.kept().retrieval);
  }
}

/** A request as it is sent. */
interface GrantedRequest {
  readonly terms: ConsentTerms;
  readonly inquiries: Retrieval['inquiries'];
  readonly codes: ItemCodes;
  readonly sentAt: number;
}

async function send(
  { environment, clock }: ClientContext,
  { profile, connection, accessToken }: GrantState,
  { inquiries, codes }: GrantedRequest,
  keeper: Keeper,
  scope: TracedScope,
): Promise<StoredAccepted> {
  const session: WireSession = {
    profile,
    clientId: environment.clientId,
    apiUrl: environment.endpoints.apiUrl,
    connection,
    token: accessToken.token.reveal(),
    clock,
  };
  const ready = await prepareRequest(session, inquiries, codes, scope.signal);
  return requestProcesses(session, ready, scope, keeper);
}

/** Keeps the secret of one request in the store, under a new retrieval. */
function createKeeper(
  context: ClientContext,
  state: GrantState,
  { terms, inquiries, codes, sentAt }: GrantedRequest,
  scope: TracedScope,
): Keeper & { kept(): Requested; isKept(): boolean } {
  const { environment, store, clock } = context;
  const { profile, accessToken, connection } = state;
  let requested: Requested | undefined;
  return {
    async keep(accepted) {
      const sent = { issuer: environment.issuer, profile, accessToken, terms, inquiries, codes };
      const at = timeOr(sentAt, clock);
      const secret = createSecret(sent, accepted, at, (until) => connection.bind(until));
      const { retrieval } = secret;
      const expiresAt = Date.parse(retrieval.expiresAt);
      scope.setIds({ retrievalId: retrieval.id });
      requested = { retrieval, secret };
      try {
        await store.put(scope, retrievalKey(retrieval.id), writeSecret(secret), expiresAt);
      } catch (error) {
        throw notStored(error, has(accepted, 'reply') ? accepted.reply.status : 200);
      }
    },
    async drop() {
      const dropped = requested;
      requested = undefined;
      if (dropped)
        await store.delete(scope, retrievalKey(dropped.retrieval.id)).catch(() => undefined);
    },
    kept: () => requested as Requested,
    isKept: () => requested !== undefined,
  };
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
 * Returns the error for a response whose secret was not stored. After a success the consent is
 * used. The retrieval is attached, because a slow store may have kept the secret after all.
 */
function notStored(error: unknown, status: number): SelfInfoError {
  const endedEarly = isSelfInfoError(error, 'aborted') || isSelfInfoError(error, 'timed_out');
  return new SelfInfoError(endedEarly ? error.code : 'store_failed', {
    ...(endedEarly && { stage: error.stage }),
    effect: effectOf('request', status),
    retry: { safe: false },
  });
}

/**
 * Attaches the retrieval to an error. An error that takes no property, perhaps from the caller's
 * `onProgress`, is replaced by one that does.
 */
export function withRetrieval(error: unknown, retrieval: Retrieval): object {
  try {
    if (
      typeof error === 'object' &&
      error !== null &&
      Object.assign(error, { retrieval }).retrieval === retrieval
    )
      return error;
  } catch {}
  const aborted = new SelfInfoError('aborted', {
    stage: 'result',
    effect: 'none',
    retry: { safe: true },
  });
  return Object.assign(aborted, { retrieval });
}
