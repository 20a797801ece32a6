import { describe, expect, it } from 'vitest';
import {
  type CallbackRequest,
  type ConsentOutcome,
  createMemoryStore,
  type Store,
} from '../../src/index.js';
import { altered, answerAt, CLIENT_ID, openBank, SESSION } from '../kit/loan.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';

type Changes = Parameters<typeof altered>[1];

/** A bank whose citizen is back with a good callback that has been changed. */
async function comeBack(changes: Changes = {}) {
  const bank = openBank();
  const good = await bank.callback();
  const complete = (request: CallbackRequest, sessionBinding = SESSION) =>
    bank.client.completeConsent(request, { sessionBinding });
  return { ...bank, good, callback: altered(good, changes), complete };
}

/** What a framework such as Node's http passes on. */
const incoming = (url: string, headers: Record<string, string | string[]> = {}, method = 'GET') => {
  const { pathname, search } = new URL(url);
  return { method, url: pathname + search, headers };
};

describe('a callback', () => {
  it('is granted when state, issuer and session match, with the terms and without the token', async () => {
    const { complete, good, calls } = await comeBack();
    const outcome = await complete(good);
    expect(outcome).toEqual({
      status: 'granted',
      grant: {
        expiresAt: '2026-12-01T12:00:00+09:00',
        terms: {
          transactionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          serviceId: CLIENT_ID,
          items: ['income', 'household', 'shots'],
          purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
          grantedAt: '2026-12-01T10:00:00+09:00',
          keepUntil: '2027-01-01T00:00:00+09:00',
        },
      },
    });
    expect(calls).toEqual(['/oauth/token']);
  });

  it.each<[string, (url: string) => CallbackRequest]>([
    ['a string', (url) => url],
    ['a relative string', (url) => url.replace('https://loan.example', '')],
    ['a URL', (url) => new URL(url)],
    ['a Request', (url) => new Request(url)],
    ["Node's message", (url) => incoming(url)],
    [
      "Node's message with headers in odd case",
      (url) => incoming(url, { HOST: 'loan.example', Accept: ['text/html', '*/*'] }),
    ],
    ['an object without method', (url) => ({ url, headers: {} })],
    [
      'an object with Headers',
      (url) => ({ method: 'GET', url, headers: new Headers({ accept: 'text/html' }) as never }),
    ],
  ])('is accepted as %s', async (_, make) => {
    const { complete, good } = await comeBack();
    expect((await complete(make(good))).status).toBe('granted');
  });

  it.each<[string, unknown, string]>([
    [
      'nothing',
      undefined,
      'request must be a Request, a URL, or an object with method, url and headers.',
    ],
    ['null', null, 'request must be a Request, a URL, or an object with method, url and headers.'],
    ['a number', 5, 'request must be a Request, a URL, or an object with method, url and headers.'],
    ['an object without headers', { url: '/' }, 'request.headers must be an object.'],
    [
      'an object whose url is not a text',
      { url: new URL('https://loan.example/'), headers: {} },
      'request.method and request.url must be strings.',
    ],
  ])('that is %s throws a TypeError', async (_, request, message) => {
    const { complete } = await comeBack();
    expect(await typeErrorOf(() => complete(request as never))).toBe(message);
  });

  it('requires the session, as text', async () => {
    const { client, good, calls } = await comeBack();
    expect(
      await typeErrorOf(() => client.completeConsent(good, { sessionBinding: 5 as never })),
    ).toBe('options.sessionBinding must be a string.');
    expect(await typeErrorOf(() => client.completeConsent(good, undefined as never))).toBe(
      'options must be an object.',
    );
    expect(await errorOf(() => client.completeConsent(good, {} as never))).toMatchObject({
      code: 'missing_option',
      path: 'options.sessionBinding',
    });
    expect(
      await errorOf(() => client.completeConsent(good, { sessionBinding: ' ' })),
    ).toMatchObject({
      code: 'invalid_option',
      path: 'options.sessionBinding',
    });
    expect(calls).toEqual([]);
    // None of this used the transaction up.
    expect((await client.completeConsent(good, { sessionBinding: SESSION })).status).toBe(
      'granted',
    );
  });

  it('with an invalid signal is refused before anything is used up', async () => {
    const { client, complete, good } = await comeBack();
    expect(
      await typeErrorOf(() =>
        client.completeConsent(good, { sessionBinding: SESSION, signal: {} as never }),
      ),
    ).toBe('options.signal must be an AbortSignal.');
    expect((await complete(good)).status).toBe('granted');
  });
});

