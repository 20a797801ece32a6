import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type Calendar, createCalendar } from '../../src/calendar/index.js';
import {
  type Clock,
  createMemoryStore,
  createVirtualClock,
  isSelfInfoError,
  latest,
  publicProfile,
  SelfInfoError,
  type Store,
  type StoredEntry,
  type WireProfile,
} from '../../src/index.js';
import { expectStatus, grantOf, NOW, SESSION } from '../kit/loan.js';
import { errorOf, thrownBy } from '../kit/refusals.js';
import {
  goodAnswers,
  openStub,
  STUB_PROCESS,
  type StubOptions,
  type StubStage,
} from '../kit/stub.js';
import { watchClock } from '../kit/watch.js';

const secret = 'canary-of-the-host';
const explode = (): never => {
  throw new Error(secret);
};
const thrower = (error: unknown): never => {
  throw error;
};
/** Throws on every access, so that any look at it fails the test; it is not a promise. */
const mine = new Proxy(
  {},
  {
    has: explode,
    getPrototypeOf: explode,
    get: (_, name) => (name === 'then' ? undefined : explode()),
  },
);
const frozen = Object.freeze(new SelfInfoError('upstream_unavailable'));
const json = { 'content-type': 'application/json' };
const { fields, processStatuses } = publicProfile;
const stages = ['token', 'request', 'result'] as const;

/** A whole consent and query in which the test answers one stage. */
async function travel(stage: StubStage, answer: () => unknown, rest: StubOptions = {}) {
  const { client, begin, clock } = openStub({
    ...rest,
    answers: { [stage]: answer as () => Response },
  });
  const { callback } = await begin();
  const grant = grantOf(await client.completeConsent(callback, { sessionBinding: SESSION }));
  return client.query(grant, latest(), { onProgress: ({ retryAt }) => clock.set(retryAt) });
}

/** A look-alike of a response, with the right body of each stage. */
const alike = (stage: StubStage, status: unknown) => ({
  status,
  headers: new Headers(json),
  body: new Blob([JSON.stringify(goodAnswers[stage])]).stream(),
});

describe('turns a misbehaving injected fetch into a SelfInfoError at every stage, and shows nothing of it:', () => {
  it.each<[string, (stage: StubStage) => unknown, string]>([
    ['a rejection that throws on every access', () => Promise.reject(mine), 'connection_closed'],
    ['a rejection with a frozen SelfInfoError', () => Promise.reject(frozen), 'connection_closed'],
    ['a rejection with nothing', () => Promise.reject(undefined), 'connection_closed'],
    ['a thrown text', () => Promise.reject(secret), 'connection_closed'],
    ['no response', () => null, 'connection_closed'],
    ['a response that throws on every access', () => mine, 'connection_closed'],
    ['a response without a status', (stage) => alike(stage, undefined), 'response_invalid'],
    ['a status that is not a number', (stage) => alike(stage, Number.NaN), 'response_invalid'],
    ['a status in words', (stage) => alike(stage, '200'), 'response_invalid'],
    [
      'a body that breaks off with an error that throws on every access',
      () =>
        new Response(new ReadableStream({ pull: (controller) => controller.error(mine) }), {
          headers: json,
        }),
      'connection_closed',
    ],
  ])('%s', async (_, answer, code) => {
    for (const stage of stages) {
      const error = await errorOf(() => travel(stage, () => answer(stage)));
      expect({ code: error.code, stage: error.stage, effect: error.effect }).toEqual({
        code: code === 'connection_closed' && stage === 'request' ? 'answer_lost' : code,
        stage,
        effect: stage === 'result' ? 'none' : 'unknown',
      });
      expect(JSON.stringify(error) + error.stack).not.toContain(secret);
    }
  });

  it.each([199, 600])('a status of %i, which is not a success', async (status) => {
    expect(await travel('request', () => alike('request', status))).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_failed' },
    });
  });

  it('a SelfInfoError that calls a retry safe, after something was sent', async () => {
    for (const stage of ['token', 'request'] as const) {
      const error = await errorOf(() =>
        travel(stage, () => Promise.reject(new SelfInfoError('upstream_unavailable'))),
      );
      expect([error.effect, error.retry.safe]).toEqual(['unknown', false]);
    }
  });
});

