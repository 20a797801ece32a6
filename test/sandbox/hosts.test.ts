import type { X509Certificate } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { networkInterfaces } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  controlPaths,
  createVirtualClock,
  type StartedSandbox,
  startSandbox,
} from '../../src/sandbox/index.js';
import { authorizationUrl, callbackOf, registration } from './steps.js';

const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const hosts = ['sandbox', 'Sandbox.default.svc.cluster.local', 'my_sandbox', '127.0.0.1'];
const warned: (Error & { code?: string })[] = [];
const warn = (warning: Error) => void warned.push(warning);
let sandbox: StartedSandbox;

beforeAll(async () => {
  process.on('warning', warn);
  sandbox = await startSandbox({ registrations: [registration], clock, hosts });
});
afterAll(async () => {
  process.off('warning', warn);
  await sandbox.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly text: string;
}

/** Sends a request to the pages under a name, which need not resolve. */
function ask(host: string, path: string, form?: Record<string, string>, to = '127.0.0.1') {
  return new Promise<Answer>((resolve, reject) => {
    const { port } = new URL(sandbox.browserUrl);
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const headers = { host: `${host}:${port}`, ...(form && type) };
    const method = form ? 'POST' : 'GET';
    httpRequest({ host: to, port, path, method, headers }, async (response) => {
      const text = (await response.setEncoding('utf8').toArray()).join('');
      resolve({ status: response.statusCode, location: response.headers.location, text });
    })
      .on('error', reject)
      .end(form && String(new URLSearchParams(form)));
  });
}

/** Returns the code of the error when the API is called under a name; undefined for none. */
function handshakeError(servername: string): Promise<string | undefined> {
  const { tls, environment } = sandbox.connection;
  const socket = connectTls({
    host: '127.0.0.1',
    port: Number(new URL(sandbox.apiUrl).port),
    servername,
    ca: [...(environment.ca ?? [])],
    cert: tls.cert,
    key: tls.key,
  });
  return new Promise((resolve) => {
    socket
      .once('secureConnect', () => resolve(undefined))
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  }).finally(() => socket.destroy()) as Promise<string | undefined>;
}

describe('a sandbox with host names', () => {
  it('has the first one in its URLs and its issuer', () => {
    const { browserUrl, apiUrl, connection } = sandbox;
    expect(browserUrl).toMatch(/^http:\/\/sandbox:\d+$/);
    expect(apiUrl).toMatch(/^https:\/\/sandbox:\d+$/);
    expect(connection.environment).toMatchObject({
      endpoints: { browserUrl, apiUrl },
      issuer: apiUrl,
    });
  });

  it('has a certificate for each of them and for loopback, and for no other name', async () => {
    for (const name of ['sandbox', 'sandbox.default.svc.cluster.local', 'my_sandbox', 'localhost'])
      expect([name, await handshakeError(name)]).toEqual([name, undefined]);
    expect(await handshakeError('other')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('lets a citizen consent under each name', async () => {
    for (const host of ['sandbox', 'SANDBOX.default.svc.cluster.local', 'localhost']) {
      const { pathname, search } = authorizationUrl(sandbox);
      const formOf = ({ text }: Answer) => /name="form" value="([^"]+)"/.exec(text)?.[1] ?? '';
      const post = (form: Record<string, string>) => ask(host, pathname, form);
      const first = await ask(host, pathname + search);
      expect(first.status).toBe(200);
      const second = await post({ form: formOf(first), decision: 'agree', agree: 'yes' });
      const third = await post({
        form: formOf(second),
        decision: 'agree',
        persona: 'hanako',
        pin: '1234',
      });
      const end = third.location ?? /href="([^"]+code=[^"]+)"/.exec(third.text)?.[1] ?? null;
      expect(callbackOf(end?.replaceAll('&amp;', '&') ?? null)).toMatchObject({
        iss: sandbox.apiUrl,
        code: expect.any(String),
      });
    }
  });

  it('answers no request to another name, except to its health', async () => {
    for (const host of ['rebound.example', 'sandbox.example.com', 'sandbox.', '10.0.0.7']) {
      expect((await ask(host, '/nothing')).status).toBe(421);
      for (const path of [controlPaths.start, controlPaths.clock])
        expect((await ask(host, path)).status).toBe(421);
      expect(await ask(host, controlPaths.health)).toMatchObject({
        status: 200,
        text: '{"status":"ok"}',
      });
    }
  });

  it('shows the start page and the clock to callers on loopback under a name of loopback only', async () => {
    for (const path of [controlPaths.start, controlPaths.clock]) {
      expect((await ask('127.0.0.1', path)).status).toBe(200);
      expect((await ask('sandbox', path)).status).toBe(403);
    }
  });

  // A machine without network has no such address.
  const outer = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
  it.skipIf(outer === undefined)(
    'is reached from other machines, except log and clock',
    async () => {
      expect((await ask('sandbox', '/nothing', undefined, outer)).status).toBe(404);
      for (const path of [controlPaths.start, controlPaths.clock])
        expect((await ask('127.0.0.1', path, undefined, outer)).status).toBe(403);
    },
  );

  it('warns that it listens beyond loopback', () => {
    expect(warned.map(({ code }) => code)).toContain('MYNA_SELFINFO_SANDBOX_BEYOND_LOOPBACK');
  });

  it('listens on loopback only, without a warning, if all of them are loopback', async () => {
    warned.length = 0;
    const local = await startSandbox({
      registrations: [registration],
      hosts: ['localhost', 'portal.localhost'],
    });
    expect(local.browserUrl).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await fetch(new URL(controlPaths.health, local.browserUrl))).status).toBe(200);
    if (outer !== undefined)
      await expect(
        fetch(`http://${outer}:${new URL(local.browserUrl).port}/`),
      ).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await local.close();
    expect(warned).toEqual([]);
  });

  it('has each name once in its certificate', async () => {
    const { tls, environment } = sandbox.connection;
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(new URL(sandbox.apiUrl).port),
      servername: 'sandbox',
      ca: [...(environment.ca ?? [])],
      cert: tls.cert,
      key: tls.key,
    });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const own = socket.getPeerX509Certificate() as X509Certificate;
    socket.destroy();
    expect(own.subjectAltName).toBe(
      'IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost, DNS:sandbox, DNS:sandbox.default.svc.cluster.local, DNS:my_sandbox',
    );
  });

  it.each([
    'sandbox.example.com',
    'portal.go.jp',
    '10.0.0.1',
    '192.168.1.1',
    '0.0.0.0',
    '127.0.0.2',
    '::1',
    '[::1]',
    'metadata',
    'sandbox:8080',
    'https://sandbox',
    'sandbox/',
    'sandbox.',
    '.sandbox.test',
    'a..test',
    '-sandbox',
    '*.internal',
    'サンドボックス',
    'sand box',
    ' sandbox',
    `${'a'.repeat(64)}.test`,
    '',
  ])('does not start for the host %j', async (host) => {
    await expect(
      startSandbox({ registrations: [registration], hosts: ['sandbox', host] }),
    ).rejects.toMatchObject({ code: 'invalid_option', path: 'options.hosts[1]' });
  });

  it.each([
    ['a text', 'sandbox', 'options.hosts must be a list.'],
    ['a number in the list', [1], 'options.hosts[0] must be a string.'],
  ])('does not start for %s as hosts', async (_, given, message) => {
    await expect(
      startSandbox({ registrations: [registration], hosts: given as never }),
    ).rejects.toThrow(new TypeError(message));
  });
});
