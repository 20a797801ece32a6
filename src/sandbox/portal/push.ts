import { type Attempt, PUSHED_LIFE_MS, PUSHED_PREFIX, type World } from '../context.js';
import { checkRequest, registeredUri } from './authorization.js';
import { readForm } from './bodies.js';
import type { AuthenticateClient } from './client-auth.js';
import { Refusal } from './refusals.js';

/**
 * The pushed authorization request endpoint (RFC 9126): checks all that the authorization endpoint
 * would check, and keeps it under a reference.
 */
export function createPushing({ pushed }: World, authenticate: AuthenticateClient) {
  return async function push(request: Request, attempt: Attempt): Promise<Response> {
    const form = await readForm(request);
    const client = await authenticate(form, attempt);
    if (form.has('request_uri')) throw new Refusal('request_uri_pushed');
    const reference = pushed.put(checkRequest(client, registeredUri(client, form), form));
    return Response.json(
      { request_uri: PUSHED_PREFIX + reference, expires_in: PUSHED_LIFE_MS / 1_000 },
      { status: 201, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } },
    );
  };
}
