import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  buildConsentUrl,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  type Environment,
  exchangeToken,
  type FetchLike,
  latest,
  privateKeyJwt,
  publicProfile,
  pushAuthorization,
  type Store,
  sandboxEnvironment,
  validateCallback,
} from '../../src/index.js';
import { createSandbox, type Fault, startSandbox } from '../../src/sandbox/index.js';
import { makeKey } from '../kit/keys.js';
import { leaksIn } from '../kit/leaks.js';
import {
  CLIENT_ID,
  expectStatus,
  loan,
  NOW,
  REDIRECT_URI,
  registrationOf,
  SESSION,
  visits,
} from '../kit/loan.js';
import { errorOf, refusal, refusalOf, typeErrorOf } from '../kit/refusals.js';

const ec = makeKey('ES256', 'ec-2026');
const PAR = publicProfile.paths.pushedAuthorization.value;
const registration = { ...registrationOf(loan), requirePushedAuthorizationRequests: true };
const verifier = 'v'.repeat(43);
const codeChallenge = createHash('sha256').update(verifier).digest('base64url');

interface Opened {
  readonly answer?: (request: Request, pass: FetchLike) => Response | Promise<Response>;
  readonly faults?: readonly Fault[];
}

/**
 * A client and a sandbox that takes pushed requests only; `answer` replaces their endpoint, and
 * `kept` are the keys that were put into the store.
 */
function open({ answer = (request, pass) => pass(request), faults = [] }: Opened = {}) {
  const clock = createVirtualClock(NOW);
  const sandbox = createSandbox({ registrations: [registration], clock, faults });
  const environment = sandbox.environment();
  const calls: { readonly path: string; readonly form: URLSearchParams }[] = [];
  const fetch = async (request: Request) => {
    const path = new URL(request.url).pathname;
    calls.push({ path, form: new URLSearchParams(await request.clone().text()) });
    return path === PAR ? answer(request, sandbox.fetch) : sandbox.fetch(request);
  };
  const kept: string[] = [];
  const memory = createMemoryStore({ clock });
  const store: Store = {
    ...memory,
    put(key, value, expiresAt) {
      kept.push(key);
      return memory.put(key, value, expiresAt);
    },
  };
  const client = createSelfInfoClient({ service: loan, environment, fetch, clock, store });
  const begin = () => client.beginConsent({ sessionBinding: SESSION });
  return {
    client,
    sandbox,
    environment,
    clock,
    fetch,
    calls,
    kept,
    begin,
    ...visits(client, sandbox),
  };
}

const json = (body: unknown, status = 201) => Response.json(body, { status });
const good = { request_uri: 'urn:example:request:1', expires_in: 60 };