describe('an endless body whose next chunk is always ready', () => {
  it.each([0, 1])(
    'of %i bytes each leaves other work its turn, and is not read once the caller has aborted',
    async (length) => {
      const controller = new AbortController();
      let cancelled = () => {};
      const end = new Promise<void>((resolve) => {
        cancelled = resolve;
      });
      const body = () =>
        new ReadableStream({
          pull: (stream) => stream.enqueue(new Uint8Array(length).fill(0x20)),
          cancel: cancelled,
        });
      const { client, begin } = openStub({
        answers: { token: () => new Response(body(), { headers: json }) },
      });
      const { callback } = await begin();
      setTimeout(() => controller.abort(), 20);
      const error = await errorOf(() =>
        client.completeConsent(callback, { sessionBinding: SESSION, signal: controller.signal }),
      );
      expect(error.code).toBe('aborted');
      await end;
    },
  );
});

describe('a misbehaving store', () => {
  const memory = () => createMemoryStore({ clock: createVirtualClock(NOW) });
  const getters = Object.defineProperties(
    {},
    { value: { get: explode }, expiresAt: { get: explode } },
  );

  it.each<[string, (inner: Store) => Partial<Store>]>([
    [
      'rejects with an error that throws on every access',
      () => ({ get: () => Promise.reject(mine) }),
    ],
    [
      'returns an entry that throws on every access',
      () => ({ get: async () => mine as StoredEntry }),
    ],
    ['returns an entry whose getters throw', () => ({ get: async () => getters as StoredEntry })],
    ['takes an entry whose getters throw', () => ({ take: async () => getters as StoredEntry })],
  ])('that %s fails the callback with a SelfInfoError', async (_, part) => {
    const inner = memory();
    const { client, begin, calls } = openStub({ store: { ...inner, ...part(inner) } });
    const { callback } = await begin();
    const error = await errorOf(() =>
      client.completeConsent(callback, { sessionBinding: SESSION }),
    );
    expect([error.code, JSON.stringify(error).includes(secret)]).toEqual(['store_failed', false]);
    expect(calls).toEqual([]);
  });

  /** Collects with a secret that the store has changed. */
  async function collectAfter(
    change: (secret: {
      retrieval: Record<string, unknown> & { terms: Record<string, unknown> };
    }) => void,
    expiresAt?: unknown,
  ) {
    const inner = memory();
    const get: Store['get'] = async (key) => {
      const kept = await inner.get(key);
      if (!key.startsWith('retrieval:') || kept === undefined || kept === 'taken') return kept;
      const value = JSON.parse(kept.value);
      change(value);
      return {
        value: JSON.stringify(value),
        expiresAt: expiresAt === undefined ? kept.expiresAt : (expiresAt as number),
      };
    };
    const { client, begin, calls } = openStub({ store: { ...inner, get } });
    const { callback } = await begin();
    const retrieval = await client.submit(
      grantOf(await client.completeConsent(callback, { sessionBinding: SESSION })),
      latest(),
    );
    const error = await errorOf(() => client.collect(retrieval));
    expect(calls).toEqual(['token', 'request']);
    return error.code;
  }

  it.each<[string, Parameters<typeof collectAfter>[0]]>([
    [
      'a period that never ends',
      ({ retrieval }) => Object.assign(retrieval.terms, { keepUntil: 'always' }),
    ],
    ['no period', ({ retrieval }) => Reflect.deleteProperty(retrieval.terms, 'keepUntil')],
    ['no items', ({ retrieval }) => Reflect.deleteProperty(retrieval.terms, 'items')],
    ['no purpose', ({ retrieval }) => Reflect.deleteProperty(retrieval.terms, 'purpose')],
    [
      'a purpose in one word',
      ({ retrieval }) => Object.assign(retrieval.terms, { purpose: 'housing-loan' }),
    ],
    ['no inquiries', ({ retrieval }) => Reflect.deleteProperty(retrieval, 'inquiries')],
    [
      'inquiries of another service',
      ({ retrieval }) => Object.assign(retrieval, { inquiries: { other: latest() } }),
    ],
  ])('that keeps %s with a retrieval stops the collecting', async (_, change) => {
    expect(await collectAfter(change)).toBe('store_failed');
  });

  it.each([Number.NaN, null, '2026-12-01'])(
    'that reports %s as the expiry of a retrieval stops the collecting',
    async (expiresAt) => {
      expect(await collectAfter(() => {}, expiresAt)).toBe('store_failed');
    },
  );
});

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

  it('that loses the time lets no request out, which can be sent once the time is back', async () => {
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

  it('that loses the time stops the reading of records', async () => {
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

describe('a misbehaving wire profile', () => {
  const withProfile = (part: Partial<WireProfile>) => ({ profile: { ...publicProfile, ...part } });
  const bodies: [string, () => unknown][] = [
    ['throws', explode],
    ['returns nothing', () => undefined],
    ['returns a value that JSON cannot represent', () => ({ number: 1n })],
  ];

  it.each(bodies)(
    'that %s for a request sends nothing, and leaves the consent unused',
    async (_, encode) => {
      let broken = true;
      const encodeRequest: WireProfile['encodeRequest'] = (...given) =>
        broken ? encode() : publicProfile.encodeRequest(...given);
      const { client, begin, calls } = openStub(withProfile({ encodeRequest }));
      const grant = grantOf(
        await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
      );
      const { code, path, effect, message, messageJa } = await errorOf(() =>
        client.submit(grant, latest()),
      );
      expect([code, path, effect]).toEqual([
        'invalid_option',
        'environment.profile.encodeRequest',
        'none',
      ]);
      expect(message).toContain('It must return a value that JSON can represent.');
      expect(messageJa).toContain('JSON で表せる値を返す必要があります。');
      expect(calls).toEqual(['token']);
      broken = false;
      expectStatus(await client.query(grant, latest()), 'ready');
    },
  );

  it.each(bodies)(
    'that %s for a poll sends nothing, and leaves the retrieval collectable',
    async (_, encodePoll) => {
      const { path, retrieval } = await errorOf(() =>
        travel('result', explode, withProfile({ encodePoll })),
      );
      expect([path, retrieval === undefined]).toEqual(['environment.profile.encodePoll', false]);
    },
  );

  it.each<[string, () => never]>([
    ['throws', explode],
    ['returns nothing', () => undefined as never],
    ['returns a result without items', () => ({ processId: 'x', status: 'done' }) as never],
    [
      'throws a frozen SelfInfoError',
      () => {
        throw frozen;
      },
    ],
  ])('that %s makes the result invalid, without effect', async (_, decodeResult) => {
    const { code, stage, effect, message, messageJa } = await errorOf(() =>
      travel('result', () => Response.json(goodAnswers.result), withProfile({ decodeResult })),
    );
    expect([code, stage, effect]).toEqual(['response_invalid', 'result', 'none']);
    expect(message).toBe('The answer breaks the protocol: the profile cannot decode it.');
    expect(messageJa).toContain('プロファイルでデコードできません。');
  });

  it.each<[string, unknown]>([
    ['of no characters', ''],
    ['that is not a text', 5],
    ['in a list', ['p']],
    ['of 1,025 characters', 'x'.repeat(1_025)],
  ])(
    'that returns a process id %s makes the response invalid, and the consent counts as used',
    async (_, id) => {
      const { client, begin, calls } = openStub(withProfile({ decodeProcess: () => id as string }));
      const grant = grantOf(
        await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
      );
      const { code, stage, effect, message, messageJa } = await errorOf(() =>
        client.submit(grant, latest()),
      );
      expect([code, stage, effect]).toEqual(['response_invalid', 'request', 'unknown']);
      expect(message).toBe(
        'The answer breaks the protocol: its process id is not a text of at most 1024 characters.',
      );
      expect(messageJa).toContain('処理IDが 1024 文字以下の文字列ではありません。');
      expect((await errorOf(() => client.submit(grant, latest()))).code).toBe('grant_used');
      expect(calls).toEqual(['token', 'request']);
    },
  );
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

describe('a misbehaving calendar', () => {
  const busy = {
    [fields.processId.value]: STUB_PROCESS,
    [fields.processStatus.value]: processStatuses.busy.value,
  };

  it.each<[string, () => Calendar]>([
    ['throws', explode],
    ['is not a calendar', () => secret as never],
    ['knows nothing of these years', () => createCalendar({ extraHolidays: [] })],
  ])(
    'that %s vetoes nothing: submit and collect go on without what it would have added',
    async (_, calendar) => {
      let isOver = false;
      const clock = createVirtualClock(NOW);
      const { client, begin } = openStub({
        clock,
        calendar: () => (isOver ? calendar() : createCalendar()),
        answers: {
          result: () => Response.json(busy),
          token: () => Response.json({ ...goodAnswers.token, expires_in: 3_000_000_000 }),
        },
      });
      const grant = grantOf(
        await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
      );
      isOver = true;
      clock.set('2061-01-01T10:00:00+09:00');
      const retrieval = await client.submit(grant, latest());
      expect(await client.collect(retrieval)).toEqual({
        status: 'unavailable',
        until: null,
        causes: [],
        retrieval,
      });
    },
  );

  it.each<[string, () => Calendar]>([
    ['throws', explode],
    ['throws an object that throws on every access', () => thrower(mine)],
    ['is not a calendar', () => secret as never],
    ['throws at a query', () => ({ ...createCalendar(), status: explode })],
  ])('that %s is named at its first use, and nothing begins', async (_, calendar) => {
    const store = createMemoryStore();
    const put = vi.fn(store.put);
    const { client } = openStub({ calendar, store: { ...store, put } });
    for (const ask of [
      () => client.availability(),
      () => client.beginConsent({ sessionBinding: SESSION }),
    ]) {
      const error = await errorOf(ask);
      expect({ code: error.code, path: error.path, cause: error.cause }).toEqual({
        code: 'invalid_option',
        path: 'options.calendar',
        cause: undefined,
      });
      expect(JSON.stringify(error) + error.stack).not.toContain(secret);
    }
    expect(put).toHaveBeenCalledTimes(0);
  });
});

describe('a misbehaving retrieval', () => {
  it('is invalid, no matter what its getters throw, and shows nothing of it', async () => {
    const { client, begin } = openStub({});
    const retrieval = await client.submit(
      grantOf(await client.completeConsent((await begin()).callback, { sessionBinding: SESSION })),
      latest(),
    );
    const spoilt = (key: string, error: unknown) =>
      Object.defineProperty({ ...retrieval }, key, { get: () => thrower(error), enumerable: true });
    for (const given of [
      mine,
      ...Object.keys(retrieval).flatMap((key) => [
        spoilt(key, new Error(secret)),
        spoilt(key, mine),
      ]),
    ]) {
      for (const use of [() => client.resume(given), () => client.collect(given as never)]) {
        const error = await errorOf(use);
        expect(error.code).toBe('invalid_retrieval');
        expect(JSON.stringify(error) + error.stack).not.toContain(secret);
      }
    }
    expectStatus(await client.collect(retrieval), 'ready');
  });
});
