import { connect, type LookupFunction, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  type ClientEvent,
  createSelfInfoClient,
  type Egress,
  type Environment,
  type FailureReason,
  type FetchLike,
  latest,
  type SelfInfoErrorCode,
  type TlsCredential,
} from '../../src/index.js';
import { createAuthority, type LeafOptions } from '../kit/certificates.js';
import { startConnectProxy } from '../kit/connect-proxy.js';
import { expectStatus, loan, SESSION } from '../kit/loan.js';
import { callbackOf } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import {
  bodyOf,
  environmentAt,
  message,
  startBlackHole,
  startByteServer,
  startRawServer,
  type Wire,
} from '../kit/sockets.js';
import { passTime } from '../kit/watch.js';
import { ends, separateTests } from './ends.js';
import { ANY_STRENGTH, clock, open } from './tls.js';

separateTests(clock);

type Reach = { tls: TlsCredential; egress?: Egress } | { fetch: FetchLike };

/** Opens a client that goes through a consent and a query, and collects its events. */
function openJourney(environment: Environment, reach: Reach) {
  const events: ClientEvent[] = [];
  const onEvent = (event: ClientEvent) => void events.push(event);
  const client = createSelfInfoClient({ service: loan, environment, clock, onEvent, ...reach });
  ends.push(client.close);
  return {
    events,
    async run() {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      const outcome = await client.completeConsent(callbackOf(url, environment), {
        sessionBinding: SESSION,
      });
      const { grant } = expectStatus(outcome, 'granted');
      return client.query(
        grant,
        { income: latest() },
        { onProgress: ({ retryAt }) => clock.set(retryAt) },
      );
    },
  };
}

/** Fails a journey and returns the code and the reason of its error, which the events must share. */
async function fail(environment: Environment, reach: Reach, isSilent?: () => boolean) {
  const { events, run } = openJourney(environment, reach);
  const error = await errorOf(() => (isSilent ? passTime(clock, run(), 500, isSilent) : run()));
  const failed = events.filter((event) => 'outcome' in event && event.outcome === 'failed');
  expect(failed.map(({ type }) => type).slice(-2)).toEqual(['call', 'step']);
  for (const event of failed)
    expect('reason' in event ? event.reason : undefined).toBe(error.reason);
  return [error.code, error.reason, error] as const;
}

/** Starts a server below TLS and returns the environment of a client that calls it. */
async function openRaw(behave: (socket: Socket) => void) {
  const [{ tls, server }, raw] = await Promise.all([open(), startRawServer(behave)]);
  ends.push(raw.close);
  return { raw, tls, environment: environmentAt(raw.port, server.authority.ca) };
}

const onHello = (behave: (socket: Socket) => void) => (socket: Socket) =>
  void socket.once('data', () => behave(socket));

describe('the reason of a connection that fails', () => {
  it('is `refused` where nothing listens', async () => {
    const { server, environment, tls } = await open();
    await server.close();
    const [code, reason, error] = await fail(environment, { tls });
    expect([code, reason]).toEqual(['connection_failed', 'refused']);
    expect(error.message).toBe(
      'No connection could be established. Nothing was sent. The server refused the connection. Check the host and the port of the URL, and the firewall.',
    );
    expect(error.messageJa).toBe(
      '接続できませんでした。何も送信していません。サーバが接続を拒否しました。URL のホストとポート、ファイアウォールを確認してください。',
    );
    expect(JSON.parse(JSON.stringify(error)).reason).toBe('refused');
  });

  it('is `not_found` for a name that does not exist', async () => {
    const { environment, tls } = await open({ host: 'nobody.invalid' });
    const [code, reason, error] = await fail(environment, { tls });
    expect([code, reason]).toEqual(['connection_failed', 'not_found']);
    expect(JSON.stringify(error)).not.toContain('nobody');
  });

  it.each<[FailureReason, string, (socket: Socket) => void]>([
    ['reset', 'resets it', onHello((socket) => socket.resetAndDestroy())],
    ['closed', 'ends it', onHello((socket) => socket.end())],
    ['closed', 'destroys it', onHello((socket) => socket.destroy())],
    [
      'plain_http',
      'speaks http',
      onHello((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')),
    ],
    ['plain_http', 'speaks another protocol', (socket) => socket.write('220 mail.example\r\n')],
    [
      'protocol',
      'chooses TLS 1.1',
      // A server hello of TLS 1.1: record, handshake, version, random, no session, cipher, no compression.
      onHello((socket) =>
        socket.write(Buffer.from(`160302002a020000260302${'07'.repeat(32)}00c02b00`, 'hex')),
      ),
    ],
  ])('is `%s` where the server %s', async (reason, _, behave) => {
    const { environment, tls } = await openRaw(behave);
    expect((await fail(environment, { tls })).slice(0, 2)).toEqual(['connection_failed', reason]);
  });

  it('is `timed_out` if nothing answers, or the TLS handshake stalls', async () => {
    const hole = await startBlackHole();
    ends.push(hole.close);
    const { raw, environment, tls } = await openRaw(() => {});
    const { ca = [] } = environment;
    for (const [at, isSilent] of [
      [environmentAt(hole.port, ca[0] ?? ''), () => clock.waits > 0],
      [environment, () => raw.sockets.size > 0],
    ] as const)
      expect((await fail(at, { tls }, isSilent)).slice(0, 2)).toEqual([
        'connection_failed',
        'timed_out',
      ]);
  });

  it.each<[string, TlsOptions]>([
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: ANY_STRENGTH }],
    [
      'a cipher suite without authentication',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' },
    ],
    ['HTTP/2', { ALPNProtocols: ['h2'] }],
  ])('is `protocol` where the server speaks only %s', async (_, options) => {
    const { environment, tls } = await open(options);
    expect((await fail(environment, { tls })).slice(0, 2)).toEqual([
      'connection_failed',
      'protocol',
    ]);
  });
});

