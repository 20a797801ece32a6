import { describe, expect, it } from 'vitest';
import { type CodecFunction, isSelfInfoError, SelfInfoError } from '../../src/index.js';
import { expectStatus } from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { STUB_PROCESS, uncaughtDuring } from '../kit/stub.js';
import { byNow } from '../kit/watch.js';
import { ASKED, CANARY, expectSilent, openBroken, reasonOf } from './codecs.js';

const thrower = (error: unknown) => () => {
  throw error;
};
const hostile = thrower(new Error(CANARY));
const trapped = new Proxy(
  {},
  { get: hostile, has: hostile, getPrototypeOf: hostile, ownKeys: hostile },
);
/** Not registered as a secret, since the test itself makes errors that show it. */
const SHOWN = 'canary';
const ours = () =>
  Object.assign(
    new SelfInfoError('upstream_refused', {
      path: SHOWN,
      effect: 'none',
      upstream: { status: 400, code: SHOWN },
      expected: { en: SHOWN, ja: SHOWN },
    }),
    { retrieval: SHOWN, cause: SHOWN },
  );
/** Has a `then` that can be read once. */
const fleeting = () => {
  let reads = 0;
  return Object.defineProperty({}, 'then', {
    get: () => (reads++ === 0 ? undefined : hostile()),
  });
};

/** What a function of a codec can do in place of returning its result. */
const failures: [string, () => unknown, string][] = [
  ['throws an Error', hostile, 'It threw.'],
  ['throws nothing', thrower(undefined), 'It threw.'],
  ['throws a text', thrower(CANARY), 'It threw.'],
  ['throws a proxy that throws', thrower(trapped), 'It threw.'],
  ['throws an error of this package', thrower(ours()), 'It threw.'],
  ['throws a frozen error of this package', thrower(Object.freeze(ours())), 'It threw.'],
  ['throws its own abort', thrower(new DOMException(CANARY, 'AbortError')), 'It threw.'],
  ['rejects with an Error', async () => hostile(), 'It threw.'],
  ['rejects with a proxy that throws', () => Promise.reject(trapped), 'It threw.'],
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried.
  ['returns a thenable that throws', () => ({ then: hostile }), 'It threw.'],
  [
    'returns a thenable whose getter throws',
    () => Object.defineProperty({}, 'then', { get: hostile }),
    'It threw.',
  ],
  ['returns a proxy that throws', () => trapped, 'It threw.'],
  ['returns a thenable that changes', fleeting, ''],
];

const before: CodecFunction[] = ['encodeRequest', 'sign'];
const afterwards: CodecFunction[] = ['decodeRefusal', 'decodeProcess'];
const later: CodecFunction[] = ['encodePoll', 'decodeResult'];
const each = (names: CodecFunction[]) =>
  names.flatMap((name) => failures.map(([how, output, why]) => [name, how, output, why] as const));