describe('a pushed authorization request', () => {
  it('carries every parameter, and the browser a reference only', async () => {
    const { begin, calls, environment } = open();
    const { url } = await begin();
    expect(calls.map(({ path }) => path)).toEqual([PAR]);
    const { state, ...pushed } = Object.fromEntries(calls[0]?.form ?? []);
    expect(state).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(pushed).toEqual({
      response_type: 'code',
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT_URI,
      code_challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      code_challenge_method: 'S256',
    });
    const opened = new URL(url);
    expect(opened.origin + opened.pathname).toBe(
      environment.endpoints.browserUrl + environment.profile.paths.authorization.value,
    );
    expect(Object.fromEntries(opened.searchParams)).toEqual({
      client_id: CLIENT_ID,
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/),
    });
  });

  it('leads to the answer', async () => {
    const { client, consent, clock, sandbox } = open();
    const result = await client.query(await consent(), latest(), {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    });
    expect(expectStatus(result, 'ready').answer.items.income.status).toBe('present');
    expect(sandbox.log.map(({ step }) => step)).toEqual([
      'push',
      'authorize',
      'decide',
      'decide',
      'token',
      'request',
      'result',
      'result',
    ]);
  });

  it('goes over mutual TLS with a signed assertion, on a separate connection', async () => {
    const clock = createVirtualClock(NOW);
    await using sandbox = await startSandbox({
      registrations: [{ ...registration, clientAuth: { jwks: { keys: [ec.jwk] } } }],
      clock,
    });
    const clientAuth = privateKeyJwt({ key: ec.privateKey, alg: ec.alg, kid: ec.kid });
    await using client = createSelfInfoClient({ service: loan, ...sandbox.connection, clientAuth });
    expect(
      (
        await client.query(await visits(client, sandbox).consent(), latest(), {
          onProgress: ({ retryAt }) => clock.set(retryAt),
        })
      ).status,
    ).toBe('ready');
    expect(sandbox.log.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    const stranger = privateKeyJwt({
      key: makeKey('ES256', ec.kid).privateKey,
      alg: ec.alg,
      kid: ec.kid,
    });
    await using other = createSelfInfoClient({
      service: loan,
      ...sandbox.connection,
      clientAuth: stranger,
    });
    expect(await errorOf(() => other.beginConsent({ sessionBinding: SESSION }))).toMatchObject({
      code: 'upstream_refused',
      stage: 'consent',
      effect: 'none',
      upstream: { status: 401, code: 'invalid_client' },
    });
  });

  it('that opens late does not shorten the time to consent', async () => {
    const { client, begin, sandbox, clock } = open();
    const { url } = await begin();
    clock.advance(59_000);
    const callback = await sandbox.visit(url, { persona: 'hanako' });
    clock.advance(59_000);
    expect((await client.completeConsent(callback, { sessionBinding: SESSION })).status).toBe(
      'granted',
    );
  });

  it('is valid for one browser and for 60 seconds', async () => {
    const { begin, sandbox, clock } = open();
    const { url } = await begin();
    await sandbox.visit(url, { persona: 'hanako' });
    await expect(sandbox.visit(url, { persona: 'hanako' })).rejects.toMatchObject({
      code: 'sandbox_refused',
    });
    const late = await begin();
    clock.advance(60_000);
    await expect(sandbox.visit(late.url, { persona: 'hanako' })).rejects.toMatchObject({
      code: 'sandbox_refused',
    });
    expect(
      sandbox.log
        .filter(({ outcome }) => outcome === 'refused')
        .map(({ step, code }) => [step, code]),
    ).toEqual([
      ['authorize', 'request_uri_unknown'],
      ['authorize', 'request_uri_unknown'],
    ]);
  });

  it('is not sent where the profile does not use PAR', async () => {
    const sandbox = createSandbox({
      registrations: [registrationOf(loan)],
      clock: createVirtualClock(NOW),
    });
    const client = createSelfInfoClient({
      service: loan,
      environment: sandbox.environment(),
      fetch: sandbox.fetch,
      clock: sandbox.clock,
    });
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    expect(new URL(url).searchParams.has('state')).toBe(true);
    expect(sandbox.log).toEqual([]);
  });
});

