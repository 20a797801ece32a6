import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildConsentUrl, latest, pushAuthorization, type WireProfile } from '../../src/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import {
  CLIENT_ID,
  expectStatus,
  loan,
  openBank,
  REDIRECT_URI,
  registrationOf,
  SESSION,
} from '../kit/loan.js';
import { oauthProfile } from '../kit/profiles.js';
import { openStub } from '../kit/stub.js';
import { authorizationUrl, callbackOf } from '../sandbox/steps.js';

const codeChallenge = createHash('sha256').update('v'.repeat(43)).digest('base64url');

const authorizationParameters = { acr_values: 'urn:example:acr:card', ui_locales: 'ja en' };
const tokenParameters = { resource: 'https://api.example/?a=b&c=d', audience: '日本' };
const scope = 'self-information profile.read';
const values = { authorizationParameters, tokenParameters, scope };

/** The parameters of an authorization request under these values, worked out by hand. */
const expected = {
  response_type: 'code',
  client_id: CLIENT_ID,
  redirect_uri: REDIRECT_URI,
  scope: 'self-information profile.read',
  acr_values: 'urn:example:acr:card',
  ui_locales: 'ja en',
  state: expect.any(String),
  code_challenge: expect.stringMatching(/^[\w-]{43}$/),
  code_challenge_method: 'S256',
};

/** Opens a bank whose calls are kept as forms, by path. */
function open(profile: WireProfile, change: (form: URLSearchParams) => void = () => undefined) {
  const forms: Record<string, Record<string, string>> = {};
  const bank = openBank({
    profile,
    async intercept(request, pass) {
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith('/oauth/')) return pass(request);
      const form = new URLSearchParams(await request.clone().text());
      change(form);
      forms[pathname] = Object.fromEntries(form);
      return pass(new Request(request, { body: form }));
    },
  });
  return { ...bank, forms };
}

describe('further parameters of a profile', () => {
  it('go into the URL of the consent and into the token request', async () => {
    const { client, consent, forms, onProgress } = open(oauthProfile(values));
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual(expected);
    const result = await client.query(await consent(), { income: latest() }, { onProgress });
    expect(expectStatus(result, 'ready').status).toBe('ready');
    expect(forms).toEqual({
      '/oauth/token': {
        grant_type: 'authorization_code',
        code: expect.any(String),
        redirect_uri: REDIRECT_URI,
        client_id: CLIENT_ID,
        code_verifier: expect.any(String),
        resource: 'https://api.example/?a=b&c=d',
        audience: '日本',
      },
    });
  });

  it('go into the pushed request, and not into the browser', async () => {
    const { client, forms } = open(oauthProfile({ ...values, pushedAuthorizationRequests: true }));
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    expect(forms['/oauth/par']).toEqual(expected);
    expect([...new URL(url).searchParams.keys()]).toEqual(['client_id', 'request_uri']);
  });

  it('go into the standalone steps', async () => {
    const profile = oauthProfile(values);
    const state = 'state-of-the-caller';
    const { environment } = openStub({ profile });
    const url = buildConsentUrl(environment, { state, codeChallenge });
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({ ...expected, state });

    const sent: Record<string, string>[] = [];
    const fetch = async (request: Request) => {
      sent.push(Object.fromEntries(new URLSearchParams(await request.text())));
      return Response.json({ request_uri: 'urn:example:1', expires_in: 60 }, { status: 201 });
    };
    await pushAuthorization({ environment, state, codeChallenge, fetch });
    expect(sent).toEqual([{ ...expected, state }]);
  });

  it('never replace one of this package, in any environment', async () => {
    const { environment } = openStub();
    const foreign = { state: 'fixed', client_id: 'other', scope: 'all', code_challenge: 'x' };
    const forged = Object.defineProperty(
      { ...environment, profile: oauthProfile({ authorizationParameters: foreign, scope: 'a' }) },
      Symbol.for('myna-selfinfo.environment'),
      { value: true },
    );
    const url = new URL(buildConsentUrl(forged, { state: 'mine', codeChallenge }));
    expect([...url.searchParams].filter(([name]) => name in foreign)).toEqual([
      ['state', 'mine'],
      ['client_id', CLIENT_ID],
      ['scope', 'a'],
      ['code_challenge', codeChallenge],
    ]);
  });

  it('are left out under the public profile', async () => {
    const { client } = open(oauthProfile({}));
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const { scope: _, acr_values: __, ui_locales: ___, ...rest } = expected;
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual(rest);
  });
});

describe('a sandbox whose profile has further parameters', () => {
  const profile = oauthProfile(values);

  it.each([
    ['scope', 'invalid_scope', 'scope_differs'],
    ['acr_values', 'invalid_request', 'parameter_required'],
    ['ui_locales', 'invalid_request', 'parameter_required'],
  ])(
    'refuses an authorization request without %s, or with another value',
    async (name, error, code) => {
      for (const value of [undefined, 'another']) {
        const sandbox = createSandbox({ registrations: [registrationOf(loan)], profile });
        const url = authorizationUrl(sandbox, { scope, ...authorizationParameters, [name]: value });
        const back = callbackOf(await sandbox.visit(url, { persona: 'hanako' }));
        expect([back.error, back.code]).toEqual([error, undefined]);
        expect(sandbox.journal.map((entry) => entry.code)).toEqual([code]);
      }
    },
  );

  it.each(['resource', 'audience'])('refuses a token request without %s', async (name) => {
    const { client, callback, sandbox } = open(profile, (form) => form.delete(name));
    const outcome = await client.completeConsent(await callback(), { sessionBinding: SESSION });
    expect(outcome).toEqual({ status: 'rejected', at: 'token', code: 'invalid_request' });
    const last = sandbox.journal.at(-1);
    expect([last?.step, last?.code]).toEqual(['token', 'parameter_required']);
    expect(last?.reason).toContain(name);
  });

  it('logs none of their values', async () => {
    const { consent, sandbox } = open(profile);
    await consent();
    expect(sandbox.journal.map(({ step }) => step)).toContain('token');
    for (const value of [
      scope,
      ...Object.values({ ...authorizationParameters, ...tokenParameters }),
    ])
      expect(JSON.stringify(sandbox.journal)).not.toContain(value);
  });
});
