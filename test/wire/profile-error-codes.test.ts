import { describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  explain,
  latest,
  publicProfile,
  sandboxEnvironment,
  type WireProfile,
} from '../../src/index.js';
import { CLIENT_ID, expectStatus, grantOf, loan, REDIRECT_URI, SESSION } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { errorOf } from '../kit/refusals.js';
import { comeBack, goodAnswers, openStub } from '../kit/stub.js';

const confirmed = <T>(value: T) => ({ value, confidence: 'specification' }) as const;
const json = (body: unknown, status = 200) => Response.json(body, { status });
const asked = { household: latest() };

describe('an error code', () => {
  const CODE = 'request_quota_exceeded';
  const own: WireProfile = {
    ...publicProfile,
    errorCodes: confirmed([...publicProfile.errorCodes.value, CODE]),
  };
  const refused = () => json({ error: CODE }, 400);

  describe.each<[string, WireProfile, string]>([
    ['that the profile lists is repeated', own, CODE],
    ['that the profile does not list becomes "unrecognised"', publicProfile, 'unrecognised'],
  ])('%s', (_, profile, reported) => {
    it('at the callback', async () => {
      const { complete, parts } = await comeBack({ profile });
      expect(
        await complete(`/callback?error=${CODE}&state=${parts.state}&iss=${parts.iss}`),
      ).toEqual({ status: 'rejected', at: 'authorize', code: reported });
    });

    it('by the token endpoint', async () => {
      const { complete, callback } = await comeBack({ profile, answers: { token: refused } });
      expect(await complete(callback)).toEqual({ status: 'rejected', at: 'token', code: reported });
    });

    it('by the token endpoint with a status that does not reject the code', async () => {
      const { complete, callback } = await comeBack({
        profile,
        answers: { token: () => json({ error: CODE }, 503) },
      });
      expect(await errorOf(() => complete(callback))).toMatchObject({
        code: 'upstream_unavailable',
        upstream: { code: reported },
      });
    });

    it('for the request', async () => {
      const { client, complete, callback } = await comeBack({
        profile,
        answers: { request: refused },
      });
      const grant = grantOf(await complete(callback));
      expect(await errorOf(() => client.submit(grant, asked))).toMatchObject({
        code: 'upstream_refused',
        upstream: { code: reported },
      });
    });

    it('for the result', async () => {
      const { client, complete, callback } = await comeBack({
        profile,
        answers: { result: refused },
      });
      const { error } = expectStatus(
        await client.query(grantOf(await complete(callback)), asked),
        'failed',
      );
      expect(error).toMatchObject({ code: 'upstream_refused', upstream: { code: reported } });
    });

    it('for a pushed authorization request', async () => {
      const { issuer, endpoints } = openStub().environment;
      const pushed = {
        ...profile,
        oauth: { ...profile.oauth, pushedAuthorizationRequests: confirmed(true) },
      };
      const environment = sandboxEnvironment({
        clientId: CLIENT_ID,
        redirectUri: REDIRECT_URI,
        endpoints,
        issuer,
        profile: pushed,
      });
      const client = createSelfInfoClient({
        service: loan,
        environment,
        fetch: async () => refused(),
      });
      expect(await errorOf(() => client.beginConsent({ sessionBinding: SESSION }))).toMatchObject({
        code: 'upstream_refused',
        upstream: { code: reported },
      });
    });
  });
});

