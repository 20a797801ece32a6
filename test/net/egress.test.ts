import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  acceptWireProfileNotConfirmedBySpecification,
  createSelfInfoClient,
  createVirtualClock,
  type Egress,
  type Environment,
  exchangeToken,
  latest,
  productionEnvironment,
  publicProfile,
  type SelfInfoError,
  sandboxEnvironment,
  type TlsCredential,
  validateCallback,
} from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import { type ConnectProxyOptions, startConnectProxy } from '../kit/connect-proxy.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import { callbackOf, type Portal, type PortalOptions, startPortal } from '../kit/portal.js';
import { errorOf, refusal, typeErrorOf } from '../kit/refusals.js';
import { startRawServer } from '../kit/sockets.js';
import { passTime, watchClock } from '../kit/watch.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const stages = ['token', 'request', 'result'];
const clock = watchClock(createVirtualClock(NOW));
const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});
const unsent = (code: string) => ({ code, stage: 'token', effect: 'none', safe: false });

async function open(options?: PortalOptions): Promise<Portal> {
  const portal = await startPortal(options);
  ends.push(portal.close);
  return portal;
}

async function openProxy(options?: ConnectProxyOptions) {
  const proxy = await startConnectProxy(options);
  ends.push(proxy.close);
  return proxy;
}

async function travel(environment: Environment, egress: Egress, tls?: TlsCredential) {
  const client = createSelfInfoClient({
    service: loan,
    environment,
    egress,
    clock,
    ...(tls && { tls }),
  });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(callbackOf(url, environment), {
    sessionBinding: SESSION,
  });
  // Skips the wait for another attempt.
  return client.query(
    expectStatus(outcome, 'granted').grant,
    { income: latest() },
    { onProgress: ({ retryAt }) => clock.set(retryAt) },
  );
}

const portOf = ({ environment }: Portal) => new URL(environment.endpoints.apiUrl).port;

