import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { has } from '../foundation/own.js';
import type { ConsentTerms } from '../oauth/terms.js';
import { effectOf } from '../query/exchange.js';
import { checkInquiries } from '../query/inquiries.js';
import { type ProcessSecret, writeSecret } from '../query/secret.js';
import { type SecretKeeper, sendRequest } from '../query/send-request.js';
import type { Retrieval } from '../query/types.js';
import type { ClientContext, GrantState, TracedScope } from './context.js';
import { storeProcesses } from './notices.js';
import type { Grant } from './outcomes.js';
import { retrievalKey } from './pending.js';

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
  grants.set(grant, { ...issued, released: false });
  return grant;
}

/** Returns the state of a grant of this client, or undefined for anything else. */
export function findGrant({ grants }: ClientContext, handle: unknown): GrantState | undefined {
  return typeof handle === 'object' && handle !== null ? grants.get(handle) : undefined;
}

/** Ends a grant: it can no longer be used, and its connection closes. */
export async function discardGrant(state: GrantState): Promise<void> {
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
  const { environment } = context;
  const inquiries = checkInquiries(service, inquiry, 'inquiries');
  if (state.released) throw new SelfInfoError('grant_used');
  const keeper = createKeeper(context, scope);
  try {
    const use = { environment, ...state, service, terms: grant.terms, inquiries, clock };
    const secret = await sendRequest(use, scope, keeper);
    const { retrieval, accepted } = secret;
    await storeProcesses(context, state.profile, retrieval, accepted, scope);
    // The connection of a grant that was discarded meanwhile is closed: collecting opens another.
    if (!state.released) context.parked.set(retrieval, state.connection);
    state.released = true;
    return { retrieval, secret };
  } catch (error) {
    const retrieval = keeper.kept();
    if (retrieval === undefined) throw error;
    // Collecting opens another connection.
    if (!state.released) void state.connection.close();
    state.released = true;
    throw withRetrieval(error, retrieval);
  }
}

/** Keeps the secret of one request in the store, under a new retrieval. */
function createKeeper(
  { store, retrievals }: ClientContext,
  scope: TracedScope,
): SecretKeeper & { kept(): Retrieval | undefined } {
  let retrieval: Retrieval | undefined;
  return {
    async keep(secret) {
      retrieval = secret.retrieval;
      const { id, expiresAt } = retrieval;
      scope.setIds({ retrievalId: id });
      try {
        await store.put(scope, retrievalKey(id), writeSecret(secret), Date.parse(expiresAt));
        retrievals.begin(id, Date.parse(expiresAt));
      } catch (error) {
        const { accepted } = secret;
        throw notStored(error, has(accepted, 'reply') ? accepted.reply.status : 200);
      }
    },
    async drop() {
      const dropped = retrieval;
      retrieval = undefined;
      if (!dropped) return;
      retrievals.end(dropped.id);
      await store.delete(scope, retrievalKey(dropped.id)).catch(() => undefined);
    },
    kept: () => retrieval,
  };
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
