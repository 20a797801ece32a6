import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  buildConsentUrl,
  type Clock,
  createVirtualClock,
  exchangeToken,
  publicProfile,
  sandboxEnvironment,
  validateCallback,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { altered, loan, NOW, openBank, REDIRECT_URI, registrationOf } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { expectRefusal, type Refused } from './expect-refusal.js';
import { changed, site, tls } from './valid-options.js';

describe('the standalone consent steps', () => {
  it('yield a token over mutual TLS, once per code', async () => {
    const clock = createVirtualClock(NOW);
    const sandbox = await startSandbox({ registrations: [registrationOf(loan)], clock });
    try {
      const { environment, tls } = sandbox.connection;
      const state = randomBytes(32).toString('base64url');
      const codeVerifier = randomBytes(32).toString('base64url');
      const url = buildConsentUrl(environment, {
        state,
        codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      });
      const back = await sandbox.visit(url, { persona: 'hanako' });
      const callback = await validateCallback(environment, new Request(back), { state });
      const { token, expiresAt } = await exchangeToken({
        environment,
        callback,
        codeVerifier,
        tls,
        clock,
      });
      expect(token.reveal()).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(expiresAt).toBe('2026-12-01T12:00:00+09:00');
      const again = await validateCallback(environment, new Request(back), { state });
      const { code, stage, effect, upstream } = await errorOf(() =>
        exchangeToken({ environment, callback: again, codeVerifier, tls, clock }),
      );
      expect({ code, stage, effect, upstream }).toEqual({
        code: 'token_refused',
        stage: 'token',
        effect: 'applied',
        upstream: { code: 'invalid_grant' },
      });
    } finally {
      await sandbox.close();
    }
  });

  it('build the URL from the registered data only', () => {
    const { sandbox } = openBank();
    const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    const url = new URL(buildConsentUrl(sandbox.environment(), { state: 'a b&c', codeChallenge }));
    expect(url.origin + url.pathname).toBe('https://portal.sandbox.invalid/oauth/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'SP12345678_AB1234',
      redirect_uri: 'https://loan.example/callback',
      state: 'a b&c',
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    });
  });

  it.each([
    ['https://portal.sandbox.invalid', '/oauth/authorize'],
    ['https://portal.sandbox.invalid/', '/oauth/authorize'],
    ['https://portal.sandbox.invalid/test/', '/test/oauth/authorize'],
  ])('build the URL under %s with one slash in between', (browserUrl, pathname) => {
    const { clientId, redirectUri, endpoints, issuer } = openBank().sandbox.environment();
    const environment = sandboxEnvironment({
      clientId,
      redirectUri,
      endpoints: { ...endpoints, browserUrl },
      issuer,
    });
    expect(
      new URL(buildConsentUrl(environment, { state: 'a', codeChallenge: 'a'.repeat(43) })).pathname,
    ).toBe(pathname);
  });
});

