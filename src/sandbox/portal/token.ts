import { createHash } from 'node:crypto';
import { type Attempt, checking, type SandboxContext } from '../context.js';
import { CODE_LIFE_MS, TOKEN_LIFE_MS } from '../state.js';
import { checkFurther } from './authorization-request.js';
import { readForm, required } from './bodies.js';
import { authenticateClient } from './client-auth.js';
import { Refusal } from './refusals.js';

/**
 * Serves the token endpoint: exchanges a code, once, for a token bound to the certificate of the
 * connection.
 */
export async function exchangeCode(
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
): Promise<Response> {
  const { clock, codes, tokens, profile } = context;
  checking(attempt, 'parameters');
  const form = await readForm(request);
  const client = await authenticateClient(context, request, form, attempt);
  checking(attempt, 'grant_type');
  if (required(form, 'grant_type') !== 'authorization_code')
    throw new Refusal('grant_type_not_supported');
  checkFurther(form, profile.oauth.tokenParameters.value, attempt);
  checking(attempt, 'required_parameters');
  const code = codes.get(required(form, 'code'));
  const redirectUri = required(form, 'redirect_uri');
  const verifier = required(form, 'code_verifier');
  checking(attempt, 'code');
  // An attempt by another client leaves the code usable: a stranger must not be able to void it.
  if (code === undefined || code.authorization.client !== client) throw new Refusal('code_unknown');
  if (code.used) {
    if (code.token !== undefined) tokens.take(code.token);
    throw new Refusal('code_replayed');
  }
  code.used = true;
  if (clock.now() >= code.issuedAt + CODE_LIFE_MS) throw new Refusal('code_expired');
  checking(attempt, 'redirect_uri');
  if (redirectUri !== code.authorization.redirectUri) throw new Refusal('redirect_uri_differs');
  checking(attempt, 'pkce');
  if (createHash('sha256').update(verifier).digest('base64url') !== code.authorization.challenge)
    throw new Refusal('verifier_mismatch');
  code.token = tokens.put({ client, persona: code.persona, thumbprint: attempt.thumbprint });
  return Response.json(
    { access_token: code.token, token_type: 'Bearer', expires_in: TOKEN_LIFE_MS / 1_000 },
    { status: 200, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } },
  );
}
