import type { TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import {
  connectionCheckEnvironment,
  createSelfInfoClient,
  createVirtualClock,
  type Environment,
  latest,
  publicProfile,
  type SelfInfoError,
  type TlsCredential,
} from '../../src/index.js';
import { type Credential, createAuthority, type LeafOptions } from '../kit/certificates.js';
import { startFaultProxy } from '../kit/fault-proxy.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { startNginx } from '../kit/nginx.js';
import { callbackOf } from '../kit/portal.js';
import { errorOf, refusal, refusalOf } from '../kit/refusals.js';
import {
  bodyOf,
  environmentAt,
  startBlackHole,
  startByteServer,
  startRawServer,
} from '../kit/sockets.js';
import { passTime, watchClock, watchedSignal } from '../kit/watch.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const stages = ['token', 'request', 'result'] as const;
const { paths } = publicProfile;
const clock = watchClock(createVirtualClock(NOW));
const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});
const unsent = (code: string) => ({ code, stage: 'token', effect: 'none', safe: false });
const notTrusted = unsent('server_not_trusted');
const notConnected = unsent('connection_failed');

async function travel(environment: Environment, tls: TlsCredential, signal?: AbortSignal) {
  const client = createSelfInfoClient({ service: loan, environment, tls, clock });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(callbackOf(url, environment), {
    sessionBinding: SESSION,
    ...(signal && { signal }),
  });
  return client.query(expectStatus(outcome, 'granted').grant, { income: latest() });
}

/** A step of the clock may come while the end is already in transit. */
function expectFiveSeconds(ms: number) {
  expect(ms).toBeGreaterThanOrEqual(5_000);
  expect(ms).toBeLessThan(8_000);
}

/**
 * A server with a certificate of the trusted authority, and a client certificate that it trusts.
 */