describe('a pushed authorization request that fails', () => {
  const none = { stage: 'consent', effect: 'none' } as const;
  const refusals: readonly [string, Response, object][] = [
    [
      'is refused',
      json({ error: 'invalid_request' }, 400),
      {
        code: 'upstream_refused',
        retry: { safe: false },
        upstream: { status: 400, code: 'invalid_request' },
      },
    ],
    [
      'is refused with an unknown code',
      json({ error: 'canary-error' }, 403),
      { code: 'upstream_refused', upstream: { status: 403, code: 'unrecognised' } },
    ],
    [
      'is refused in HTML',
      new Response('<html>', { status: 404, headers: { 'content-type': 'text/html' } }),
      { code: 'upstream_refused', upstream: { status: 404 } },
    ],
    [
      'comes at a bad time',
      json({ error: 'temporarily_unavailable' }, 503),
      { code: 'upstream_unavailable', retry: { safe: true } },
    ],
    [
      'comes too often',
      new Response('', { status: 429, headers: { 'retry-after': '30' } }),
      {
        code: 'upstream_unavailable',
        retry: { safe: true, notBefore: '2026-12-01T10:00:30+09:00' },
      },
    ],
    ['meets a fault', json({}, 500), { code: 'upstream_failed', retry: { safe: false } }],
  ];

  it.each(refusals)('because it %s begins nothing', async (_, response, expected) => {
    const { begin, calls, kept } = open({ answer: () => response });
    expect(await errorOf(begin)).toMatchObject({ ...expected, ...none });
    expect(calls).toHaveLength(1);
    expect(kept).toEqual([]);
  });

  it.each<[string, Response]>([
    ['200', json(good, 200)],
    [
      'a redirect',
      new Response(null, { status: 303, headers: { location: 'https://elsewhere.example/' } }),
    ],
    ['no body', new Response('', { status: 201, headers: { 'content-type': 'application/json' } })],
    ['HTML', new Response('<html>', { status: 201, headers: { 'content-type': 'text/html' } })],
    ['a list', json([good])],
    ['null', json(null)],
    ['a text', json('canary')],
    ['no request_uri', json({ expires_in: 60 })],
    ['an empty request_uri', json({ ...good, request_uri: '' })],
    ['a request_uri that is a list', json({ ...good, request_uri: ['urn:a'] })],
    ['a request_uri with a space', json({ ...good, request_uri: 'urn:a b' })],
    ['a request_uri of two lines', json({ ...good, request_uri: 'urn:a\nb' })],
    [
      'a request_uri of excessive length',
      json({ ...good, request_uri: `urn:${'a'.repeat(2_048)}` }),
    ],
    ['no expires_in', json({ request_uri: good.request_uri })],
    ['an expires_in of zero', json({ ...good, expires_in: 0 })],
    ['an expires_in of the past', json({ ...good, expires_in: -60 })],
    ['an expires_in in text', json({ ...good, expires_in: '60' })],
    ['an expires_in of half a second', json({ ...good, expires_in: 0.5 })],
    ['an expires_in that is null', json({ ...good, expires_in: null })],
    [
      'a request_uri twice',
      new Response('{"request_uri":"urn:a","request_uri":"urn:b","expires_in":60}', {
        status: 201,
        headers: { 'content-type': 'application/json' },
      }),
    ],
  ])('because the response is %s begins nothing', async (_, response) => {
    const { begin, calls, kept } = open({ answer: () => response });
    const error = await errorOf(begin);
    expect(error).toMatchObject({ code: 'response_invalid', ...none, retry: { safe: false } });
    expect(
      leaksIn({ error }, { uri: 'urn:a', canary: 'canary', elsewhere: 'elsewhere.example' }),
    ).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(kept).toEqual([]);
  });

  it.each([
    'reset',
    'truncate',
    'wrong-type',
    'invalid-json',
    'maintenance',
    'error-500',
    'error-503',
    'error-429',
  ] as const)('by the fault %s succeeds at the second try', async (fault) => {
    const { begin, callback, client, kept } = open({ faults: [{ on: 'push', nth: 1, do: fault }] });
    expect(await errorOf(begin)).toMatchObject(none);
    expect(kept).toEqual([]);
    expect(
      (await client.completeConsent(await callback(), { sessionBinding: SESSION })).status,
    ).toBe('granted');
    expect(kept).toHaveLength(1);
  });

  it('for lack of time may be repeated', async () => {
    const reached = { tell: () => {} };
    const asked = new Promise<void>((resolve) => {
      reached.tell = resolve;
    });
    const { begin, clock, kept } = open({
      answer: () => {
        reached.tell();
        return new Promise(() => {});
      },
    });
    const failing = errorOf(begin);
    await asked;
    clock.advance(30_000);
    expect(await failing).toMatchObject({ code: 'timed_out', ...none, retry: { safe: true } });
    expect(kept).toEqual([]);
  });

  it('for lack of a connection may be repeated', async () => {
    const clock = createVirtualClock(NOW);
    const sandbox = await startSandbox({ registrations: [registration], clock });
    await using client = createSelfInfoClient({ service: loan, ...sandbox.connection });
    await sandbox.close();
    expect(await errorOf(() => client.beginConsent({ sessionBinding: SESSION }))).toMatchObject({
      code: 'connection_failed',
      ...none,
      retry: { safe: true },
    });
  });

  it('because its client is closed ends', async () => {
    const { client, begin, kept } = open({ answer: () => new Promise(() => {}) });
    const failing = errorOf(begin);
    await client.close();
    expect(await failing).toMatchObject({ code: 'aborted', ...none });
    expect(kept).toEqual([]);
  });

  it('for lack of a signature says so, and may be repeated when the key service failed', async () => {
    const { environment, fetch, clock, calls } = open();
    const beginWith = (sign: () => Promise<Uint8Array>) => {
      const client = createSelfInfoClient({
        service: loan,
        environment,
        fetch,
        clock,
        clientAuth: privateKeyJwt({ alg: 'ES256', kid: 'a', sign }),
      });
      return errorOf(() => client.beginConsent({ sessionBinding: SESSION }));
    };
    expect(await beginWith(() => Promise.reject(new Error('down')))).toMatchObject({
      code: 'signing_failed',
      ...none,
      retry: { safe: true },
    });
    expect(await beginWith(async () => Buffer.alloc(3))).toMatchObject({
      code: 'signing_failed',
      ...none,
      retry: { safe: false },
    });
    expect(calls).toEqual([]);
  });
});

