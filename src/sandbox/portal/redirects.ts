import type { Authorization } from '../state.js';
import type { Refusal } from './refusals.js';

/** Where a callback goes to. `state` is missing if the request had none. */
export interface CallbackTarget {
  readonly redirectUri: string;
  readonly state?: string | undefined;
}

/** Returns the URL of a callback, with the issuer (RFC 9207). */
export function callbackUrl(
  { redirectUri }: CallbackTarget,
  issuer: string,
  parameters: Record<string, string>,
): string {
  // Appended as text, so that the registered URI stays as it is.
  const query = new URLSearchParams({ ...parameters, iss: issuer });
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`;
}

/** Returns the URL of a callback that carries an error. */
export function errorCallbackUrl(target: CallbackTarget, issuer: string, refusal: Refusal): string {
  const { state = '' } = target;
  return callbackUrl(target, issuer, {
    error: refusal.error,
    error_description: refusal.description,
    ...(state !== '' && { state }),
  });
}

/** Redirects the browser. */
export function redirect(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  });
}

/** Ends a transaction: from now on every page of it leads to this location. */
export function endAt(authorization: Authorization, location: string): Response {
  authorization.sentTo = location;
  return redirect(location);
}
