import type { WireProfile } from '../../wire/profile.js';
import { type Attempt, checking, type SandboxContext } from '../context.js';
import type { Client } from '../registrations.js';
import type { Authorization } from '../state.js';
import { required } from './bodies.js';
import { Refusal } from './refusals.js';

/** What the reference to a pushed authorization request starts with (RFC 9126). */
export const PUSHED_PREFIX = 'urn:ietf:params:oauth:request_uri:';

/** Returns the redirect URI of a request, provided that it is registered for the client. */
export function registeredUri(
  client: Client,
  parameters: ReadonlyMap<string, string>,
  attempt: Attempt,
): string {
  checking(attempt, 'redirect_uri');
  const redirectUri = required(parameters, 'redirect_uri');
  if (!client.redirectUris.includes(redirectUri)) throw new Refusal('redirect_uri_not_registered');
  return redirectUri;
}

/** Checks that a request has the further parameters that a profile requires, and their values. */
export function checkFurther(
  parameters: ReadonlyMap<string, string>,
  required: Readonly<Record<string, string>>,
  attempt: Attempt,
): void {
  for (const [name, value] of Object.entries(required)) {
    checking(attempt, 'profile_parameters');
    if (parameters.get(name) !== value) throw new Refusal('parameter_required', name);
  }
}

/** Checks the other parameters of an authorization request. */
export function checkRequest(
  client: Client,
  redirectUri: string,
  parameters: ReadonlyMap<string, string>,
  { oauth }: WireProfile,
  attempt: Attempt,
): Authorization {
  checking(attempt, 'state');
  const state = parameters.get('state');
  if (state === undefined || state === '') throw new Refusal('state_required');
  checking(attempt, 'response_type');
  if (required(parameters, 'response_type') !== 'code') throw new Refusal('response_type_not_code');
  checking(attempt, 'pkce');
  const method = oauth.pkce.value;
  const challenge = parameters.get('code_challenge') ?? '';
  if (parameters.get('code_challenge_method') !== method || !/^[A-Za-z0-9_-]{43}$/.test(challenge))
    throw new Refusal('pkce_required', method);
  checking(attempt, 'response_mode');
  const { value: mode } = oauth.responseMode;
  if ((parameters.get('response_mode') ?? 'query') !== mode)
    throw new Refusal('response_mode_differs', mode);
  const { value: scope } = oauth.scope;
  if (scope !== null) checking(attempt, 'scope');
  if (scope !== null && parameters.get('scope') !== scope) throw new Refusal('scope_differs');
  checkFurther(parameters, oauth.authorizationParameters.value, attempt);
  return { client, redirectUri, state, challenge };
}

/** Opens a pushed request, once. An attempt by another client leaves it usable. */
export function takePushed(
  { pushed }: Pick<SandboxContext, 'pushed'>,
  client: Client,
  requestUri: string,
  attempt: Attempt,
): Authorization {
  checking(attempt, 'request_uri');
  const reference = requestUri.startsWith(PUSHED_PREFIX)
    ? requestUri.slice(PUSHED_PREFIX.length)
    : '';
  const authorization = pushed.get(reference);
  if (authorization === undefined || authorization.client !== client)
    throw new Refusal('request_uri_unknown');
  pushed.take(reference);
  return authorization;
}