describe('an application that runs the steps itself', () => {
  const openBare = () => {
    const clock = createVirtualClock(NOW);
    const sandbox = createSandbox({ registrations: [registration], clock });
    return { clock, sandbox, environment: sandbox.environment(), fetch: sandbox.fetch };
  };

  it('pushes by pushAuthorization', async () => {
    const { sandbox, environment, fetch, clock } = openBare();
    const { url, expiresAt } = await pushAuthorization({
      environment,
      state: 'state-1',
      codeChallenge,
      fetch,
      clock,
    });
    expect(expiresAt).toBe('2026-12-01T10:01:00+09:00');
    const callback = await validateCallback(
      environment,
      await sandbox.visit(url, { persona: 'hanako' }),
      { state: 'state-1' },
    );
    expect(
      (await exchangeToken({ environment, callback, codeVerifier: verifier, fetch, clock }))
        .expiresAt,
    ).toBe('2026-12-01T12:00:00+09:00');
  });

  it('counts the life of the request from when it was sent', async () => {
    const { environment, clock } = openBare();
    const fetch = async () => {
      clock.advance(5_000);
      return json(good);
    };
    expect(
      (await pushAuthorization({ environment, state: 'state-1', codeChallenge, fetch, clock }))
        .expiresAt,
    ).toBe('2026-12-01T10:01:00+09:00');
  });

  it('learns when the portal no longer knows the request', async () => {
    const { environment } = openBare();
    const callback = `${REDIRECT_URI}?${new URLSearchParams({ error: 'invalid_request_uri', state: 'a', iss: environment.issuer })}`;
    const error = await errorOf(() => validateCallback(environment, callback, { state: 'a' }));
    expect(error).toMatchObject({
      code: 'callback_rejected',
      upstream: { code: 'invalid_request_uri' },
    });
  });

  it('accepts no request that lives longer than a day', async () => {
    const { environment, clock } = openBare();
    const fetch = async () => json({ ...good, expires_in: Number.MAX_SAFE_INTEGER });
    expect(
      (await pushAuthorization({ environment, state: 'state-1', codeChallenge, fetch, clock }))
        .expiresAt,
    ).toBe('2026-12-02T10:00:00+09:00');
  });

  it('is sent to pushAuthorization by buildConsentUrl', () => {
    const { environment } = openBare();
    expect(refusal(() => buildConsentUrl(environment, { state: 'a', codeChallenge }))).toEqual([
      'invalid_option',
      'environment.profile.oauth.pushedAuthorizationRequests',
    ]);
  });

  it('learns what is wrong with its options', async () => {
    const { environment, fetch, clock } = openBare();
    const push = (changes: object) => () =>
      pushAuthorization({ environment, state: 'a', codeChallenge, fetch, clock, ...changes });
    expect(await refusalOf(push({ verifier }))).toEqual(['unknown_option', 'options.verifier']);
    expect(await refusalOf(push({ state: '' }))).toEqual(['invalid_option', 'options.state']);
    expect(await refusalOf(push({ codeChallenge: 'plain' }))).toEqual([
      'invalid_option',
      'options.codeChallenge',
    ]);
    expect(await refusalOf(push({ environment: {} }))).toEqual([
      'invalid_environment',
      'options.environment',
    ]);
    expect(await refusalOf(push({ fetch: undefined }))).toEqual(['missing_option', 'options.tls']);
    expect(await typeErrorOf(push({ signal: 1 }))).toBe('options.signal must be an AbortSignal.');
    expect(await errorOf(push({ signal: AbortSignal.abort() }))).toMatchObject({
      code: 'aborted',
      stage: 'consent',
      effect: 'none',
    });
  });
});

describe('the profile', () => {
  it('must say whether requests are pushed', () => {
    const make = (changes: object): Environment =>
      sandboxEnvironment({
        clientId: CLIENT_ID,
        redirectUri: REDIRECT_URI,
        endpoints: {
          browserUrl: 'https://portal.example.test',
          apiUrl: 'https://api.example.test',
        },
        issuer: 'https://api.example.test',
        profile: { ...publicProfile, oauth: { ...publicProfile.oauth, ...changes } },
      });
    for (const value of ['true', 1, undefined]) {
      expect(
        refusal(() =>
          make({ pushedAuthorizationRequests: { value, confidence: 'specification' } }),
        ),
      ).toEqual(['invalid_option', 'options.profile.oauth.pushedAuthorizationRequests']);
    }
    expect(publicProfile.oauth.pushedAuthorizationRequests).toEqual({
      value: false,
      confidence: 'unknown',
    });
  });
});
