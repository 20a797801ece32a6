import type { FailureReason } from '../foundation/failure-reasons.js';
import { member } from '../foundation/own.js';

// What Node, undici and its parser report when a connection fails. `UND_ERR_INVALID_ARG` and its
// like report a bug. An injected fetch aborts by itself when it has waited long enough.
export const NETWORK = new RegExp(
  `^(${[
    'E(CONN|NET|HOST|ADDR|AI_)\\w+|E(SOCKET)?TIMEDOUT|ENOTFOUND|EPIPE|EPROTO|E[MN]FILE|ENOBUFS',
    'ERR_SSL_[\\w/]+|ERR_TLS_HANDSHAKE_TIMEOUT|ERR_SOCKET_C\\w+|ERR_STREAM_PREMATURE_CLOSE',
    'UND_ERR_(?!INVALID_|NOT_SUPPORTED)\\w+|HPE_\\w+|HTTPParserError|TimeoutError|AbortError',
  ].join('|')})$`,
);
// By these a fetch reports that the network failed. Every bug is a TypeError, too.
export const FETCH_FAILED = ['fetch failed', 'Failed to fetch', 'terminated'];

const networkErrors = new WeakMap<object, FailureReason | undefined>();

/** Marks an error of a socket as one of the network, whatever its code says, perhaps with a reason. */
export function ofNetwork<T extends Error>(error: T, reason = markedReason(error)): T {
  networkErrors.set(error, reason);
  return error;
}

/** Returns the error for a connection that ended without saying why. */
export function closed(reason: FailureReason = 'closed'): Error {
  return ofNetwork(new Error('closed'), reason);
}

/** Returns whether an error was marked. */
export function isMarked(error: unknown): boolean {
  return networkErrors.has(Object(error));
}

/** Returns the reason that an error was marked with. */
export function markedReason(error: unknown): FailureReason | undefined {
  return networkErrors.get(Object(error));
}

/**
 * Returns the code of a foreign error, or else its name. Nothing else is read from it. Not
 * `instanceof Error`: Jest runs this package in a realm of its own, and Node's errors are of another.
 */
export function codeOf(error: unknown): string {
  try {
    // The code of a DOMException is a number.
    const [code, name] = ['code', 'name'].map((key) => member(Object(error), key));
    return String((typeof code === 'string' && code) || name || '');
  } catch {
    // An injected fetch may throw anything, even an object whose getters throw.
    return '';
  }
}
