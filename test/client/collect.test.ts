import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  latest,
  type Progress,
  type Store,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import {
  answerAt,
  type BankOptions,
  expectStatus,
  type Loan,
  loan,
  openBank,
  registrationOf,
  visits,
} from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { rounds } from '../kit/size.js';

const asked = { income: latest() };
type Intercept = NonNullable<BankOptions<Loan>['intercept']>;

/** Lets polls fail in turn as the list says. Later polls pass. */
function failing(...faults: readonly (() => Response | Promise<Response>)[]): {
  readonly intercept: Intercept;
} {
  const left = [...faults];
  return answerAt('/result', (request, pass) => left.shift()?.() ?? pass(request));
}
const reset = () => Promise.reject(new TypeError('fetch failed'));
const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response('<html>', { status: code, headers });
const polls = (calls: readonly string[]) => calls.filter((path) => path === '/result').length;

/** A bank with a submitted retrieval, and the progress that collect reports. */
async function ready(options: BankOptions<Loan>) {
  const bank = openBank(options);
  const retrieval = await bank.client.submit(await bank.consent(), asked);
  const told: Progress[] = [];
  const onProgress = (progress: Progress) => {
    told.push(progress);
    bank.clock.set(progress.retryAt);
  };
  return { ...bank, retrieval, told, onProgress };
}

