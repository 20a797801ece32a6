import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, createVirtualClock, latest } from '../../src/index.js';
import { expectStatus, loan, NOW, SESSION } from '../kit/loan.js';
import { callbackOf, type PortalStage, raw, startPortal } from '../kit/portal.js';
import { errorOf, facts } from '../kit/refusals.js';
import { bodyOf } from '../kit/sockets.js';
import { ends, separateTests } from './ends.js';

const clock = createVirtualClock(NOW);
separateTests(clock);

const json = { 'content-type': 'application/json' };
const KIB_64 = 65_536;
const KIB_256 = 262_144;

/** Pads an object as JSON to a size in bytes. */
const padded = (body: string, size: number) => {
  const open = `${body.slice(0, -1)},"pad":"`;
  return `${open}${'a'.repeat(size - open.length - 2)}"}`;
};

/** Runs a consent and a query at a portal whose stage answers with this body. */
async function travel(stage: PortalStage, body: string, status = 200) {
  const portal = await startPortal({ replies: { [stage]: raw(body, json, status) } });
  ends.push(portal.close);
  const { environment, tls } = portal;
  const client = createSelfInfoClient({ service: loan, environment, tls, clock });
  ends.push(client.close);
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  const outcome = await client.completeConsent(callbackOf(url, environment), {
    sessionBinding: SESSION,
  });
  if (outcome.status !== 'granted') return outcome;
  return client.query(outcome.grant, { income: latest() });
}

describe('the body of a response', () => {
  it.each(['token', 'request'] as const)('may have 64 KiB at the %s stage', async (stage) => {
    expectStatus(await travel(stage, padded(bodyOf[stage], KIB_64)), 'ready');
    const error = await errorOf(() => travel(stage, padded(bodyOf[stage], KIB_64 + 1)));
    expect(facts(error)).toEqual({
      code: 'response_invalid',
      stage,
      effect: 'unknown',
      safe: false,
    });
    expect(error.message).toBe('The response is not valid: its body is too large.');
  });

  it('may have more than 64 KiB at the result stage', async () => {
    expectStatus(await travel('result', padded(bodyOf.result, 5_000_000)), 'ready');
  });

  it('of a failure is read up to 256 KiB, and beyond that its status counts alone', async () => {
    const refusal = '{"error":"invalid_grant"}';
    expect(await travel('token', padded(refusal, KIB_256), 400)).toEqual({
      status: 'rejected',
      at: 'token',
      code: 'invalid_grant',
    });
    for (const size of [KIB_256 + 1, 5_000_000]) {
      const error = await errorOf(() => travel('token', padded(refusal, size), 400));
      expect([error.code, error.upstream]).toEqual(['upstream_refused', { status: 400 }]);
    }
  });
});
