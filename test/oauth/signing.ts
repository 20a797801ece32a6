import {
  type ClientAuth,
  createSelfInfoClient,
  createVirtualClock,
  privateKeyJwt,
} from '../../src/index.js';
import { createSandbox, type Registration } from '../../src/sandbox/index.js';
import { makeKey, type SigningKey } from '../kit/keys.js';
import { loan, NOW, registrationOf, SESSION, visits } from '../kit/loan.js';

export const ec = makeKey('ES256', 'ec-2026');

export const next = makeKey('ES256', 'ec-2027');

export const rsa = makeKey('PS256', 'rsa-2026');

const all = [ec, next, rsa];

export const byKey = ({ privateKey: key, alg, kid }: SigningKey) =>
  privateKeyJwt({ key, alg, kid });

export const jwksOf = (
  ...keys: readonly SigningKey[]
): NonNullable<Registration['clientAuth']> => ({
  jwks: { keys: keys.map(({ jwk }) => jwk) },
});

/**
 * Opens a client and a sandbox that knows its keys, in one process; `sent` are the forms that
 * arrived, by path.
 */
export function open(
  clientAuth: ClientAuth | undefined,
  registered: Registration['clientAuth'] = jwksOf(...all),
) {
  const clock = createVirtualClock(NOW);
  const sandbox = createSandbox({
    registrations: [{ ...registrationOf(loan), ...(registered && { clientAuth: registered }) }],
    clock,
  });
  const environment = sandbox.environment();
  const sent: { readonly path: string; readonly form: URLSearchParams }[] = [];
  const fetch = async (request: Request) => {
    sent.push({
      path: new URL(request.url).pathname,
      form: new URLSearchParams(await request.clone().text()),
    });
    return sandbox.fetch(request);
  };
  const client = createSelfInfoClient({
    service: loan,
    environment,
    fetch,
    clock,
    ...(clientAuth && { clientAuth }),
  });
  const { callback, consent } = visits(client, sandbox);
  const complete = async () =>
    client.completeConsent(await callback(), { sessionBinding: SESSION });
  return { client, sandbox, environment, clock, fetch, sent, callback, consent, complete };
}
