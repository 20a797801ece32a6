import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createVirtualClock, latest } from '../../src/index.js';
import { expectStatus, grantOf, NOW, SESSION } from '../kit/loan.js';
import { thrownBy } from '../kit/refusals.js';
import { goodAnswers, openStub, STUB_PROCESS } from '../kit/stub.js';
import { watchClock } from '../kit/watch.js';
import { explode, fields, frozen, mine, processStatuses, secret } from './injected.js';

describe('an error of onProgress', () => {
  const running = {
    [fields.processId.value]: STUB_PROCESS,
    [fields.processStatus.value]: processStatuses.running.value,
  };

  async function openWaiting() {
    const clock = watchClock(createVirtualClock(NOW));
    let isDone = false;
    const { client, begin } = openStub({
      clock,
      answers: { result: () => Response.json(isDone ? goodAnswers.result : running) },
    });
    const grant = grantOf(
      await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    );
    const finish = () => {
      isDone = true;
    };
    return { client, grant, clock, finish };
  }

  const given: [string, unknown, boolean][] = [
    ['an error', new Error('of the host'), true],
    ['a frozen SelfInfoError', frozen, false],
    ['an object that throws on every access', mine, false],
    [
      'an object whose retrieval cannot be set',
      Object.defineProperty({}, 'retrieval', { set: explode }),
      false,
    ],
    ['a text', secret, false],
    ['nothing', undefined, false],
  ];

  it.each(given)(
    '%s: loses no answer of a query, whose consent is used, and leaves no wait behind',
    async (_, thrown, isKept) => {
      for (const onProgress of [
        () => Promise.reject(thrown),
        () => {
          throw thrown;
        },
      ]) {
        const { client, grant, clock, finish } = await openWaiting();
        const error = await thrownBy(() => client.query(grant, latest(), { onProgress }));
        if (isKept) expect(error).toBe(thrown);
        else
          expect(error).toMatchObject({
            code: 'aborted',
            stage: 'result',
            effect: 'none',
            retry: { safe: true },
          });
        expect(String(error)).not.toContain(secret);
        // A wait that was cancelled settles in the turn after.
        await setImmediate();
        expect(clock.waits).toBe(0);
        finish();
        expectStatus(await client.collect(client.resume(Object(error).retrieval)), 'ready');
      }
    },
  );

  it.each(given)(
    '%s: passes through collect unchanged, which leaves the retrieval with its caller',
    async (_, thrown) => {
      const { client, grant, finish } = await openWaiting();
      const retrieval = await client.submit(grant, latest());
      let caught: { readonly error: unknown } | undefined;
      await client
        .collect(retrieval, { onProgress: () => Promise.reject(thrown) })
        .catch((error: unknown) => {
          caught = { error };
        });
      expect(caught !== undefined && Object.is(caught.error, thrown)).toBe(true);
      finish();
      expectStatus(await client.collect(retrieval), 'ready');
    },
  );
});
