import type { ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  createVirtualClock,
  type Environment,
  latest,
  type SelfInfoError,
  sandboxEnvironment,
  type TlsCredential,
} from '../../src/index.js';
import { createAuthority } from '../kit/certificates.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import {
  callbackOf,
  good,
  type Portal,
  type PortalOptions,
  type PortalStage,
  PROCESS,
  type Reply,
  raw,
  startPortal,
  TOKEN,
} from '../kit/portal.js';
import { errorOf } from '../kit/refusals.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function open(options?: PortalOptions): Promise<Portal> {
  const portal = await startPortal(options);
  ends.push(portal.close);
  return portal;
}

const stages = ['token', 'request', 'result'] as const;
const clock = createVirtualClock(NOW);

/** A whole consent and query, to its end or to its error. */
async function travel(environment: Environment, tls: TlsCredential) {
  const client = createSelfInfoClient({ service: loan, environment, tls, clock });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(callbackOf(url, environment), {
    sessionBinding: SESSION,
  });
  return client.query(
    expectStatus(outcome, 'granted').grant,
    { income: latest() },
    { onProgress: ({ retryAt }) => clock.set(retryAt) },
  );
}

const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});

/** The expected error of a fault that came after the call was sent. */
const afterSending = (code: string, stage: PortalStage) => ({
  code: code === 'connection_closed' && stage === 'request' ? 'answer_lost' : code,
  stage,
  effect: stage === 'result' ? 'none' : 'unknown',
  // Only polling may be repeated, unless its response makes no sense.
  safe: stage === 'result' && code === 'connection_closed',
});

const bodyOf: Record<PortalStage, string> = {
  token: JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 }),
  request: JSON.stringify({ process_id: PROCESS }),
  result: JSON.stringify({ process_id: PROCESS, process_status: 'DONE', selfPersonalData: [] }),
};
const type = { 'content-type': 'application/json' };
const socketOf = (response: ServerResponse): Socket => response.socket as Socket;
/** The TCP socket, since TLS sockets cannot send a reset. */
const underTls = (response: ServerResponse) => Reflect.get(socketOf(response), '_parent') as Socket;

