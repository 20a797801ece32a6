import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import {
  invalidResponse,
  isSelfInfoError,
  SelfInfoError,
  withFacts,
} from '../foundation/errors.js';
import type { FailureReason } from '../foundation/failure-reasons.js';
import { threw } from '../foundation/thrown.js';
import { type CallStage, HARMLESS } from './http.js';
import { codeOf, FETCH_FAILED, isMarked, NETWORK } from './network-errors.js';
import { alertReason, reasonOf } from './reasons.js';
import type { RawResponse } from './response.js';

/** How far a call has come, and so how long it may be silent now. */
export type CallProgress = 'started' | 'sent' | 'answering';

/** Why a bounded call ended early. */
export const UNCONNECTED = Symbol('not connected in time');
export const UNTUNNELLED = Symbol('the proxy did not respond in time');
export const TIMED_OUT = Symbol('timed out');
export const ABORTED = Symbol('aborted');
const LATE: readonly unknown[] = [UNCONNECTED, UNTUNNELLED, TIMED_OUT];

// Failures of the certificate check, by the names of OpenSSL and Node.
const DISTRUST =
  /^(CERT_|CRL_|UNSPECIFIED$|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;
// What undici and its parser report for a response that is not HTTP or is too large. undici asserts
// that a status is at least 100.
const MALFORMED =
  /^(HTTPParserError$|HPE_(?!INVALID_EOF_STATE)|UND_ERR_RES_EXCEEDED_MAX_SIZE|UND_ERR_RESPONSE|UND_ERR_HEADERS_OVERFLOW|ERR_ASSERTION$)/;
// Before the head: the length makes no sense. After the head: the body breaks off.
const LENGTH = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
const SILENT = /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/;

/** Returns whether the network failed. A bug or an unusable option must not look like that. */
function isOfNetwork(error: unknown): boolean {
  try {
    if (LATE.includes(error) || isSelfInfoError(error, 'connection_failed')) return true;
    if (isMarked(error) || isNetworkCode(codeOf(error))) return true;
    const { message, cause } = Object(error);
    return FETCH_FAILED.includes(message) || isNetworkCode(codeOf(cause));
  } catch {
    return false;
  }
}

function isNetworkCode(code: string): boolean {
  return NETWORK.test(code) || DISTRUST.test(code);
}

/** Returns whether a TLS alert says that the server rejects our certificate, or requires one. */
export function isCertificateAlert(error: unknown): boolean {
  return alertReason(codeOf(error)) !== undefined;
}

// nginx, and gateways built on it, finish the handshake and then say this in an HTML page of status
// 400. 495 and 496 are its own statuses for the same two cases.
const ERROR_PAGE = /SSL certificate error/;
const MISSING_PAGE = /No required SSL certificate was sent/;
const PAGE_BYTES = 4_096;

/**
 * Returns the error for a response by which a gateway rejects the client certificate or requires
 * one; undefined for any other. Only some gateways can be recognised.
 */
export function certificateRefusal({
  status,
  header,
  body,
}: RawResponse): SelfInfoError | undefined {
  let missing = status === 496;
  if (status !== 495 && !missing) {
    if (status !== 400 || !/^text\/html\b/i.test(header('content-type') ?? '')) return undefined;
    const page = Buffer.concat(body).subarray(0, PAGE_BYTES).toString('latin1');
    missing = MISSING_PAGE.test(page);
    if (!missing && !ERROR_PAGE.test(page)) return undefined;
  }
  // The gateway has read the call, so toCallError sets what may have come of it.
  return new SelfInfoError('certificate_refused', {
    upstream: { status },
    reason: missing ? 'missing' : 'rejected',
  });
}

/** Turns any failure of a call into an error of this package. */
export function toCallError(
  error: unknown,
  stage: CallStage,
  progress: CallProgress,
): SelfInfoError {
  const sent = progress !== 'started';
  // The portal may have carried out a request that was sent, even when its response is lost.
  const effect = sent && !HARMLESS.includes(stage) ? 'unknown' : 'none';
  if (isSelfInfoError(error) && error.code !== 'connection_failed') {
    const known = withFacts(error, {
      stage,
      effect,
      ...(effect === 'unknown' && { retry: { safe: false } }),
    });
    if (known) return known;
  }
  const code = codeOf(error);
  if (error === ABORTED) return failure('aborted', stage, sent);
  const alert = alertReason(code);
  if (alert) return failure('certificate_refused', stage, sent, alert);
  if (sent && (MALFORMED.test(code) || (code === LENGTH && progress !== 'answering')))
    return invalidResponse(
      {
        en: 'it is not a complete HTTP message.',
        ja: '完全な HTTP メッセージではありません。',
      },
      { stage, effect },
    );
  if (!isOfNetwork(error))
    return new SelfInfoError('internal_error', { stage, effect, expected: threw(error) });
  const reason = whyFailed(error, sent);
  if (!sent && error !== TIMED_OUT) {
    const distrusted = DISTRUST.test(code);
    return failure(distrusted ? 'server_not_trusted' : 'connection_failed', stage, sent, reason);
  }
  if (stage === 'request' && sent) return failure('answer_lost', stage, sent, reason);
  const late = error === TIMED_OUT || SILENT.test(code);
  return failure(late ? 'timed_out' : 'connection_closed', stage, sent, reason);
}

function whyFailed(error: unknown, sent: boolean): FailureReason | undefined {
  if (error === UNTUNNELLED) return 'proxy';
  if (LATE.includes(error)) return 'timed_out';
  const reason = reasonOf(error);
  // Within an open connection it means that bytes were damaged.
  return sent && reason === 'plain_http' ? undefined : reason;
}

/** Returns the error of a failed call. A code is never exchanged twice, whether sent or not. */
function failure(
  code: SelfInfoErrorCode,
  stage: CallStage,
  sent: boolean,
  reason?: FailureReason,
): SelfInfoError {
  const harmless = !sent || HARMLESS.includes(stage);
  return new SelfInfoError(code, {
    stage,
    ...(reason && { reason }),
    effect: harmless ? 'none' : 'unknown',
    retry: {
      safe:
        harmless &&
        stage !== 'token' &&
        code !== 'server_not_trusted' &&
        code !== 'certificate_refused',
    },
  });
}
