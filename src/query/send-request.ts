import { type Clock, invalidClock } from '../foundation/clock.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { sharedState } from '../foundation/shared-state.js';
import type { ApiConnection, CallBounds } from '../net/http.js';
import type { ConsentTerms } from '../oauth/terms.js';
import type { AccessToken } from '../oauth/token.js';
import type { Inquiry } from '../service/inquiry.js';
import type { Service } from '../service/service.js';
import type { Environment } from '../wire/environment.js';
import type { WireProfile } from '../wire/profile.js';
import type { WireSession } from './exchange.js';
import { codesOf } from './inquiries.js';
import { prepareRequest, requestProcesses } from './request.js';
import { createSecret, type ProcessSecret } from './secret.js';

/** The one request of an access token: its consent, its inquiries, and the way to the portal. */
export interface TokenUse {
  readonly environment: Environment;
  /** The profile under which the consent began. */
  readonly profile: WireProfile;
  readonly connection: ApiConnection;
  readonly service: Service;
  readonly accessToken: AccessToken;
  readonly terms: ConsentTerms;
  readonly inquiries: Readonly<Record<string, Inquiry>>;
  readonly clock: Clock;
}

/** Keeps the secret that collects the answer. */
export interface SecretKeeper {
  /** Keeps it; called once the portal has responded. */
  keep(secret: ProcessSecret): Promise<void>;
  /** Forgets it again, because the portal has accepted nothing. */
  drop(): Promise<void>;
}

/**
 * Sends the one request that an access token is good for. A token that was sent with a request can
 * be used again only if the portal has certainly accepted nothing.
 *
 * @returns the secret, with what the portal said as far as it was read.
 * @throws SelfInfoError `grant_used`, `grant_expired`, `retention_ended` before anything is sent;
 * the errors of codec, connection and keeper; of a refusal.
 */
export async function sendRequest(
  { environment, profile, connection, service, accessToken, terms, inquiries, clock }: TokenUse,
  bounds: CallBounds & { readonly signal: AbortSignal },
  { keep, drop }: SecretKeeper,
): Promise<ProcessSecret> {
  // Before the first await, so that of two parallel requests only one goes out.
  const { sentAt, giveBack } = claimToken(accessToken, terms, clock);
  const { issuer, clientId, endpoints } = environment;
  const { apiUrl } = endpoints;
  const token = accessToken.token.reveal();
  const session: WireSession = { profile, clientId, apiUrl, connection, token, clock };
  const codes = codesOf(service, inquiries);
  const sent = { issuer, profile, accessToken, terms, inquiries, codes };
  let secret: ProcessSecret | undefined;
  try {
    const ready = await prepareRequest(session, inquiries, codes, bounds.signal);
    const accepted = await requestProcesses(session, ready, bounds, {
      async keep(received) {
        const at = timeOr(sentAt, clock);
        secret = createSecret(sent, received, at, (until) => connection.bind(until));
        await keep(secret);
      },
      drop,
    });
    return { ...(secret as unknown as ProcessSecret), accepted };
  } catch (error) {
    // The portal accepted nothing, so the consent is still good.
    if (isSelfInfoError(error) && error.effect === 'none') giveBack();
    throw error;
  }
}

/** The tokens that a request was sent with, by the object that hides them. */
const USED = 'used-tokens.1';

/** Marks a token as used. Returns the time, and how to give the token back. */
function claimToken(
  { token, expiresAt }: AccessToken,
  { keepUntil }: ConsentTerms,
  clock: Clock,
): { readonly sentAt: number; giveBack(): void } {
  const used = sharedState<true>(USED);
  if (used.has(token)) throw new SelfInfoError('grant_used');
  const now = clock.now();
  if (!Number.isFinite(now)) throw invalidClock();
  if (expiresAt !== null && !(now < Date.parse(expiresAt)))
    throw new SelfInfoError('grant_expired');
  // The answer could not be read any more.
  if (!(now < Date.parse(keepUntil)))
    throw new SelfInfoError('retention_ended', { stage: 'request' });
  used.set(token, true);
  return { sentAt: now, giveBack: () => void used.delete(token) };
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
