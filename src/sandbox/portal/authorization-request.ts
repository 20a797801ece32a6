import { publicProfile } from '../../wire/public-profile.js';
import type { SandboxContext } from '../context.js';
import type { Client } from '../registrations.js';
import type { Authorization } from '../state.js';
import { required } from './bodies.js';
import { Refusal } from './refusals.js';

/** What the reference to a pushed authorization request starts with (RFC 9126). */
export const PUSHED_PREFIX = 'urn:ietf:params:oauth:request_uri:';

/** Returns the redirect URI of a request, provided that it is registered for the client. */
export function registeredUri(client: Client, parameters: ReadonlyMap<string, string>): string {
  const redirectUri = required(parameters, 'redirect_uri');
  if (!client.redirectUris.includes(redirectUri)) throw new Refusal('redirect_uri_not_registered');
  return redirectUri;
}

/** Checks the other parameters of an authorization request. */
export function checkRequest(
  client: Client,
  redirectUri: string,
  parameters: ReadonlyMap<string, string>,
): Authorization {
  const state = parameters.get('state');
  if (state === undefined || state === '') throw new Refusal('state_required');
  if (required(parameters, 'response_type') !== 'code') throw new Refusal('response_type_not_code');
  const method = publicProfile.oauth.pkce.value;
  const challenge = parameters.get('code_challenge') ?? '';
  if (parameters.get('code_challenge_method') !== method || !/^[A-Za-z0-9_-]{43}$/.test(challenge))
    throw new Refusal('pkce_required', method);
  return { client, redirectUri, state, challenge };
}

/** Opens a pushed request, once. An attempt by another client leaves it usable. */
export function takePushed(
  { pushed }: Pick<SandboxContext, 'pushed'>,
  client: Client,
  requestUri: string,
): Authorization {
  const reference = requestUri.startsWith(PUSHED_PREFIX)
    ? requestUri.slice(PUSHED_PREFIX.length)
    : '';
  const authorization = pushed.get(reference);
  if (authorization === undefined || authorization.client !== client)
    throw new Refusal('request_uri_unknown');
  pushed.take(reference);
  return authorization;
}