/** The right body, sent in a wrong way, or a wrong body. */
const faults: readonly [string, string, (body: string) => Reply, RegExp?][] = [
  [
    'closes without a response',
    'connection_closed',
    () => (response) => socketOf(response).destroy(),
  ],
  ['resets', 'connection_closed', () => (response) => underTls(response).resetAndDestroy()],
  [
    'breaks off within the head',
    'connection_closed',
    () => (response) => socketOf(response).end('HTTP/1.1 200 OK\r\nContent-Ty'),
  ],
  [
    'breaks off within the body',
    'connection_closed',
    (body) => (response) => {
      response.writeHead(200, { ...type, 'content-length': String(body.length) });
      response.write(body.slice(0, -1), () => socketOf(response).destroy());
    },
  ],
  [
    'breaks off between two chunks',
    'connection_closed',
    (body) => (response) => {
      response.writeHead(200, type);
      response.write(body, () => socketOf(response).destroy());
    },
  ],
  [
    'answers in another protocol',
    'response_invalid',
    () => (response) => socketOf(response).end('220 mail.example ESMTP\r\n'),
    /not a complete HTTP message/,
  ],
  [
    'sends a head without end',
    'response_invalid',
    () => (response) =>
      socketOf(response).write(`HTTP/1.1 200 OK\r\nX-Padding: ${'a'.repeat(100_000)}`),
    /not a complete HTTP message/,
  ],
  [
    'answers in HTML',
    'response_invalid',
    () => raw('<html>', { 'content-type': 'text/html' }),
    /content type/,
  ],
  ['says no type', 'response_invalid', (body) => raw(body, {}), /content type/],
  [
    'says a type nearly right',
    'response_invalid',
    (body) => raw(body, { 'content-type': 'application/jsonp' }),
    /content type/,
  ],
  [
    'says another charset',
    'response_invalid',
    (body) => raw(body, { 'content-type': 'application/json; charset=shift_jis' }),
    /content type/,
  ],
  [
    'sends another charset',
    'response_invalid',
    () => raw(Buffer.from([0x22, 0x82, 0xa0, 0x22]), type),
    /not UTF-8/,
  ],
  [
    'compresses',
    'response_invalid',
    (body) => raw(gzipSync(body), { ...type, 'content-encoding': 'gzip' }),
    /compressed/,
  ],
  [
    'says two codings',
    'response_invalid',
    (body) => raw(body, { ...type, 'content-encoding': 'identity, br' }),
    /compressed/,
  ],
  [
    'compresses and does not say so',
    'response_invalid',
    (body) => raw(gzipSync(body), type),
    /not UTF-8|not JSON/,
  ],
  [
    'redirects',
    'response_invalid',
    () => raw('', { location: 'https://127.0.0.1:1/' }, 307),
    /redirects/,
  ],
  [
    'redirects in JSON',
    'response_invalid',
    (body) => raw(body, { ...type, location: '/elsewhere' }, 302),
    /redirects/,
  ],
  ['says nothing', 'response_invalid', () => raw('', type), /not JSON/],
  ['says two things', 'response_invalid', (body) => raw(body + body, type), /not JSON/],
  [
    'breaks off within the JSON',
    'response_invalid',
    (body) => raw(body.slice(0, -1), type),
    /not JSON/,
  ],
  [
    'says a key twice',
    'response_invalid',
    (body) => raw(body.replace('{', '{"a":1,"a":1,'), type),
    /same key twice/,
  ],
  [
    'says a key twice, once in disguise',
    'response_invalid',
    (body) => raw(body.replace('{', '{"a":1,"\\u0061":1,'), type),
    /same key twice/,
  ],
  [
    'says a key twice, deep inside',
    'response_invalid',
    (body) => raw(body.replace('{', '{"a":[{"b":{"c":1,"c" : 1}}],'), type),
    /same key twice/,
  ],
  [
    'says __proto__',
    'response_invalid',
    (body) => raw(body.replace('{', '{"__proto__":{"status":"ready"},'), type),
    /same key twice, or a forbidden one/,
  ],
  [
    'says __proto__ in disguise',
    'response_invalid',
    (body) => raw(body.replace('{', '{"__pr\\u006fto__":{},'), type),
    /same key twice, or a forbidden one/,
  ],
  [
    'nests deeply',
    'response_invalid',
    (body) => raw(body.replace('{', `{"a":${'['.repeat(100)}${']'.repeat(100)},`), type),
    /deeper/,
  ],
  [
    'nests beyond all depth',
    'response_invalid',
    () => raw(`${'['.repeat(200_000)}${']'.repeat(200_000)}`, type),
    /deeper/,
  ],
  [
    'sends more than 16 MiB',
    'response_invalid',
    () => raw(`"${'a'.repeat(16 * 1024 * 1024)}"`, type),
    /not a complete HTTP message|too large/,
  ],
];

