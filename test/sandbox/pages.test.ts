import { beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, createVirtualClock, type Sandbox, type VirtualClock } from '../../src/sandbox/index.js';
import { authorizationUrl, callbackOf, paths, registration } from './steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const get = (url: URL, headers: Record<string, string> = {}) => sandbox.fetch(new Request(url, { headers }));

/** Fills in the form of a page as a browser would. */
async function submit(page: Response, answers: Record<string, string>): Promise<Response> {
  const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  return post({ form, ...answers });
}

function post(answers: Record<string, string>): Promise<Response> {
  const url = new URL(paths.authorization.value, sandbox.environment().endpoints.browserUrl);
  return sandbox.fetch(new Request(url, { method: 'POST', body: new URLSearchParams(answers) }));
}

const agree = { decision: 'agree', agree: 'yes' };
const card = async () => submit(await get(authorizationUrl(sandbox)), agree);
const callback = (response: Response) => callbackOf(response.headers.get('location'));

describe('the consent page', () => {
  it('says who asks, for what, to what end and until when', async () => {
    const page = await (await get(authorizationUrl(sandbox))).text();
    for (const text of ['住宅ローン事前審査', '地方税', '世帯', '予防接種', '住宅ローンの事前審査のため', '2026-12-31']) expect(page).toContain(text);
  });

  it('speaks English to a browser that prefers it', async () => {
    const page = await (await get(authorizationUrl(sandbox), { 'accept-language': 'fr, en;q=0.8, ja;q=0.5' })).text();
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('local tax');
  });

  it('allows nothing but its own style and a form that ends at the client', async () => {
    const { headers } = await get(authorizationUrl(sandbox));
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' https:\/\/loan\.example; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('escapes what a registration brings', async () => {
    const service = { ...registration.service, name: `<script>alert("x")</script>&'`, purpose: { id: 'x', text: '<img src=x>' } };
    sandbox = createSandbox({ registrations: [{ ...registration, service }], clock });
    const page = await (await get(authorizationUrl(sandbox))).text();
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;');
    expect(page).not.toMatch(/<script|<img/);
  });

  it('comes again when the box is not ticked', async () => {
    const page = await submit(await get(authorizationUrl(sandbox)), { decision: 'agree' });
    expect(page.status).toBe(400);
    expect((await submit(page, agree)).status).toBe(200);
  });
});

describe('an authorization request is answered by a page, never by a redirect,', () => {
  it.each([
    ['for an unknown client', { client_id: 'SP00000000_XX0000' }, 'unknown_client'],
    ['without a client', { client_id: undefined }, 'missing_parameter'],
    ['for a redirect URI with a trailing slash too many', { redirect_uri: 'https://loan.example/callback/' }, 'redirect_uri_not_registered'],
    ['for a redirect URI in other case', { redirect_uri: 'https://loan.example/Callback' }, 'redirect_uri_not_registered'],
    ['for a redirect URI elsewhere', { redirect_uri: 'https://evil.example/callback' }, 'redirect_uri_not_registered'],
    ['without a redirect URI', { redirect_uri: undefined }, 'missing_parameter'],
  ])('%s', async (_, changes, code) => {
    const response = await get(authorizationUrl(sandbox, changes));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.text()).toContain(`<code>${code}</code>`);
    expect(sandbox.log.at(-1)).toMatchObject({ step: 'authorize', outcome: 'refused', code });
  });

  it.each(['client_id', 'redirect_uri', 'state', 'code_challenge'])('with %s doubled', async (name) => {
    const url = authorizationUrl(sandbox);
    url.searchParams.append(name, url.searchParams.get(name) ?? '');
    const response = await get(url);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<code>doubled_parameter</code>');
  });

  it.each(['%', '%zz', '%ff'])('with the broken encoding %s', async (text) => {
    const response = await get(new URL(`${authorizationUrl(sandbox)}&x=${text}`));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<code>broken_encoding</code>');
  });
});

