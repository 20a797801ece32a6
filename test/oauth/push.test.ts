import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  buildConsentUrl,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  type Environment,
  exchangeToken,
  latest,
  privateKeyJwt,
  publicProfile,
  pushAuthorization,
  sandboxEnvironment,
  validateCallback,
} from '../../src/index.js';
import { createSandbox, startSandbox } from '../../src/sandbox/index.js';
import { makeKey } from '../kit/keys.js';
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
import { good, json, open, PAR, registration } from './pushing.js';

const ec = makeKey('ES256', 'ec-2026');

const verifier = 'v'.repeat(43);

const codeChallenge = createHash('sha256').update(verifier).digest('base64url');

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
    expect(sandbox.journal.map(({ step }) => step)).toEqual([
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
    expect(sandbox.journal.every(({ outcome }) => outcome === 'accepted')).toBe(true);
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

  it('counts as a call: no more than maxConcurrent are sent at once, and a refused one is not stored', async () => {
    const clock = createVirtualClock(NOW);
    await using sandbox = await startSandbox({
      registrations: [{ ...registration, clientAuth: { jwks: { keys: [ec.jwk] } } }],
      clock,
    });
    const clientAuth = privateKeyJwt({ key: ec.privateKey, alg: ec.alg, kid: ec.kid });
    const store = createMemoryStore({ clock });
    let stored = 0;
    await using client = createSelfInfoClient({
      service: loan,
      ...sandbox.connection,
      clientAuth,
      maxConcurrent: 5,
      store: {
        ...store,
        put(...entry) {
          stored++;
          return store.put(...entry);
        },
      },
    });
    const begin = () => client.beginConsent({ sessionBinding: SESSION });
    const outcomes = await Promise.all(
      Array.from({ length: 800 }, () =>
        begin().then(
          () => 'begun',
          ({ code, stage, effect, retry }) => `${code} ${stage} ${effect} ${retry.safe}`,
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'begun')).toHaveLength(5);
    expect(new Set(outcomes)).toEqual(new Set(['begun', 'overloaded consent none true']));
    expect([sandbox.journal.length, stored]).toEqual([5, 5]);
    expect((await begin()).url).toContain('request_uri=');
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
      sandbox.journal
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
    expect(sandbox.journal).toEqual([]);
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
    for (const value of ['true', 1, null]) {
      expect(
        refusal(() =>
          make({ pushedAuthorizationRequests: { value, confidence: 'specification' } }),
        ),
      ).toEqual(['invalid_option', 'options.profile.oauth.pushedAuthorizationRequests.value']);
    }
    expect(publicProfile.oauth.pushedAuthorizationRequests).toEqual({
      value: false,
      confidence: 'unknown',
    });
  });
});
