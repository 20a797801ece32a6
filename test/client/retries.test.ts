import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, type Progress } from '../../src/index.js';
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
import { asked, polls, submitted } from './submitted.js';

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

describe('a poll that fails temporarily', () => {
  it.each([
    ['a lost connection', reset],
    ['HTTP 429', status(429)],
    ['HTTP 500', status(500)],
    ['HTTP 502', status(502)],
    ['HTTP 503', status(503)],
    ['HTTP 504', status(504)],
  ])('is repeated after %s until the answer comes', async (_, fault) => {
    const { client, calls, retrieval, onProgress } = await submitted(failing(fault, fault, fault));
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    expect(calls.filter((path) => path === '/request')).toHaveLength(1);
    // Three failed polls, one too early, one with the answer.
    expect(polls(calls)).toBe(5);
  });

  it('is repeated at most three times in a row, and the retrieval stays usable', async () => {
    const { client, calls, retrieval, onProgress, told } = await submitted(
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
      const { client, calls, retrieval, onProgress } = await submitted(
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
    ['0.5', () => 0.5, ['10:00:00.250', '10:00:00.750', '10:00:01.750']],
    ['0', () => 0, ['10:00:00', '10:00:00', '10:00:00']],
    ['1', () => 1, ['10:00:00.500', '10:00:01.500', '10:00:03.500']],
    ['0.0001', () => 0.0001, ['10:00:00.001', '10:00:00.002', '10:00:00.003']],
    ['a number above 1', () => 7, ['10:00:00.500', '10:00:01.500', '10:00:03.500']],
    ['a negative number', () => -1, ['10:00:00.500', '10:00:01.500', '10:00:03.500']],
    ['NaN', () => Number.NaN, ['10:00:00.500', '10:00:01.500', '10:00:03.500']],
    [
      'an exception',
      () => expect.fail('an exception of random reached the caller'),
      ['10:00:00.500', '10:00:01.500', '10:00:03.500'],
    ],
  ])('waits a doubling backoff when random gives %s', async (_, random, times) => {
    const { client, retrieval, onProgress, told } = await submitted({
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
    const { client, retrieval, onProgress, told } = await submitted({
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
    ['seconds', '4', '10:00:04.500'],
    ['an HTTP date', 'Tue, 01 Dec 2026 01:00:07 GMT', '10:00:07.700'],
    ['a date of RFC 850', 'Tuesday, 01-Dec-26 01:00:07 GMT', '10:00:07.700'],
    ['a date of asctime', 'Tue Dec  1 01:00:07 2026', '10:00:07.700'],
    ['an HTTP date in the past', 'Mon, 30 Nov 2026 01:00:00 GMT', '10:00:00.500'],
    ['zero seconds', '0', '10:00:00.500'],
    ['negative seconds', '-4', '10:00:00.500'],
    ['fractional seconds', '0.5', '10:00:00.500'],
    ['a day that does not exist', 'Tue, 99 Dec 2026 01:00:07 GMT', '10:00:00.500'],
    ['the last day of a short month', 'Mon, 31 Nov 2026 01:00:07 GMT', '10:00:00.500'],
    ['a date of RFC 850 in the last century', 'Sunday, 06-Nov-94 08:49:37 GMT', '10:00:00.500'],
    ['two values', '4, 5', '10:00:05.500'],
    ['two values, the longer first', '5, 4', '10:00:05.500'],
    ['seconds and a date', '4, Tue, 01 Dec 2026 01:00:07 GMT', '10:00:07.700'],
    ['two dates', 'Tuesday, 01-Dec-26 01:00:09 GMT, Tue Dec  1 01:00:07 2026', '10:00:09.900'],
    ['text and seconds', 'later, 4', '10:00:04.500'],
    ['text', 'later', '10:00:00.500'],
  ])(
    'waits for Retry-After and a random share of the backoff or of a tenth of it: %s',
    async (_, header, time) => {
      const { client, retrieval, onProgress, told } = await submitted({
        ...failing(status(503, { 'retry-after': header })),
        random: () => 1,
      });
      expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
      expect(told[0]).toEqual({ attempt: 1, retryAt: `2026-12-01T${time}+09:00` });
    },
  );

  it('is not repeated when Retry-After reaches the deadline', async () => {
    const { client, calls, retrieval, onProgress, told } = await submitted(
      failing(status(503, { 'retry-after': '5' })),
    );
    const result = expectStatus(
      await client.collect(retrieval, { deadlineMs: 5_000, onProgress }),
      'unavailable',
    );
    expect([result.until, told, polls(calls)]).toEqual(['2026-12-01T10:00:05+09:00', [], 1]);
  });
});

describe('failures that are not retried', () => {
  it.each([
    ['HTTP 401', () => Response.json({ error: 'invalid_token' }, { status: 401 })],
    [
      'a body of invalid JSON',
      () => new Response('{', { headers: { 'content-type': 'application/json' } }),
    ],
    [
      'an HTML page with status 200',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    ],
    [
      'the result of another process',
      () => Response.json({ process_id: 'another', process_status: 'DONE' }),
    ],
  ])('end the poll at once: %s', async (_, fault) => {
    const { client, calls, retrieval, onProgress, told } = await submitted(failing(fault));
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
    ['2, 4', '10:00:04'],
    ['Tuesday, 01-Dec-26 01:00:09 GMT', '10:00:09'],
    ['Tue Dec  1 01:00:09 2026', '10:00:09'],
    ['soon', '10:00:03'],
  ])('with the value %j delays the next poll until %s', async (header, time) => {
    const { client, retrieval, clock } = await submitted(later(header));
    const told: Progress[] = [];
    const onProgress = (progress: Progress) => {
      told.push(progress);
      clock.advance(60_000);
    };
    await client.collect(retrieval, { onProgress });
    expect(told[0]?.retryAt).toBe(`2026-12-01T${time}+09:00`);
  });
});
