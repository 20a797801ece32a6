import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, createVirtualClock, privateKeyJwt } from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { leaksIn } from '../kit/leaks.js';
import { loan, NOW, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { good, json, open, registration } from './pushing.js';

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

  it.each(refusals)('because it %s starts no consent', async (_, response, expected) => {
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
    ['more than 64 KiB', json({ ...good, pad: 'a'.repeat(65_536) })],
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
  ])('because the response is %s starts no consent', async (_, response) => {
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

  it('because its client is closed ends as aborted', async () => {
    const { client, begin, kept } = open({ answer: () => new Promise(() => {}) });
    const failing = errorOf(begin);
    await client.close();
    expect(await failing).toMatchObject({ code: 'aborted', ...none });
    expect(kept).toEqual([]);
  });

  it('for lack of a signature is reported, and may be repeated when the key service failed', async () => {
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