describe('a poll that fails temporarily', () => {
  it.each([
    ['a lost connection', reset],
    ['HTTP 429', status(429)],
    ['HTTP 500', status(500)],
    ['HTTP 502', status(502)],
    ['HTTP 503', status(503)],
    ['HTTP 504', status(504)],
  ])('is repeated after %s until the answer comes', async (_, fault) => {
    const { client, calls, retrieval, onProgress } = await ready(failing(fault, fault, fault));
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    expect(calls.filter((path) => path === '/request')).toHaveLength(1);
    // Three failed polls, one too early, one with the answer.
    expect(polls(calls)).toBe(5);
  });

  it('is repeated at most three times in a row, and the retrieval stays usable', async () => {
    const { client, calls, retrieval, onProgress, told } = await ready(
      failing(reset, reset, reset, reset),
    );
    const error = await errorOf(() => client.collect(retrieval, { onProgress }));
    expect([error.code, error.stage, error.effect, error.retry]).toEqual([
      'connection_closed',
      'result',
      'none',
      { safe: true },
    ]);
    expect([polls(calls), told.length]).toEqual([4, 3]);
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
  });

  it('is counted from zero again after a poll that succeeds', async () => {
    // The pensioner's result is ready at the fourth poll that passes.
    const faults = [
      reset,
      reset,
      reset,
      undefined,
      reset,
      reset,
      reset,
      undefined,
      reset,
      reset,
      reset,
    ];
    const { client, consent, calls, onProgress } = openBank(
      answerAt('/result', (request, pass) => faults.shift()?.() ?? pass(request)),
    );
    expectStatus(await client.query(await consent('pensioner'), asked, { onProgress }), 'ready');
    expect(polls(calls)).toBe(9 + 4);
  });

  it.each([
    [503, 'unavailable'],
    [500, 'unavailable'],
    [429, 'unavailable'],
  ])(
    'turns HTTP %i after four polls into the status %s, and the retrieval stays usable',
    async (code, expected) => {
      const fault = status(code);
      const { client, calls, retrieval, onProgress } = await ready(
        failing(fault, fault, fault, fault),
      );
      const result = expectStatus(await client.collect(retrieval, { onProgress }), 'unavailable');
      expect([result.status, result.until, polls(calls)]).toEqual([expected, null, 4]);
      expectStatus(
        await client.collect(client.resume(JSON.stringify(result.retrieval)), { onProgress }),
        'ready',
      );
    },
  );

  it.each([
    ['half', () => 0.5, ['10:00:00.250', '10:00:00.750', '10:00:01.750']],
    ['none', () => 0, ['10:00:00', '10:00:00', '10:00:00']],
    ['all', () => 1, ['10:00:00.500', '10:00:01.500', '10:00:03.500']],
    ['a little', () => 0.0001, ['10:00:00.001', '10:00:00.002', '10:00:00.003']],
    ['more than all', () => 7, ['10:00:00.500', '10:00:01.500', '10:00:03.500']],
    ['less than nothing', () => -1, ['10:00:00.500', '10:00:01.500', '10:00:03.500']],
    ['no number', () => Number.NaN, ['10:00:00.500', '10:00:01.500', '10:00:03.500']],
    [
      'an error',
      () => expect.fail('a random that throws is not passed on'),
      ['10:00:00.500', '10:00:01.500', '10:00:03.500'],
    ],
  ])('waits a doubling backoff when random gives %s', async (_, random, times) => {
    const { client, retrieval, onProgress, told } = await ready({
      ...failing(reset, reset, reset, reset),
      random,
    });
    await errorOf(() => client.collect(retrieval, { onProgress }));
    expect(told).toEqual(
      times.map((time, index) => ({ attempt: index + 1, retryAt: `2026-12-01T${time}+09:00` })),
    );
  });

  it('draws a new random number before each wait', async () => {
    const shares = [0.2, 0.4, 0.6];
    const { client, retrieval, onProgress, told } = await ready({
      ...failing(reset, reset, reset),
      random: () => shares.shift() ?? 0,
    });
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    expect(told.slice(0, 3).map(({ retryAt }) => retryAt.slice(17, 23))).toEqual([
      '00.100',
      '00.500',
      '01.700',
    ]);
  });

  it.each([
    ['seconds', '4', '10:00:04'],
    ['a date', 'Tue, 01 Dec 2026 01:00:07 GMT', '10:00:07'],
    ['a date that has passed', 'Mon, 30 Nov 2026 01:00:00 GMT', '10:00:00.500'],
    ['no seconds', '0', '10:00:00.500'],
    ['less than nothing', '-4', '10:00:00.500'],
    ['half a second', '0.5', '10:00:00.500'],
    ['thirty years', '946707779', '10:00:00.500'],
    ['more than a number holds', '9'.repeat(400), '10:00:00.500'],
    ['the end of time', 'Fri, 31 Dec 9999 23:59:59 GMT', '10:00:00.500'],
    ['a day that does not exist', 'Tue, 99 Dec 2026 01:00:07 GMT', '10:00:00.500'],
    ['two things', '4, 5', '10:00:00.500'],
    ['words', 'later', '10:00:00.500'],
  ])('waits as Retry-After says, or the backoff if it is unusable: %s', async (_, header, time) => {
    const { client, retrieval, onProgress, told } = await ready({
      ...failing(status(503, { 'retry-after': header })),
      random: () => 1,
    });
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    expect(told[0]).toEqual({ attempt: 1, retryAt: `2026-12-01T${time}+09:00` });
  });

  it('is not repeated when Retry-After reaches the deadline', async () => {
    const { client, calls, retrieval, onProgress, told } = await ready(
      failing(status(503, { 'retry-after': '5' })),
    );
    const result = expectStatus(
      await client.collect(retrieval, { deadlineMs: 5_000, onProgress }),
      'unavailable',
    );
    expect([result.until, told, polls(calls)]).toEqual(['2026-12-01T10:00:05+09:00', [], 1]);
  });

  it.each([
    ['a refusal', () => Response.json({ error: 'invalid_token' }, { status: 401 })],
    [
      'a body that is no JSON',
      () => new Response('{', { headers: { 'content-type': 'application/json' } }),
    ],
    [
      'a maintenance page that says 200',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    ],
    [
      'the answer to another process',
      () => Response.json({ process_id: 'another', process_status: 'DONE' }),
    ],
  ])('end the poll at once: %s', async (_, fault) => {
    const { client, calls, retrieval, onProgress, told } = await ready(failing(fault));
    const result = await client
      .collect(retrieval, { onProgress })
      .catch(() => ({ status: 'thrown' }));
    expect(['failed', 'thrown']).toContain(result.status);
    expect([polls(calls), told]).toEqual([1, []]);
  });

  it.each(['/oauth/token', '/request'])('include every temporary failure at %s', async (path) => {
    for (const fault of [reset, status(503), status(500), status(429)]) {
      const { client, consent, calls } = openBank(answerAt(path, fault));
      await Promise.allSettled([consent().then((grant) => client.query(grant, asked))]);
      expect(calls.filter((called) => called === path)).toHaveLength(1);
    }
  });
});

