import { X509Certificate } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { inspect } from 'node:util';
import { Client } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock, type StartedSandbox, startSandbox } from '../../src/sandbox/index.js';
import {
  authorizationUrl,
  callbackOf,
  fields,
  inquiry,
  paths,
  processStatuses,
  registration,
  verifier,
} from './steps.js';

const other = { ...registration, clientId: 'SP87654321_CD4321' };
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
let sandbox: StartedSandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ registrations: [registration, other], clock });
});
afterAll(() => sandbox.close());

type Tls = { cert?: string; key?: string };

async function send(
  path: string,
  headers: Record<string, string>,
  body: string,
  tls: Tls = sandbox.connection.tls,
  url = sandbox.apiUrl,
) {
  const client = new Client(url, {
    connect: {
      ca: [...(sandbox.environment().ca ?? [])],
      cert: tls.cert,
      key: tls.key,
      maxCachedSessions: 0,
    },
  });
  try {
    const response = await client.request({ method: 'POST', path, headers, body });
    return {
      status: response.statusCode,
      body: (await response.body.json()) as Record<string, unknown>,
    };
  } finally {
    await client.destroy();
  }
}

async function exchange(tls?: Tls, clientId?: string) {
  const code =
    callbackOf(await sandbox.visit(authorizationUrl(sandbox, {}, clientId), { persona: 'hanako' }))
      .code ?? '';
  const { clientId: id, redirectUri } = sandbox.environment(clientId);
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: id,
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  return send(
    paths.token.value,
    { 'content-type': 'application/x-www-form-urlencoded' },
    String(body),
    tls,
  );
}