describe('a citizen who declines', () => {
  it('ends as declined, and no token is requested', async () => {
    const { client, callback, calls } = openBank();
    const back = await callback('hanako', 'decline');
    expect(await client.completeConsent(back, { sessionBinding: SESSION })).toEqual({
      status: 'declined',
    });
    expect(await client.completeConsent(back, { sessionBinding: SESSION })).toEqual({
      status: 'replayed',
    });
    expect(calls).toEqual([]);
  });

  it('ends as declined on the second page, before the card, too', async () => {
    const { client, sandbox, calls } = openBank();
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const first = await (await sandbox.fetch(new Request(url))).text();
    const second = await (await send(first, { decision: 'agree', agree: 'yes' })).text();
    const back = (await send(second, { decision: 'decline' })).headers.get('location') ?? '';
    expect(await client.completeConsent(back, { sessionBinding: SESSION })).toEqual({
      status: 'declined',
    });
    expect(calls).toEqual([]);

    function send(page: string, answers: Record<string, string>) {
      const form = / name="form" value="([^"]+)"/.exec(page)?.[1] ?? '';
      const { origin, pathname } = new URL(url);
      return sandbox.fetch(
        new Request(origin + pathname, {
          method: 'POST',
          body: new URLSearchParams({ form, ...answers }),
        }),
      );
    }
  });
});

describe('a late callback', () => {
  // The profile gives the citizen ten minutes.
  it('is granted in the last millisecond', async () => {
    const { clock, client, sandbox } = openBank();
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    clock.advance(599_999);
    expect(
      (
        await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
          sessionBinding: SESSION,
        })
      ).status,
    ).toBe('granted');
  });

  it('is expired from the limit on, however often it comes', async () => {
    const { clock, complete, good, calls } = await comeBack();
    clock.advance(600_000);
    expect(await complete(good)).toEqual({ status: 'expired' });
    expect(await complete(good)).toEqual({ status: 'expired' });
    expect(calls).toEqual([]);
  });

  it('is expired or unknown days later, when the store has forgotten it', async () => {
    const { clock, complete, good, client, calls } = await comeBack();
    clock.advance(86_400_000);
    expect(await complete(good)).toEqual({ status: 'expired' });
    clock.advance(600_000);
    // A store forgets when something is put into it.
    await client.beginConsent({ sessionBinding: SESSION });
    expect(await complete(good)).toEqual({ status: 'unknown' });
    expect(calls).toEqual([]);
  });
});

describe('a repeated callback', () => {
  it('is replayed, and its token is not requested again', async () => {
    const { complete, good, calls } = await comeBack();
    expect((await complete(good)).status).toBe('granted');
    expect(await complete(good)).toEqual({ status: 'replayed' });
    expect(await complete(altered(good, { code: 'another-code' }))).toEqual({ status: 'replayed' });
    expect(calls).toEqual(['/oauth/token']);
  });

  it('is replayed after an exchange that failed', async () => {
    const broken = answerAt('/oauth/token', () => new Response('<html>', { status: 503 }));
    const { client, callback, calls } = openBank(broken);
    const back = await callback();
    expect(
      await errorOf(() => client.completeConsent(back, { sessionBinding: SESSION })),
    ).toMatchObject({
      code: 'upstream_unavailable',
      stage: 'token',
      retry: { safe: false },
    });
    expect(await client.completeConsent(back, { sessionBinding: SESSION })).toEqual({
      status: 'replayed',
    });
    expect(calls).toEqual(['/oauth/token']);
  });

  it('is replayed for a day after its time, before the store forgets it', async () => {
    const { clock, complete, good } = await comeBack();
    await complete(good);
    clock.advance(600_000 + 86_400_000 - 1);
    expect(await complete(good)).toEqual({ status: 'replayed' });
  });
});

describe('a callback of another browser', () => {
  it('is foreign and uses nothing up: the right browser still succeeds', async () => {
    const { complete, good, calls } = await comeBack();
    for (let round = 0; round < 3; round++)
      expect(await complete(good, 'session-of-mallory')).toEqual({ status: 'foreign-browser' });
    expect(calls).toEqual([]);
    expect((await complete(good)).status).toBe('granted');
  });

  it('is foreign no matter what else is wrong with it', async () => {
    const { complete, good } = await comeBack();
    for (const changes of [
      { error: 'access_denied', code: undefined },
      { code: ['a', 'b'] },
      { iss: 'https://evil.example' },
    ])
      expect(await complete(altered(good, changes), 'session-of-mallory')).toEqual({
        status: 'foreign-browser',
      });
    expect((await complete(good)).status).toBe('granted');
  });
});

