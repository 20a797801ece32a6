import type { Language } from '../../foundation/language.js';
import type { SandboxContext } from '../context.js';
import { callbackPage } from '../pages/callback.js';
import type { Authorization, Callback } from '../state.js';
import type { Refusal } from './refusals.js';

/** Where a callback goes to. `state` is missing if the request had none. */
export interface CallbackTarget {
  readonly redirectUri: string;
  readonly state?: string | undefined;
}

/** Returns a callback, with the issuer (RFC 9207). */
export function callbackTo(
  { redirectUri }: CallbackTarget,
  issuer: string,
  parameters: Readonly<Record<string, string>>,
): Callback {
  return { redirectUri, parameters: { ...parameters, iss: issuer } };
}

/** Returns a callback that carries an error. */
export function errorCallbackTo(
  target: CallbackTarget,
  issuer: string,
  refusal: Refusal,
): Callback {
  const { state = '' } = target;
  return callbackTo(target, issuer, {
    error: refusal.error,
    error_description: refusal.description,
    ...(state !== '' && { state }),
  });
}

/** Sends the browser to the client with a callback, in the response mode of the profile. */
export function sendCallback(
  { profile }: SandboxContext,
  language: Language,
  callback: Callback,
): Response {
  if (profile.oauth.responseMode.value === 'form_post') return callbackPage(language, callback);
  const { redirectUri, parameters } = callback;
  // Appended as text, so that the registered URI stays as it is.
  const query = new URLSearchParams(parameters);
  const location = `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`;
  return new Response(null, {
    status: 303,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  });
}

/** Ends a transaction: from now on every page of it leads to this callback. */
export function endAt(
  context: SandboxContext,
  authorization: Authorization,
  language: Language,
  callback: Callback,
): Response {
  authorization.sentTo = callback;
  return sendCallback(context, language, callback);
}
