import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  defineService,
  latest,
  type SelfInfoError,
  type StandardSchema,
  type Store,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import {
  answerAt,
  expectStatus,
  grantOf,
  hangAt,
  loan,
  openBank,
  registrationOf,
  SESSION,
  visits,
} from '../kit/loan.js';
import { errorOf, facts } from '../kit/refusals.js';
import { hangingStore } from '../kit/stores.js';

const asked = { income: latest() };
const never = () => new Promise<never>(() => {});

/** Aborts, and returns the error of a call that must fail before the next timer fires. */
async function abortNow(
  controller: AbortController,
  call: Promise<unknown>,
): Promise<SelfInfoError> {
  const failing = errorOf(() => call);
  let ticked = false;
  const timer = setTimeout(() => {
    ticked = true;
  }, 0);
  controller.abort(new Error('canary'));
  const error = await failing;
  expect(ticked).toBe(false);
  clearTimeout(timer);
  expect(JSON.stringify(error) + error.stack + error.cause).not.toContain('canary');
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  return error;
}

/** Waits until everything that could still happen has happened. */
async function settle() {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}

describe('an abort ends the call before the next timer and sends nothing more', () => {
  it.each<[string, keyof Store, 'transaction' | 'retrieval', object, readonly string[]]>([
    ['begin', 'put', 'transaction', { stage: 'consent', effect: 'none', safe: true }, []],
    ['callback', 'get', 'transaction', { stage: 'callback', effect: 'none', safe: true }, []],
    // The take may have happened, so a retry would be a replay.
    ['callback', 'take', 'transaction', { stage: 'callback', effect: 'unknown', safe: false }, []],
    [
      'query',
      'put',
      'retrieval',
      { stage: 'request', effect: 'applied', safe: false },
      ['/oauth/token', '/request'],
    ],
    // Only a later collect reads the store: query has the secret at hand.
    [
      'collect',
      'get',
      'retrieval',
      { stage: 'result', effect: 'none', safe: true },
      ['/oauth/token', '/request'],
    ],
  ])(
    'during %s while the store hangs at %s of a %s',
    async (call, method, kind, expected, sent) => {
      const { store, reached } = hangingStore(method, kind);
      const { client, sandbox, calls } = openBank({ store });
      const controller = new AbortController();
      const { signal } = controller;
      const journey = (async () => {
        const { url } = await client.beginConsent({ sessionBinding: SESSION, signal });
        const outcome = await client.completeConsent(
          await sandbox.visit(url, { persona: 'hanako' }),
          { sessionBinding: SESSION, signal },
        );
        const grant = grantOf(outcome);
        if (call !== 'collect') return client.query(grant, asked, { signal });
        return client.collect(await client.submit(grant, asked), { signal });
      })();
      await reached;
      const error = await abortNow(controller, journey);
      expect(facts(error)).toEqual({ code: 'aborted', ...expected });
      // After the request the error carries the retrieval.
      expect('retrieval' in error).toBe(call === 'query');
      await settle();
      expect(calls).toEqual(sent);
    },
  );

  it.each([
    ['token', '/oauth/token', { effect: 'unknown', safe: false }],
    ['request', '/request', { effect: 'unknown', safe: false }],
    ['result', '/result', { effect: 'none', safe: true }],
  ] as const)(
    'at the stage %s with a transport that ignores its signal',
    async (stage, path, expected) => {
      const { reached, intercept } = hangAt(path);
      const { client, callback, calls } = openBank({ intercept });
      const back = await callback();
      const controller = new AbortController();
      const { signal } = controller;
      const journey = client
        .completeConsent(back, { sessionBinding: SESSION, signal })
        .then((outcome) => client.query(grantOf(outcome), asked, { signal }));
      await reached;
      expect(facts(await abortNow(controller, journey))).toEqual({
        code: 'aborted',
        stage,
        ...expected,
      });
      await settle();
      expect(calls.at(-1)).toBe(path);
      expect(new Set(calls).size).toBe(calls.length);
    },
  );

  it.each([
    ['between two polls', undefined],
    [
      'before a failed poll is repeated',
      answerAt('/result', () => new Response('', { status: 503 })),
    ],
  ])('while collect waits %s', async (_, options) => {
    const { client, consent, calls } = openBank(options);
    const retrieval = await client.submit(await consent(), asked);
    const controller = new AbortController();
    let tell = () => {};
    const waiting = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const collecting = client.collect(retrieval, {
      signal: controller.signal,
      onProgress: () => tell(),
    });
    await waiting;
    await settle();
    expect(facts(await abortNow(controller, collecting))).toEqual({
      code: 'aborted',
      stage: 'result',
      effect: 'none',
      safe: true,
    });
    await settle();
    expect(calls.filter((path) => path === '/result')).toHaveLength(1);
  });

  it('while collect waits by a clock that ignores its signal', async () => {
    const { sandbox, clock } = openBank();
    const deaf = { now: clock.now, wait: never };
    const client = createSelfInfoClient({
      service: loan,
      environment: sandbox.environment(),
      clock: deaf,
      fetch: sandbox.fetch,
    });
    const retrieval = await client.submit(await visits(client, sandbox).consent(), asked);
    const controller = new AbortController();
    const collecting = client.collect(retrieval, { signal: controller.signal });
    await settle();
    expect((await abortNow(controller, collecting)).code).toBe('aborted');
  });

  it('while an answer of five megabytes is read, after any number of slices', async () => {
    const text = JSON.stringify({
      filler: Array(60_000).fill({ a: '所得の内訳', b: [1, 2, 3], c: null }),
    });
    expect(Buffer.byteLength(text)).toBeGreaterThan(2_500_000);
    const body = Buffer.from(text.replace('{', '{"padding":"'.concat('x'.repeat(2_500_000), '",')));
    for (const turns of [1, 5, 15, 40, 60, 75]) {
      const { intercept } = answerAt(
        '/result',
        async () => new Response(body, { headers: { 'content-type': 'application/json' } }),
      );
      const { client, consent, calls } = openBank({ intercept });
      const retrieval = await client.submit(await consent(), asked);
      const controller = new AbortController();
      const collecting = client.collect(retrieval, { signal: controller.signal });
      collecting.catch(() => undefined);
      while (!calls.includes('/result')) await setImmediate();
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      expect(facts(await abortNow(controller, collecting))).toEqual({
        code: 'aborted',
        stage: 'result',
        effect: 'none',
        safe: true,
      });
    }
  });

  it('while records are validated, and no further record is validated', async () => {
    let checked = 0;
    const validate = (value: unknown) => {
      checked++;
      return { value };
    };
    const schema: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate } };
    const service = defineService({
      ...loan,
      items: { income: { ...loan.items.income, record: schema } },
    });
    const record = { holder_name: 'municipal', field_values: {} };
    const { intercept } = answerAt('/result', async (request) => {
      const item = {
        item_code: 'TM00000000000002',
        item_status: 'PRESENT',
        record_list: Array(20_000).fill(record),
      };
      return Response.json({
        ...((await request.json()) as object),
        process_status: 'DONE',
        selfPersonalData: [item],
      });
    });
    const { client, consent } = openBank({ service, intercept });
    const retrieval = await client.submit(await consent(), asked);
    const controller = new AbortController();
    const collecting = client.collect(retrieval, { signal: controller.signal });
    while (checked === 0) await setImmediate();
    expect(facts(await abortNow(controller, collecting))).toEqual({
      code: 'aborted',
      stage: 'result',
      effect: 'none',
      safe: true,
    });
    const before = checked;
    await settle();
    expect([checked, checked < 20_000]).toEqual([before, true]);
  });
});