async function open({
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

describe('a server whose certificate', () => {
  it.each<[string, LeafOptions & { name?: string }, string?]>([
    ['has expired', { ip: '127.0.0.1', endedDaysAgo: 1 }],
    ['is not yet valid', { ip: '127.0.0.1', beginsInDays: 1 }],
    ['is for another address', { ip: '127.0.0.2' }],
    ['is for another name', { dns: 'portal.example' }, 'localhost'],
    ['is for names below', { dns: '*.localhost' }, 'localhost'],
    ['names the host as common name only', { name: 'localhost' }, 'localhost'],
    ['is for clients', { ip: '127.0.0.1', clientsOnly: true }],
  ])('%s is not trusted', async (_, leaf, host) => {
    const { server, environment, tls } = await open({ leaf, ...(host && { host }) });
    expect(facts(await errorOf(() => travel(environment, tls)))).toEqual(notTrusted);
    expect(server.calls).toEqual([]);
    await server.drained();
    expect(clock.waits).toBe(0);
  });

  it('is for the name is trusted', async () => {
    const { environment, tls } = await open({ leaf: { dns: 'localhost' }, host: 'localhost' });
    expect((await travel(environment, tls)).status).toBe('ready');
  });

  it('is self-signed or of another authority is not trusted', async () => {
    const { server, tls } = await open();
    const { ca } = await createAuthority();
    expect(facts(await errorOf(() => travel(environmentAt(server.port, ca), tls)))).toEqual(
      notTrusted,
    );
    await server.drained();
  });
});

describe('a server that offers', () => {
  it.each<[string, TlsOptions]>([
    ['TLS 1.0 only', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }],
    [
      'TLS 1.1 only',
      { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    ],
    ['no authenticated cipher', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }],
    ['HTTP/2 only', { ALPNProtocols: ['h2'] }],
  ])('%s is refused', async (_, options) => {
    const { server, environment, tls } = await open(options);
    expect(facts(await errorOf(() => travel(environment, tls)))).toEqual(notConnected);
    expect(server.calls).toEqual([]);
    await server.drained();
  });

  it.each<[string, TlsOptions]>([
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
    ['TLS 1.3', { minVersion: 'TLSv1.3' }],
  ])('%s is accepted, and never by a resumed session', async (_, options) => {
    const { server, environment, tls } = await open(options);
    for (let times = 0; times < 2; times++)
      expect((await travel(environment, tls)).status).toBe('ready');
    expect(server.resumed).toEqual([false, false]);
  });
});

describe('a connection attempt', () => {
  it('to a port that is closed says so', async () => {
    const { server, environment, tls } = await open();
    await server.close();
    expect(facts(await errorOf(() => travel(environment, tls)))).toEqual(notConnected);
  });

  it('to a host that does not exist says so', async () => {
    const { environment, tls } = await open({ host: 'nobody.invalid' });
    expect(facts(await errorOf(() => travel(environment, tls)))).toEqual(notConnected);
    expect(clock.waits).toBe(0);
  });

  it.each([
    ['sends a byte', () => {}],
    [
      'finishes the handshake',
      (socket: import('node:net').Socket) =>
        void socket.once('data', () => socket.write(Buffer.from('1603030040', 'hex'))),
    ],
  ])('to a server that %s times out after five seconds', async (_, behave) => {
    const { tls, server } = await open();
    const silent = await startRawServer(behave);
    ends.push(silent.close);
    const begun = clock.now();
    const journey = travel(environmentAt(silent.port, server.authority.ca), tls);
    expect(
      facts(await errorOf(() => passTime(clock, journey, 500, () => silent.sockets.size > 0))),
    ).toEqual(notConnected);
    expectFiveSeconds(clock.now() - begun);
    await silent.drained();
    expect(clock.waits).toBe(0);
  });

  it('to a server that never accepts times out after five seconds', async () => {
    const hole = await startBlackHole();
    ends.push(hole.close);
    const { tls, server } = await open();
    const begun = clock.now();
    const journey = travel(environmentAt(hole.port, server.authority.ca), tls);
    expect(
      facts(await errorOf(() => passTime(clock, journey, 500, () => clock.waits > 0))),
    ).toEqual(notConnected);
    expectFiveSeconds(clock.now() - begun);
    expect(clock.waits).toBe(0);
  });

  it('that is aborted during the handshake leaves no socket', async () => {
    const { tls, server } = await open();
    const silent = await startRawServer(() => {});
    ends.push(silent.close);
    const { signal, controller, listeners } = watchedSignal();
    const journey = errorOf(() =>
      travel(environmentAt(silent.port, server.authority.ca), tls, signal),
    );
    while (silent.sockets.size === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(facts(await journey)).toEqual(unsent('aborted'));
    await silent.drained();
    expect([clock.waits, listeners()]).toEqual([0, 0]);
  });
});

describe('a rejected client certificate', () => {
  const nginx = findPart('nginx');

  async function gate(protocols: string) {
    const authority = await createAuthority();
    const server = await startNginx({
      path: nginx.path(),
      server: await authority.issue('portal', { ip: '127.0.0.1' }),
      clientCa: authority.ca,
      protocols,
      answers: Object.fromEntries(stages.map((stage) => [paths[stage].value, bodyOf[stage]])),
    });
    ends.push(server.stop);
    return { authority, environment: environmentAt(server.port, authority.ca) };
  }

  describe.skipIf(nginx.missing).each(['TLSv1.2', 'TLSv1.3'])(
    'by a real nginx that speaks %s',
    (protocols) => {
      const refused = { code: 'upstream_refused', stage: 'token', effect: 'none', safe: false };

      it('is reported by the status when it sends HTML with status 400', async () => {
        const { authority, environment } = await gate(protocols);
        const strangers: Credential[] = [
          await (await createAuthority()).issue('stranger'),
          await authority.issue('expired', { endedDaysAgo: 1 }),
          await authority.issue('early', { beginsInDays: 1 }),
        ];
        for (const stranger of strangers) {
          const error = await errorOf(() => travel(environment, stranger));
          expect([facts(error), error.upstream]).toEqual([refused, { status: 400 }]);
        }
      });

      it('is reported when there is no certificate, too', async () => {
        const { authority, environment } = await gate(protocols);
        // Only towards a gateway may a client have no certificate.
        const egress = { gateway: { baseUrl: environment.endpoints.apiUrl, ca: authority.ca } };
        const client = createSelfInfoClient({ service: loan, environment, egress, clock });
        ends.push(client.close);
        const { url } = await client.beginConsent({ sessionBinding: SESSION });
        const error = await errorOf(() =>
          client.completeConsent(callbackOf(url, environment), { sessionBinding: SESSION }),
        );
        expect([facts(error), error.upstream]).toEqual([refused, { status: 400 }]);
      });

      it('does not occur with a good certificate', async () => {
        const { authority, environment } = await gate(protocols);
        expect((await travel(environment, await authority.issue('bank'))).status).toBe('ready');
      });
    },
  );

  // RFC 8446, section 6.2: bad, unsupported, revoked, expired, unknown, of an unknown authority,
  // denied, required.
  it.each([42, 43, 44, 45, 46, 48, 49, 116])('is reported for the alert %i', async (alert) => {
    const { server, tls } = await open();
    const refusing = await startRawServer((socket) =>
      socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, alert]))),
    );
    ends.push(refusing.close);
    expect(
      facts(await errorOf(() => travel(environmentAt(refusing.port, server.authority.ca), tls))),
    ).toEqual(unsent('certificate_refused'));
    await refusing.drained();
  });

  // Unexpected message, bad record, handshake failure, decrypt error, protocol version, internal
  // error.
  it.each([10, 20, 40, 51, 70, 80])('is not reported for the alert %i', async (alert) => {
    const { server, tls } = await open();
    const failing = await startRawServer((socket) =>
      socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, alert]))),
    );
    ends.push(failing.close);
    expect(
      facts(await errorOf(() => travel(environmentAt(failing.port, server.authority.ca), tls))),
    ).toEqual(notConnected);
  });

  it('at a poll costs one connection where an alert names it, and four where TLS 1.3 sends no alert', async () => {
    const server = await startByteServer();
    ends.push(server.close);
    const { authority, tls } = server;
    const refusing = await startRawServer((socket) =>
      socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 44]))),
    );
    ends.push(refusing.close);
    const other = await createAuthority();
    // Node sends no alert to a client whose certificate is of another authority.
    const silent = await startByteServer({
      tls: {
        ...(await authority.issue('portal', { ip: '127.0.0.1' })),
        ca: other.ca,
        minVersion: 'TLSv1.3',
      },
    });
    ends.push(silent.close);
    let port = server.port;
    const proxy = await startFaultProxy(() => port);
    ends.push(proxy.close);
    const environment = environmentAt(proxy.port, authority.ca);
    const client = createSelfInfoClient({ service: loan, environment, tls, clock });
    ends.push(client.close);
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const { grant } = expectStatus(
      await client.completeConsent(callbackOf(url, environment), { sessionBinding: SESSION }),
      'granted',
    );
    const retrieval = await client.submit(grant, latest());
    const collect = () =>
      client.collect(retrieval, { onProgress: ({ retryAt }) => clock.set(retryAt) });

    // So that the next call needs another connection.
    await server.close();
    await proxy.drained();
    port = refusing.port;
    expect(facts(await errorOf(collect))).toEqual({
      code: 'certificate_refused',
      stage: 'result',
      effect: 'none',
      safe: false,
    });
    expect(refusing.connections).toBe(1);
    port = silent.port;
    expect(facts(await errorOf(collect))).toEqual({
      code: 'connection_closed',
      stage: 'result',
      effect: 'none',
      safe: true,
    });
    expect([silent.connections, silent.calls, server.calls]).toEqual([4, [], ['token', 'request']]);
    await proxy.drained();
    expect(clock.waits).toBe(0);
  });
});

