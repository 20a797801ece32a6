import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildConsentUrl,
  type ClientAuth,
  clientSecret,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  exchangeToken,
  latest,
  privateKeyJwt,
  pushAuthorization,
  type SelfInfoClient,
  type TlsCredential,
  validateCallback,
} from '../../src/index.js';
import type { Credential } from '../kit/certificates.js';
import { keyService, makeKey, type SigningKey } from '../kit/keys.js';
import { altered, expectStatus, grantOf, type Loan, loan, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { hide } from '../kit/register.js';
import { type Peer, type PeerClient, selfSigned, startPeer, thumbprintOf } from './provider.js';

const SAN = '127.0.0.2';
const verifier = 'v'.repeat(43);
const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
const [ec, next, rsa] = [
  makeKey('ES256', 'ec-2026'),
  makeKey('ES256', 'ec-2027'),
  makeKey('PS256', 'rsa-2026'),
];
/** With characters that a form encodes, and a colon, which ends a client id. */
const SECRET = hide('secret', 'a secret:of the+bank%2F&=~*');
const SCOPE = 'self-information';
const keys = [ec.jwk, next.jwk, rsa.jwk];
const byKey = ({ privateKey: key, alg, kid }: SigningKey) => privateKeyJwt({ key, alg, kid });
const bySecret = clientSecret({ secret: SECRET });
const byService = (key: SigningKey) =>
  privateKeyJwt({ sign: keyService(key), alg: key.alg, kid: key.kid });

let own: Credential;
let registered: readonly PeerClient[];
let peer: Peer;
let tls: TlsCredential;

beforeAll(async () => {
  own = await selfSigned('loan');
  registered = [
    { id: 'tls', method: 'tls_client_auth', san: SAN },
    { id: 'tls-pushed', method: 'tls_client_auth', san: SAN, pushes: true },
    { id: 'self-signed', method: 'self_signed_tls_client_auth', certificate: own },
    {
      id: 'self-signed-pushed',
      method: 'self_signed_tls_client_auth',
      certificate: own,
      pushes: true,
    },
    { id: 'jwt', method: 'private_key_jwt', keys },
    { id: 'basic', method: 'client_secret_basic', secret: SECRET },
    { id: 'basic-pushed', method: 'client_secret_basic', secret: SECRET, pushes: true },
    { id: 'post', method: 'client_secret_post', secret: SECRET },
    { id: 'post-pushed', method: 'client_secret_post', secret: SECRET, pushes: true },
    { id: 'posting', method: 'tls_client_auth', san: SAN, posts: true, scope: SCOPE },
    {
      id: 'posting-pushed',
      method: 'client_secret_basic',
      secret: SECRET,
      pushes: true,
      posts: true,
      scope: SCOPE,
    },
    { id: 'jwt-pushed', method: 'private_key_jwt', keys, pushes: true },
  ];
  peer = await startPeer(registered);
  tls = await peer.authority.issue('loan', { ip: SAN });
});
afterAll(() => peer.close());

const opened: SelfInfoClient<Loan>[] = [];
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close();
});

interface Changes {
  readonly tls?: TlsCredential;
  readonly clientAuth?: ClientAuth;
  readonly clock?: ReturnType<typeof createVirtualClock>;
  readonly store?: ReturnType<typeof createMemoryStore>;
}

function connect(id: string, changes: Changes = {}, at: Peer = peer): SelfInfoClient<Loan> {
  const client = createSelfInfoClient({
    service: loan,
    environment: at.environment(id),
    tls,
    ...changes,
  });
  opened.push(client);
  return client;
}

/** Goes as far as the token. */
async function complete(client: SelfInfoClient<Loan>, at: Peer = peer) {
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  // A pushed request hides the mode.
  const posts = new URL(url).searchParams.get('client_id')?.startsWith('posting');
  const callback = posts ? at.visitForm(url) : at.visit(url);
  return client.completeConsent(await callback, { sessionBinding: SESSION });
}

const kept = { status: 'rejected', at: 'token', code: 'invalid_client' } as const;