describe('an abort over a real connection', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it.each(['token', 'request', 'result'] as const)(
    'at the stage %s ends the call before the next timer',
    async (on) => {
      const sandbox = await startSandbox({
        registrations: [registrationOf(loan)],
        faults: [{ on, do: 'stall' }],
      });
      ends.push(sandbox.close);
      const client = createSelfInfoClient({ service: loan, ...sandbox.connection });
      ends.push(client.close);
      const back = await visits(client, sandbox).callback();
      const controller = new AbortController();
      const { signal } = controller;
      const journey = client
        .completeConsent(back, { sessionBinding: SESSION, signal })
        .then((outcome) => client.query(grantOf(outcome), asked, { signal }));
      journey.catch(() => undefined);
      while (!sandbox.journal.some(({ step, fault }) => step === on && fault === 'stall'))
        await setImmediate();
      const { code, stage } = await abortNow(controller, journey);
      expect([code, stage]).toEqual(['aborted', on]);
    },
  );
});

describe('a long-lived signal of the caller', () => {
  it('has no listener left after the calls, and many concurrent calls cause no warning', async () => {
    const warnings: string[] = [];
    const warned = (warning: Error) => void warnings.push(warning.name);
    process.on('warning', warned);
    const { signal } = new AbortController();
    const { client, sandbox, onProgress } = openBank();
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        const { url } = await client.beginConsent({ sessionBinding: SESSION, signal });
        const outcome = await client.completeConsent(
          await sandbox.visit(url, { persona: 'hanako' }),
          { sessionBinding: SESSION, signal },
        );
        const retrieval = await client.submit(grantOf(outcome), asked, { signal });
        await client.collect(retrieval, { signal, onProgress });
      }),
    );
    await settle();
    process.off('warning', warned);
    expect([getEventListeners(signal, 'abort'), warnings]).toEqual([[], []]);
  });

  it('that has aborted already stops every call before it begins', async () => {
    const { client, callback, consent, calls } = openBank();
    const [back, grant] = [await callback(), await consent()];
    const retrieval = await client.submit(await consent(), asked);
    const before = calls.length;
    const signal = AbortSignal.abort();
    for (const call of [
      () => client.beginConsent({ sessionBinding: SESSION, signal }),
      () => client.completeConsent(back, { sessionBinding: SESSION, signal }),
      () => client.submit(grant, asked, { signal }),
      () => client.query(grant, asked, { signal }),
      () => client.collect(retrieval, { signal }),
    ]) {
      const { code, effect } = await errorOf(call);
      expect([code, effect]).toEqual(['aborted', 'none']);
    }
    expect(calls).toHaveLength(before);
    // Nothing was used.
    grantOf(await client.completeConsent(back, { sessionBinding: SESSION }));
    expect((await client.submit(grant, asked)).v).toBe(2);
  });
});

describe('an abort while the retrieval is being stored', () => {
  it('leaves the retrieval usable if the store keeps it after all', async () => {
    const inner = createMemoryStore();
    let keep = () => {};
    const kept = new Promise<void>((resolve) => {
      keep = resolve;
    });
    const store: Store = {
      ...inner,
      async put(key, ...rest) {
        if (key.startsWith('retrieval:')) await kept;
        await inner.put(key, ...rest);
      },
    };
    const { client, consent, calls, onProgress } = openBank({ store });
    const controller = new AbortController();
    const submitting = client.submit(await consent(), asked, { signal: controller.signal });
    while (!calls.includes('/request')) await setImmediate();
    await settle();
    const error = await abortNow(controller, submitting);
    keep();
    await settle();
    expectStatus(
      await client.collect(client.resume(JSON.stringify(error.retrieval)), { onProgress }),
      'ready',
    );
    expect(calls.filter((path) => path === '/request')).toHaveLength(1);
  });
});