describe.each(stages)('at the %s stage, a portal that', (stage) => {
  it.each(faults)('%s is reported as %s', async (_, code, fault, message) => {
    const portal = await open({ replies: { [stage]: fault(bodyOf[stage]) } });
    const error = await errorOf(() => travel(portal.environment, portal.tls));
    expect(facts(error)).toEqual(afterSending(code, stage));
    if (message) expect(error.message).toMatch(message);
    // Only a poll is repeated, nothing is sent afterwards, and no connection stays open.
    const again = stage === 'result' && code === 'connection_closed' ? Array(3).fill(stage) : [];
    expect(portal.calls).toEqual([...stages.slice(0, stages.indexOf(stage) + 1), ...again]);
    await portal.drained();
  });

  it('answers 503 in HTML is unavailable for now', async () => {
    const replies = {
      [stage]: raw('<html>busy</html>', { 'content-type': 'text/html', 'retry-after': '60' }, 503),
    };
    const portal = await open({ replies });
    clock.set(NOW);
    const until = '2026-12-01T10:01:00+09:00';
    if (stage === 'result')
      expect(expectStatus(await travel(portal.environment, portal.tls), 'unavailable').until).toBe(
        until,
      );
    else {
      const error =
        stage === 'token'
          ? await errorOf(() => travel(portal.environment, portal.tls))
          : expectStatus(await travel(portal.environment, portal.tls), 'failed').error;
      expect(facts(error)).toEqual({
        code: 'upstream_unavailable',
        stage,
        effect: 'unknown',
        safe: false,
      });
      expect([error.upstream, error.retry.notBefore]).toEqual([{ status: 503 }, until]);
    }
    expect(portal.calls).toEqual(stages.slice(0, stages.indexOf(stage) + 1));
  });

  it('reads the head finds only the headers that are needed', async () => {
    const heads: Record<string, unknown>[] = [];
    const reply: Reply = (response, request) => {
      heads.push(request.headers);
      good[stage](response, request);
    };
    const portal = await open({ replies: { [stage]: reply } });
    expect((await travel(portal.environment, portal.tls)).status).toBe('ready');
    expect(heads).toEqual([
      {
        host: new URL(portal.environment.endpoints.apiUrl).host,
        connection: 'keep-alive',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-type':
          stage === 'token'
            ? 'application/x-www-form-urlencoded;charset=UTF-8'
            : 'application/json',
        'content-length': expect.stringMatching(/^\d+$/),
        ...(stage !== 'token' && { authorization: `Bearer ${TOKEN}` }),
      },
    ]);
  });
});

describe('accepts a good response', () => {
  it.each([
    [
      'in chunks, byte by byte',
      (body: string): Reply =>
        (response) => {
          response.writeHead(200, type);
          for (const char of body) response.write(char);
          response.end();
        },
    ],
    [
      'with charset',
      (body: string) => raw(body, { 'content-type': 'Application/JSON; Charset="UTF-8"' }),
    ],
    [
      'with the coding identity',
      (body: string) => raw(body, { ...type, 'content-encoding': 'identity' }),
    ],
    [
      'on a connection that closes then',
      (body: string) => raw(body, { ...type, connection: 'close' }),
    ],
    ['with status 201', (body: string) => raw(body, type, 201)],
    [
      'as deep as allowed',
      (body: string) => raw(body.replace('{', `{"a":${'['.repeat(63)}${']'.repeat(63)},`), type),
    ],
    [
      'with keys that every object has',
      (body: string) => raw(body.replace('{', '{"constructor":1,"hasOwnProperty":2,'), type),
    ],
  ])('%s', async (_, reply) => {
    const portal = await open({
      replies: { request: reply(bodyOf.request), result: reply(bodyOf.result) },
    });
    expect((await travel(portal.environment, portal.tls)).status).toBe('ready');
    expect(portal.calls).toEqual([...stages]);
    await portal.drained();
  });
});

describe('an unsolicited second response', () => {
  it('is not accepted for the next call', async () => {
    const head = (body: string) =>
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const injected = JSON.stringify({ process_id: 'injected' });
    const portal = await open({
      replies: {
        token: (response) => socketOf(response).write(head(bodyOf.token) + head(injected)),
      },
    });
    const [result] = await Promise.allSettled([travel(portal.environment, portal.tls)]);
    // Either the connection is closed at once, or the next call goes out on another: the injected
    // id is never polled.
    if (result.status === 'fulfilled') expect(result.value.status).toBe('ready');
    else
      expect(['response_invalid', 'connection_closed', 'answer_lost']).toContain(
        result.reason.code,
      );
  });
});