const call = (path: string, token: unknown, body: unknown, tls?: Tls) =>
  send(
    path,
    { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    JSON.stringify(body),
    tls,
  );
const income = { [fields.items.value]: [inquiry('TM00000000000002', 'latest')] };

describe('a started sandbox', () => {
  it('serves a whole flow over mutual TLS', async () => {
    const { body: answered } = await exchange();
    const { body: process } = await call(paths.request.value, answered.access_token, income);
    const statuses = [];
    for (const _ of [1, 2])
      statuses.push(
        (await call(paths.result.value, answered.access_token, process)).body[
          fields.processStatus.value
        ],
      );
    expect(statuses).toEqual([processStatuses.running.value, processStatuses.done.value]);
  });

  it('serves its pages over plain http, with a body of any length', async () => {
    const page = await fetch(authorizationUrl(sandbox));
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    const url = new URL(paths.authorization.value, sandbox.browserUrl);
    expect(
      (
        await fetch(url, {
          method: 'POST',
          body: new URLSearchParams({ form, decision: 'decline' }),
          redirect: 'manual',
        })
      ).status,
    ).toBe(303);
    expect(
      (
        await fetch(url, {
          method: 'POST',
          body: 'x'.repeat(2_000_000),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(413);
  });

  it('serves no API on the pages’ origin and no page on the API’s origin', async () => {
    expect(
      (await fetch(new URL(paths.token.value, sandbox.browserUrl), { method: 'POST', body: 'a=1' }))
        .status,
    ).toBe(404);
    expect((await send(paths.authorization.value, {}, '')).status).toBe(404);
  });

  /** How a refused connection ends. It depends on the machine when the TLS alert is read. */
  const refused = {
    code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET|EPIPE|ERR_SSL_\w+)$/),
  };

  it('refuses a connection without client certificate', async () => {
    const before = sandbox.journal.length;
    await expect(exchange({})).rejects.toMatchObject(refused);
    // The consent is logged, and no call.
    expect(sandbox.journal.slice(before).filter(({ step }) => step === 'token')).toEqual([]);
  });

  it('refuses a client certificate of another authority', async () => {
    const foreign = await startSandbox({ registrations: [registration] });
    const before = sandbox.journal.length;
    await expect(exchange(foreign.connection.tls)).rejects.toMatchObject(refused);
    expect(sandbox.journal.slice(before).filter(({ step }) => step === 'token')).toEqual([]);
    await foreign.close();
  });

  it('refuses the certificate of another registration, for the code and for the token', async () => {
    const theirs = sandbox.connectionFor(other.clientId);
    expect(await exchange(theirs.tls)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect((await exchange(theirs.tls, other.clientId)).status).toBe(200);
    const { body } = await exchange();
    expect(await call(paths.request.value, body.access_token, income, theirs.tls)).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });

  it('refuses TLS below 1.2', async () => {
    const { tls, environment } = sandbox.connection;
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(new URL(sandbox.apiUrl).port),
      ca: [...(environment.ca ?? [])],
      cert: tls.cert,
      key: tls.key,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      // Some builds of Node refuse to offer these versions at their usual security level.
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    // The alert comes from the server, so the client does offer these versions.
    const code = 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION';
    await expect(
      new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject)),
    ).rejects.toMatchObject({ code });
  });

  it('answers requests to loopback names only', async () => {
    const ask = (host: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connectTcp(Number(new URL(sandbox.browserUrl).port), '127.0.0.1', () =>
          socket.end(`GET /nothing HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`),
        );
        let text = '';
        socket.on('data', (chunk) => {
          text += chunk;
        });
        socket.on('close', () => resolve(text)).on('error', reject);
      });
    expect(await ask('rebound.example')).toMatch(/^HTTP\/1\.1 421 /);
    expect(await ask('localhost:1')).toMatch(/^HTTP\/1\.1 404 /);
  });

  it.each(['//evil.example/x', 'http://evil.example/x', '/%zz', '*'])(
    'answers the request target %s with a refusal',
    async (target) => {
      const text = await new Promise<string>((resolve, reject) => {
        const socket = connectTcp(Number(new URL(sandbox.browserUrl).port), '127.0.0.1', () =>
          socket.end(`GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`),
        );
        let received = '';
        socket.on('data', (chunk) => {
          received += chunk;
        });
        socket.on('close', () => resolve(received)).on('error', reject);
      });
      expect(text).toMatch(/^HTTP\/1\.1 4/);
    },
  );

  it('issues certificates for loopback, limited to their use', () => {
    const authority = new X509Certificate(sandbox.environment().ca?.[0] ?? '');
    const client = new X509Certificate(sandbox.connection.tls.cert);
    expect(authority.ca).toBe(true);
    expect(client.ca).toBe(false);
    expect(client.verify(authority.publicKey)).toBe(true);
    expect(client.subject).toBe(`CN=${registration.clientId}`);
    expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  it('can be reached by the name localhost', async () => {
    const url = sandbox.apiUrl.replace('127.0.0.1', 'localhost');
    expect((await send('/nothing', {}, '', sandbox.connection.tls, url)).status).toBe(404);
  });

  it('returns a connection that shows no private key', () => {
    const { connection } = sandbox;
    expect(connection.tls.key).toContain('BEGIN PRIVATE KEY');
    expect({ ...connection }.tls.key).toContain('BEGIN PRIVATE KEY');
    expect(Object.keys(connection)).toEqual(['environment', 'tls', 'clock']);
    for (const value of [sandbox, connection, connection.tls]) {
      expect(
        `${inspect(value, { depth: 20, showHidden: true })}${JSON.stringify(value)}`,
      ).not.toContain('PRIVATE KEY');
    }
  });

  it('closes every connection, and can be closed twice', async () => {
    const brief = await startSandbox({ registrations: [registration] });
    const open = [brief.browserUrl, brief.apiUrl].map((url) =>
      connectTcp(Number(new URL(url).port), '127.0.0.1'),
    );
    await Promise.all(
      open.map((socket) => new Promise((resolve) => socket.once('connect', resolve))),
    );
    const ended = open.map(
      (socket) =>
        new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve)),
    );
    await brief.close();
    await Promise.all(ended);
    await brief[Symbol.asyncDispose]();
    await expect(fetch(brief.browserUrl)).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('leaves no port open when one is taken', async () => {
    const browserPort = Number(new URL(sandbox.browserUrl).port);
    const before = process.getActiveResourcesInfo().length;
    await expect(
      startSandbox({ registrations: [registration], browserPort }),
    ).rejects.toMatchObject({ code: 'invalid_option', path: 'options.browserPort' });
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });

  it.each([
    ['an unknown option', { port: 1 }, { code: 'unknown_option', path: 'options.port' }],
    [
      'a port above 65535',
      { apiPort: 65_536 },
      { code: 'invalid_option', path: 'options.apiPort' },
    ],
    [
      'no registrations',
      { registrations: [] },
      { code: 'invalid_option', path: 'options.registrations' },
    ],
    ['no host', { hosts: [] }, { code: 'invalid_option', path: 'options.hosts' }],
    [
      'a public host',
      { hosts: ['sandbox', 'sandbox.example.com'] },
      { code: 'invalid_option', path: 'options.hosts[1]' },
    ],
  ])('does not start with %s', async (_, options, error) => {
    await expect(startSandbox({ registrations: [registration], ...options })).rejects.toMatchObject(
      error,
    );
  });

  it('does not start with a certificate of the caller', async () => {
    const certificate = sandbox.connection.tls.cert;
    await expect(
      startSandbox({ registrations: [{ ...registration, certificate }] }),
    ).rejects.toMatchObject({ path: 'options.registrations[0].certificate' });
  });
});
