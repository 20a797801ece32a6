import { describe, expect, it } from 'vitest';
import { validateCallback } from '../../src/index.js';
import { errorOf, typeErrorOf } from '../kit/refusals.js';
import { type CallbackParts, comeBack, hex } from '../kit/stub.js';

type Make = (parts: CallbackParts) => string;
const at = (query: string) => `/callback?${query}`;

describe('grants an honest callback', () => {
  it.each<[string, Make]>([
    [
      'with unknown parameters',
      ({ code, state, iss }) =>
        at(
          `utm_source=a&code=${code}&session_state=b&state=${state}&scope=c&iss=${iss}&__proto__=d&constructor=e`,
        ),
    ],
    [
      'in any order, with empty parts between',
      ({ code, state, iss }) => at(`&&iss=${iss}&&state=${state}&code=${code}&`),
    ],
    [
      'with names in percent sequences',
      ({ code, state, iss }) => at(`%63%6f%64%65=${hex(code)}&st%61te=${state}&%69ss=${iss}`),
    ],
    [
      'at another host and path, as behind a proxy',
      ({ code, state, iss }) =>
        `http://10.0.0.7:8080/inner/path;v=1?code=${code}&state=${state}&iss=${iss}`,
    ],
    [
      'in the absolute form of a proxy, with a user',
      ({ code, state, iss }) =>
        `http://user:password@loan.example/?code=${code}&state=${state}&iss=${iss}`,
    ],
    ['without a path', ({ code, state, iss }) => `?code=${code}&state=${state}&iss=${iss}`],
    [
      'with a question mark in a value',
      ({ code, state, iss }) => at(`a=?b?&code=${code}&state=${state}&iss=${iss}`),
    ],
    [
      'with the fragment that some portals leave',
      ({ code, state, iss }) => `${at(`code=${code}&state=${state}&iss=${iss}`)}#_=_`,
    ],
    [
      'with a thousand parameters',
      ({ code, state, iss }) =>
        at(
          `code=${code}&state=${state}&iss=${iss}${Array.from({ length: 1_000 }, (_, index) => `&a${index}`).join('')}`,
        ),
    ],
  ])('%s', async (_, make) => {
    const { complete, parts } = await comeBack();
    expect((await complete(make(parts))).status).toBe('granted');
  });

  it('with a query and a fragment of 8,192 characters together', async () => {
    const { complete, parts } = await comeBack();
    const query = `code=${parts.code}&state=${parts.state}&iss=${parts.iss}&a=`;
    expect((await complete(`${at(query)}${'a'.repeat(8_188 - query.length)}#_=_b`)).status).toBe(
      'granted',
    );
  });

  it('to a redirect URI that has a query itself', async () => {
    const { complete, parts } = await comeBack({
      redirectUri: 'https://loan.example/callback?lang=ja',
    });
    expect(
      (await complete(at(`lang=ja&code=${parts.code}&state=${parts.state}&iss=${parts.iss}`)))
        .status,
    ).toBe('granted');
  });

  it('with a code of every character that RFC 6749 allows', async () => {
    const { complete, parts, calls } = await comeBack();
    const every = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join(
      '',
    );
    // It is not the code of this consent: that it is sent is what counts.
    const outcome = await complete(
      at(`code=${encodeURIComponent(every)}&state=${parts.state}&iss=${parts.iss}`),
    );
    expect(outcome).toEqual({ status: 'rejected', at: 'token', code: 'invalid_grant' });
    expect(calls).toEqual(['token']);
  });

  it('with a code of 4,096 characters', async () => {
    const { complete, parts, calls } = await comeBack();
    const outcome = await complete(
      at(`code=${'a'.repeat(4_096)}&state=${parts.state}&iss=${parts.iss}`),
    );
    expect(outcome).toEqual({ status: 'rejected', at: 'token', code: 'invalid_grant' });
    expect(calls).toEqual(['token']);
  });

  it.each<[string, Record<string, string | string[]>]>([
    [
      'a navigation',
      {
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        'sec-fetch-site': 'cross-site',
        'sec-fetch-user': '?1',
      },
    ],
    ['a navigation that opens an app', { 'Sec-Fetch-Mode': 'navigate' }],
    ['a navigation that names its destination only', { 'sec-fetch-dest': 'document' }],
    ['a navigation in a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    [
      'a navigation to a destination of the future',
      { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'hologram' },
    ],
    [
      'a service worker that sends it again',
      { 'sec-fetch-mode': 'same-origin', 'sec-fetch-dest': 'empty' },
    ],
    [
      'a page that passes its callback on by script',
      { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' },
    ],
    ['an old browser', { 'user-agent': 'Mozilla/5.0', accept: 'text/html' }],
    ['a header with an empty purpose', { purpose: '', 'sec-purpose': '' }],
    ['a purpose of another kind', { purpose: 'payment', 'x-purpose': ['consent'] }],
  ])('as %s', async (_, headers) => {
    const { complete, callback } = await comeBack();
    expect((await complete({ method: 'GET', url: callback, headers })).status).toBe('granted');
  });

  it('from a framework that writes methods in lower case, or has a Map of headers', async () => {
    const one = await comeBack();
    expect((await one.complete({ method: 'get', url: one.callback, headers: {} })).status).toBe(
      'granted',
    );
    const two = await comeBack();
    expect(
      (
        await two.complete({
          method: 'GET',
          url: two.callback,
          headers: new Map([['accept', 'text/html']]) as never,
        })
      ).status,
    ).toBe('granted');
  });

  it('after a request without a URL, which has no state', async () => {
    const { complete, callback } = await comeBack();
    expect(await complete({ headers: {} })).toEqual({
      status: 'rejected',
      at: 'callback',
      code: 'state_missing',
    });
    expect((await complete({ url: callback, headers: { accept: undefined } })).status).toBe(
      'granted',
    );
  });

  it('from a URL class of another realm', async () => {
    const { complete, callback } = await comeBack();
    const foreign = { [Symbol.toStringTag]: 'URL', toString: () => callback };
    expect((await complete(foreign as never)).status).toBe('granted');
  });
});

describe('uses nothing up for a request that is not a visit: one', () => {
  it.each<[string, string, Record<string, string | string[]>]>([
    ...[
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'CONNECT',
      'head',
      '',
      'GET ',
    ].map((method): [string, string, Record<string, string>] => [
      `by ${method || 'no method'}`,
      method,
      {},
    ]),
    ...[
      { 'Sec-Purpose': 'prefetch' },
      { 'sec-purpose': 'prefetch;prerender' },
      { 'sec-purpose': 'prefetch;anonymous-client-ip' },
      { 'SEC-PURPOSE': ' Prefetch ; Prerender' },
      { 'sec-purpose': ['', 'prefetch'] },
      { 'sec-purpose': '', purpose: 'prefetch' },
      { 'sec-purpose': '?0', 'x-purpose': 'preview' },
      { Purpose: 'PREVIEW' },
      { 'X-Purpose': 'instant' },
      { 'X-Moz': 'prefetch' },
      { 'x-moz': 'prefetch', purpose: '' },
      { 'Sec-Purpose': '', 'sec-purpose': 'prefetch' },
      { 'sec-purpose': 'prefetch', 'Sec-Purpose': '' },
      { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' },
      { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      { 'Sec-Fetch-Mode': 'No-CORS', 'sec-fetch-dest': 'empty' },
      { 'sec-fetch-mode': ' no-cors ', 'sec-fetch-dest': 'empty' },
      { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'script' },
      { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'document' },
      { 'sec-fetch-dest': 'style' },
      { 'sec-fetch-mode': 'websocket', 'sec-fetch-dest': 'websocket' },
      { 'sec-fetch-mode': 'websocket', 'sec-fetch-dest': 'empty' },
    ].map((headers): [string, string, Record<string, string | string[]>] => [
      `with ${JSON.stringify(headers)}`,
      'GET',
      headers as never,
    ]),
  ])('%s', async (_, method, headers) => {
    const { complete, callback, calls, environment, state } = await comeBack();
    const request = { method, url: callback, headers };
    expect(await complete(request)).toEqual({
      status: 'rejected',
      at: 'callback',
      code: 'not_a_navigation',
    });
    expect(await errorOf(() => validateCallback(environment, request, { state }))).toMatchObject({
      code: 'callback_rejected',
      upstream: { code: 'not_a_navigation' },
    });
    expect(calls).toEqual([]);
    expect((await complete(callback)).status).toBe('granted');
  });
});

describe('names a request that cannot be read as a TypeError, without its content:', () => {
  const canary = 'canary-of-the-host';
  const thrown = () => {
    throw new Error(canary);
  };
  const withGetter = (name: string) =>
    Object.defineProperty({ method: 'GET', url: '/', headers: {} }, name, { get: thrown });
  it.each<[string, unknown, string]>([
    ['a method that throws', withGetter('method'), 'request.method cannot be read.'],
    ['a URL that throws', withGetter('url'), 'request.url cannot be read.'],
    ['headers that throw', withGetter('headers'), 'request.headers cannot be read.'],
    [
      'a kind that throws',
      Object.defineProperty({ url: '/', headers: {} }, Symbol.toStringTag, { get: thrown }),
      'request cannot be read.',
    ],
    ['headers of null', { url: '/', headers: null }, 'request.headers must be an object.'],
    [
      'headers whose get cannot be read',
      { url: '/', headers: Object.defineProperty({}, 'get', { get: thrown }) },
      'request.headers cannot be read.',
    ],
    [
      'headers whose get throws',
      { url: '/', headers: { get: thrown } },
      'request.headers cannot be read.',
    ],
    [
      'headers with a value that throws',
      {
        url: '/',
        headers: Object.defineProperty({}, 'purpose', { enumerable: true, get: thrown }),
      },
      'request.headers cannot be read.',
    ],
    [
      'a URL object that throws',
      { [Symbol.toStringTag]: 'URL', toString: thrown },
      'request cannot be read.',
    ],
    [
      'headers in a list',
      { url: '/', headers: [['sec-purpose', 'prefetch']] },
      'request.headers must be an object.',
    ],
    [
      'headers of text',
      { url: '/', headers: 'sec-purpose: prefetch' },
      'request.headers must be an object.',
    ],
    [
      'a method of null',
      { method: null, url: '/', headers: {} },
      'request.method and request.url must be strings.',
    ],
    [
      'a URL in a list',
      { url: ['/'], headers: {} },
      'request.method and request.url must be strings.',
    ],
    [
      'a function',
      () => '/callback',
      'request must be a Request, a URL, or an object with method, url and headers.',
    ],
  ])('%s', async (_, request, message) => {
    const { complete, callback, calls } = await comeBack();
    expect(await typeErrorOf(() => complete(request as never))).toBe(message);
    expect(calls).toEqual([]);
    expect((await complete(callback)).status).toBe('granted');
  });
});
