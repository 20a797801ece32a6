import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import { authorizationUrl, callbackOf, registration } from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const get = (url: URL, headers: Record<string, string> = {}) =>
  sandbox.fetch(new Request(url, { headers }));
const callback = (response: Response) => callbackOf(response.headers.get('location'));

describe('the authorization endpoint', () => {
  it.each([
    ['for an unknown client', { client_id: 'SP00000000_XX0000' }, 'unknown_client'],
    ['without a client', { client_id: undefined }, 'missing_parameter'],
    [
      'for a redirect URI with an additional trailing slash',
      { redirect_uri: 'https://loan.example/callback/' },
      'redirect_uri_not_registered',
    ],
    [
      'for a redirect URI in another case',
      { redirect_uri: 'https://loan.example/Callback' },
      'redirect_uri_not_registered',
    ],
    [
      'for a redirect URI on another host',
      { redirect_uri: 'https://evil.example/callback' },
      'redirect_uri_not_registered',
    ],
    ['without a redirect URI', { redirect_uri: undefined }, 'missing_parameter'],
  ])('answers a request %s with a page and does not redirect', async (_, changes, code) => {
    const response = await get(authorizationUrl(sandbox, changes));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.text()).toContain(`(${code})"`);
    expect(sandbox.journal.at(-1)).toMatchObject({ step: 'authorize', outcome: 'refused', code });
  });

  it.each(['client_id', 'redirect_uri', 'state', 'code_challenge'])(
    'answers a doubled %s with a page and does not redirect',
    async (name) => {
      const url = authorizationUrl(sandbox);
      url.searchParams.append(name, url.searchParams.get(name) ?? '');
      const response = await get(url);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('(doubled_parameter)"');
    },
  );

  it.each(['%', '%zz', '%ff'])(
    'answers the broken encoding %s with a page and does not redirect',
    async (text) => {
      const response = await get(new URL(`${authorizationUrl(sandbox)}&x=${text}`));
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('(broken_encoding)"');
    },
  );
});

describe('the authorization endpoint with a registered redirect URI', () => {
  it.each([
    [
      'without PKCE',
      { code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
    ],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with a short challenge', { code_challenge: 'a'.repeat(42) }, 'invalid_request'],
    ['for another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['without a response type', { response_type: undefined }, 'invalid_request'],
  ])('redirects a request %s back with error, state and issuer', async (_, changes, error) => {
    const response = await get(authorizationUrl(sandbox, changes));
    expect(response.status).toBe(303);
    expect(callback(response)).toMatchObject({
      error,
      state: 'state-1',
      iss: sandbox.environment().issuer,
    });
  });

  it('redirects a request without state back without state', async () => {
    expect(callback(await get(authorizationUrl(sandbox, { state: undefined })))).toMatchObject({
      error: 'invalid_request',
    });
  });

  it('keeps the query of the redirect URI unchanged', async () => {
    const redirectUri = 'https://loan.example/cb?a=%20b';
    sandbox = createSandbox({
      registrations: [{ ...registration, redirectUris: [redirectUri] }],
      clock,
    });
    const url = await sandbox.visit(authorizationUrl(sandbox), {
      persona: 'hanako',
      decision: 'decline',
    });
    expect(url.startsWith(`${redirectUri}&error=access_denied&`)).toBe(true);
  });
});