describe('a whole query at an independent authorization server', () => {
  it.each<[string, string, () => Changes]>([
    ['by certificate', 'tls', () => ({})],
    ['by certificate, pushed', 'tls-pushed', () => ({})],
    ['by self-signed certificate', 'self-signed', () => ({ tls: own })],
    ['by self-signed certificate, pushed', 'self-signed-pushed', () => ({ tls: own })],
    ['by EC key', 'jwt', () => ({ clientAuth: byKey(ec) })],
    ['by RSA key', 'jwt', () => ({ clientAuth: byKey(rsa) })],
    ['by EC key, pushed', 'jwt-pushed', () => ({ clientAuth: byKey(ec) })],
    ['by RSA key, pushed', 'jwt-pushed', () => ({ clientAuth: byKey(rsa) })],
    ['by key service with an EC key, pushed', 'jwt-pushed', () => ({ clientAuth: byService(ec) })],
    [
      'by key service with an RSA key, pushed',
      'jwt-pushed',
      () => ({ clientAuth: byService(rsa) }),
    ],
    ['by secret in a header', 'basic', () => ({ clientAuth: bySecret })],
    ['by secret in a header, pushed', 'basic-pushed', () => ({ clientAuth: bySecret })],
    ['by secret in the body', 'post', () => ({ clientAuth: bySecret })],
    ['by secret in the body, pushed', 'post-pushed', () => ({ clientAuth: bySecret })],
    ['by certificate, with a posted callback', 'posting', () => ({})],
    [
      'by secret, pushed, with a posted callback',
      'posting-pushed',
      () => ({ clientAuth: bySecret }),
    ],
    [
      'by certificate and EC key together',
      'jwt-pushed',
      () => ({ clientAuth: byKey(ec), tls: own }),
    ],
  ])(
    '%s ends with an answer, and with a token bound to the certificate',
    async (_, id, changes) => {
      const { tls: used = tls } = changes();
      const [steps, calls] = [peer.steps.length, peer.calls.length];
      const client = connect(id, changes());
      const result = await client.query(
        grantOf(await complete(client)),
        { income: latest() },
        { deadlineMs: 10_000 },
      );
      expect(expectStatus(result, 'ready').answer.items.income.status).toBe('nothing-on-record');
      const backend = peer.steps.slice(steps).filter((step) => !/^\/(auth|consent)\b/.test(step));
      expect(backend).toEqual([
        ...(id.endsWith('pushed') ? ['/par'] : []),
        '/token',
        '/self-information',
        '/self-information/result',
      ]);
      const thumbprint = thumbprintOf(used.cert);
      for (const { claims, thumbprint: seen } of peer.calls.slice(calls)) {
        expect([seen, claims.cnf?.['x5t#S256'], claims.client_id, claims.iss]).toEqual([
          thumbprint,
          thumbprint,
          id,
          peer.url,
        ]);
      }
      expect(peer.calls).toHaveLength(calls + 2);
    },
  );

  it('works over TLS 1.2, too', async () => {
    const older = await startPeer(registered, 'TLSv1.2');
    try {
      const client = connect(
        'jwt-pushed',
        { clientAuth: byKey(ec), tls: await older.authority.issue('loan') },
        older,
      );
      expect(
        (await client.query(grantOf(await complete(client, older)), { income: latest() })).status,
      ).toBe('ready');
    } finally {
      await older.close();
    }
  });

  it('goes on after a change of keys, the old one and the new one in turn', async () => {
    let current = ec;
    const client = connect('jwt-pushed', { clientAuth: () => byKey(current) });
    for (const key of [ec, next, rsa, ec]) {
      current = key;
      expect((await complete(client)).status).toBe('granted');
    }
  });

  it('names the scope of its profile, or none', async () => {
    const before = peer.scopes.length;
    for (const [id, changes] of [
      ['tls', {}],
      ['posting', {}],
      ['posting-pushed', { clientAuth: bySecret }],
    ] as const)
      grantOf(await complete(connect(id, changes)));
    // The browser repeats the request after the consent, and a pushed one names it twice.
    expect(new Set(peer.scopes.slice(before))).toEqual(new Set([undefined, SCOPE]));
    expect(peer.scopes.slice(before)[0]).toBeUndefined();
    expect(peer.scopes.at(-1)).toBe(SCOPE);
  });

  it('ends where the citizen declines, with a posted callback', async () => {
    const client = connect('posting');
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const callback = await peer.visitForm(url, 'decline');
    expect(await client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
      status: 'declined',
    });
  });

  it('ends where the citizen declines', async () => {
    const client = connect('tls-pushed');
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    expect(
      await client.completeConsent(await peer.visit(url, 'decline'), { sessionBinding: SESSION }),
    ).toEqual({ status: 'declined' });
  });

  it('works for an application that runs the steps itself', async () => {
    const environment = peer.environment('jwt-pushed');
    const clientAuth = byKey(ec);
    const { url } = await pushAuthorization({
      environment,
      state: 'state-1',
      codeChallenge,
      tls,
      clientAuth,
    });
    const callback = await validateCallback(environment, await peer.visit(url), {
      state: 'state-1',
    });
    const { token } = await exchangeToken({
      environment,
      callback,
      codeVerifier: verifier,
      tls,
      clientAuth,
    });
    expect(token.reveal().split('.')).toHaveLength(3);
  });
});

