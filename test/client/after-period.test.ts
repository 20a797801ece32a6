import { describe, expect, it } from 'vitest';
import {
  defineService,
  latest,
  publicProfile,
  type Retrieval,
  type WireProfile,
} from '../../src/index.js';
import { expectStatus, grantOf, loan, openBank, SESSION } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { goodAnswers, openStub, STUB_PROCESS } from '../kit/stub.js';
import { polls } from './submitted.js';

const { fields, processStatuses } = publicProfile;
const asked = { income: latest() };
/** Kept until the midnight after the consent. */
const forToday = defineService({ ...loan, retention: { days: 0 } });
const LATE_EVENING = '2026-12-01T23:50:00+09:00';
const MIDNIGHT = '2026-12-02T00:00:00+09:00';

const ended = (stage: string) => ({
  code: 'retention_ended',
  stage,
  effect: 'none',
  safe: false,
});

describe('after the retention period', () => {
  it('a request is refused before anything is sent', async () => {
    const { client, consent, clock, calls } = openBank({ service: forToday, now: LATE_EVENING });
    const grant = await consent();
    clock.set(MIDNIGHT);
    for (const ask of [() => client.submit(grant, asked), () => client.query(grant, asked)])
      expect(facts(await errorOf(ask))).toEqual(ended('request'));
    expect(calls).toEqual(['/oauth/token']);
  });

  it('an answer is not fetched, although the retrieval has not expired', async () => {
    const { client, consent, clock, calls } = openBank({ service: forToday, now: LATE_EVENING });
    const retrieval = await client.submit(await consent(), asked);
    expect([retrieval.terms.keepUntil, retrieval.expiresAt]).toEqual([
      MIDNIGHT,
      '2026-12-02T00:50:00+09:00',
    ]);
    clock.set('2026-12-01T23:59:59.999+09:00');
    expectStatus(await client.collect(retrieval, { once: true }), 'pending');
    clock.set(MIDNIGHT);
    for (const options of [{}, { once: true }])
      expect(facts(expectStatus(await client.collect(retrieval, options), 'failed').error)).toEqual(
        ended('result'),
      );
    expect(polls(calls)).toBe(1);
  });

  it('a collect that has begun before sends no further poll', async () => {
    const { client, consent, clock, calls } = openBank({ service: forToday, now: LATE_EVENING });
    const retrieval = await client.submit(await consent(), asked);
    const onProgress = () => clock.set(MIDNIGHT);
    const { error } = expectStatus(
      await client.collect(retrieval, { deadlineMs: 3_600_000, onProgress }),
      'failed',
    );
    expect(facts(error)).toEqual(ended('result'));
    expect(polls(calls)).toBe(1);
  });
});

it('a collect that has begun before the retrieval expires sends no poll after it', async () => {
  const { client, consent, clock, calls } = openBank();
  const retrieval = await client.submit(await consent(), asked);
  const onProgress = () => clock.set(retrieval.expiresAt);
  const { error } = expectStatus(
    await client.collect(retrieval, { deadlineMs: 86_400_000, onProgress }),
    'failed',
  );
  expect([error.code, polls(calls)]).toEqual(['retrieval_gone', 1]);
});

it('a query whose clock is ahead for a moment keeps the answer within reach', async () => {
  const { client, consent, clock } = openBank();
  const grant = await consent();
  const start = clock.now();
  const onProgress = () => clock.set(start + 7_200_000);
  const { error } = expectStatus(
    await client.query(grant, asked, { deadlineMs: 604_800_000, onProgress }),
    'failed',
  );
  expect(error).toMatchObject({ code: 'retrieval_gone', retrieval: { id: expect.any(String) } });
  clock.set(start + 60_000);
  const { retrieval } = error as typeof error & { readonly retrieval: Retrieval };
  expectStatus(await client.collect(client.resume(retrieval), { once: true }), 'ready');
});

describe('a token that expires before the answer is collected', () => {
  const never: WireProfile = {
    ...publicProfile,
    oauth: {
      ...publicProfile.oauth,
      pollsAfterTokenExpiry: { value: 'never', confidence: 'specification' },
    },
  };
  /** Returns a stub whose token lives as long as given, with a submitted request. */
  async function requested(options: Parameters<typeof openStub>[0], expires_in?: number) {
    const stub = openStub({
      ...options,
      answers: {
        token: () => Response.json({ ...goodAnswers.token, expires_in }),
        ...options?.answers,
      },
    });
    const { callback } = await stub.begin();
    const outcome = await stub.client.completeConsent(callback, { sessionBinding: SESSION });
    return { ...stub, retrieval: await stub.client.submit(grantOf(outcome), asked) };
  }

  it('is polled with until the portal refuses it: the answer may outlive the token', async () => {
    const { client, clock, calls, retrieval } = await requested({}, 60);
    clock.advance(60_000);
    expectStatus(await client.collect(retrieval), 'ready');
    expect(calls).toEqual(['token', 'request', 'result']);
    const refused = await requested(
      { answers: { result: () => Response.json({ error: 'invalid_token' }, { status: 401 }) } },
      60,
    );
    refused.clock.advance(60_000);
    const { error } = expectStatus(await refused.client.collect(refused.retrieval), 'failed');
    expect([error.code, error.upstream]).toEqual([
      'upstream_refused',
      { status: 401, code: 'invalid_token' },
    ]);
  });

  it('is not polled with where the profile says never', async () => {
    const { client, clock, calls, retrieval } = await requested({ profile: never }, 60);
    clock.advance(60_000);
    const { error } = expectStatus(await client.collect(client.resume(retrieval)), 'failed');
    expect(facts(error)).toEqual({
      code: 'grant_expired',
      stage: 'result',
      effect: 'none',
      safe: false,
    });
    expect(calls).toEqual(['token', 'request']);
  });

  it('is not polled with again where the profile says never and it expires while waiting', async () => {
    const running = {
      [fields.processId.value]: STUB_PROCESS,
      [fields.processStatus.value]: processStatuses.running.value,
    };
    const { client, clock, calls, retrieval } = await requested(
      { profile: never, answers: { result: () => Response.json(running) } },
      2,
    );
    const onProgress = ({ retryAt }: { readonly retryAt: string }) => clock.set(retryAt);
    const { error } = expectStatus(await client.collect(retrieval, { onProgress }), 'failed');
    expect([error.code, calls]).toEqual(['grant_expired', ['token', 'request', 'result']]);
  });

  it('is polled with where the profile says never and the portal named no lifetime', async () => {
    const { client, clock, retrieval } = await requested({ profile: never });
    clock.advance(3_000_000);
    expectStatus(await client.collect(retrieval), 'ready');
  });
});
