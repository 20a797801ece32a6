import type { TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectionCheckEnvironment, createSelfInfoClient } from '../../src/index.js';
import {
  type Authority,
  type Credential,
  createAuthority,
  type LeafOptions,
} from '../kit/certificates.js';
import { loan } from '../kit/loan.js';
import { errorOf, refusal, refusalOf } from '../kit/refusals.js';
import { environmentAt, startBlackHole, startByteServer, startRawServer } from '../kit/sockets.js';
import { passTime, watchedSignal } from '../kit/watch.js';
import { ends, separateTests } from './ends.js';
import { ANY_STRENGTH, clock, facts, notConnected, open, travel, unsent } from './tls.js';

separateTests(clock);

const notTrusted = unsent('server_not_trusted');

/** A step of the clock may come while the end is already in transit. */
function expectFiveSeconds(ms: number) {
  expect(ms).toBeGreaterThanOrEqual(5_000);
  expect(ms).toBeLessThan(8_000);
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
    ['TLS 1.0 only', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: ANY_STRENGTH }],
    ['TLS 1.1 only', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: ANY_STRENGTH }],
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
    // Two connections for each journey.
    expect(server.resumed).toEqual([false, false, false, false]);
  });
});

describe('a connection attempt', () => {
  it('to a closed port is reported as not connected', async () => {
    const { server, environment, tls } = await open();
    await server.close();
    expect(facts(await errorOf(() => travel(environment, tls)))).toEqual(notConnected);
  });

  it('to a host that does not exist is reported as not connected', async () => {
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
      tls: { ...(await authority.issueRsa(1_024, '127.0.0.1')), ciphers: ANY_STRENGTH },
    });
    ends.push(server.close);
    expect(
      facts(await errorOf(() => travel(environmentAt(server.port, authority.ca), server.tls))),
    ).toEqual(notTrusted);
    await server.drained();
  });

  // Generated once, because that takes long.
  let rsa: Promise<{ authority: Authority; tls: Credential }>;
  beforeAll(() => {
    rsa = createAuthority().then(async (authority) => ({
      authority,
      tls: await authority.issueRsa(2_048, '127.0.0.1'),
    }));
  });
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of 2048 bits is long enough for both, with %s',
    async (version) => {
      const { authority, tls } = await rsa;
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