describe('a portal that is down', () => {
  it('is polled three more times, and the error says that a retry is safe', async () => {
    const sandbox = await startSandbox({ registrations: [registrationOf(loan)] });
    const client = createSelfInfoClient({ service: loan, ...sandbox.connection, random: () => 0 });
    try {
      const retrieval = await client.submit(await visits(client, sandbox).consent(), asked);
      await sandbox.close();
      const told: number[] = [];
      const error = await errorOf(() =>
        client.collect(client.resume(retrieval), {
          onProgress: ({ attempt }) => told.push(attempt),
        }),
      );
      expect([error.code, error.stage, error.effect, error.retry]).toEqual([
        'connection_failed',
        'result',
        'none',
        { safe: true },
      ]);
      expect(told).toEqual([1, 2, 3]);
    } finally {
      await client.close();
      await sandbox.close();
    }
  });
});

describe('Retry-After of a poll that succeeds', () => {
  const later = (header: string) =>
    answerAt('/result', async (request) =>
      Response.json(await accepted(request), { headers: { 'retry-after': header } }),
    );
  const accepted = async (request: Request) => ({
    ...((await request.json()) as object),
    process_status: 'ACCEPTED',
  });

  it.each([
    ['2', '10:00:02'],
    ['Tue, 01 Dec 2026 01:00:09 GMT', '10:00:09'],
    ['Tue, 01 Dec 1970 01:00:09 GMT', '10:00:00.500'],
    ['0', '10:00:00.500'],
    ['-1', '10:00:03'],
    ['946707779', '10:00:03'],
    ['soon', '10:00:03'],
  ])('with the value %j delays the next poll until %s', async (header, time) => {
    const { client, retrieval, clock } = await ready(later(header));
    const told: Progress[] = [];
    const onProgress = (progress: Progress) => {
      told.push(progress);
      clock.advance(60_000);
    };
    await client.collect(retrieval, { onProgress });
    expect(told[0]?.retryAt).toBe(`2026-12-01T${time}+09:00`);
  });
});

