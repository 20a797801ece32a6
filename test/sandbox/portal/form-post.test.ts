import { beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, createVirtualClock, type Sandbox } from '../../../src/sandbox/index.js';
import { oauthProfile } from '../../kit/profiles.js';
import { errorOf } from '../../kit/refusals.js';
import { authorizationUrl, registration } from '../steps.js';

const profile = oauthProfile({ responseMode: 'form_post' });
const open = (redirectUri = 'https://loan.example/callback') =>
  createSandbox({
    registrations: [{ ...registration, redirectUris: [redirectUri] }],
    clock: createVirtualClock('2026-12-01T10:00:00+09:00'),
    profile,
  });

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = open();
});

const urlOf = (changes: Record<string, string | undefined> = {}) =>
  authorizationUrl(sandbox, { response_mode: 'form_post', ...changes });

/** Declines on the first page. Returns the page that posts the callback. */
async function decline(changes: Record<string, string | undefined> = {}): Promise<Response> {
  const page = await (await sandbox.fetch(new Request(urlOf(changes)))).text();
  const form = /name="form" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const url = urlOf();
  url.search = '';
  const body = new URLSearchParams({ form, decision: 'decline' });
  return sandbox.fetch(new Request(url, { method: 'POST', body }));
}

const fieldsOf = async (request: Request) =>
  Object.fromEntries(new URLSearchParams(await request.text()));

describe('a sandbox whose profile says form_post', () => {
  it('posts code, state and issuer to the client, and nothing in the URL', async () => {
    const request = await sandbox.visitRequest(urlOf(), { persona: 'hanako' });
    expect([request.method, request.url]).toEqual(['POST', 'https://loan.example/callback']);
    expect(request.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded\b/);
    expect(await fieldsOf(request)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'state-1',
      iss: 'https://api.sandbox.invalid',
    });
  });

  it('posts an error, also after a page that says why', async () => {
    for (const [options, error] of [
      [{ persona: 'hanako', decision: 'decline' }, 'access_denied'],
      [{ persona: 'locked-card' }, 'access_denied'],
    ] as const) {
      const fields = await fieldsOf(await sandbox.visitRequest(urlOf(), options));
      expect([fields.error, fields.state, fields.code]).toEqual([error, 'state-1', undefined]);
    }
  });

  it('sends a page whose only script is its own, and whose form leads to the client', async () => {
    const page = await decline();
    expect([page.status, page.headers.get('location')]).toEqual([200, null]);
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; form-action 'self' https:\/\/loan\.example; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await page.text()).toContain('<button>サービスの画面に戻る</button>');
  });

  it('escapes what a request brought, and keeps the redirect URI as it is registered', async () => {
    const state = `"><script>alert('x')</script>&amp;`;
    sandbox = open('https://loan.example/callback?a=1&b=2');
    const page = await (await decline({ state })).text();
    expect(page.match(/<script>/g)).toHaveLength(1);
    const request = await sandbox.visitRequest(urlOf({ state }), { persona: 'hanako' });
    expect(request.url).toBe('https://loan.example/callback?a=1&b=2');
    expect((await fieldsOf(request)).state).toBe(state);
  });

  it.each([undefined, 'query', 'fragment', ''])(
    'refuses a request for the response mode %j, by form_post',
    async (mode) => {
      const url = urlOf({ response_mode: mode });
      const fields = await fieldsOf(await sandbox.visitRequest(url, { persona: 'hanako' }));
      expect([fields.error, fields.state]).toEqual(['invalid_request', 'state-1']);
      expect(sandbox.journal.map(({ code }) => code)).toEqual(['response_mode_differs']);
    },
  );

  it('refuses visit, whose callback has a URL only, and names the other method', async () => {
    const error = await errorOf(() => sandbox.visit(urlOf(), { persona: 'hanako' }));
    expect(error.code).toBe('sandbox_refused');
    for (const text of [error.message, error.messageJa]) expect(text).toContain('visitRequest');
    expect(sandbox.journal).toEqual([]);
  });
});

describe('a sandbox whose profile says query', () => {
  beforeEach(() => {
    sandbox = createSandbox({ registrations: [registration] });
  });

  it('gives visitRequest a GET with the URL of visit', async () => {
    const request = await sandbox.visitRequest(authorizationUrl(sandbox), { persona: 'hanako' });
    expect(request.method).toBe('GET');
    expect(Object.fromEntries(new URL(request.url).searchParams)).toEqual({
      code: expect.any(String),
      state: 'state-1',
      iss: 'https://api.sandbox.invalid',
    });
  });

  it('accepts the mode query by name, and refuses another', async () => {
    for (const [mode, error] of [
      ['query', null],
      ['form_post', 'invalid_request'],
    ] as const) {
      const url = authorizationUrl(sandbox, { response_mode: mode });
      const back = await sandbox.visit(url, { persona: 'hanako' });
      expect(new URL(back).searchParams.get('error')).toBe(error);
    }
  });
});
