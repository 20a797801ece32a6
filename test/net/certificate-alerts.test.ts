import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, type FailureReason, latest } from '../../src/index.js';
import { alertRecord } from '../kit/alerting-server.js';
import { type Authority, type Credential, createAuthority } from '../kit/certificates.js';
import { startFaultProxy } from '../kit/fault-proxy.js';
import { expectStatus, loan, SESSION } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { type OpensslServerOptions, startOpensslServer } from '../kit/openssl-server.js';
import { callbackOf } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import { environmentAt, stand, startByteServer } from '../kit/sockets.js';
import { ends, separateTests } from './ends.js';
import { clock, facts, travel } from './tls.js';

separateTests(clock);

const openssl = findPart('openssl');

/** Starts a server that rejects every client certificate but those of its authority. */
async function startRefusing(
  authority: Authority,
  options: Partial<OpensslServerOptions> & Pick<OpensslServerOptions, 'version'>,
) {
  const server = await startOpensslServer({
    path: openssl.path(),
    server: await authority.issue('portal', { ip: '127.0.0.1' }),
    clientCa: (await createAuthority()).ca,
    ...options,
  });
  ends.push(server.stop);
  return server;
}

const refusedAt = (stage: string) => ({
  code: 'certificate_refused',
  stage,
  effect: 'none',
  safe: false,
});

/** Opens a grant over a proxy that leads to a good server, and later to one that refuses. */
async function openTwoServers(version: OpensslServerOptions['version']) {
  const good = await startByteServer();
  ends.push(good.close);
  const refusing = await startRefusing(good.authority, { version });
  const ports = { good: good.port, refusing: refusing.port };
  let port = ports.good;
  const proxy = await startFaultProxy(() => port);
  ends.push(proxy.close);
  return {
    good,
    proxy,
    ...(await openGrant(proxy.port, good)),
    leadTo(server: keyof typeof ports) {
      port = ports[server];
    },
  };
}

describe.skipIf(openssl.missing).each(['tls1_2', 'tls1_3'] as const)(
  'a client certificate that a server rejects by an alert of %s',
  (version) => {
    it.each<[string, FailureReason, (authority: Authority) => Promise<Credential>]>([
      [
        'of an unknown authority',
        'unknown_issuer',
        async () => (await createAuthority()).issue('stranger'),
      ],
      [
        'that has expired',
        'expired',
        (authority) => authority.issue('expired', { endedDaysAgo: 1 }),
      ],
      [
        'that is not yet valid',
        'rejected',
        (authority) => authority.issue('early', { beginsInDays: 1 }),
      ],
      ['that is revoked', 'revoked', (authority) => authority.issue('revoked')],
    ])('%s is reported with one handshake and nothing sent', async (_, reason, issue) => {
      const authority = await createAuthority();
      const tls = await issue(authority);
      const server = await startRefusing(authority, {
        version,
        clientCa: authority.ca,
        ...(reason === 'revoked' && { revoked: await authority.revoke(tls) }),
      });
      const proxy = await startFaultProxy(() => server.port);
      ends.push(proxy.close);
      const error = await errorOf(() =>
        travel(environmentAt(proxy.port, authority.ca), {
          ...tls,
          allowCertificateOutsideItsValidityPeriod: true,
        }),
      );
      expect(facts(error)).toEqual(refusedAt('token'));
      expect(error.reason).toBe(reason);
      expect(proxy.connections).toBe(1);
      await proxy.drained();
      expect(clock.waits).toBe(0);
    });

    it('is reported at the request, and the grant stays usable', async () => {
      const { good, proxy, client, grant, leadTo } = await openTwoServers(version);
      leadTo('refusing');
      const connections = proxy.connections;
      const ask = () => client.query(grant, latest());
      expect(facts(await errorOf(ask))).toEqual(refusedAt('request'));
      expect(proxy.connections - connections).toBe(1);
      leadTo('good');
      expect((await ask()).status).toBe('ready');
      expect(good.calls).toEqual(['token', 'request', 'result']);
    });

    it('is reported at a poll after one handshake', async () => {
      const { proxy, client, grant, leadTo } = await openTwoServers(version);
      const retrieval = await client.submit(grant, latest());
      leadTo('refusing');
      const connections = proxy.connections;
      const stored = client.resume(JSON.stringify(retrieval));
      expect(facts(await errorOf(() => client.collect(stored)))).toEqual(refusedAt('result'));
      expect(proxy.connections - connections).toBe(1);
      leadTo('good');
      expect((await client.collect(stored)).status).toBe('ready');
    });

    it('is reported even when the server then keeps the connection open', async () => {
      const authority = await createAuthority();
      const server = await startRefusing(authority, { version });
      const { port, close } = await startDeafProxy(server.port);
      ends.push(close);
      const tls = await authority.issue('bank');
      const error = await errorOf(() => travel(environmentAt(port, authority.ca), tls));
      expect(facts(error)).toEqual(refusedAt('token'));
      expect(clock.waits).toBe(0);
    });
  },
);

describe('an alert about a certificate that was not sent yet', () => {
  it.each([
    ['access_denied', 49],
    ['unknown_ca', 48],
    ['bad_certificate', 42],
  ])('is reported as a closed connection: %s', async (_, description) => {
    const block = createServer((socket) => {
      socket.once('data', () => socket.end(alertRecord(description)));
    });
    const { port, close } = await stand(block);
    ends.push(close);
    const authority = await createAuthority();
    const tls = await authority.issue('bank');
    const error = await errorOf(() => travel(environmentAt(port, authority.ca), tls));
    expect([error.code, error.reason]).toEqual(['connection_failed', 'closed']);
  });
});

describe.skipIf(openssl.missing)('a missing client certificate', () => {
  it.each([
    // TLS 1.2 has no alert for it, so the code is that of a handshake that fails.
    ['tls1_2', 'connection_failed'],
    ['tls1_3', 'certificate_refused'],
  ] as const)(
    'has the reason `missing` when a server requires one by an alert of %s',
    async (version, code) => {
      const authority = await createAuthority();
      const server = await startRefusing(authority, { version });
      const environment = environmentAt(server.port, authority.ca);
      // Only towards a gateway may a client have no certificate.
      const egress = { gateway: { baseUrl: environment.endpoints.apiUrl, ca: authority.ca } };
      const client = createSelfInfoClient({ service: loan, environment, egress, clock });
      ends.push(client.close);
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      const callback = callbackOf(url, environment);
      const error = await errorOf(() =>
        client.completeConsent(callback, { sessionBinding: SESSION }),
      );
      expect(facts(error)).toEqual({ ...refusedAt('token'), code });
      expect(error.reason).toBe('missing');
    },
  );
});

async function openGrant(
  port: number,
  { authority, tls }: { readonly authority: Authority; readonly tls: Credential },
) {
  const environment = environmentAt(port, authority.ca);
  const client = createSelfInfoClient({ service: loan, environment, tls, clock });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const callback = callbackOf(url, environment);
  const outcome = await client.completeConsent(callback, { sessionBinding: SESSION });
  return { client, grant: expectStatus(outcome, 'granted').grant };
}

/** Starts a proxy that passes on every byte of a server, and never its end. */
async function startDeafProxy(port: number) {
  return stand(
    createServer((client: Socket) => {
      const upstream = connect({ port, host: '127.0.0.1' }).on('error', () => {});
      upstream.on('data', (chunk) => client.write(chunk));
      client.on('data', (chunk) => upstream.write(chunk)).on('close', () => upstream.destroy());
    }),
  );
}
