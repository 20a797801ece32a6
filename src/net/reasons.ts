import type { TLSSocket } from 'node:tls';
import { isSelfInfoError } from '../foundation/errors.js';
import type { FailureReason } from '../foundation/failure-reasons.js';
import { member } from '../foundation/own.js';
import { codeOf, markedReason } from './network-errors.js';

// The codes of the operating system, of Node, of undici and of TLS that say why. All
// other codes are too vague.
const REASONS: readonly (readonly [FailureReason, RegExp])[] = [
  ['refused', /^ECONNREFUSED$/],
  ['not_found', /^(ENOTFOUND|EAI_(AGAIN|FAIL|NODATA|NONAME))$/],
  // A local firewall causes the last two (connect(2)).
  ['unreachable', /^(E(HOST|NET)(UNREACH|DOWN)|EACCES|EPERM)$/],
  ['reset', /^ECONN(RESET|ABORTED)$/],
  ['closed', /^(EPIPE|ERR_STREAM_PREMATURE_CLOSE|HPE_INVALID_EOF_STATE|UND_ERR_SOCKET)$/],
  [
    'timed_out',
    /^(E(SOCKET)?TIMEDOUT|ERR_TLS_HANDSHAKE_TIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|TimeoutError)$/,
  ],
  ['plain_http', /^ERR_SSL_WRONG_VERSION_NUMBER$/],
  [
    'protocol',
    /^ERR_SSL_(UNSUPPORTED_PROTOCOL|[\w/]+_ALERT_(PROTOCOL_VERSION|INSUFFICIENT_SECURITY|NO_APPLICATION_PROTOCOL))$/,
  ],
  ['expired', /^CERT_HAS_EXPIRED$/],
  ['not_yet_valid', /^CERT_NOT_YET_VALID$/],
  ['wrong_name', /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/],
  [
    'unknown_issuer',
    /^(UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/,
  ],
  ['revoked', /^CERT_REVOKED$/],
  ['weak', /^CERT_KEY_TOO_SMALL$/],
  ['resources', /^(E[MN]FILE|ENOBUFS|ENOMEM|EAI_MEMORY)$/],
];

// The alerts by which a server rejects our certificate or requires one. OpenSSL puts the protocol
// version in front, in several spellings.
const ALERT =
  /^ERR_SSL_[\w/]+_ALERT_((?:BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED)$/;
const ALERT_REASONS: Readonly<Record<string, FailureReason>> = {
  CERTIFICATE_REVOKED: 'revoked',
  CERTIFICATE_EXPIRED: 'expired',
  CERTIFICATE_REQUIRED: 'missing',
  UNKNOWN_CA: 'unknown_issuer',
};

/** Returns why a server rejects our certificate; undefined if the code is not such an alert. */
export function alertReason(code: string): FailureReason | undefined {
  const [, alert] = ALERT.exec(code) ?? [];
  return alert === undefined ? undefined : (ALERT_REASONS[alert] ?? 'rejected');
}

/**
 * Returns the reason for an alert that says only that the handshake failed: nothing in common or,
 * under TLS 1.2, no client certificate. Deno does not show how far the handshake got.
 */
export function handshakeReason(error: unknown, socket: TLSSocket): FailureReason | undefined {
  const failed = /^ERR_SSL_[\w/]+_ALERT_HANDSHAKE_FAILURE$/.test(codeOf(error));
  if (!failed || process.versions.deno !== undefined) return undefined;
  if (!hasAgreed(socket)) return 'protocol';
  return socket.getX509Certificate() ? undefined : 'missing';
}

/**
 * Returns whether an alert about our certificate came before the server's first message. The
 * certificate had not been sent by then, so a device in between or the server blocks the call itself.
 */
export function isBlocked(error: unknown, socket: TLSSocket): boolean {
  const isAlert = alertReason(codeOf(error)) !== undefined;
  return isAlert && process.versions.deno === undefined && !hasAgreed(socket);
}

function hasAgreed(socket: TLSSocket): boolean {
  return Boolean(socket.getCipher()?.version);
}

/** Returns why the network failed, if the error or its cause says so. */
export function reasonOf(error: unknown): FailureReason | undefined {
  try {
    if (isSelfInfoError(error)) return error.reason;
    return markedReason(error) ?? ownReason(error) ?? ownReason(member(Object(error), 'cause'));
  } catch {
    // An injected fetch may throw anything, even an object whose getters throw.
    return undefined;
  }
}

function ownReason(error: unknown): FailureReason | undefined {
  const [message, syscall, errors] = ['message', 'syscall', 'errors'].map((key) =>
    member(Object(error), key),
  );
  if (Array.isArray(errors)) return reasonOfAll(errors);
  const code = codeOf(error);
  if (process.versions.deno !== undefined && DENO_VAGUE.includes(code)) return undefined;
  // Node reports the end of a connection before TLS is established as a reset without a system call.
  if (code === 'ECONNRESET' && syscall === undefined) return 'closed';
  if (code === 'UNSPECIFIED') return /\btoo weak$/.test(String(message)) ? 'weak' : undefined;
  return REASONS.find(([, codes]) => codes.test(code))?.[0];
}

/** Deno also uses these when a connection ends, and for every certificate that its TLS rejects. */
const DENO_VAGUE: readonly string[] = ['ECONNRESET', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'];

/**
 * Chooses one reason from those of the addresses that were tried. An address without a route (often
 * IPv6), or one given up for the next address, says less than the others.
 */
function reasonOfAll(errors: readonly unknown[]): FailureReason | undefined {
  const reasons = errors.map(ownReason);
  const vague = [undefined, 'unreachable', 'timed_out'];
  return reasons.find((reason) => !vague.includes(reason)) ?? reasons.at(-1);
}
