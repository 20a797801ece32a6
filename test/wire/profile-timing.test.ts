import { describe, expect, it } from 'vitest';
import { latest, publicProfile, type WireProfile } from '../../src/index.js';
import { expectStatus, grantOf } from '../kit/loan.js';
import { comeBack, goodAnswers, type StubOptions } from '../kit/stub.js';

const confirmed = <T>(value: T) => ({ value, confidence: 'specification' }) as const;
const { fields, processStatuses } = publicProfile;

describe('the timing of a profile', () => {
  const profile: WireProfile = {
    ...publicProfile,
    timing: {
      pollMs: confirmed(7_000),
      consentMs: confirmed(60_000),
      resultMs: confirmed(120_000),
    },
  };

  /** Submits a request and returns its retrieval. */
  async function submitted(options: StubOptions = {}) {
    const stub = await comeBack({ profile, ...options });
    return {
      ...stub,
      retrieval: await stub.client.submit(grantOf(await stub.complete(stub.callback)), {
        household: latest(),
      }),
    };
  }

  it.each([
    [59_999, 'granted'],
    [60_000, 'expired'],
  ])(
    'limits the time to consent: %i ms after the start the callback is %s',
    async (later, status) => {
      const { complete, callback, clock } = await comeBack({ profile });
      clock.advance(later);
      expect((await complete(callback)).status).toBe(status);
    },
  );

  it('sets the time of the next poll of a pending result', async () => {
    const running = {
      ...goodAnswers.result,
      [fields.processStatus.value]: processStatuses.running.value,
    };
    const { client, retrieval } = await submitted({
      answers: { result: () => Response.json(running) },
    });
    expect(expectStatus(await client.collect(retrieval, { once: true }), 'pending').retryAt).toBe(
      '2026-12-01T10:00:07+09:00',
    );
  });

  it('limits the time in which a result can be fetched', async () => {
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