describe('a proxy', () => {
  it('opens one tunnel per query, with TLS end to end, and receives nothing else', async () => {
    const portal = await open();
    const proxy = await openProxy();
    for (let times = 0; times < 2; times++)
      expect((await travel(portal.environment, { proxy: proxy.url }, portal.tls)).status).toBe(
        'ready',
      );
    const target = `127.0.0.1:${portOf(portal)}`;
    expect(proxy.asked).toEqual([target, target]);
    expect(proxy.headers[0]).toEqual({ host: target, connection: expect.any(String) });
    expect(portal.calls).toEqual([...stages, ...stages]);
    expect(portal.connections).toBe(2);
    await Promise.all([proxy.drained(), portal.drained()]);
    expect(clock.waits).toBe(0);
  });

  it('serves the exchange of a token alone, too', async () => {
    const portal = await open();
    const proxy = await openProxy();
    const { environment, tls } = portal;
    const callback = await validateCallback(
      environment,
      callbackOf('https://portal.example/?state=s', environment),
      { state: 's' },
    );
    await exchangeToken({
      environment,
      callback,
      codeVerifier: 'v'.repeat(43),
      tls,
      egress: { proxy: proxy.url },
      clock,
    });
    expect([proxy.asked.length, portal.calls]).toEqual([1, ['token']]);
    await Promise.all([proxy.drained(), portal.drained()]);
  });

  it('receives the authorization that is configured', async () => {
    const portal = await open();
    const authorization = `Basic ${Buffer.from('bank:secret of the proxy').toString('base64')}`;
    const proxy = await openProxy({ authorization });
    expect(
      (await travel(portal.environment, { proxy: proxy.url, authorization }, portal.tls)).status,
    ).toBe('ready');
    const error = await errorOf(() => travel(portal.environment, { proxy: proxy.url }, portal.tls));
    expect([facts(error), error.upstream]).toEqual([unsent('proxy_refused'), undefined]);
    expect(error.message).toBe(
      'The proxy refused the tunnel; nothing was sent to the portal. It answered 407.',
    );
    expect(error.messageJa).toBe(
      'プロキシがトンネルを拒否しました。マイナポータルには何も送信していません。応答は 407 でした。',
    );
  });

  it('does not vouch for the portal: its certificate is checked through the tunnel', async () => {
    const portal = await open();
    const proxy = await openProxy();
    const { ca } = await createAuthority();
    const { clientId, redirectUri, endpoints, issuer } = portal.environment;
    const environment = sandboxEnvironment({ clientId, redirectUri, endpoints, issuer, ca });
    expect(
      facts(await errorOf(() => travel(environment, { proxy: proxy.url }, portal.tls))),
    ).toEqual(unsent('server_not_trusted'));
    expect(portal.calls).toEqual([]);
    await Promise.all([proxy.drained(), portal.drained()]);
  });

  const says = (text: string) => (client: Socket) => void client.end(text);
  it.each<[string, string, (client: Socket) => void]>([
    [
      'answers 403 with a page',
      'proxy_refused',
      says('HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>'),
    ],
    ['answers 401', 'proxy_refused', says('HTTP/1.1 401 Unauthorized\r\n\r\n')],
    [
      'redirects',
      'proxy_refused',
      says('HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n'),
    ],
    ['answers 502', 'connection_failed', says('HTTP/1.1 502 Bad Gateway\r\n\r\n')],
    ['answers 503', 'connection_failed', says('HTTP/1.1 503 Busy\r\nretry-after: 5\r\n\r\n')],
    ['answers 504', 'connection_failed', says('HTTP/1.1 504 Late\r\n\r\n')],
    [
      'switches protocols',
      'connection_failed',
      says('HTTP/1.1 101 Switching Protocols\r\nupgrade: a\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['does not speak HTTP', 'connection_failed', says('220 mail.example ESMTP\r\n')],
    [
      'speaks before the TLS handshake',
      'connection_failed',
      says('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'),
    ],
    ['closes', 'connection_failed', (client) => void client.destroy()],
    ['resets', 'connection_failed', (client) => void client.resetAndDestroy()],
    ['breaks off within its response', 'connection_failed', says('HTTP/1.1 200')],
    ['closes the tunnel at once', 'connection_failed', says('HTTP/1.1 200 OK\r\n\r\n')],
    [
      'sends a head without end',
      'connection_failed',
      says(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}`),
    ],
    [
      'opens a tunnel to something without TLS',
      'connection_failed',
      (client) =>
        void client.write('HTTP/1.1 200 OK\r\n\r\n', () => client.end('rubbish of some length')),
    ],
  ])('that %s is reported as %s', async (_, code, answer) => {
    const portal = await open();
    const proxy = await openProxy({ answer });
    expect(
      facts(await errorOf(() => travel(portal.environment, { proxy: proxy.url }, portal.tls))),
    ).toEqual(unsent(code));
    expect([portal.calls, proxy.asked.length]).toEqual([[], 1]);
    await proxy.drained();
    expect(clock.waits).toBe(0);
  });

  it('that is not listening is reported', async () => {
    const portal = await open();
    const proxy = await openProxy();
    await proxy.close();
    expect(
      facts(await errorOf(() => travel(portal.environment, { proxy: proxy.url }, portal.tls))),
    ).toEqual(unsent('connection_failed'));
  });

  it.each<[string, (client: Socket) => void]>([
    ['never answers', () => {}],
    ['opens a tunnel to a silent server', (client) => void client.write('HTTP/1.1 200 OK\r\n\r\n')],
  ])('that %s times out after five seconds', async (_, answer) => {
    const portal = await open();
    const proxy = await openProxy({ answer });
    const begun = clock.now();
    const journey = travel(portal.environment, { proxy: proxy.url }, portal.tls);
    expect(
      facts(await errorOf(() => passTime(clock, journey, 500, () => proxy.asked.length > 0))),
    ).toEqual(unsent('connection_failed'));
    expect(clock.now() - begun).toBeGreaterThanOrEqual(5_000);
    expect(clock.now() - begun).toBeLessThan(8_000);
    await proxy.drained();
    expect(clock.waits).toBe(0);
  });

  it('that drops the tunnel at any byte leaves one clear error, and no connection', async () => {
    const portal = await open();
    const seen = new Set<string>();
    // Until nothing is dropped, since the length of a handshake depends on the version of Node.
    // From one drop to the next are fewer bytes than any response has.
    for (
      let dropAfter = 0;
      dropAfter < 20_000 && !seen.has('ready, tunnels: 1');
      dropAfter += 100
    ) {
      const proxy = await openProxy({ dropAfter });
      const before = portal.calls.length;
      const end = await travel(portal.environment, { proxy: proxy.url }, portal.tls).then(
        ({ status }) => status,
        facts,
      );
      const calls = portal.calls.slice(before);
      if (typeof end === 'string') seen.add(`${end}, tunnels: ${proxy.asked.length}`);
      else {
        seen.add(`${end.code} ${end.stage} ${end.effect}, tunnels: ${proxy.asked.length}`);
        // The error does not deny what reached the portal.
        if (calls.length > 0 && end.stage !== 'result') expect(end.effect).toBe('unknown');
      }
      for (const stage of ['token', 'request'])
        expect(calls.filter((called) => called === stage).length).toBeLessThan(2);
      await Promise.all([proxy.drained(), portal.drained()]);
    }
    // By hand: before the TLS handshake, after the token call, after the request, after a poll,
    // which is repeated through another tunnel, and after all.
    expect([...seen]).toEqual([
      'connection_failed token none, tunnels: 1',
      'connection_closed token unknown, tunnels: 1',
      'answer_lost request unknown, tunnels: 1',
      'ready, tunnels: 2',
      'ready, tunnels: 1',
    ]);
    expect(clock.waits).toBe(0);
  });

  it('from environment variables is ignored', async () => {
    const portal = await open();
    const proxy = await openProxy();
    const names = [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'all_proxy',
      'npm_config_proxy',
    ];
    for (const name of names) process.env[name] = proxy.url;
    process.env.NODE_USE_ENV_PROXY = '1';
    ends.push(async () => {
      for (const name of [...names, 'NODE_USE_ENV_PROXY']) delete process.env[name];
    });
    const client = createSelfInfoClient({
      service: loan,
      environment: portal.environment,
      tls: portal.tls,
      clock,
    });
    ends.push(client.close);
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    await client.completeConsent(callbackOf(url, portal.environment), { sessionBinding: SESSION });
    expect([portal.calls, proxy.connections]).toEqual([['token'], 0]);
  });
});

describe('a gateway', () => {
  /** An environment whose API is out of reach: only the gateway address counts. */
  const unreachable = () =>
    sandboxEnvironment({
      clientId: 'SP12345678_AB1234',
      redirectUri: 'https://loan.example/callback',
      endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
      issuer: 'https://portal.example',
    });
  const gatewayOf = (portal: Portal, path = '') => ({
    gateway: { baseUrl: portal.environment.endpoints.apiUrl + path, ca: portal.authority.ca },
  });

  it('is called instead of the API, and may require a client certificate for itself', async () => {
    const portal = await open();
    expect((await travel(unreachable(), gatewayOf(portal), portal.tls)).status).toBe('ready');
    expect(portal.calls).toEqual(stages);
    expect(portal.connections).toBe(1);
    await portal.drained();
  });

  it('needs no client certificate when it requires none', async () => {
    const portal = await open({ tls: { requestCert: false } });
    expect((await travel(unreachable(), gatewayOf(portal))).status).toBe('ready');
  });

  it('keeps the path of its address', async () => {
    const portal = await open();
    const error = await errorOf(() =>
      travel(unreachable(), gatewayOf(portal, '/mynaportal/'), portal.tls),
    );
    // The portal of the tests does not know such a path, and reports it.
    expect([error.code, error.upstream]).toEqual(['upstream_refused', { status: 404 }]);
  });

  it('is trusted by the authorities of its own option only', async () => {
    const portal = await open();
    const { ca } = await createAuthority();
    const { baseUrl } = gatewayOf(portal).gateway;
    for (const gateway of [{ baseUrl, ca }, { baseUrl }])
      expect(
        facts(await errorOf(() => travel(portal.environment, { gateway }, portal.tls))),
      ).toEqual(unsent('server_not_trusted'));
    expect(
      (
        await travel(
          unreachable(),
          { gateway: { baseUrl, ca: [ca, portal.authority.ca] } },
          portal.tls,
        )
      ).status,
    ).toBe('ready');
  });

  it('that is down is reported', async () => {
    const silent = await startRawServer((socket) => void socket.destroy());
    ends.push(silent.close);
    const { ca } = await createAuthority();
    const egress = { gateway: { baseUrl: `https://127.0.0.1:${silent.port}`, ca } };
    expect(facts(await errorOf(() => travel(unreachable(), egress)))).toEqual(
      unsent('connection_failed'),
    );
    await silent.drained();
  });

  it('receives a rotated certificate as the portal would', async () => {
    const portal = await open();
    const client = createSelfInfoClient({
      service: loan,
      environment: unreachable(),
      egress: gatewayOf(portal),
      clock,
    });
    ends.push(client.close);
    const go = async () => {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      return client.completeConsent(callbackOf(url, unreachable()), { sessionBinding: SESSION });
    };
    // Without a certificate this gateway closes the connection.
    expect((await errorOf(go)).stage).toBe('token');
    client.rotate(portal.tls);
    expect((await go()).status).toBe('granted');
  });
});

describe('the egress option', () => {
  it.each<[string, unknown, string, string]>([
    ['neither proxy nor gateway', {}, 'invalid_option', 'options.egress'],
    [
      'both proxy and gateway',
      { proxy: 'http://proxy.example:3128', gateway: { baseUrl: 'https://gateway.example' } },
      'invalid_option',
      'options.egress',
    ],
    [
      'an unknown option',
      { proxy: 'http://proxy.example:3128', noProxy: 'a' },
      'unknown_option',
      'options.egress.noProxy',
    ],
    [
      'a proxy without scheme',
      { proxy: 'proxy.example:3128' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy over https',
      { proxy: 'https://proxy.example:3128' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy over socks',
      { proxy: 'socks5://proxy.example:1080' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy with a password',
      { proxy: 'http://bank:secret@proxy.example:3128' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy with a path',
      { proxy: 'http://proxy.example:3128/path' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'a proxy with a query',
      { proxy: 'http://proxy.example:3128?a=b' },
      'invalid_option',
      'options.egress.proxy',
    ],
    [
      'an empty authorization',
      { proxy: 'http://proxy.example', authorization: '' },
      'invalid_option',
      'options.egress.authorization',
    ],
    [
      'an authorization of two lines',
      { proxy: 'http://proxy.example', authorization: 'Basic a\r\nx: b' },
      'invalid_option',
      'options.egress.authorization',
    ],
    [
      'an authorization for a gateway',
      { gateway: { baseUrl: 'https://g.example' }, authorization: 'a' },
      'invalid_option',
      'options.egress.authorization',
    ],
    [
      'a gateway without address',
      { gateway: {} },
      'missing_option',
      'options.egress.gateway.baseUrl',
    ],
    [
      'a gateway without TLS',
      { gateway: { baseUrl: 'http://127.0.0.1:8080' } },
      'invalid_option',
      'options.egress.gateway.baseUrl',
    ],
    [
      'a gateway with a query',
      { gateway: { baseUrl: 'https://g.example?a' } },
      'invalid_option',
      'options.egress.gateway.baseUrl',
    ],
    [
      'a gateway with a user',
      { gateway: { baseUrl: 'https://a@g.example' } },
      'invalid_option',
      'options.egress.gateway.baseUrl',
    ],
    [
      'a gateway with an empty ca',
      { gateway: { baseUrl: 'https://g.example', ca: [] } },
      'invalid_credential',
      'options.egress.gateway.ca',
    ],
    [
      'a gateway whose ca is a path',
      { gateway: { baseUrl: 'https://g.example', ca: '/etc/ca.pem' } },
      'invalid_credential',
      'options.egress.gateway.ca',
    ],
    [
      'a gateway with an unknown option',
      { gateway: { baseUrl: 'https://g.example', rejectUnauthorized: false } },
      'unknown_option',
      'options.egress.gateway.rejectUnauthorized',
    ],
  ])('with %s is refused by name', async (_, egress, code, path) => {
    const { environment, tls } = await open();
    expect(
      refusal(() =>
        createSelfInfoClient({ service: loan, environment, tls, egress: egress as Egress }),
      ),
    ).toEqual([code, path]);
  });

  it.each<[unknown, string]>([
    ['http://proxy.example', 'options.egress must be an object.'],
    [null, 'options.egress must be an object.'],
    [{ proxy: 1 }, 'options.egress.proxy must be a string.'],
    [
      { proxy: 'http://proxy.example', authorization: 1 },
      'options.egress.authorization must be a string.',
    ],
    [{ gateway: 'https://g.example' }, 'options.egress.gateway must be an object.'],
    [{ gateway: { baseUrl: 1 } }, 'options.egress.gateway.baseUrl must be a string.'],
    [
      { gateway: { baseUrl: 'https://g.example', ca: 1 } },
      'options.egress.gateway.ca must be a PEM string or a list of them.',
    ],
  ])('of a wrong type is a TypeError: %j', async (egress, message) => {
    const { environment, tls } = await open();
    expect(
      await typeErrorOf(() =>
        createSelfInfoClient({ service: loan, environment, tls, egress: egress as Egress }),
      ),
    ).toBe(message);
  });

  it('is allowed in production', async () => {
    const { tls } = await open();
    const confirmed = productionEnvironment({
      clientId: 'SP12345678_AB1234',
      redirectUri: 'https://loan.example/callback',
      endpoints: { browserUrl: 'https://portal.example.com', apiUrl: 'https://api.example.com' },
      issuer: 'https://portal.example.com',
      profile: publicProfile,
      unconfirmedProfile: acceptWireProfileNotConfirmedBySpecification,
    });
    for (const egress of [
      { proxy: 'http://proxy.example:3128' },
      { gateway: { baseUrl: 'https://gateway.example' } },
    ]) {
      // The other items of the loan have no code: egress is accepted, and the next check fails.
      expect(
        refusal(() => createSelfInfoClient({ service: loan, environment: confirmed, tls, egress })),
      ).toEqual(['item_code_required', 'options.service.items.household.code']);
    }
  });

  it('with a proxy requires an API with TLS', async () => {
    const environment = sandboxEnvironment({
      clientId: 'SP12345678_AB1234',
      redirectUri: 'https://loan.example/callback',
      endpoints: { browserUrl: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:2' },
      issuer: 'http://127.0.0.1:1',
    });
    const { tls } = await open();
    expect(
      refusal(() =>
        createSelfInfoClient({
          service: loan,
          environment,
          tls,
          egress: { proxy: 'http://127.0.0.1:3' },
        }),
      ),
    ).toEqual(['invalid_option', 'options.egress.proxy']);
  });
});
