import { describe, expect, it } from 'vitest';
import { latest, publicProfile } from '../../src/index.js';
import { answerAt, expectStatus, grantOf, NOW, openBank, SESSION } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { openStub } from '../kit/stub.js';

const asked = { income: latest() };

describe('a request that the portal refuses', () => {
  it.each<[number, unknown, object]>([
    [
      400,
      { error: 'invalid_request' },
      {
        code: 'upstream_refused',
        effect: 'none',
        safe: false,
        upstream: { status: 400, code: 'invalid_request' },
      },
    ],
    [
      401,
      { error: 'invalid_token' },
      {
        code: 'upstream_refused',
        effect: 'none',
        safe: false,
        upstream: { status: 401, code: 'invalid_token' },
      },
    ],
    [
      409,
      { error: 'consent_used' },
      {
        code: 'upstream_refused',
        effect: 'none',
        safe: false,
        upstream: { status: 409, code: 'consent_used' },
      },
    ],
    [
      403,
      { error: '番号 花子' },
      {
        code: 'upstream_refused',
        effect: 'none',
        safe: false,
        upstream: { status: 403, code: 'unrecognised' },
      },
    ],
    [404, {}, { code: 'upstream_refused', effect: 'none', safe: false, upstream: { status: 404 } }],
    [
      429,
      {},
      { code: 'upstream_unavailable', effect: 'unknown', safe: false, upstream: { status: 429 } },
    ],
    [
      500,
      { error: 'server_error' },
      {
        code: 'upstream_failed',
        effect: 'unknown',
        safe: false,
        upstream: { status: 500, code: 'server_error' },
      },
    ],
    [
      502,
      null,
      { code: 'upstream_failed', effect: 'unknown', safe: false, upstream: { status: 502 } },
    ],
    [
      503,
      { error: 'temporarily_unavailable' },
      {
        code: 'upstream_unavailable',
        effect: 'unknown',
        safe: false,
        upstream: { status: 503, code: 'temporarily_unavailable' },
      },
    ],
  ])(
    'fails with HTTP %i and %j, and leaves the grant usable only if nothing was carried out',
    async (status, body, expected) => {
      const { client, consent, calls } = openBank(
        answerAt('/request', () => Response.json(body, { status })),
      );
      const grant = await consent();
      const error = await errorOf(() => client.submit(grant, asked));
      expect({ ...facts(error), upstream: error.upstream }).toEqual({
        stage: 'request',
        ...expected,
      });
      // The grant stays usable only if the request was certainly not carried out.
      const again = await errorOf(() => client.submit(grant, asked));
      expect(again.code).toBe(error.effect === 'none' ? error.code : 'grant_used');
      expect(calls.filter((path) => path === '/request')).toHaveLength(
        error.effect === 'none' ? 2 : 1,
      );
    },
  );

  it('is returned by query as a failed result', async () => {
    const { client, consent } = openBank(
      answerAt('/request', () => Response.json({ error: 'consent_used' }, { status: 409 })),
    );
    const { error } = expectStatus(await client.query(await consent(), asked), 'failed');
    expect({ ...facts(error), upstream: error.upstream }).toEqual({
      code: 'upstream_refused',
      stage: 'request',
      effect: 'none',
      safe: false,
      upstream: { status: 409, code: 'consent_used' },
    });
  });

  it.each<[string, string | undefined]>([
    ['120', '2026-12-01T10:02:00+09:00'],
    ['0', NOW],
    ['Tue, 01 Dec 2026 01:30:00 GMT', '2026-12-01T10:30:00+09:00'],
    ['2026-12-01T10:30:00+09:00', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['99999999999999999999', '9999-12-31T23:59:59+09:00'],
    ['120, 240', '2026-12-01T10:04:00+09:00'],
  ])('fails with notBefore from a valid Retry-After: %s', async (header, notBefore) => {
    const { client, consent } = openBank(
      answerAt(
        '/request',
        () => new Response('', { status: 503, headers: { 'retry-after': header } }),
      ),
    );
    const error = await errorOf(async () => client.submit(await consent(), asked));
    // It says when to ask for a new consent. Behind a gateway the portal may have carried the
    // request out.
    expect(error.retry).toEqual({ safe: false, ...(notBefore && { notBefore }) });
  });

  it.each([
    [503, [503], { effect: 'none', safe: true }],
    [502, [429, 502], { effect: 'none', safe: true }],
    [503, [429, 502], { effect: 'unknown', safe: false }],
  ])(
    'with HTTP %i is safe to retry only if the profile lists it in notAcceptedStatuses: %j',
    async (status, untaken, expected) => {
      const profile = {
        ...publicProfile,
        notAcceptedStatuses: { value: untaken, confidence: 'specification' },
      } as const;
      const { client, begin, calls } = openStub({
        profile,
        answers: { request: () => new Response('', { status }) },
      });
      const grant = grantOf(
        await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
      );
      expect(facts(await errorOf(() => client.submit(grant, latest())))).toMatchObject({
        stage: 'request',
        ...expected,
      });
      await errorOf(() => client.submit(grant, latest()));
      expect(calls).toEqual(expected.safe ? ['token', 'request', 'request'] : ['token', 'request']);
    },
  );
});
