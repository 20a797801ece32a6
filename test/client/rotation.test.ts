import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  latest,
  type SelfInfoClient,
  type Store,
} from '../../src/index.js';
import type { Credential } from '../kit/certificates.js';
import { expectStatus, type Loan, loan, NOW, openBank, SESSION } from '../kit/loan.js';
import {
  callbackOf,
  good,
  type Portal,
  type PortalOptions,
  type PortalStage,
  raw,
  startPortal,
} from '../kit/portal.js';
import { refusal, typeErrorOf } from '../kit/refusals.js';
import { sized } from '../kit/size.js';
import { startByteServer } from '../kit/sockets.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const clock = createVirtualClock(NOW);
const thumbprint = (raw: Buffer) => createHash('sha256').update(raw).digest('base64url');
const thumbprintOf = ({ cert }: Credential) => thumbprint(new X509Certificate(cert).raw);
const peerOf = ({ socket }: IncomingMessage) =>
  thumbprint((socket as TLSSocket).getPeerCertificate().raw);
const json = { 'content-type': 'application/json' };

/**
 * Starts a portal that binds each token to the certificate it was fetched with (RFC 8705), and
 * records which certificate each call used.
 */
async function openBinding(options: PortalOptions = {}) {
  const seen: { stage: PortalStage; certificate: string; token: string | undefined }[] = [];
  let tokens = 0;
  const bound = (stage: PortalStage, pass = good[stage]): typeof pass => {
    return (response, request) => {
      const certificate = peerOf(request);
      const token =
        request.headers.authorization?.slice('Bearer '.length) ?? `${tokens++}.${certificate}`;
      seen.push({ stage, certificate, token });
      if (stage === 'token')
        return raw(
          JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3600 }),
          json,
        )(response, request);
      return token.endsWith(`.${certificate}`)
        ? pass(response, request)
        : raw(JSON.stringify({ error: 'invalid_token' }), json, 401)(response, request);
    };
  };
  const { replies = {} } = options;
  const portal = await startPortal({
    ...options,
    replies: {
      token: bound('token'),
      request: bound('request', replies.request),
      result: bound('result', replies.result),
    },
  });
  ends.push(portal.close);
  return { portal, seen, issue: () => portal.authority.issue('SP12345678_AB1234') };
}

function connect(portal: Portal, tls: Credential, store: Store = createMemoryStore({ clock })) {
  const client = createSelfInfoClient({
    service: loan,
    environment: portal.environment,
    tls,
    clock,
    store,
  });
  ends.push(client.close);
  return client;
}

async function consent(client: SelfInfoClient<Loan>, portal: Portal) {
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  return expectStatus(
    await client.completeConsent(callbackOf(url, portal.environment), { sessionBinding: SESSION }),
    'granted',
  ).grant;
}

const busyThenGood = () => {
  let polls = 0;
  return (...args: Parameters<(typeof good)['result']>) =>
    polls++ === 0
      ? raw(
          JSON.stringify({ process_id: 'process-of-the-test-portal', process_status: 'RUNNING' }),
          json,
        )(...args)
      : good.result(...args);
};

