import { SelfInfoError } from '../foundation/errors.js';
import { own } from '../foundation/own.js';
import { formatInstant } from '../foundation/time.js';
import { type CallStage, HARMLESS, type HttpResponse } from './http.js';

// Machine codes that an error may repeat. A code outside the list could be an echo of anything.
const OAUTH_CODES = [
  'invalid_request',
  'invalid_request_uri',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_scope',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'invalid_token',
  'insufficient_scope',
];

/**
 * Statuses by which a server says that it will not change its mind: 501 Not Implemented, 505 HTTP
 * Version Not Supported, 506 Variant Also Negotiates, 508 Loop Detected, 510 Not Extended, 511
 * Network Authentication Required.
 */
const LASTING: readonly (number | undefined)[] = [501, 505, 506, 508, 510, 511];

/** Returns true for a failure that repeating the same call soon cannot avoid. */
export function isLasting({ upstream }: SelfInfoError): boolean {
  return LASTING.includes(upstream?.status);
}

/** Returns the portal's machine code if it is known, or else `unrecognised`. */
export function knownCode(code: unknown, known: readonly string[] = []): string {
  return typeof code === 'string' && (OAUTH_CODES.includes(code) || known.includes(code))
    ? code
    : 'unrecognised';
}

/**
 * Returns the error for a response whose status is not a success.
 *
 * @param notAccepted - the statuses from 429 on and the codes by which the portal says that it took
 * nothing.
 */
export function refusal(
  response: HttpResponse,
  stage: CallStage,
  known: readonly string[],
  notAccepted: readonly (number | string)[] = [],
): SelfInfoError {
  const { status, json, retryAt, upstreamRequestId: requestId } = response;
  const given = typeof json === 'object' && json !== null ? own(json, 'error') : undefined;
  const code = given === undefined ? undefined : knownCode(given, known);
  // A gateway may forward a call first and fail afterwards.
  const isUntaken = notAccepted.some((one) => one === status || one === given);
  const harmless = HARMLESS.includes(stage) || isUntaken;
  const effect = harmless ? 'none' : 'unknown';
  const upstream = {
    status,
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
  };
  const notBefore = retryAt !== undefined && { notBefore: formatInstant(retryAt) };
  if (status === 429 || status === 503)
    return new SelfInfoError('upstream_unavailable', {
      stage,
      effect,
      upstream,
      retry: { safe: harmless, ...notBefore },
    });
  if (status >= 400 && status < 500)
    return new SelfInfoError('upstream_refused', { stage, upstream });
  return new SelfInfoError('upstream_failed', {
    stage,
    effect,
    upstream,
    retry: { safe: isUntaken, ...notBefore },
  });
}

/**
 * Returns the error for a response that a codec read as a refusal, with any status.
 *
 * @param untaken - the codes by which the portal says that it took nothing.
 */
export function refusalByCode(
  { status, upstreamRequestId: requestId }: Pick<HttpResponse, 'status' | 'upstreamRequestId'>,
  stage: CallStage,
  code: string,
  known: readonly string[],
  untaken: readonly string[],
): SelfInfoError {
  const isHarmless = HARMLESS.includes(stage) || untaken.includes(code);
  return new SelfInfoError('upstream_refused', {
    stage,
    effect: isHarmless ? 'none' : 'unknown',
    upstream: {
      status,
      code: knownCode(code, known),
      ...(requestId !== undefined && { requestId }),
    },
  });
}