describe('the server', () => {
  it('of another authority is not trusted, and nothing is sent to it', async () => {
    const portal = await open();
    const { ca } = await createAuthority();
    const error = await errorOf(() => travel(withEnvironment(portal, { ca }), portal.tls));
    expect(facts(error)).toEqual({
      code: 'server_not_trusted',
      stage: 'token',
      effect: 'none',
      safe: false,
    });
    expect(portal.calls).toEqual([]);
    await portal.drained();
  });

  it('of a test authority is not trusted where none was configured', async () => {
    const portal = await open();
    const { ca: _, ...options } = optionsOf(portal);
    expect((await errorOf(() => travel(sandboxEnvironment(options), portal.tls))).code).toBe(
      'server_not_trusted',
    );
    expect(portal.calls).toEqual([]);
  });

  it('with a certificate for another name is not trusted', async () => {
    const authority = await createAuthority();
    const portal = await open({ server: await authority.issue('127.0.0.1', { ip: '127.0.0.2' }) });
    expect(
      (await errorOf(() => travel(withEnvironment(portal, { ca: authority.ca }), portal.tls))).code,
    ).toBe('server_not_trusted');
    expect(portal.calls).toEqual([]);
  });

  it('with a certificate without names is not trusted', async () => {
    const authority = await createAuthority();
    const portal = await open({ server: await authority.issue('127.0.0.1') });
    expect(
      (await errorOf(() => travel(withEnvironment(portal, { ca: authority.ca }), portal.tls))).code,
    ).toBe('server_not_trusted');
  });

  it('with a certificate that has expired is not trusted', async () => {
    const authority = await createAuthority();
    const portal = await open({
      server: await authority.issue('portal', { ip: '127.0.0.1', endedDaysAgo: 1 }),
    });
    expect(
      (await errorOf(() => travel(withEnvironment(portal, { ca: authority.ca }), portal.tls))).code,
    ).toBe('server_not_trusted');
    expect(portal.calls).toEqual([]);
  });

  it('of one of several authorities is trusted', async () => {
    const portal = await open();
    const { ca } = await createAuthority();
    expect(
      (await travel(withEnvironment(portal, { ca: [ca, portal.authority.ca] }), portal.tls)).status,
    ).toBe('ready');
  });

  it('that speaks only old TLS is refused', async () => {
    const portal = await open({
      tls: { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    });
    expect(facts(await errorOf(() => travel(portal.environment, portal.tls)))).toEqual(
      notConnected,
    );
    expect(portal.calls).toEqual([]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('that speaks %s is accepted', async (version) => {
    const portal = await open({ tls: { minVersion: version, maxVersion: version } });
    expect((await travel(portal.environment, portal.tls)).status).toBe('ready');
  });

  it('that is not listening is reported', async () => {
    const portal = await open();
    await portal.close();
    expect(facts(await errorOf(() => travel(portal.environment, portal.tls)))).toEqual(
      notConnected,
    );
  });

  it.each<[string, (socket: Socket) => void]>([
    ['speaks plain HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['closes before the handshake', (socket) => socket.destroy()],
    ['sends random bytes', (socket) => socket.end(Buffer.alloc(64, 0xff))],
  ])('that %s behind https is refused', async (_, behave) => {
    const portal = await open();
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
      socket.once('data', () => behave(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(async () => server.close());
    const { port } = server.address() as { port: number };
    const error = await errorOf(() =>
      travel(
        withEnvironment(portal, {
          endpoints: { ...portal.environment.endpoints, apiUrl: `https://127.0.0.1:${port}` },
        }),
        portal.tls,
      ),
    );
    expect(facts(error)).toEqual(notConnected);
    while (sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  const notConnected = { code: 'connection_failed', stage: 'token', effect: 'none', safe: false };
});

describe('a client certificate that the server rejects', () => {
  it('is reported before anything is sent, with TLS 1.2', async () => {
    const portal = await open({ tls: { maxVersion: 'TLSv1.2' } });
    const stranger = await (await createAuthority()).issue('stranger');
    expect(facts(await errorOf(() => travel(portal.environment, stranger)))).toEqual({
      code: 'connection_failed',
      stage: 'token',
      effect: 'none',
      safe: false,
    });
    expect(portal.calls).toEqual([]);
    await portal.drained();
  });

  it('shows only at the first read, with TLS 1.3, and is named as a likely cause', async () => {
    const portal = await open({ tls: { minVersion: 'TLSv1.3' } });
    const stranger = await (await createAuthority()).issue('stranger');
    const error = await errorOf(() => travel(portal.environment, stranger));
    expect(facts(error)).toEqual({
      code: 'connection_closed',
      stage: 'token',
      effect: 'unknown',
      safe: false,
    });
    expect(error.message).toContain('a rejected client certificate');
    expect(portal.calls).toEqual([]);
    await portal.drained();
  });
});

describe('an abort over a real connection', () => {
  it.each(stages)('at the %s stage ends the connection, too', async (stage) => {
    let asked = () => {};
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const portal = await open({ replies: { [stage]: () => asked() } });
    const client = createSelfInfoClient({
      service: loan,
      environment: portal.environment,
      tls: portal.tls,
      clock,
    });
    ends.push(client.close);
    const { signal, abort } = abortable();
    const journey = errorOf(async () => {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      const outcome = await client.completeConsent(callbackOf(url, portal.environment), {
        sessionBinding: SESSION,
        signal,
      });
      await client.query(expectStatus(outcome, 'granted').grant, { income: latest() }, { signal });
    });
    await reached;
    abort();
    expect((await journey).code).toBe('aborted');
    await portal.drained();
    expect(portal.calls).toEqual(stages.slice(0, stages.indexOf(stage) + 1));
  });

  function abortable() {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort() };
  }
});

describe('many queries', () => {
  it('leave no socket, and no warning about too many listeners', async () => {
    const warnings: string[] = [];
    const warn = (warning: Error) => warnings.push(warning.name);
    process.on('warning', warn);
    ends.push(async () => process.off('warning', warn));
    const portal = await open();
    const client = createSelfInfoClient({
      service: loan,
      environment: portal.environment,
      tls: portal.tls,
      clock,
    });
    ends.push(client.close);
    const journeys = Array.from({ length: 50 }, async () => {
      const { url } = await client.beginConsent({ sessionBinding: SESSION });
      const outcome = await client.completeConsent(callbackOf(url, portal.environment), {
        sessionBinding: SESSION,
      });
      return (await client.query(expectStatus(outcome, 'granted').grant, { income: latest() }))
        .status;
    });
    expect(new Set(await Promise.all(journeys))).toEqual(new Set(['ready']));
    expect(portal.connections).toBe(50);
    await portal.drained();
    expect(warnings).toEqual([]);
  });
});

describe('the body of each call', () => {
  it('is the code with its verifier, then the items, then the process id', async () => {
    const bodies: string[] = [];
    const portal = await open({ read: (text) => bodies.push(text) });
    await travel(portal.environment, portal.tls);
    const [token = '', ...others] = bodies;
    const form = Object.fromEntries(new URLSearchParams(token));
    expect(form).toEqual({
      grant_type: 'authorization_code',
      code: 'code-of-the-test-portal',
      redirect_uri: 'https://loan.example/callback',
      client_id: 'SP12345678_AB1234',
      code_verifier: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
    expect(others.map((text) => JSON.parse(text))).toEqual([
      { inquiry_items: [{ item_code: 'TM00000000000002', inquiry_method: 'LATEST' }] },
      { process_id: PROCESS },
    ]);
  });

  it('goes under the path of the API URL', async () => {
    const portal = await open();
    const { endpoints } = portal.environment;
    const environment = withEnvironment(portal, {
      endpoints: { ...endpoints, apiUrl: `${endpoints.apiUrl}/gateway/` },
    });
    const error = await errorOf(() => travel(environment, portal.tls));
    // The portal answers 404 there.
    expect([error.code, error.upstream]).toEqual(['upstream_refused', { status: 404 }]);
  });
});

const optionsOf = ({
  environment: { clientId, redirectUri, endpoints, issuer, ca = [] },
}: Portal) => ({ clientId, redirectUri, endpoints, issuer, ca });

function withEnvironment(
  portal: Portal,
  changes: Partial<Parameters<typeof sandboxEnvironment>[0]>,
): Environment {
  return sandboxEnvironment({ ...optionsOf(portal), ...changes });
}
