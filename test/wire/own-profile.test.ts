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
import { comeBack, goodAnswers, openStub, type StubOptions } from '../kit/stub.js';

const confirmed = <T>(value: T) => ({ value, confidence: 'specification' }) as const;
const json = (body: unknown, status = 200) => Response.json(body, { status });
const asked = { household: latest() };
const { fields, processStatuses } = publicProfile;

describe('the times of a profile', () => {
  const profile: WireProfile = {
    ...publicProfile,
    timing: {
      pollMs: confirmed(7_000),
      consentMs: confirmed(60_000),
      resultMs: confirmed(120_000),
    },
  };

  /** A retrieval of a request that was just sent. */
  async function submitted(options: StubOptions = {}) {
    const stub = await comeBack({ profile, ...options });
    return {
      ...stub,
      retrieval: await stub.client.submit(grantOf(await stub.complete(stub.callback)), asked),
    };
  }

  it.each([
    [59_999, 'granted'],
    [60_000, 'expired'],
  ])('say how long the citizen has to consent: %i ms later it is %s', async (later, status) => {
    const { complete, callback, clock } = await comeBack({ profile });
    clock.advance(later);
    expect((await complete(callback)).status).toBe(status);
  });

  it('say when a result that is not there yet is asked for again', async () => {
    const running = {
      ...goodAnswers.result,
      [fields.processStatus.value]: processStatuses.running.value,
    };
    const { client, retrieval } = await submitted({ answers: { result: () => json(running) } });
    expect(expectStatus(await client.collect(retrieval, { once: true }), 'pending').retryAt).toBe(
      '2026-12-01T10:00:07+09:00',
    );
  });

  it('say how long a result can be fetched', async () => {
    const [inTime, late] = [await submitted(), await submitted()];
    expect(inTime.retrieval.expiresAt).toBe('2026-12-01T10:02:00+09:00');
    inTime.clock.advance(119_999);
    expect((await inTime.client.collect(inTime.retrieval)).status).toBe('ready');
    late.clock.advance(120_000);
    expect(expectStatus(await late.client.collect(late.retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
    expect(late.calls).toEqual(['token', 'request']);
  });
});

describe('the error codes of a profile', () => {
  const CODE = 'request_quota_exceeded';
  const own: WireProfile = {
    ...publicProfile,
    errorCodes: confirmed([...publicProfile.errorCodes.value, CODE]),
  };
  const refused = () => json({ error: CODE }, 400);

  describe.each<[string, WireProfile, string]>([
    ['that lists a code', own, CODE],
    ['that does not', publicProfile, 'unrecognised'],
  ])('%s', (_, profile, told) => {
    it('at the callback', async () => {
      const { complete, parts } = await comeBack({ profile });
      expect(
        await complete(`/callback?error=${CODE}&state=${parts.state}&iss=${parts.iss}`),
      ).toEqual({ status: 'rejected', at: 'authorize', code: told });
    });

    it('for the token', async () => {
      const { complete, callback } = await comeBack({ profile, answers: { token: refused } });
      expect(await complete(callback)).toEqual({ status: 'rejected', at: 'token', code: told });
    });

    it('for the token, with a status that is no refusal of the code', async () => {
      const { complete, callback } = await comeBack({
        profile,
        answers: { token: () => json({ error: CODE }, 503) },
      });
      expect(await errorOf(() => complete(callback))).toMatchObject({
        code: 'upstream_unavailable',
        upstream: { code: told },
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
        upstream: { code: told },
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
      expect(error).toMatchObject({ code: 'upstream_refused', upstream: { code: told } });
    });

    it('for a request that is pushed', async () => {
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
        upstream: { code: told },
      });
    });
  });
});
