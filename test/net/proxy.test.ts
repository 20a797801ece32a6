import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  exchangeToken,
  sandboxEnvironment,
  validateCallback,
} from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import { type ConnectProxyOptions, startConnectProxy } from '../kit/connect-proxy.js';
import { loan, SESSION } from '../kit/loan.js';
import { callbackOf, good, type Portal, type Reply } from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';
import { passTime } from '../kit/watch.js';
import { clock, facts, open, stages, travel, unsent } from './egress.js';
import { ends, separateTests } from './ends.js';

separateTests(clock);

async function openProxy(options?: ConnectProxyOptions) {
  const proxy = await startConnectProxy(options);
  ends.push(proxy.close);
  return proxy;
}

const portOf = ({ environment }: Portal) => new URL(environment.endpoints.apiUrl).port;

/** Opens the tunnel to the target of a CONNECT after the given bytes, in pieces of one. */
const tunnelTo =
  (port: () => string, head: string) =>
  async (client: Socket): Promise<void> => {
    client.setNoDelay(true);
    for (const byte of head)
      await new Promise<void>((resolve) => client.write(byte, () => resolve()));
    const upstream = connect({ host: '127.0.0.1', port: Number(port()) });
    client.on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.removeAllListeners('end').pipe(upstream).pipe(client);
  };

describe('a proxy', () => {
  it('opens two tunnels per query, with TLS end to end, and receives nothing else', async () => {
    const portal = await open();
    const proxy = await openProxy();
    for (let times = 0; times < 2; times++)
      expect((await travel(portal.environment, { proxy: proxy.url }, portal.tls)).status).toBe(
        'ready',
      );
    const target = `127.0.0.1:${portOf(portal)}`;
    expect(proxy.asked).toEqual([target, target, target, target]);
    expect(proxy.headers[0]).toEqual({ host: target, connection: expect.any(String) });
    expect(portal.calls).toEqual([...stages, ...stages]);
    expect(portal.connections).toBe(4);
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
      'The proxy rejected the tunnel. Nothing was sent to the portal. It responded with 407. The tunnel through the proxy did not open. Check options.egress and the log of the proxy.',
    );
    expect(error.messageJa).toBe(
      'プロキシがトンネルを拒否しました。マイナポータルには何も送信していません。プロキシの応答ステータスは 407 です。プロキシ経由のトンネルを確立できませんでした。options.egress とプロキシのログを確認してください。',
    );
  });

  it.each([
    [
      'names a length and a coding',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n',
    ],
    ['names two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n'],
    ['folds a header', 'HTTP/1.1 200 OK\r\nvia: 1.1 a,\r\n  1.1 b\r\n\r\n'],
    ['sends 100 before it', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    [
      'sends interim responses before it',
      'HTTP/1.1 100 Continue\r\nvia: a\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.0 200 OK\r\n\r\n',
    ],
    ['says 204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['gives no reason', 'HTTP/1.1 200\r\n\r\n'],
  ])('opens a tunnel by a response that %s', async (_, head) => {
    const portal = await open();
    const proxy = await openProxy({ answer: tunnelTo(() => portOf(portal), head) });
    expect((await travel(portal.environment, { proxy: proxy.url }, portal.tls)).status).toBe(
      'ready',
    );
    // One tunnel for the token, and one for request and polls.
    expect(proxy.asked).toHaveLength(2);
    await Promise.all([proxy.drained(), portal.drained()]);
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
    [
      'sends a body before the TLS handshake',
      'connection_failed',
      says('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'),
    ],
    [
      'sends interim responses without end',
      'connection_failed',
      says('HTTP/1.1 100 Continue\r\n\r\n'.repeat(33)),
    ],
    [
      'refuses after an interim response',
      'proxy_refused',
      says('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 407 Who\r\ncontent-length: 0\r\n\r\n'),
    ],
    ['answers with a status of letters', 'connection_failed', says('HTTP/1.1 2OO OK\r\n\r\n')],
    ['answers with a status of four digits', 'connection_failed', says('HTTP/1.1 2000 OK\r\n\r\n')],
    [
      'does not speak HTTP, and waits',
      'connection_failed',
      (client) => void client.write('220 mail.example ESMTP\r\n'),
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
    // Longer than that of the token, so that some drops hit only the second tunnel.
    const request: Reply = (response, call) => {
      response.setHeader('x-padding', 'x'.repeat(500));
      good.request(response, call);
    };
    const portal = await open({ replies: { request } });
    const seen = new Set<string>();
    // Until nothing is dropped, since the length of a handshake depends on the version of Node.
    // From one drop to the next are fewer bytes than any response has.
    for (
      let dropAfter = 0;
      dropAfter < 20_000 && !seen.has('ready, tunnels: 2');
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
      'answer_lost request unknown, tunnels: 2',
      'ready, tunnels: 3',
      'ready, tunnels: 2',
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
