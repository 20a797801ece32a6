import { type Attempt, checking, type SandboxContext } from '../context.js';
import type { Client } from '../registrations.js';
import { required } from './bodies.js';
import { verifyAssertion } from './client-assertion.js';
import { secretMethodOf, verifySecret } from './client-secret.js';
import { Refusal } from './refusals.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Authenticates the client of an API call: by the certificate of the connection (RFC 8705), and by
 * a signed assertion (RFC 7523) or a secret (RFC 6749) where one is registered.
 */
export async function authenticateClient(
  context: SandboxContext,
  request: Request,
  form: ReadonlyMap<string, string>,
  attempt: Attempt,
): Promise<Client> {
  checking(attempt, 'client');
  const client = context.clients.get(required(form, 'client_id'));
  if (client === undefined) throw new Refusal('client_not_authenticated');
  attempt.clientId = client.clientId;
  if (client.thumbprint !== undefined) checking(attempt, 'certificate');
  if (client.thumbprint !== undefined && client.thumbprint !== attempt.thumbprint)
    throw new Refusal('client_not_authenticated');
  const [header, body] = [request.headers.get('authorization'), form.get('client_secret')];
  if ((client.secret ?? header ?? body) !== undefined) checking(attempt, 'secret');
  verifySecret(client, secretMethodOf(context.profile), { header, body });
  const assertion = form.get('client_assertion');
  if ((client.keys ?? assertion) !== undefined) checking(attempt, 'assertion');
  if (client.keys === undefined) {
    if (assertion !== undefined) throw new Refusal('assertion_not_registered');
    return client;
  }
  if (assertion === undefined || form.get('client_assertion_type') !== ASSERTION_TYPE)
    throw new Refusal('assertion_required', ASSERTION_TYPE);
  await verifyAssertion(context, client, client.keys, assertion);
  return client;
}
