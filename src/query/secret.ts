import { randomUUID } from 'node:crypto';
import { formatInstant } from '../foundation/time.js';
import type { ConsentTerms } from '../oauth/terms.js';
import type { AccessToken } from '../oauth/token.js';
import type { Inquiry } from '../service/inquiry.js';
import { pinOf } from '../wire/pin.js';
import type { WireProfile } from '../wire/profile.js';
import type { ItemCodes, StoredAccepted } from './request.js';
import type { Retrieval } from './types.js';

/** What collecting an answer needs: the token, what the portal said, and the retrieval. */
export interface ProcessSecret {
  readonly token: string;
  /** What the portal said to the request: read, or as it came. */
  readonly accepted: StoredAccepted;
  /** When the token expires (ISO 8601), if the portal said so and the profile wants to know. */
  readonly tokenExpiresAt?: string | null | undefined;
  readonly retrieval: Retrieval;
  /** Thumbprint of the client certificate that the token is bound to. */
  readonly certificate?: string | undefined;
}

/** A request that was sent: under which terms and profile, and with which token. */
export interface SentRequest {
  readonly issuer: string;
  readonly profile: WireProfile;
  readonly accessToken: AccessToken;
  readonly terms: ConsentTerms;
  readonly inquiries: Readonly<Record<string, Inquiry>>;
  readonly codes: ItemCodes;
}

/** Returns the secret of a request that the portal responded to at an instant (epoch ms). */
export function createSecret(
  { issuer, profile, accessToken, terms, inquiries, codes }: SentRequest,
  accepted: StoredAccepted,
  at: number,
  bind: (until: number) => string | undefined,
): ProcessSecret {
  const expiresAt = at + profile.timing.resultMs.value;
  const retrieval: Retrieval = Object.freeze({
    v: 2,
    id: randomUUID(),
    pin: pinOf(issuer, profile),
    terms,
    inquiries,
    codes,
    submittedAt: formatInstant(at),
    expiresAt: formatInstant(expiresAt),
  });
  return {
    token: accessToken.token.reveal(),
    // Kept only where it is used.
    ...(profile.oauth.pollsAfterTokenExpiry.value === 'never' && {
      tokenExpiresAt: accessToken.expiresAt,
    }),
    accepted,
    retrieval,
    certificate: bind(expiresAt),
  };
}
