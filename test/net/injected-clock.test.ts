import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  type Clock,
  createMemoryStore,
  createVirtualClock,
  isSelfInfoError,
  latest,
  publicProfile,
  type SelfInfoError,
} from '../../src/index.js';
import { expectStatus, grantOf, NOW, SESSION } from '../kit/loan.js';
import { errorOf, thrownBy } from '../kit/refusals.js';
import { openStub, STUB_PROCESS } from '../kit/stub.js';
import { watchClock } from '../kit/watch.js';
import { explode, fields, processStatuses, secret } from './injected.js';

describe('a misbehaving clock', () => {
  it.each<[string, Clock['wait']]>([
    ['throws at once', explode],
    ['returns no promise', () => undefined as never],
    ['rejects', async () => explode()],
  ])('that %s instead of waiting shows nothing of its error', async (_, wait) => {
    const { client, begin } = openStub({
      clock: { ...createVirtualClock(NOW), wait },
      store: { ...createMemoryStore(), get: () => new Promise(() => {}) },
    });
    const error = await thrownBy(async () =>
      client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    );
    expect(isSelfInfoError(error, 'timed_out')).toBe(true);
  });

  it.each([
    ['NaN from then on', Number.POSITIVE_INFINITY],
    ['NaN once', 1],
  ])(
    'that returns %s at any reading of a query ends it with an answer or an error of this package',
    async (_, times) => {
      for (let moment = 0; moment <= 40; moment++) {
        const inner = createVirtualClock(NOW);
        let reading = Number.NEGATIVE_INFINITY;
        const now = () => {
          const index = reading++;
          return index >= moment && index < moment + times ? Number.NaN : inner.now();
        };
        const clock = { ...inner, now };
        const { client, begin } = openStub({ clock });
        const { callback } = await begin();
        const grant = grantOf(await client.completeConsent(callback, { sessionBinding: SESSION }));
        reading = 0;
        const onProgress = () => inner.advance(3_000);
        const ended = await client
          .query(grant, latest(), { onProgress })
          .catch((error: unknown) => error);
        expect(isSelfInfoError(ended) || ['ready', 'failed'].includes(Object(ended).status)).toBe(
          true,
        );
      }
    },
  );

  it('that throws at any reading of the time shows nothing of its error', async () => {
    const codes = new Set<string>();
    for (let moment = 1; moment <= 60; moment++) {
      const inner = createVirtualClock(NOW);
      let left = Number.POSITIVE_INFINITY;
      const { client, begin, calls } = openStub({
        clock: { ...inner, now: () => (left-- > 0 ? inner.now() : explode()) },
      });
      const { callback } = await begin();
      left = moment;
      try {
        const grant = grantOf(await client.completeConsent(callback, { sessionBinding: SESSION }));
        const { answer } = expectStatus(await client.query(grant, latest()), 'ready');
        expectStatus(answer.items.household, 'present').reveal();
      } catch (error) {
        expect(isSelfInfoError(error)).toBe(true);
        expect(JSON.stringify(error) + (error as Error).stack).not.toContain(secret);
        const { code, effect, retrieval } = error as SelfInfoError;
        codes.add(code);
        // Once the request was carried out, either its answer is within reach or the error says
        // that it is not.
        if (calls.includes('request'))
          expect(retrieval !== undefined || effect !== 'none' || calls.includes('result')).toBe(
            true,
          );
      }
    }
    expect(codes).toContain('invalid_option');
  });

  it('that cannot wait long still waits between two polls', async () => {
    const inner = createVirtualClock(NOW);
    const wait: Clock['wait'] = (ms, signal) =>
      ms > 60_000 ? Promise.reject(new RangeError(secret)) : inner.wait(ms, signal);
    const running = {
      [fields.processId.value]: STUB_PROCESS,
      [fields.processStatus.value]: processStatuses.running.value,
    };
    const { client, begin, calls } = openStub({
      clock: { ...inner, wait },
      answers: { result: () => Response.json(running) },
    });
    const grant = grantOf(
      await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    );
    const controller = new AbortController();
    const querying = errorOf(() =>
      client.query(grant, latest(), { deadlineMs: 3_600_000, signal: controller.signal }),
    );
    const rest = async () => {
      for (let turn = 0; turn < 20; turn++) await setImmediate();
    };
    await rest();
    expect(calls).toEqual(['token', 'request', 'result']);
    inner.advance(publicProfile.timing.pollMs.value);
    await rest();
    expect(calls).toEqual(['token', 'request', 'result', 'result']);
    controller.abort();
    expect((await querying).code).toBe('aborted');
  });

  it('that returns no time lets no request out, and the request can be sent once it returns the time again', async () => {
    const inner = createVirtualClock(NOW);
    let broken = false;
    const { client, begin, calls } = openStub({
      clock: { ...inner, now: () => (broken ? Number.NaN : inner.now()) },
    });
    const grant = grantOf(
      await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    );
    broken = true;
    expect(await errorOf(() => client.submit(grant, latest()))).toMatchObject({
      code: 'invalid_option',
      path: 'options.clock',
    });
    expect(calls).toEqual(['token']);
    broken = false;
    await client.submit(grant, latest());
    expect(calls).toEqual(['token', 'request']);
  });

  it('that returns no time stops the reading of records', async () => {
    const inner = createVirtualClock(NOW);
    let broken = false;
    const { client, begin } = openStub({
      clock: { ...inner, now: () => (broken ? Number.NaN : inner.now()) },
    });
    const grant = grantOf(
      await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    );
    const { answer } = expectStatus(await client.query(grant, latest()), 'ready');
    const household = expectStatus(answer.items.household, 'present');
    expect(household.reveal()).toHaveLength(1);
    broken = true;
    expect((await errorOf(() => household.reveal())).code).toBe('retention_ended');
  });
});

describe('an answer that arrived', () => {
  it('leaves no wait behind', async () => {
    const clock = watchClock(createVirtualClock(NOW));
    const { client, begin } = openStub({ clock });
    const grant = grantOf(
      await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    );
    expectStatus(await client.query(grant, latest()), 'ready');
    await setImmediate();
    expect(clock.waits).toBe(0);
  });
});