const usable: readonly [string, Changes, ConsentOutcome][] = [
  [
    'has no state',
    { state: undefined },
    { status: 'rejected', at: 'callback', code: 'state_missing' },
  ],
  [
    'has an empty state',
    { state: '' },
    { status: 'rejected', at: 'callback', code: 'state_missing' },
  ],
  [
    'has two states',
    { state: ['a', 'b'] },
    { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
  ],
  ['has an unknown state', { state: 'guessed' }, { status: 'unknown' }],
  [
    'has a state of many kinds of text',
    { state: "\u0000\r\n'; DROP TABLE 同意 🎴" },
    { status: 'unknown' },
  ],
  ['has a state of great length', { state: 'a'.repeat(8_000) }, { status: 'unknown' }],
  [
    'reports an error with an unknown state',
    { state: 'guessed', error: 'access_denied' },
    { status: 'unknown' },
  ],
  [
    'reports an error without state',
    { state: undefined, error: 'access_denied' },
    { status: 'rejected', at: 'callback', code: 'state_missing' },
  ],
  [
    'is larger than 8 KiB',
    { padding: 'a'.repeat(8_192) },
    { status: 'rejected', at: 'callback', code: 'callback_too_large' },
  ],
];

describe('ignores a callback without a good state and uses nothing up: one that', () => {
  it.each(usable)('%s', async (_, changes, expected) => {
    const { complete, callback, good, calls } = await comeBack(changes);
    expect(await complete(callback)).toEqual(expected);
    expect(calls).toEqual([]);
    expect((await complete(good)).status).toBe('granted');
  });

  it('has one character of its state changed', async () => {
    const { complete, good, calls } = await comeBack();
    const state = new URL(good).searchParams.get('state') ?? '';
    for (const wrong of [
      state.slice(1),
      `${state}a`,
      state.toUpperCase(),
      `${state} `,
      (state.startsWith('A') ? 'B' : 'A') + state.slice(1),
    ])
      expect(await complete(altered(good, { state: wrong }))).toEqual({ status: 'unknown' });
    expect(calls).toEqual([]);
    expect((await complete(good)).status).toBe('granted');
  });

  it('is the redirect URI without a query', async () => {
    const { complete, calls } = await comeBack();
    for (const bare of [
      'https://loan.example/callback',
      '/callback',
      '',
      '?',
      'https://loan.example/callback#state=a',
    ])
      expect(await complete(bare)).toEqual({
        status: 'rejected',
        at: 'callback',
        code: 'state_missing',
      });
    expect(calls).toEqual([]);
  });
});

describe('uses nothing up for a request that is not a visit of the citizen:', () => {
  it.each<[string, (url: string) => CallbackRequest]>([
    ['HEAD', (url) => new Request(url, { method: 'HEAD' })],
    ['POST', (url) => new Request(url, { method: 'POST' })],
    ['OPTIONS', (url) => incoming(url, {}, 'OPTIONS')],
    ['a prefetch', (url) => new Request(url, { headers: { 'sec-purpose': 'prefetch' } })],
    [
      'a prerender',
      (url) => new Request(url, { headers: { 'sec-purpose': 'prefetch;prerender' } }),
    ],
    ['a prefetch in odd case', (url) => incoming(url, { 'Sec-PURPOSE': 'PreFetch' })],
    ['a prefetch in a list', (url) => incoming(url, { 'sec-purpose': ['prefetch'] })],
    ['an old prefetch', (url) => incoming(url, { purpose: 'prefetch' })],
    ['an older prefetch', (url) => incoming(url, { 'x-moz': 'prefetch' })],
    ['a preview', (url) => incoming(url, { Purpose: 'preview' })],
    [
      "a prefetch with a framework's own Headers",
      (url) => ({
        url,
        headers: { get: (name: string) => (name === 'sec-purpose' ? 'prefetch' : null) } as never,
      }),
    ],
  ])('%s', async (_, make) => {
    const { complete, good, calls } = await comeBack();
    expect(await complete(make(good))).toEqual({
      status: 'rejected',
      at: 'callback',
      code: 'not_a_navigation',
    });
    expect(calls).toEqual([]);
    expect((await complete(good)).status).toBe('granted');
  });
});

describe('ends the consent and never calls an endpoint after a bad callback with a good state, one that', () => {
  it.each<[string, Changes, ConsentOutcome]>([
    [
      'has two codes',
      { code: ['a', 'b'] },
      { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
    ],
    [
      'has the same code twice',
      { code: ['a', 'a'] },
      { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
    ],
    [
      'has two issuers',
      { iss: ['a', 'b'] },
      { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
    ],
    [
      'has anything twice',
      { foo: ['a', 'b'] },
      { status: 'rejected', at: 'callback', code: 'duplicate_parameter' },
    ],
    [
      'has neither code nor error',
      { code: undefined },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'has an empty code',
      { code: '' },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'comes from another issuer',
      { iss: 'https://evil.example' },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
    [
      'comes from nearly the issuer',
      { iss: 'https://portal.sandbox.invalid/' },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
    [
      'names no issuer',
      { iss: undefined },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
    [
      'names an empty issuer',
      { iss: '' },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
    [
      'has an id_token of a hybrid flow',
      { id_token: 'a.b.c' },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'has an access token of an implicit flow',
      { access_token: 'a' },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'has a packed response',
      { response: 'a.b.c' },
      { status: 'rejected', at: 'callback', code: 'invalid_response' },
    ],
    [
      'reports server_error',
      { code: undefined, error: 'server_error' },
      { status: 'rejected', at: 'authorize', code: 'server_error' },
    ],
    [
      'carries an error and a code',
      { error: 'invalid_scope' },
      { status: 'rejected', at: 'authorize', code: 'invalid_scope' },
    ],
    [
      'reports an unknown error',
      { code: undefined, error: '<script>' },
      { status: 'rejected', at: 'authorize', code: 'unrecognised' },
    ],
    [
      'reports an error of another issuer',
      { code: undefined, error: 'access_denied', iss: 'https://evil.example' },
      { status: 'rejected', at: 'callback', code: 'issuer_mismatch' },
    ],
  ])('%s', async (_, changes, expected) => {
    const { complete, callback, good, calls } = await comeBack(changes);
    expect(await complete(callback)).toEqual(expected);
    expect(await complete(good)).toEqual({ status: 'replayed' });
    expect(calls).toEqual([]);
  });
});

describe('the exchange of the code', () => {
  it('is rejected at the token endpoint when the code is wrong', async () => {
    const { complete, callback, good, calls } = await comeBack({ code: 'guessed' });
    expect(await complete(callback)).toEqual({
      status: 'rejected',
      at: 'token',
      code: 'invalid_grant',
    });
    expect(await complete(good)).toEqual({ status: 'replayed' });
    expect(calls).toEqual(['/oauth/token']);
  });

  it('keeps a code of another transaction from being used: the verifier does not match', async () => {
    const { client, callback } = openBank();
    const [first, second] = [await callback(), await callback('newcomer')];
    const swapped = altered(first, { code: new URL(second).searchParams.get('code') ?? '' });
    expect(await client.completeConsent(swapped, { sessionBinding: SESSION })).toEqual({
      status: 'rejected',
      at: 'token',
      code: 'invalid_grant',
    });
  });
});

describe('the store', () => {
  it('holds neither state nor session in clear', async () => {
    const held: string[] = [];
    const inner = createMemoryStore();
    const store: Store = {
      ...inner,
      put(key, value, expiresAt) {
        held.push(key, value);
        return inner.put(key, value, expiresAt);
      },
    };
    const { client } = openBank({ store });
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    const state = new URL(url).searchParams.get('state') ?? '';
    expect(held).toHaveLength(2);
    expect(held.join()).not.toContain(state);
    expect(held.join()).not.toContain(SESSION);
  });

  it('receives a new state, challenge and id for every transaction', async () => {
    const { client } = openBank();
    const urls = await Promise.all(
      Array.from(
        { length: 100 },
        async () => new URL((await client.beginConsent({ sessionBinding: SESSION })).url),
      ),
    );
    for (const name of ['state', 'code_challenge'])
      expect(new Set(urls.map((url) => url.searchParams.get(name))).size).toBe(100);
    expect(urls[0]?.searchParams.get('state')).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});