describe('a code by which the portal says that it accepted nothing', () => {
  const codes = {
    errorCodes: confirmed(['try_later', 'consent_used', 'unrecognised']),
    untakenCodes: confirmed(['try_later', 'unrecognised']),
  };
  const said = (code: string) => ({ [code === 'try_later' ? 'untaken' : 'taken']: code });

  it.each([
    [429, 'try_later', 'none'],
    [500, 'try_later', 'none'],
    [503, 'try_later', 'none'],
    [429, 'consent_used', 'unknown'],
    [500, 'consent_used', 'unknown'],
    [503, 'never-heard-of', 'unknown'],
  ])('in the JSON of a %i: %s leaves the effect %s', async (status, code, effect) => {
    const { client, complete, callback } = await comeBack({
      profile: changedProfile(codes),
      answers: { request: () => json({ error: code }, status) },
    });
    const grant = grantOf(await complete(callback));
    expect((await errorOf(() => client.submit(grant, asked))).effect).toBe(effect);
    // Only an unused consent can be used again.
    const { code: again } = await errorOf(() => client.submit(grant, asked));
    expect(again === 'grant_used').toBe(effect !== 'none');
  });

  const codec = changedCodec({
    async decodeRefusal(reply) {
      const body = Object(await reply.json());
      const found = body.untaken ?? body.taken;
      return found && { code: found };
    },
  });

  it.each([
    [200, 'try_later', 'none'],
    [200, 'consent_used', 'unknown'],
    [400, 'consent_used', 'unknown'],
    [503, 'never-heard-of', 'unknown'],
  ])('read by a codec from a %i: %s leaves the effect %s', async (status, code, effect) => {
    const { client, complete, callback } = await comeBack({
      profile: changedProfile({ ...codes, codec }),
      answers: { request: () => json(said(code), status) },
    });
    const grant = grantOf(await complete(callback));
    const error = await errorOf(() => client.submit(grant, asked));
    expect([error.code, error.effect]).toEqual(['upstream_refused', effect]);
    const { code: again } = await errorOf(() => client.submit(grant, asked));
    expect(again === 'grant_used').toBe(effect !== 'none');
  });

  // The clock of the stub stands at 10:00.
  const from = '2026-12-01T10:00:30+09:00';
  const later = { safe: true, notBefore: from };
  const never = { safe: false };
  const until = 'Please try again in about 1 minute.';
  const once = 'Please start again.';

  it.each([
    ['by a codec in a 200', { untaken: 'try_later' }, 200, later, until],
    ['by a codec in a 400', { untaken: 'try_later' }, 400, later, until],
    ['by a codec in a 503', { untaken: 'try_later' }, 503, later, until],
    ['in the JSON of a 400', { error: 'try_later' }, 400, later, until],
    ['in the JSON of a 500', { error: 'try_later' }, 500, later, until],
    ['by a codec in a 200, but as taken', { taken: 'consent_used' }, 200, never, once],
  ])('read %s says whether and when to come back', async (_, body, status, retry, text) => {
    let isBusy = true;
    const { client, clock, complete, callback } = await comeBack({
      profile: changedProfile({ ...codes, codec }),
      answers: {
        request: () =>
          isBusy
            ? Response.json(body, { status, headers: { 'retry-after': '30' } })
            : json(goodAnswers.request),
      },
    });
    const grant = grantOf(await complete(callback));
    const failed = expectStatus(await client.query(grant, asked), 'failed');
    expect(failed.error.retry).toEqual(retry);
    expect(explain(failed, 'en', { clock })).toContain(text);
    if (!retry.safe) return;
    isBusy = false;
    clock.set(from);
    expectStatus(await client.query(grant, asked), 'ready');
  });

  it('without a Retry-After may be sent again at once', async () => {
    const { client, complete, callback } = await comeBack({
      profile: changedProfile({ ...codes, codec }),
      answers: { request: () => json({ untaken: 'try_later' }) },
    });
    const failed = expectStatus(
      await client.query(grantOf(await complete(callback)), asked),
      'failed',
    );
    expect(failed.error.retry).toEqual({ safe: true });
    expect(explain(failed, 'en')).toContain('Please try again later.');
    expect(explain(failed, 'ja')).toContain('しばらくおいて、もう一度お試しください。');
  });

  it('found by a mended codec offers no retry: the grant is gone', async () => {
    let isBroken = true;
    const { client, complete, callback } = await comeBack({
      profile: changedProfile({
        ...codes,
        codec: changedCodec({
          decodeRefusal: () => {
            if (isBroken) throw new Error('broken');
            return { code: 'try_later' };
          },
        }),
      }),
    });
    const { retrieval } = await errorOf(async () =>
      client.query(grantOf(await complete(callback)), asked),
    );
    isBroken = false;
    const { error } = expectStatus(
      await client.collect(client.resume(JSON.stringify(retrieval))),
      'failed',
    );
    expect([error.code, error.retry]).toEqual(['upstream_refused', { safe: false }]);
  });
});

describe('a request that the portal refuses as invalid', () => {
  it.each([
    [400, 'Please try again later.', 'しばらくおいて、もう一度お試しください。'],
    // The portal does not accept the token any more.
    [401, 'Please start again.', 'お手数ですが、最初からお手続きください。'],
  ])('with HTTP %i tells the citizen: %s', async (status, en, ja) => {
    const { client, complete, callback } = await comeBack({
      answers: { request: () => json({ error: 'invalid_request' }, status) },
    });
    const failed = expectStatus(
      await client.query(grantOf(await complete(callback)), asked),
      'failed',
    );
    expect([failed.error.effect, failed.error.retry]).toEqual(['none', { safe: false }]);
    expect(explain(failed, 'en')).toContain(en);
    expect(explain(failed, 'ja')).toContain(ja);
  });
});
