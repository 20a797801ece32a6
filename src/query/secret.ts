import { randomUUID } from 'node:crypto';
import { inexactNumberAt } from '../foundation/json-numbers.js';
import { ownBag } from '../foundation/own.js';
import { isKnownVersion } from '../foundation/sealing.js';
import { formatInstant } from '../foundation/time.js';
import type { ConsentTerms } from '../oauth/terms.js';
import { type AccessToken, isSendableToken } from '../oauth/token.js';
import type { Inquiry } from '../service/inquiry.js';
import { pinOf } from '../wire/pin.js';
import type { WireProfile } from '../wire/profile.js';
import type { ItemCodes } from './inquiries.js';
import { isProcessId, type StoredAccepted } from './request.js';
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

/** The version of what this package stores about a consent and a request. */
export const ENTRY_VERSION = 2;

/** Writes a secret as text, which {@link parseEntry} and {@link isSecret} read. */
export function writeSecret(secret: ProcessSecret): string {
  return JSON.stringify({ v: ENTRY_VERSION, ...secret });
}

/**
 * Parses a stored text. Drops the message of the parser, which would quote it.
 *
 * @param path - the place of the version, for the error.
 * @param older - the older versions that the reader reads too.
 * @returns undefined for a text that is no entry.
 * @throws SelfInfoError `format_unsupported` for an entry of a newer version.
 */
export function parseEntry(
  text: string,
  path: string,
  stage: 'store' | 'result',
  older: readonly unknown[] = [],
): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    if (inexactNumberAt(text) === undefined) value = JSON.parse(text);
  } catch {}
  if (typeof value !== 'object' || value === null) return undefined;
  const bag = ownBag(value as Readonly<Record<string, unknown>>);
  return isKnownVersion(bag.v, path, stage, older, ENTRY_VERSION) ? bag : undefined;
}

/** Returns whether an entry is the secret of a request. Its retrieval is validated elsewhere. */
export function isSecret(entry: object): entry is ProcessSecret {
  const { token, accepted, retrieval, tokenExpiresAt, certificate } = ownBag(
    entry as Readonly<Record<string, unknown>>,
  );
  return (
    isSendableToken(token) &&
    isAccepted(accepted) &&
    typeof retrieval === 'object' &&
    retrieval !== null &&
    [tokenExpiresAt ?? '', certificate ?? ''].every((text) => typeof text === 'string')
  );
}

/** Returns whether a value says what the portal said to a request. */
function isAccepted(value: unknown): value is StoredAccepted {
  const { processes, reply } = ownBag(Object(value));
  if (processes === undefined) {
    const { status, headers, body, requestId, at } = ownBag(Object(reply));
    if (typeof headers !== 'object' || headers === null) return false;
    const texts = [body, requestId, ...Object.values(headers)];
    return [status, at].every(Number.isFinite) && texts.every((text) => typeof text === 'string');
  }
  return Array.isArray(processes) && processes.length > 0 && processes.every(isProcess);
}

function isProcess(value: unknown): boolean {
  const { id, codes } = ownBag(Object(value));
  return isProcessId(id) && Array.isArray(codes) && codes.every(isProcessCode);
}

function isProcessCode(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