describe('an RSA key', () => {
  it.each([512, 1_024])('of %i bits is too short for a client', async (bits) => {
    const { server } = await open();
    const tls = await (await createAuthority()).issueRsa(bits);
    expect(
      refusal(() => createSelfInfoClient({ service: loan, environment: server.environment, tls })),
    ).toEqual(['invalid_credential', 'options.tls.cert']);
  });

  it('of 1024 bits is too short for a server', async () => {
    const authority = await createAuthority();
    const server = await startByteServer({
      tls: { ...(await authority.issueRsa(1_024, '127.0.0.1')), ciphers: 'DEFAULT:@SECLEVEL=0' },
    });
    ends.push(server.close);
    expect(
      facts(await errorOf(() => travel(environmentAt(server.port, authority.ca), server.tls))),
    ).toEqual(notTrusted);
    await server.drained();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of 2048 bits is long enough for both, with %s',
    async (version) => {
      const authority = await createAuthority();
      const tls = await authority.issueRsa(2_048, '127.0.0.1');
      const server = await startByteServer({
        tls: { ...tls, ca: authority.ca, minVersion: version, maxVersion: version },
      });
      ends.push(server.close);
      expect((await travel(environmentAt(server.port, authority.ca), tls)).status).toBe('ready');
    },
  );
});

describe('the certificate check of the server cannot be switched off', () => {
  const outside = (ca: string) =>
    connectionCheckEnvironment({
      clientId: 'SP12345678_AB1234',
      redirectUri: 'https://loan.example/callback',
      endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
      issuer: 'https://portal.example',
      ca,
    });

  it('by an option', async () => {
    const { server, tls } = await open();
    const insecure = { ...tls, rejectUnauthorized: false };
    expect(
      refusal(() =>
        createSelfInfoClient({ service: loan, environment: server.environment, tls: insecure }),
      ),
    ).toEqual(['unknown_option', 'options.tls.rejectUnauthorized']);
  });

  it('by the environment variable, which is refused outside the sandbox and does nothing inside', async () => {
    const { server, tls } = await open();
    const { ca } = await createAuthority();
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    ends.push(async () => void delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
    const environment = outside(ca);
    const path = 'process.env.NODE_TLS_REJECT_UNAUTHORIZED';
    expect(refusal(() => createSelfInfoClient({ service: loan, environment, tls }))).toEqual([
      'insecure_tls',
      path,
    ]);
    const egress = { gateway: { baseUrl: 'https://gateway.bank.example' } };
    expect(refusal(() => createSelfInfoClient({ service: loan, environment, egress }))).toEqual([
      'insecure_tls',
      path,
    ]);
    expect(facts(await errorOf(() => travel(environmentAt(server.port, ca), tls)))).toEqual(
      notTrusted,
    );
    expect(await refusalOf(() => travel(environmentAt(server.port, ca), tls))).toEqual([
      'server_not_trusted',
      undefined,
    ]);
  });
});