describe('the standalone consent steps', () => {
  const environment = sandboxEnvironment(site);
  const pushed = {
    ...publicProfile,
    oauth: {
      ...publicProfile.oauth,
      pushedAuthorizationRequests: { value: true, confidence: 'specification' } as const,
    },
  };
  const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
  const callback = `${REDIRECT_URI}?${new URLSearchParams({ code: 'c', state: 's', iss: site.issuer })}`;

  it.each<[string, () => unknown, Refused]>([
    [
      'buildConsentUrl without an environment',
      () => buildConsentUrl(undefined as never, { state: 's', codeChallenge }),
      ['invalid_environment', 'environment'],
    ],
    [
      'buildConsentUrl with a copied environment',
      () => buildConsentUrl({ ...environment }, { state: 's', codeChallenge }),
      ['invalid_environment', 'environment'],
    ],
    [
      'buildConsentUrl without a state',
      () => buildConsentUrl(environment, { codeChallenge } as never),
      ['missing_option', 'options.state'],
    ],
    [
      'buildConsentUrl with an empty state',
      () => buildConsentUrl(environment, { state: '', codeChallenge }),
      ['invalid_option', 'options.state'],
    ],
    [
      'buildConsentUrl with a verifier as challenge',
      () => buildConsentUrl(environment, { state: 's', codeChallenge: 'verifier' }),
      ['invalid_option', 'options.codeChallenge'],
    ],
    [
      'buildConsentUrl with a padded challenge',
      () => buildConsentUrl(environment, { state: 's', codeChallenge: `${codeChallenge}=` }),
      ['invalid_option', 'options.codeChallenge'],
    ],
    [
      'buildConsentUrl with a challenge that names its method',
      () => buildConsentUrl(environment, { state: 's', codeChallenge: `S256:${codeChallenge}` }),
      ['invalid_option', 'options.codeChallenge'],
    ],
    [
      'buildConsentUrl with a challenge of bytes',
      () => buildConsentUrl(environment, { state: 's', codeChallenge: Buffer.alloc(32) as never }),
      'options.codeChallenge must be a string.',
    ],
    [
      'buildConsentUrl with a profile that pushes requests',
      () =>
        buildConsentUrl(sandboxEnvironment({ ...site, profile: pushed }), {
          state: 's',
          codeChallenge,
        }),
      ['invalid_option', 'environment.profile.oauth.pushedAuthorizationRequests'],
    ],
    [
      'buildConsentUrl with a scope',
      () => buildConsentUrl(environment, { state: 's', codeChallenge, scope: 'a' } as never),
      ['unknown_option', 'options.scope'],
    ],
    [
      'buildConsentUrl without options',
      () => buildConsentUrl(environment, undefined as never),
      'options must be an object.',
    ],
    [
      'validateCallback without an environment',
      () => validateCallback({} as never, callback, { state: 's' }),
      ['invalid_environment', 'environment'],
    ],
    [
      'validateCallback without a state',
      () => validateCallback(environment, callback, {} as never),
      ['missing_option', 'options.state'],
    ],
    [
      'validateCallback with a number as state',
      () => validateCallback(environment, callback, { state: 5 as never }),
      'options.state must be a string.',
    ],
    [
      'validateCallback with a nonce',
      () => validateCallback(environment, callback, { state: 's', nonce: 'n' } as never),
      ['unknown_option', 'options.nonce'],
    ],
    [
      'validateCallback without a request',
      () => validateCallback(environment, null as never, { state: 's' }),
      'request must be a Request, a URL, or an object with method, url and headers.',
    ],
  ])('refuse %s', async (_, run, expected) => {
    await expectRefusal(run, expected);
  });

  it.each<[string, unknown, Refused]>([
    ['scope', 'a', ['unknown_option', 'options.scope']],
    ['environment', undefined, ['invalid_environment', 'options.environment']],
    ['callback', callback, 'options.callback must be what validateCallback returned.'],
    ['callback', undefined, 'options.callback must be what validateCallback returned.'],
    ['codeVerifier', undefined, ['missing_option', 'options.codeVerifier']],
    ['codeVerifier', 5, 'options.codeVerifier must be a string.'],
    ['tls', undefined, ['missing_option', 'options.tls']],
    ['tls.cert', 'cert.pem', ['invalid_credential', 'options.tls.cert']],
    [
      'clientAuth',
      'secret',
      "options.clientAuth must be 'tls', what privateKeyJwt or clientSecret returned, or a function that returns it.",
    ],
    ['egress', 'proxy', 'options.egress must be an object.'],
    ['clock', {} as Clock, 'options.clock must have a method now.'],
    ['signal', 5, 'options.signal must be an AbortSignal.'],
    ['fetch', 5, 'options.fetch must be a function.'],
  ])('refuse exchangeToken with %s = %j', async (path, value, expected) => {
    const options = {
      environment,
      callback: await validateCallback(environment, callback, { state: 's' }),
      codeVerifier: 'v'.repeat(43),
      tls,
    };
    await expectRefusal(() => exchangeToken(changed(options, path, value)), expected);
  });

  it.each([
    ['another state', { state: 'other' }, 'state_mismatch'],
    ['no state', { state: undefined }, 'state_missing'],
    ['two codes', { code: ['a', 'b'] }, 'duplicate_parameter'],
    ['another issuer', { iss: 'https://evil.example' }, 'issuer_mismatch'],
    ['an error', { code: undefined, error: 'server_error' }, 'server_error'],
    ['neither code nor error', { code: undefined }, 'invalid_response'],
  ])('reject a callback with %s', async (_, changes, code) => {
    const error = await errorOf(() =>
      validateCallback(environment, altered(callback, changes), { state: 's' }),
    );
    expect([error.code, error.stage, error.upstream]).toEqual([
      'callback_rejected',
      'callback',
      { code },
    ]);
  });

  it('report that the citizen declined only if the state matches', async () => {
    const declined = altered(callback, { code: undefined, error: 'access_denied' });
    expect(
      (await errorOf(() => validateCallback(environment, declined, { state: 's' }))).code,
    ).toBe('consent_declined');
    // Not with the state of another transaction.
    const strange = altered(declined, { state: 'other' });
    expect((await errorOf(() => validateCallback(environment, strange, { state: 's' }))).code).toBe(
      'callback_rejected',
    );
  });
});