describe('a retrieval that is discarded during collect', () => {
  it('ends all waiting collects at once with retrieval_gone and sends nothing more', async () => {
    const running = answerAt('/result', async (request) =>
      Response.json({ ...((await request.json()) as object), process_status: 'RUNNING' }),
    );
    const { client, calls, retrieval, clock } = await ready(running);
    let waiting = 0;
    let tell = () => {};
    const both = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const onProgress = () => {
      if (++waiting === 2) tell();
    };
    const collecting = [
      client.collect(retrieval, { onProgress }),
      client.collect(client.resume(JSON.stringify(retrieval)), { onProgress }),
    ];
    await both;
    await client.discard(retrieval);
    for (const collected of await Promise.all(collecting))
      expect(expectStatus(collected, 'failed').error.code).toBe('retrieval_gone');
    const before = calls.length;
    clock.advance(60_000);
    await setImmediate();
    expect(calls).toHaveLength(before);
    expect(expectStatus(await client.collect(retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
  });

  it('is reported as gone to other processes when they collect next', async () => {
    const store = createMemoryStore();
    const { client, retrieval } = await ready({ store });
    const other = openBank({ store }).client;
    await client.discard(retrieval);
    for (const each of [other, client]) {
      const { error } = expectStatus(
        await each.collect(each.resume(JSON.stringify(retrieval))),
        'failed',
      );
      expect([error.code, error.effect, error.retry.safe]).toEqual([
        'retrieval_gone',
        'none',
        false,
      ]);
    }
  });

  it('does not affect other retrievals', async () => {
    const { client, consent, retrieval, onProgress } = await ready({});
    const other = await client.submit(await consent(), { income: latest() });
    const collecting = client.collect(other, { onProgress });
    await client.discard(retrieval);
    expectStatus(await collecting, 'ready');
  });
});

// Slow on a busy machine.
describe('a request that was sent', { timeout: rounds(60_000, 3_600_000) }, () => {
  const actions = [
    'submit',
    'query',
    'collect',
    'collect by another client',
    'discard the retrieval',
  ] as const;
  const fates = ['answered', 'lost', 'broken', 'refused'] as const;

  it('is never sent again, in any order of calls and with any fate of its response', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fates),
        fc.array(fc.constantFrom(...actions), { minLength: 2, maxLength: 8 }),
        async (fate, plan) => {
          const store = createMemoryStore();
          let carriedOut = 0;
          const { intercept } = answerAt('/request', async (request, pass) => {
            if (fate === 'refused')
              return Response.json({ error: 'invalid_request' }, { status: 400 });
            const response = await pass(request);
            if (response.ok) carriedOut++;
            if (fate === 'lost') throw new TypeError('fetch failed');
            return fate === 'broken' ? new Response('{"process_id":', response) : response;
          });
          const { client, sandbox, consent, clock, onProgress, calls } = openBank({
            store,
            intercept,
          });
          const other = createSelfInfoClient({
            service: loan,
            environment: sandbox.environment(),
            clock,
            store,
            fetch: (request) => intercept(request, sandbox.fetch),
          });
          const grant = await consent();
          let stored: string | undefined;
          for (const action of plan) {
            // Calls may fail. The counts below decide.
            const done = (async () => {
              if (action === 'submit') stored = JSON.stringify(await client.submit(grant, asked));
              else if (action === 'query') await client.query(grant, asked, { onProgress });
              else if (stored === undefined) return;
              else if (action === 'discard the retrieval')
                await client.discard(client.resume(stored));
              else
                await (action === 'collect' ? client : other).collect(client.resume(stored), {
                  onProgress,
                });
            })();
            await done.catch(() => undefined);
          }
          const requests = calls.filter((path) => path === '/request').length;
          if (fate === 'refused') expect(carriedOut).toBe(0);
          else expect([requests <= 1, carriedOut <= 1]).toEqual([true, true]);
          await Promise.all([client.close(), other.close()]);
        },
      ),
      { numRuns: rounds(80, 2_000) },
    );
  });
});

describe('a stored retrieval', () => {
  /** A store that can return the secret of one retrieval under the key of another. */
  function swapping() {
    const inner = createMemoryStore();
    const swapped = new Map<string, string>();
    const store: Store = { ...inner, get: (key) => inner.get(swapped.get(key) ?? key) };
    return {
      store,
      swap: (a: string, b: string) => swapped.set(`retrieval:${a}`, `retrieval:${b}`),
    };
  }

  it('is refused under the key of another retrieval, so that no citizen gets the answer of another', async () => {
    const { store, swap } = swapping();
    const { client, consent, calls, onProgress } = openBank({ store });
    const hanako = await client.submit(await consent('hanako'), asked);
    const pensioner = await client.submit(await consent('pensioner'), asked);
    swap(hanako.id, pensioner.id);
    const before = calls.length;
    const error = await errorOf(() => client.collect(hanako, { onProgress }));
    expect([error.code, error.effect, error.retry]).toEqual([
      'store_failed',
      'none',
      { safe: false },
    ]);
    expect(calls).toHaveLength(before);
  });

  it.each([
    ['no JSON', '{'],
    ['a text', '"text"'],
    ['nothing that is known', '{}'],
    ['no token', '{"processId":"p","retrieval":{}}'],
    ['a number for a process id', '{"token":"t","processId":5,"retrieval":{}}'],
  ])('is refused with store_failed and nothing is sent when its value is %s', async (_, value) => {
    const inner = createMemoryStore();
    const store: Store = {
      ...inner,
      async get(key) {
        const entry = await inner.get(key);
        return entry && entry !== 'taken' && key.startsWith('retrieval:')
          ? { ...entry, value }
          : entry;
      },
    };
    const { client, consent, calls } = openBank({ store });
    const retrieval = await client.submit(await consent(), asked);
    const error = await errorOf(() => client.collect(retrieval));
    expect([error.code, error.retry.safe]).toEqual(['store_failed', false]);
    expect(polls(calls)).toBe(0);
  });
});

