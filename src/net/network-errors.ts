import { member } from '../foundation/own.js';

// What Node, undici and its parser report when a connection fails. `UND_ERR_INVALID_ARG` and its
// like report a bug.
export const NETWORK =
  /^(E(CONN|NET|HOST|ADDR|AI_)\w+|ENOTFOUND|ETIMEDOUT|EPIPE|EPROTO|UND_ERR_(?!INVALID_|NOT_SUPPORTED)\w+|HPE_\w+|HTTPParserError|TimeoutError)$/;
// By these a fetch reports that the network failed. Every bug is a TypeError, too.
export const FETCH_FAILED = ['fetch failed', 'Failed to fetch', 'terminated'];

const networkErrors = new WeakSet<object>();

/** Marks an error of a socket as one of the network, whatever its code says. */
export function ofNetwork<T extends Error>(error: T): T {
  networkErrors.add(error);
  return error;
}

/** Returns the error for a connection that ended without saying why. */
export function closed(): Error {
  return ofNetwork(new Error('closed'));
}

/** Returns whether an error was marked. */
export function isMarked(error: Error): boolean {
  return networkErrors.has(error);
}

/** Returns the code of a foreign error, or else its name. Nothing else is read from it. */
export function codeOf(error: unknown): string {
  try {
    return error instanceof Error ? String(member(error, 'code') || error.name) : '';
  } catch {
    // An injected fetch may throw anything, even an object whose getters throw.
    return '';
  }
}
