import type { TlsOptions } from 'node:tls';
import {
  createSelfInfoClient,
  createVirtualClock,
  type Environment,
  latest,
  type SelfInfoError,
  type TlsCredential,
} from '../../src/index.js';
import { createAuthority, type LeafOptions } from '../kit/certificates.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import { callbackOf } from '../kit/portal.js';
import { environmentAt, startByteServer } from '../kit/sockets.js';
import { watchClock } from '../kit/watch.js';
import { ends } from './ends.js';

/** The ciphers of a server that allows weak keys and old TLS. BoringSSL, as in Bun, has no levels. */
export const ANY_STRENGTH =
  process.versions.boringssl === undefined ? 'DEFAULT:@SECLEVEL=0' : 'DEFAULT';

export const clock = watchClock(createVirtualClock(NOW));

export const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});

export const unsent = (code: string) => ({ code, stage: 'token', effect: 'none', safe: false });

export const notConnected = unsent('connection_failed');

export async function travel(environment: Environment, tls: TlsCredential, signal?: AbortSignal) {
  const client = createSelfInfoClient({ service: loan, environment, tls, clock });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(callbackOf(url, environment), {
    sessionBinding: SESSION,
    ...(signal && { signal }),
  });
  return client.query(expectStatus(outcome, 'granted').grant, { income: latest() });
}

/**
 * Starts a server with a certificate of the trusted authority, and a client certificate that it
 * trusts.
 */
export async function open({
  leaf = { ip: '127.0.0.1' },
  host,
  ...tls
}: { leaf?: LeafOptions & { name?: string }; host?: string } & TlsOptions = {}) {
  const authority = await createAuthority();
  const server = await startByteServer({
    tls: { ...(await authority.issue(leaf.name ?? 'portal', leaf)), ...tls },
  });
  ends.push(server.close);
  return { server, environment: environmentAt(server.port, authority.ca, host), tls: server.tls };
}