describe('a process id', () => {
  it.each([
    ['oversized', 'x'.repeat(1_025)],
    ['a list', ['p']],
    ['an object', { id: 'p' }],
    ['a number', 5],
    ['true', true],
    ['empty', ''],
    ['null', null],
  ])(
    'is refused in the response to a request when it is %s: effect unknown, grant used, no poll',
    async (_, process_id) => {
      const { client, consent, calls } = openBank(
        answerAt('/request', () => Response.json({ process_id })),
      );
      const grant = await consent();
      const error = await errorOf(() => client.query(grant, asked));
      expect([error.code, error.stage, error.effect]).toEqual([
        'response_invalid',
        'request',
        'unknown',
      ]);
      expect((await errorOf(() => client.submit(grant, asked))).code).toBe('grant_used');
      expect(calls).toEqual(['/oauth/token', '/request']);
    },
  );

  it.each<[string, (id: string) => unknown, string]>([
    ['of another process', () => 'another', 'process_mismatch'],
    ['in other letters', (id) => id.toUpperCase(), 'process_mismatch'],
    ['with a space', (id) => `${id} `, 'process_mismatch'],
    ['in a list', (id) => [id], 'response_invalid'],
    ['that is missing', () => undefined, 'response_invalid'],
    ['that is a number', () => 5, 'response_invalid'],
  ])('is refused in a result of any status when it is %s', async (_, change, code) => {
    for (const process_status of ['DONE', 'ACCEPTED', 'CAPACITY_OVER', 'FUNCTION_ERROR']) {
      const { intercept } = answerAt('/result', async (request) => {
        const { process_id } = (await request.json()) as { process_id: string };
        return Response.json({
          process_id: change(`${process_id}`),
          process_status,
          selfPersonalData: [],
        });
      });
      const { client, retrieval, calls } = await ready({ intercept });
      const error = await errorOf(() => client.collect(retrieval));
      expect([error.code, error.stage, error.retry.safe]).toEqual([code, 'result', false]);
      expect(polls(calls)).toBe(1);
    }
  });

  it('of 1,024 characters is accepted', async () => {
    const process_id = 'x'.repeat(1_024);
    const { client, consent } = openBank({
      intercept: async (request, pass) =>
        request.url.endsWith('/oauth/token')
          ? pass(request)
          : Response.json({ process_id, process_status: 'DONE', selfPersonalData: [] }),
    });
    expectStatus(await client.query(await consent(), asked), 'ready');
  });
});

describe('a result with items of another service', () => {
  it('keeps them out of the typed answer and gives them as extras', async () => {
    const { intercept } = answerAt('/result', async (request) =>
      Response.json({
        ...((await request.json()) as object),
        process_status: 'DONE',
        selfPersonalData: [
          { item_code: 'TM00000000000002', item_status: 'NOTHING_ON_RECORD' },
          // One that was not asked for, and one that is not an item of the service.
          {
            item_code: 'household',
            item_status: 'PRESENT',
            record_list: [{ holder_name: 'municipal', field_values: { 続柄: '子' } }],
          },
          { item_code: 'TM00000000000084', item_status: 'FAILED' },
        ],
      }),
    );
    const { client, retrieval } = await ready({ intercept });
    const { answer } = expectStatus(await client.collect(retrieval), 'ready');
    expect([
      answer.items.income.status,
      answer.items.household.status,
      answer.items.shots.status,
    ]).toEqual(['nothing-on-record', 'not-asked', 'not-asked']);
    expect(answer.extras.reveal()).toMatchObject({
      items: [
        { code: 'household', status: 'present' },
        { code: 'TM00000000000084', status: 'failed' },
      ],
    });
  });
});
