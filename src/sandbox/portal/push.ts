import { type Attempt, checking, type SandboxContext } from '../context.js';
import { PUSHED_LIFE_MS } from '../state.js';
import { checkRequest, PUSHED_PREFIX, registeredUri } from './authorization-request.js';
import { readForm } from './bodies.js';
import { authenticateClient } from './client-auth.js';
import { Refusal } from './refusals.js';

/**
 * Serves the pushed authorization request endpoint (RFC 9126): checks what the authorization
 * endpoint would check, and keeps the request under a reference.
 */
export async function pushRequest(
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
): Promise<Response> {
  checking(attempt, 'parameters');
  const form = await readForm(request);
  const client = await authenticateClient(context, request, form, attempt);
  checking(attempt, 'request_uri');
  if (form.has('request_uri')) throw new Refusal('request_uri_pushed');
  const uri = registeredUri(client, form, attempt);
  const reference = context.pushed.put(checkRequest(client, uri, form, context.profile, attempt));
  return Response.json(
    { request_uri: PUSHED_PREFIX + reference, expires_in: PUSHED_LIFE_MS / 1_000 },
    { status: 201, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } },
  );
}
