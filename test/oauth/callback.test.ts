import { describe, expect, it } from 'vitest';
import { type CallbackRequest, createMemoryStore, type Store } from '../../src/index.js';
import { altered, CLIENT_ID, openBank, SESSION } from '../kit/loan.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';
import { comeBack, incoming } from './come-back.js';

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
