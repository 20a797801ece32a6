import { describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  latest,
  publicProfile,
  sandboxEnvironment,
  type WireProfile,
} from '../../src/index.js';
import { CLIENT_ID, expectStatus, grantOf, loan, REDIRECT_URI, SESSION } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { errorOf } from '../kit/refusals.js';
import { comeBack, openStub } from '../kit/stub.js';

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

  it.each([
    [200, 'try_later', 'none'],
    [200, 'consent_used', 'unknown'],
    [400, 'consent_used', 'unknown'],
    [503, 'never-heard-of', 'unknown'],
  ])('read by a codec from a %i: %s leaves the effect %s', async (status, code, effect) => {
    const codec = changedCodec({
      async decodeRefusal(reply) {
        const body = Object(await reply.json());
        const found = body.untaken ?? body.taken;
        return found && { code: found };
      },
    });
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
});
