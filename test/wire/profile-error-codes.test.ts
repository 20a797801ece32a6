import { describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  latest,
  publicProfile,
  sandboxEnvironment,
  type WireProfile,
} from '../../src/index.js';
import { CLIENT_ID, expectStatus, grantOf, loan, REDIRECT_URI, SESSION } from '../kit/loan.js';
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