describe('the reason of a server that is not trusted', () => {
  it.each<[FailureReason, string, LeafOptions & { name?: string }, string?]>([
    ['expired', 'has expired', { ip: '127.0.0.1', endedDaysAgo: 1 }],
    ['not_yet_valid', 'is not yet valid', { ip: '127.0.0.1', beginsInDays: 1 }],
    ['wrong_name', 'is for another address', { ip: '127.0.0.2' }],
    ['wrong_name', 'is for another name', { dns: 'portal.example' }, 'localhost'],
  ])('is `%s` where its certificate %s', async (reason, _, leaf, host) => {
    const { environment, tls } = await open({ leaf, ...(host && { host }) });
    expect((await fail(environment, { tls })).slice(0, 2)).toEqual(['server_not_trusted', reason]);
  });

  it('names the clock first if its certificate is not yet valid', async () => {
    const { environment, tls } = await open({ leaf: { ip: '127.0.0.1', beginsInDays: 1 } });
    const [, , { message, messageJa }] = await fail(environment, { tls });
    expect(message).toMatch(/not yet valid .* Check the clock first\.$/);
    expect(messageJa).toMatch(/まず時計を確認してください。$/);
  });

  it('is `unknown_issuer` for another authority and for a self-signed certificate', async () => {
    const { server, tls } = await open();
    const { ca } = await createAuthority();
    expect((await fail(environmentAt(server.port, ca), { tls })).slice(0, 2)).toEqual([
      'server_not_trusted',
      'unknown_issuer',
    ]);
    const selfSigned = await (await createAuthority()).issueSelfSigned('127.0.0.1');
    const other = await startByteServer({ tls: selfSigned });
    ends.push(other.close);
    expect((await fail(environmentAt(other.port, ca), { tls })).slice(0, 2)).toEqual([
      'server_not_trusted',
      'unknown_issuer',
    ]);
  });

  it('is `weak` for an RSA key of 1024 bits', async () => {
    const authority = await createAuthority();
    const server = await startByteServer({
      tls: { ...(await authority.issueRsa(1_024, '127.0.0.1')), ciphers: ANY_STRENGTH },
    });
    ends.push(server.close);
    const environment = environmentAt(server.port, authority.ca);
    expect((await fail(environment, { tls: server.tls })).slice(0, 2)).toEqual([
      'server_not_trusted',
      'weak',
    ]);
  });

  it('is absent if no reason fits: a certificate for clients only', async () => {
    const { environment, tls } = await open({ leaf: { ip: '127.0.0.1', clientsOnly: true } });
    const [code, reason, error] = await fail(environment, { tls });
    expect([code, reason, 'reason' in error.toJSON()]).toEqual([
      'server_not_trusted',
      undefined,
      false,
    ]);
    expect(error.message).toBe('The server certificate is not trusted. Nothing was sent.');
  });
});