describe('a codec', () => {
  it.each(each(before))(
    'whose %s %s sends nothing, and leaves the consent unused',
    async (name, _, output, why) => {
      const { client, consent, broken, calls } = openBroken(name);
      const grant = await consent();
      broken.output = output;
      const error = expectSilent(await errorOf(() => client.query(grant, ASKED)));
      expect([facts(error), error.path, error.retrieval]).toEqual([
        { code: 'codec_failed', stage: 'request', effect: 'none', safe: true },
        `environment.profile.codec.${name}`,
        undefined,
      ]);
      expect(reasonOf(error)).toContain(why);
      expect(calls).toEqual(['token']);
      delete broken.output;
      expectStatus(await client.query(grant, ASKED), 'ready');
    },
  );

  it.each(
    each(afterwards).flatMap((row) => [
      [...row, 201, 'applied'] as const,
      // A decoder sees only a success.
      ...(row[0] === 'decodeRefusal' ? [[...row, 503, 'unknown'] as const] : []),
    ]),
  )(
    'whose %s %s keeps the response of a request with any status',
    async (name, _, output, why, status, effect) => {
      const { client, consent, broken, store, clock, calls } = openBroken(name, {
        answers: {
          request: () => Response.json({ process_id: STUB_PROCESS }, { status }),
        },
      });
      const grant = await consent();
      broken.output = output;
      const error = expectSilent(await errorOf(() => client.query(grant, ASKED)));
      expect([facts(error), error.path]).toEqual([
        {
          code: 'codec_failed',
          stage: 'request',
          effect,
          safe: false,
        },
        `environment.profile.codec.${name}`,
      ]);
      expect(reasonOf(error)).toContain(why);
      expect((await errorOf(() => client.query(grant, ASKED))).code).toBe('grant_used');
      expect(calls).toEqual(['token', 'request']);
      // In another process, the corrected codec reads what was kept.
      const other = openBroken(name, { store, clock });
      const collected = await other.client.collect(other.client.resume(error.retrieval));
      if (status !== 503) expectStatus(collected, 'ready');
      else
        expect(facts(expectStatus(collected, 'failed').error)).toEqual({
          code: 'upstream_unavailable',
          stage: 'request',
          effect: 'unknown',
          safe: false,
        });
    },
  );

  it.each(each(later))(
    'whose %s %s while an answer is fetched keeps it for a corrected one',
    async (name, _, output, why) => {
      const { client, consent, broken, store, clock } = openBroken(name);
      broken.output = output;
      const error = expectSilent(await errorOf(async () => client.query(await consent(), ASKED)));
      const expected = { code: 'codec_failed', stage: 'result', effect: 'none', safe: true };
      expect([facts(error), error.path]).toEqual([expected, `environment.profile.codec.${name}`]);
      expect(reasonOf(error)).toContain(why);
      const retrieval = client.resume(error.retrieval);
      const again = expectSilent(await errorOf(() => client.collect(retrieval)));
      expect([facts(again), again.retrieval]).toEqual([expected, retrieval]);
      const other = openBroken(name, { store, clock });
      expectStatus(await other.client.collect(retrieval), 'ready');
    },
  );

  it("that passes on an error of this package's readers gets a new one of the same text", async () => {
    let caught: SelfInfoError | undefined;
    const { client, consent } = openBroken('sign', {
      answers: { result: () => new Response(`{"a":${CANARY}}`) },
      codec: {
        async decodeResult(reply) {
          try {
            await reply.json();
          } catch (error) {
            if (isSelfInfoError(error)) caught = Object.assign(error, { message: SHOWN });
            throw error;
          }
          throw new Error(CANARY);
        },
      },
    });
    const error = expectSilent(await errorOf(async () => client.query(await consent(), ASKED)));
    expect([facts(error), error.message]).toEqual([
      { code: 'response_invalid', stage: 'result', effect: 'none', safe: false },
      'The response is not valid: it is not JSON.',
    ]);
    expect(error).not.toBe(caught);
  });
});

const all = [...before, ...afterwards, ...later];

describe('a promise of a codec that never settles', () => {
  it.each(all)("ends after ten seconds by the client's clock, from %s", async (name) => {
    const { client, consent, broken, clock } = openBroken(name);
    const grant = await consent();
    broken.output = () => new Promise(() => {});
    const call = client.query(grant, ASKED).catch((error: unknown) => error);
    expect(await byNow(call)).toBe('still under way');
    clock.advance(9_999);
    expect(await byNow(call)).toBe('still under way');
    clock.advance(1);
    const error = expectSilent(await call);
    expect([error.code, error.path, reasonOf(error)]).toEqual([
      'codec_failed',
      `environment.profile.codec.${name}`,
      'It took more than ten seconds.',
    ]);
    delete broken.output;
    const collected = error.retrieval
      ? client.collect(client.resume(error.retrieval))
      : client.query(grant, ASKED);
    expectStatus(await collected, 'ready');
  });

  it.each(all)('ends with the signal of the caller, from %s', async (name) => {
    const { client, consent, broken } = openBroken(name);
    const grant = await consent();
    const controller = new AbortController();
    broken.output = () => new Promise(() => {});
    const call = client
      .query(grant, ASKED, { signal: controller.signal })
      .catch((error: unknown) => error);
    expect(await byNow(call)).toBe('still under way');
    controller.abort(new Error(CANARY));
    const error = expectSilent(await call);
    const harmless = !afterwards.includes(name);
    expect(facts(error)).toEqual({
      code: 'aborted',
      stage: later.includes(name) ? 'result' : 'request',
      effect: harmless ? 'none' : 'applied',
      safe: harmless,
    });
    delete broken.output;
    const collected = error.retrieval
      ? client.collect(client.resume(error.retrieval))
      : client.query(grant, ASKED);
    expectStatus(await collected, 'ready');
  });

  it.each(all)('changes nothing when it settles too late, from %s', async (name) => {
    const { client, consent, broken, clock } = openBroken(name);
    for (const settle of ['resolve', 'reject'] as const) {
      const late: { resolve?: (value: unknown) => void; reject?: (error: unknown) => void } = {};
      const grant = await consent();
      broken.output = () =>
        new Promise((resolve, reject) => Object.assign(late, { resolve, reject }));
      const call = client.query(grant, ASKED).catch((error: unknown) => error);
      await byNow(call);
      clock.advance(10_000);
      expectSilent(await call);
      expect(await uncaughtDuring(async () => late[settle]?.(new Error(CANARY)))).toEqual([]);
    }
  });
});