describe('an authorization request is sent back with an error, state and issuer', () => {
  it.each([
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with a short challenge', { code_challenge: 'a'.repeat(42) }, 'invalid_request'],
    ['for another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['without a response type', { response_type: undefined }, 'invalid_request'],
  ])('%s', async (_, changes, error) => {
    const response = await get(authorizationUrl(sandbox, changes));
    expect(response.status).toBe(303);
    expect(callback(response)).toMatchObject({ error, state: 'state-1', iss: sandbox.environment().issuer });
  });

  it('but without state where state itself is missing', async () => {
    expect(callback(await get(authorizationUrl(sandbox, { state: undefined })))).toMatchObject({ error: 'invalid_request' });
  });

  it('and keeps the query of a registered redirect URI as it is', async () => {
    const redirectUri = 'https://loan.example/cb?a=%20b';
    sandbox = createSandbox({ registrations: [{ ...registration, redirectUris: [redirectUri] }], clock });
    const url = await sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', decision: 'decline' });
    expect(url.startsWith(`${redirectUri}&error=access_denied&`)).toBe(true);
  });
});

describe('the citizen', () => {
  it('agrees, gives card and PIN and comes back with code, state and issuer', async () => {
    const response = await submit(await card(), { decision: 'agree', persona: 'hanako', pin: '1234' });
    expect(response.status).toBe(303);
    expect(callback(response)).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 'state-1', iss: sandbox.environment().issuer });
  });

  it('may decline on the first page', async () => {
    const response = await submit(await get(authorizationUrl(sandbox)), { decision: 'decline' });
    expect(callback(response)).toMatchObject({ error: 'access_denied', state: 'state-1', iss: sandbox.environment().issuer });
  });

  it('may decline on the second page', async () => {
    const response = await submit(await card(), { decision: 'decline' });
    expect(callback(response)).toMatchObject({ error: 'access_denied', state: 'state-1', iss: sandbox.environment().issuer });
    expect(sandbox.log.at(-1)).toMatchObject({ step: 'decide', outcome: 'accepted', code: 'declined' });
  });

  it('sees the tries left, and is sent back when the third wrong PIN locks the card', async () => {
    const wrong = { decision: 'agree', persona: 'hanako', pin: '0000' };
    const first = await submit(await card(), wrong);
    expect(await first.clone().text()).toContain('残り 2 回');
    const second = await submit(first, wrong);
    expect(await second.clone().text()).toContain('残り 1 回');
    expect(callback(await submit(second, wrong))).toMatchObject({ error: 'access_denied', state: 'state-1' });
  });

  it('cannot unlock a card by the right PIN', async () => {
    for (const _ of [1, 2])
      await expect(sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', pin: '0000' })).rejects.toMatchObject({ code: 'sandbox_refused' });
    for (const pin of ['0000', '1234']) {
      expect(callbackOf(await sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', pin }))).toMatchObject({ error: 'access_denied' });
    }
    expect(callbackOf(await sandbox.visit(authorizationUrl(sandbox), { persona: 'mover' })).code).toBeDefined();
  });

  it('has three tries again after the right PIN', async () => {
    for (const pin of ['0000', '0000', '1234', '0000', '0000']) {
      const page = await submit(await card(), { decision: 'agree', persona: 'hanako', pin });
      expect(page.status).toBe(pin === '1234' ? 303 : 400);
    }
  });

  it('is asked again when no card was chosen', async () => {
    expect(await (await submit(await card(), { decision: 'agree', pin: '1234' })).text()).toContain('<code>card_not_chosen</code>');
  });

  it('cannot send a form twice', async () => {
    const page = await get(authorizationUrl(sandbox));
    await submit(page.clone(), agree);
    const again = await submit(page, agree);
    expect(again.status).toBe(400);
    expect(await again.text()).toContain('<code>form_expired</code>');
  });

  it('cannot send a form after ten minutes', async () => {
    const page = await get(authorizationUrl(sandbox));
    clock.advance(600_000);
    expect(await (await submit(page, agree)).text()).toContain('<code>form_expired</code>');
  });

  it.each([
    ['no form', { decision: 'agree' }, 'missing_parameter'],
    ['an invented form', { decision: 'agree', form: 'x' }, 'form_expired'],
  ])('cannot decide with %s', async (_, answers, code) => {
    const response = await post(answers);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`<code>${code}</code>`);
  });
});

describe('visit', () => {
  it('works when taken out of the sandbox', async () => {
    const { visit } = sandbox;
    expect(callbackOf(await visit(String(authorizationUrl(sandbox)), { persona: 'hanako' })).code).toBeDefined();
  });

  it('says what a refused page said, and no PIN', async () => {
    const refused = sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', pin: '9753' });
    await expect(refused).rejects.toMatchObject({ code: 'sandbox_refused', message: expect.stringContaining('pin_wrong') });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining('9753') });
  });

  it.each([
    ['an unknown persona', { persona: 'nobody' }, { code: 'invalid_option', path: 'options.persona' }],
    ['no persona', {}, { code: 'missing_option', path: 'options.persona' }],
    ['an unknown option', { persona: 'hanako', pim: '1' }, { code: 'unknown_option', path: 'options.pim' }],
    ['an unknown decision', { persona: 'hanako', decision: 'maybe' }, { code: 'invalid_option', path: 'options.decision' }],
  ])('refuses %s', async (_, options, error) => {
    await expect(sandbox.visit(authorizationUrl(sandbox), options as { persona: string })).rejects.toMatchObject(error);
  });

  it.each(['nowhere', 'https://elsewhere.example/oauth/authorize'])('refuses the address %s', async (url) => {
    await expect(sandbox.visit(url, { persona: 'hanako' })).rejects.toMatchObject({ name: 'SelfInfoError' });
  });
});
