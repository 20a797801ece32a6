import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { networkInterfaces } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createVirtualClock,
  type StartedSandbox,
  spaceHeader,
  startSandbox,
} from '../../src/sandbox/index.js';
import { NOW } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { authorizationUrl, paths, registration } from './steps.js';

const controlToken = 'a-control-token-of-a-test-0123456789';
let sandbox: StartedSandbox;

beforeAll(async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  sandbox = await startSandbox({
    registrations: [registration],
    clock: createVirtualClock(NOW),
    hosts: ['sandbox'],
    controlToken,
  });
});
afterAll(() => sandbox.close());
afterEach(() => {
  vi.unstubAllEnvs();
  sandbox.control.reset();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined: no body. */
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects.
  readonly body: any;
}

const bearer = { authorization: `Bearer ${controlToken}` };
/** A program on another machine: it has neither a file nor a client certificate. */
const remote: RequestOptions = { headers: bearer };

/** Calls the API as a program that knows the CA and the name of the sandbox. */
function call(method: string, path: string, body?: unknown, options = remote): Promise<Answer> {
  const { port } = new URL(sandbox.apiUrl);
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const [ca] = sandbox.connection.environment.ca ?? [];
  return new Promise((resolve, reject) => {
    httpsRequest(
      {
        ...{ host: '127.0.0.1', servername: 'sandbox', port, path, method, ca, agent: false },
        ...options,
        headers: { host: `sandbox:${port}`, ...json, ...options.headers },
      } as RequestOptions,
      async (response) => {
        const text = (await response.setEncoding('utf8').toArray()).join('');
        const { statusCode: status, headers } = response;
        resolve({ status, headers, body: text === '' ? undefined : JSON.parse(text) });
      },
    )
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const rule = { persona: 'hanako' };
const operations: readonly [method: string, path: string, body?: unknown][] = [
  ['GET', '/openapi.json'],
  ['GET', '/personas'],
  ['PUT', '/rule', rule],
  ['POST', '/faults', { on: 'token', do: 'stall' }],
  ['GET', '/journal'],
  ['POST', '/clock', { advanceMs: 1 }],
  ['DELETE', '/rule'],
  ['POST', '/reset', {}],
];

describe('the control on the API, with a token', () => {
  it.each(operations)('serves %s %s without a client certificate', async (method, path, body) => {
    for (const base of ['', '/s/suite-1'])
      expect((await call(method, `${base}/sandbox${path}`, body)).status).toBeLessThan(300);
  });

  it('changes what the portal does', async () => {
    await call('PUT', '/sandbox/rule', rule);
    expect(sandbox.control.getRule()).toEqual(rule);
    await sandbox.fetch(new Request(authorizationUrl(sandbox)));
    expect((await call('GET', '/sandbox/journal?step=decide')).body).toMatchObject([
      { outcome: 'accepted' },
    ]);
  });

  it('acts on a space by path and by header', async () => {
    const named = { headers: { ...bearer, [spaceHeader]: 'named' } };
    await call('PUT', '/s/pathed/sandbox/rule', rule);
    await call('PUT', '/sandbox/rule', rule, named);
    for (const name of ['pathed', 'named'])
      expect(sandbox.space(name).control.getRule()).toEqual(rule);
    expect(sandbox.control.getRule()).toBeUndefined();
  });

  it.each(operations)(
    'answers %s %s with 401 and says nothing more, without the token or with another',
    async (method, path, body) => {
      const answers = await Promise.all(
        [
          {},
          { authorization: '' },
          { authorization: 'Bearer' },
          { authorization: `Bearer ${controlToken}x` },
          { authorization: `Bearer ${controlToken.slice(1)}` },
          { authorization: `Basic ${controlToken}` },
          { authorization: controlToken },
        ].map((headers) => call(method, `/sandbox${path}`, body, { headers })),
      );
      for (const { status, headers, body: problem } of answers) {
        expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
        expect(problem).toEqual(answers[0]?.body);
        expect(problem).toMatchObject({
          error: 'access_denied',
          error_description_ja: expect.stringMatching(/[ぁ-ん]/),
        });
        expect(JSON.stringify([headers, problem])).not.toContain(controlToken);
      }
    },
  );

  it('gives the holder of a client certificate no right without the token', async () => {
    const { cert, key } = sandbox.connection.tls;
    expect((await call('GET', '/sandbox/personas', undefined, { cert, key })).status).toBe(401);
  });

  it('lets a page of another origin read and change nothing', async () => {
    const origin = { origin: 'https://evil.example' };
    const preflight = await call('OPTIONS', '/sandbox/rule', undefined, {
      headers: {
        ...origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    const read = await call('GET', '/sandbox/personas', undefined, {
      headers: { ...origin, ...bearer },
    });
    expect(preflight.status).toBe(401);
    for (const { headers } of [preflight, read])
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('answers no request to another host name', async () => {
    const headers = { ...bearer, host: 'rebound.example' };
    expect((await call('GET', '/sandbox/personas', undefined, { headers })).status).toBe(421);
  });

  it('serves nothing under NODE_ENV=production, with the token too', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    for (const [method, path, body] of operations)
      expect((await call(method, `/sandbox${path}`, body)).status).toBe(403);
  });

  it('describes both places and the token', async () => {
    for (const [base, path] of [
      ['', '/sandbox'],
      ['/s/suite-1', '/s/suite-1/sandbox'],
    ]) {
      const { body } = await call('GET', `${base}/sandbox/openapi.json`);
      expect(body.servers.map(({ url }: { url: string }) => url)).toEqual([
        sandbox.browserUrl + path,
        sandbox.apiUrl + path,
      ]);
      expect(body.security).toEqual([{}, { ControlToken: [] }]);
      expect(body.components.securitySchemes).toEqual({
        ControlToken: { type: 'http', scheme: 'bearer' },
      });
    }
  });

  it('answers an unknown path and an unknown method', async () => {
    const { cert, key } = sandbox.connection.tls;
    const certified = { ...remote, cert, key };
    expect((await call('GET', '/sandbox/nothing', undefined, certified)).status).toBe(404);
    expect(await call('PATCH', '/sandbox/personas')).toMatchObject({
      status: 405,
      headers: { allow: 'GET' },
    });
  });
});

describe('the portal of a sandbox with a control token', () => {
  const portal = [paths.token.value, `/s/suite-1${paths.request.value}`, '/sandbox/nothing', '/'];

  it.each(portal)('ends a connection without a certificate at %s', async (path) => {
    await expect(call('POST', path, {})).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('ends a connection with a certificate of another sandbox, and journals nothing', async () => {
    await using other = await startSandbox({ registrations: [registration] });
    const { cert, key } = other.connection.tls;
    for (const path of portal)
      await expect(call('POST', path, {}, { cert, key })).rejects.toMatchObject({
        code: 'ECONNRESET',
      });
    expect(sandbox.journal).toEqual([]);
  });

  it('ends a connection that resumes a session without a certificate', async () => {
    const { port } = new URL(sandbox.apiUrl);
    const [ca = ''] = sandbox.connection.environment.ca ?? [];
    const open = (session?: Buffer) =>
      connectTls({ host: '127.0.0.1', port: Number(port), servername: 'sandbox', ca, session });
    const first = open();
    const session = await new Promise<Buffer>((resolve) => {
      first.once('session', resolve);
    });
    first.destroy();
    const resumed = open(session);
    await new Promise((resolve) => resumed.once('secureConnect', resolve));
    expect(resumed.isSessionReused()).toBe(true);
    resumed.end(`POST ${paths.token.value} HTTP/1.1\r\nhost: sandbox\r\ncontent-length: 0\r\n\r\n`);
    const answer = await resumed.toArray().catch(() => []);
    expect(answer).toEqual([]);
  });

  it('accepts its certificate, and gives the token of the control no right', async () => {
    const { cert, key } = sandbox.connection.tls;
    const answered = await call('POST', paths.request.value, {}, { ...remote, cert, key });
    expect(answered).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });
});

// A machine without network has no such address.
const outer = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

describe('a caller on another machine', () => {
  const pages = (path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(sandbox.browserUrl);
      const headers = { ...bearer, host: `sandbox:${port}` };
      httpRequest({ host: outer, port, path, headers }, (response) => {
        resolve(response.resume().statusCode);
      })
        .on('error', reject)
        .end();
    });

  it.skipIf(outer === undefined)('uses the control over TLS with the token', async () => {
    const there = { ...remote, host: outer as string };
    expect((await call('GET', '/sandbox/personas', undefined, there)).status).toBe(200);
    expect((await call('GET', '/sandbox/personas', undefined, { host: outer })).status).toBe(401);
  });

  it.skipIf(outer === undefined)('is refused over plain http, with the token too', async () => {
    for (const path of ['/sandbox/personas', '/s/suite-1/sandbox/openapi.json'])
      expect(await pages(path)).toBe(403);
  });
});

describe('a sandbox without a control token', () => {
  it('serves no control on the API', async () => {
    await using closed = await startSandbox({ registrations: [registration] });
    for (const [method, path, body] of operations) {
      const response = await closed.fetch(
        new Request(`${closed.apiUrl}/sandbox${path}`, {
          method,
          headers: { ...bearer, 'content-type': 'application/json' },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      );
      expect(response.status).toBe(404);
    }
  });
});

describe('the option controlToken', () => {
  it.each([
    ['31 characters', 'a'.repeat(31)],
    ['513 characters', 'a'.repeat(513)],
    ['a space', `${controlToken} ${controlToken}`],
    ['a line break', `${controlToken}\n`],
    ['another script', `${controlToken}あ`],
    ['no character', ''],
  ])('is refused with %s, and not shown', async (_, token) => {
    const error = await errorOf(() =>
      startSandbox({ registrations: [registration], controlToken: token }),
    );
    expect(error).toMatchObject({ code: 'invalid_option', path: 'options.controlToken' });
    if (token !== '') expect(JSON.stringify(error)).not.toContain(token);
  });

  it('must be a string', async () => {
    await expect(
      startSandbox({ registrations: [registration], controlToken: 5 as never }),
    ).rejects.toThrow(new TypeError('options.controlToken must be a string.'));
  });

  it.each(['a'.repeat(32), 'b'.repeat(512), 'abcdefghijklmnopqrstuvwxyz0123456789-._~+/=='])(
    'accepts %s',
    async (token) => {
      const started = await startSandbox({ registrations: [registration], controlToken: token });
      await started.close();
    },
  );
});