describe('the peer rejects', () => {
  it.each<[string, string, () => Promise<Changes>]>([
    [
      'a certificate with another SAN',
      'tls',
      async () => ({ tls: await peer.authority.issue('loan', { ip: '127.0.0.3' }) }),
    ],
    ['a certificate without SAN', 'tls', async () => ({ tls: await peer.authority.issue('loan') })],
    [
      'a self-signed certificate where one of the authority is registered',
      'tls',
      async () => ({ tls: own }),
    ],
    [
      'a self-signed certificate that is not registered',
      'self-signed',
      async () => ({ tls: await selfSigned('loan') }),
    ],
    [
      'a certificate of the authority where a self-signed one is registered',
      'self-signed',
      async () => ({}),
    ],
    [
      'an EC key of the right name',
      'jwt',
      async () => ({ clientAuth: byKey(makeKey('ES256', ec.kid)) }),
    ],
    [
      'an RSA key of the right name',
      'jwt',
      async () => ({ clientAuth: byKey(makeKey('PS256', rsa.kid)) }),
    ],
    [
      'a key that is not registered',
      'jwt',
      async () => ({ clientAuth: byKey(makeKey('ES256', 'ec-2028')) }),
    ],
    [
      'an assertion of ten minutes ago',
      'jwt',
      async () => ({ clientAuth: byKey(ec), clock: createVirtualClock(Date.now() - 600_000) }),
    ],
    [
      'an assertion of in ten minutes',
      'jwt',
      async () => ({ clientAuth: byKey(ec), clock: createVirtualClock(Date.now() + 600_000) }),
    ],
    ['a client that authenticates by its certificate alone', 'jwt', async () => ({})],
    [
      'an assertion where a certificate is registered',
      'tls',
      async () => ({ clientAuth: byKey(ec), tls: await peer.authority.issue('loan') }),
    ],
  ])('%s: no token', async (_, id, changes) => {
    const calls = peer.calls.length;
    expect(await complete(connect(id, await changes()))).toEqual(kept);
    expect(peer.calls).toHaveLength(calls);
  });

  it.each<[string, string, () => Promise<Changes>]>([
    [
      'a certificate with another SAN',
      'tls-pushed',
      async () => ({ tls: await peer.authority.issue('loan', { ip: '127.0.0.3' }) }),
    ],
    [
      'a self-signed certificate that is not registered',
      'self-signed-pushed',
      async () => ({ tls: await selfSigned('loan') }),
    ],
    [
      'a key of the right name',
      'jwt-pushed',
      async () => ({ clientAuth: byKey(makeKey('ES256', ec.kid)) }),
    ],
    [
      'an assertion of ten minutes ago',
      'jwt-pushed',
      async () => ({ clientAuth: byKey(ec), clock: createVirtualClock(Date.now() - 600_000) }),
    ],
  ])('%s: no consent', async (_, id, changes) => {
    const client = connect(id, await changes());
    expect(await errorOf(() => client.beginConsent({ sessionBinding: SESSION }))).toMatchObject({
      code: 'upstream_refused',
      stage: 'consent',
      effect: 'none',
      upstream: { status: 401, code: 'invalid_client' },
    });
  });

  it.each(['basic', 'post'])('another secret, in its way: %s', async (id) => {
    const clientAuth = clientSecret({ secret: 'another secret' });
    expect(await complete(connect(id, { clientAuth }))).toEqual(kept);
    const pushing = connect(`${id}-pushed`, { clientAuth });
    const error = await errorOf(() => pushing.beginConsent({ sessionBinding: SESSION }));
    expect([error.code, error.upstream?.code]).toEqual(['upstream_refused', 'invalid_client']);
  });

  it('no client whose clock is a little off', async () => {
    for (const off of [-40_000, 30_000]) {
      const clock = createVirtualClock(Date.now() + off);
      expect((await complete(connect('jwt-pushed', { clientAuth: byKey(ec), clock }))).status).toBe(
        'granted',
      );
    }
  });

  it('any client without a certificate', async () => {
    const form = {
      grant_type: 'authorization_code',
      code: 'a',
      redirect_uri: 'https://loan.example/callback',
      code_verifier: verifier,
      client_id: 'tls',
    };
    expect(await peer.post('/token', form)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(await peer.post('/token', form, tls)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('a pushed request without PKCE', async () => {
    const form = {
      response_type: 'code',
      client_id: 'tls-pushed',
      redirect_uri: 'https://loan.example/callback',
      state: 'a',
    };
    expect(await peer.post('/par', form, tls)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
    const pkce = { code_challenge: codeChallenge, code_challenge_method: 'S256' };
    expect(await peer.post('/par', { ...form, ...pkce }, tls)).toMatchObject({ status: 201 });
  });

  it('a client that must push and does not', async () => {
    const environment = peer.environment('tls');
    const url = buildConsentUrl(environment, { state: 'state-1', codeChallenge });
    const callback = await peer.visit(altered(url, { client_id: 'tls-pushed' }));
    expect(
      await errorOf(() => validateCallback(environment, callback, { state: 'state-1' })),
    ).toMatchObject({
      code: 'callback_rejected',
      upstream: { code: 'invalid_request' },
    });
  });

  it('a second browser with the same pushed request', async () => {
    const client = connect('tls-pushed');
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    await peer.visit(url);
    // The peer does not look up the state of a request that it no longer knows.
    const callback = await peer.visit(url);
    expect(new URL(callback).searchParams.get('error')).toBe('invalid_request_uri');
    expect(await client.completeConsent(callback, { sessionBinding: SESSION })).toEqual({
      status: 'rejected',
      at: 'callback',
      code: 'state_missing',
    });
  });

  it('a code a second time, and one with another verifier', async () => {
    const environment = peer.environment('tls');
    const come = () =>
      peer.visit(buildConsentUrl(environment, { state: 'state-1', codeChallenge }));
    const exchange = async (request: string, codeVerifier = verifier) => {
      const callback = await validateCallback(environment, request, { state: 'state-1' });
      return exchangeToken({ environment, callback, codeVerifier, tls });
    };
    const once = await come();
    expect((await exchange(once)).expiresAt).not.toBeNull();
    const refused = { code: 'token_refused', upstream: { code: 'invalid_grant' } };
    expect(await errorOf(() => exchange(once))).toMatchObject(refused);
    expect(await errorOf(async () => exchange(await come(), 'w'.repeat(43)))).toMatchObject(
      refused,
    );
  });
});

describe('the client rejects', () => {
  it('a callback of another issuer, and a repeated callback', async () => {
    const client = connect('tls');
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const callback = await peer.visit(url);
    expect(new URL(callback).searchParams.get('iss')).toBe(peer.url);
    const steps = peer.steps.length;
    const complete = (request: string) =>
      client.completeConsent(request, { sessionBinding: SESSION });
    expect(await complete(altered(callback, { iss: 'https://elsewhere.example' }))).toEqual({
      status: 'rejected',
      at: 'callback',
      code: 'issuer_mismatch',
    });
    expect(await complete(callback)).toEqual({ status: 'replayed' });
    expect(peer.steps).toHaveLength(steps);
  });
});

describe('a certificate-bound token', () => {
  it('is useless with the next certificate of the same client, whose new consents work', async () => {
    const store = createMemoryStore();
    const before = connect('tls', { store });
    const retrieval = await before.submit(grantOf(await complete(before)), { income: latest() });
    const after = connect('tls', { store, tls: await peer.authority.issue('loan', { ip: SAN }) });
    const failed = expectStatus(await after.collect(retrieval), 'failed');
    expect(failed.error).toMatchObject({
      code: 'upstream_refused',
      stage: 'result',
      upstream: { status: 401, code: 'invalid_token' },
    });
    expect((await before.collect(retrieval)).status).toBe('ready');
    expect((await after.query(grantOf(await complete(after)), { income: latest() })).status).toBe(
      'ready',
    );
  });
});