describe('the reason of a call that is lost after it was sent', () => {
  const ways: readonly [FailureReason, (wire: Wire) => void][] = [
    ['reset', ({ reset }) => reset()],
    ['closed', ({ fin }) => fin()],
  ];
  it.each(ways)('is `%s`, at the token and at the request', async (reason, end) => {
    for (const [stage, code] of [
      ['token', 'connection_closed'],
      ['request', 'answer_lost'],
    ] as const) {
      const server = await startByteServer({ scripts: { [stage]: end } });
      ends.push(server.close);
      const { environment, tls } = server;
      expect((await fail(environment, { tls })).slice(0, 2)).toEqual([code, reason]);
    }
  });

  it('is `timed_out` where the server stays silent', async () => {
    for (const [stage, code] of [
      ['token', 'timed_out'],
      ['request', 'answer_lost'],
    ] as const) {
      const server = await startByteServer({ scripts: { [stage]: () => {} } });
      ends.push(server.close);
      const { environment, tls, calls } = server;
      const isSilent = () => calls.includes(stage);
      expect((await fail(environment, { tls }, isSilent)).slice(0, 2)).toEqual([code, 'timed_out']);
    }
  });

  it('is absent if the server answers, even with something invalid', async () => {
    const garbled = message(bodyOf.token.slice(1));
    const server = await startByteServer({ scripts: { token: ({ send }) => send(garbled) } });
    ends.push(server.close);
    const { environment, tls } = server;
    expect((await fail(environment, { tls })).slice(0, 2)).toEqual(['response_invalid', undefined]);
  });
});

describe('a proxy that fails', () => {
  async function openProxy(answer?: (socket: Socket) => void) {
    const [{ environment, tls, server }, proxy] = await Promise.all([
      open(),
      startConnectProxy(answer && { answer }),
    ]);
    ends.push(proxy.close);
    return { environment, server, proxy, reach: { tls, egress: { proxy: proxy.url } } };
  }

  it.each<[SelfInfoErrorCode, string, (socket: Socket) => void]>([
    ['proxy_refused', 'refuses', (socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')],
    ['connection_failed', 'has no route', (socket) => socket.end('HTTP/1.1 502 Gone\r\n\r\n')],
    ['connection_failed', 'is no proxy', (socket) => socket.end('220 mail.example\r\n')],
    ['connection_failed', 'closes', (socket) => socket.destroy()],
    ['connection_failed', 'resets', (socket) => socket.resetAndDestroy()],
  ])('is the reason `proxy` of %s where it %s', async (code, _, answer) => {
    const { environment, reach } = await openProxy(answer);
    expect((await fail(environment, reach)).slice(0, 2)).toEqual([code, 'proxy']);
  });

  it('is the reason where it does not listen, has an unknown name, or is silent', async () => {
    const { environment, proxy, reach } = await openProxy(() => {});
    const failed = ['connection_failed', 'proxy'];
    expect((await fail(environment, reach, () => proxy.asked.length > 0)).slice(0, 2)).toEqual(
      failed,
    );
    await proxy.close();
    expect((await fail(environment, reach)).slice(0, 2)).toEqual(failed);
    const { tls } = reach;
    const egress = { proxy: 'http://proxy.invalid:3128' };
    expect((await fail(environment, { tls, egress })).slice(0, 2)).toEqual(failed);
  });

  it('is not the reason of what happens in an open tunnel', async () => {
    const opened = (then: (socket: Socket) => void) => (socket: Socket) =>
      void socket.write('HTTP/1.1 200 OK\r\n\r\n', () => then(socket));
    const resetting = await openProxy(opened(onHello((socket) => socket.resetAndDestroy())));
    expect((await fail(resetting.environment, resetting.reach)).slice(0, 2)).toEqual([
      'connection_failed',
      'reset',
    ]);
    const silent = await openProxy(opened(() => {}));
    const isSilent = () => silent.proxy.asked.length > 0;
    expect((await fail(silent.environment, silent.reach, isSilent)).slice(0, 2)).toEqual([
      'connection_failed',
      'timed_out',
    ]);
    const trusting = await openProxy();
    const { ca } = await createAuthority();
    const distrusted = environmentAt(trusting.server.port, ca);
    expect((await fail(distrusted, trusting.reach)).slice(0, 2)).toEqual([
      'server_not_trusted',
      'unknown_issuer',
    ]);
  });
});

describe('an injected fetch', () => {
  it('passes on the reason of the fetch of Node', async () => {
    const { server, environment } = await open();
    await server.close();
    const call: FetchLike = () => fetch(`https://127.0.0.1:${server.port}/`);
    expect((await fail(environment, { fetch: call })).slice(0, 2)).toEqual([
      'connection_closed',
      'refused',
    ]);
  });

  it('passes on the reason of the address that could be tried', async () => {
    const { server, environment } = await open();
    await server.close();
    // Addresses of 100::/64 lead nowhere (RFC 6666).
    const addresses = [
      { address: '100::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    const lookup: LookupFunction = (_, __, callback) => callback(null, addresses);
    const call: FetchLike = () =>
      new Promise((_, reject) => {
        const { port } = server;
        connect({ host: 'portal.example', port, lookup, autoSelectFamily: true }).on(
          'error',
          reject,
        );
      });
    expect((await fail(environment, { fetch: call })).slice(0, 2)).toEqual([
      'connection_closed',
      'refused',
    ]);
  });
});