describe('a new client certificate', () => {
  it('is used from the next journey on', async () => {
    const { portal, seen, issue } = await openBinding();
    const second = await issue();
    const client = connect(portal, portal.tls);
    for (const tls of [portal.tls, second]) {
      if (tls === second) client.rotate(second);
      expect((await client.query(await consent(client, portal), latest())).status).toBe('ready');
    }
    expect(seen.map(({ certificate }) => certificate)).toEqual([
      ...Array(3).fill(thumbprintOf(portal.tls)),
      ...Array(3).fill(thumbprintOf(second)),
    ]);
  });

  const { count } = sized({ usual: { count: 20 }, full: { count: 40 }, soak: { count: 40 } });
  it(`interrupts none of ${count} journeys during five rotations`, async () => {
    const { portal, seen, issue } = await openBinding();
    const client = connect(portal, portal.tls);
    const next = await Promise.all(Array.from({ length: 5 }, issue));
    let steps = 0;
    // Journeys take three steps each. Some steps set a new certificate while other journeys are in
    // progress.
    const every = count / 2;
    let firstRotation = () => {};
    const rotated = new Promise<void>((resolve) => {
      firstRotation = resolve;
    });
    const step = () => {
      const tls = ++steps % every === 0 ? next[steps / every - 1] : undefined;
      if (!tls) return;
      client.rotate(tls);
      firstRotation();
    };
    const journeys = Array.from({ length: count }, async (_, index) => {
      // The journeys start one after another, so that their steps interleave.
      for (let turn = 0; turn < index * 3; turn++)
        await new Promise((resolve) => setImmediate(resolve));
      // The second half begins after a rotation, however fast the first half is.
      if (index >= count / 2) await rotated;
      const grant = await consent(client, portal);
      step();
      const retrieval = await client.submit(grant, latest());
      step();
      const collected = await client.collect(retrieval);
      step();
      return collected.status;
    });
    expect(await Promise.all(journeys)).toEqual(Array(count).fill('ready'));
    expect(steps).toBe(3 * count);
    const certificates = new Map<string | undefined, Set<string>>();
    for (const { token, certificate } of seen)
      certificates.set(token, (certificates.get(token) ?? new Set()).add(certificate));
    // Each token is used with exactly one certificate. More than one certificate was in use.
    expect([...certificates.values()].map(({ size }) => size)).toEqual(Array(count).fill(1));
    expect(new Set(seen.map(({ certificate }) => certificate)).size).toBeGreaterThan(1);
    await portal.drained();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'never resumes a session of the previous one, with %s',
    async (version) => {
      const server = await startByteServer({ tls: { minVersion: version, maxVersion: version } });
      ends.push(server.close);
      const client = createSelfInfoClient({
        service: loan,
        environment: server.environment,
        tls: server.tls,
        clock,
      });
      ends.push(client.close);
      for (let times = 0; times < 3; times++) {
        const { url } = await client.beginConsent({ sessionBinding: SESSION });
        await client.completeConsent(callbackOf(url, server.environment), {
          sessionBinding: SESSION,
        });
        client.rotate(await server.authority.issue('next'));
      }
      expect(server.resumed).toEqual([false, false, false]);
    },
  );
});

describe('a journey in progress keeps the certificate it began with', () => {
  it('when its connection has closed before the grant is used', async () => {
    const { portal, seen, issue } = await openBinding();
    const client = connect(portal, portal.tls);
    const grant = await consent(client, portal);
    await portal.hangUp();
    client.rotate(await issue());
    expect((await client.query(grant, latest())).status).toBe('ready');
    expect(new Set(seen.map(({ certificate }) => certificate))).toEqual(
      new Set([thumbprintOf(portal.tls)]),
    );
    expect(portal.connections).toBe(2);
  });

  it('when its retrieval is collected later, repeatedly and from its JSON', async () => {
    const { portal, seen, issue } = await openBinding({ replies: { result: busyThenGood() } });
    const client = connect(portal, portal.tls);
    const stored = JSON.stringify(await client.submit(await consent(client, portal), latest()));
    client.rotate(await issue());
    expect((await client.collect(client.resume(stored), { deadlineMs: 0 })).status).toBe('pending');
    client.rotate(await issue());
    expect((await client.collect(client.resume(stored), { deadlineMs: 1_000 })).status).toBe(
      'pending',
    );
    client.rotate(await issue());
    expect((await client.collect(client.resume(stored))).status).toBe('ready');
    expect(new Set(seen.map(({ certificate }) => certificate))).toEqual(
      new Set([thumbprintOf(portal.tls)]),
    );
  });

  it('in another process that had the certificate before', async () => {
    const { portal, issue } = await openBinding();
    const store = createMemoryStore({ clock });
    const one = connect(portal, portal.tls, store);
    const stored = JSON.stringify(await one.submit(await consent(one, portal), latest()));
    const other = connect(portal, portal.tls, store);
    other.rotate(await issue());
    expect((await other.collect(other.resume(stored))).status).toBe('ready');
  });

  it('and is refused by the portal where only another certificate is known', async () => {
    const { portal, issue } = await openBinding();
    const store = createMemoryStore({ clock });
    const one = connect(portal, portal.tls, store);
    const stored = JSON.stringify(await one.submit(await consent(one, portal), latest()));
    const stranger = connect(portal, await issue(), store);
    const { error } = expectStatus(await stranger.collect(stranger.resume(stored)), 'failed');
    expect([error.code, error.stage, error.effect, error.upstream]).toEqual([
      'upstream_refused',
      'result',
      'none',
      { status: 401, code: 'invalid_token' },
    ]);
    // Nothing is lost: the client with the certificate can still collect.
    expect((await one.collect(one.resume(stored))).status).toBe('ready');
  });
});

describe('a credential passed to rotate', () => {
  it('is validated like options.tls, and an invalid one leaves the old one in use', async () => {
    const { portal, seen, issue } = await openBinding();
    const client = connect(portal, portal.tls);
    const { cert, key } = await issue();
    const rotate = (tls: unknown) => () => Reflect.apply(client.rotate, client, [tls]);
    expect(refusal(rotate(undefined))).toEqual(['missing_option', 'tls']);
    expect(refusal(rotate({ cert }))).toEqual(['missing_option', 'tls.key']);
    expect(refusal(rotate({ cert: '/etc/loan/client.crt', key }))).toEqual([
      'invalid_credential',
      'tls.cert',
    ]);
    expect(refusal(rotate({ cert, key: 'x' }))).toEqual(['invalid_credential', 'tls.key']);
    expect(refusal(rotate({ cert, key: portal.tls.key }))).toEqual([
      'key_certificate_mismatch',
      'tls.key',
    ]);
    expect(refusal(rotate({ cert, key, rejectUnauthorized: false }))).toEqual([
      'unknown_option',
      'tls.rejectUnauthorized',
    ]);
    expect(await typeErrorOf(rotate('x'))).toBe('tls must be an object.');
    expect(await typeErrorOf(rotate({ cert, key: 1 }))).toBe('tls.key must be a string.');
    await consent(client, portal);
    expect(seen.map(({ certificate }) => certificate)).toEqual([thumbprintOf(portal.tls)]);
  });

  it('is refused by a closed client', async () => {
    const { portal, issue } = await openBinding();
    const client = connect(portal, portal.tls);
    await client.close();
    const tls = await issue();
    expect(refusal(() => client.rotate(tls))).toEqual(['client_closed', undefined]);
  });

  it('is accepted but not needed with an injected transport', async () => {
    const { issue } = await openBinding();
    const bank = openBank();
    bank.client.rotate(await issue());
    expect(
      (await bank.client.query(await bank.consent(), latest(), { onProgress: bank.onProgress }))
        .status,
    ).toBe('ready');
  });
});
