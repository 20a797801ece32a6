import { afterEach, describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  defineService,
  type Grant,
  latest,
  pointInTime,
  publicProfile,
  range,
  type SelfInfoError,
  type Store,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import {
  answerAt,
  expectStatus,
  grantOf,
  hangAt,
  type Loan,
  loan,
  NOW,
  openBank,
  registrationOf,
  SESSION,
  visits,
} from '../kit/loan.js';
import { errorOf, refusalOf, thrownBy, typeErrorOf } from '../kit/refusals.js';
import { openStub } from '../kit/stub.js';

const asked = { income: latest() };
const facts = ({ code, stage, effect, retry: { safe } }: SelfInfoError) => ({
  code,
  stage,
  effect,
  safe,
});

describe('a grant', () => {
  it('allows one request', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    await client.submit(grant, asked);
    expect(facts(await errorOf(() => client.submit(grant, asked)))).toEqual({
      code: 'grant_used',
      stage: 'request',
      effect: 'none',
      safe: false,
    });
    expect((await errorOf(() => client.query(grant, { household: latest() }))).code).toBe(
      'grant_used',
    );
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('allows one of many concurrent requests', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => client.submit(grant, asked)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(
      results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : [])),
    ).toEqual(Array(19).fill('grant_used'));
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('is valid until its token expires, to the millisecond', async () => {
    const { client, consent, clock, calls } = openBank();
    const [early, late] = [await consent(), await consent()];
    expect(late.expiresAt).toBe('2026-12-01T12:00:00+09:00');
    clock.set('2026-12-01T11:59:59.999+09:00');
    expect((await client.submit(early, asked)).submittedAt).toBe('2026-12-01T11:59:59.999+09:00');
    clock.set('2026-12-01T12:00:00+09:00');
    expect((await errorOf(() => client.submit(late, asked))).code).toBe('grant_expired');
    expect(calls).toEqual(['/oauth/token', '/oauth/token', '/request']);
  });

  it('is accepted only as the object that the client returned', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    for (const foreign of [
      { ...grant },
      JSON.parse(JSON.stringify(grant)),
      structuredClone(grant),
      {},
      null,
      undefined,
      'grant',
      await openBank().consent(),
    ])
      expect(await refusalOf(() => client.submit(foreign as Grant<Loan>, asked))).toEqual([
        'foreign_grant',
        'grant',
      ]);
    expect(calls).toEqual(['/oauth/token']);
  });

  it('is frozen, terms included', async () => {
    const { consent } = openBank();
    const grant = await consent();
    expect(() => Object.assign(grant, { expiresAt: null })).toThrow(TypeError);
    expect(() => Object.assign(grant.terms, { keepUntil: '2099-01-01T00:00:00+09:00' })).toThrow(
      TypeError,
    );
    expect(() => Object.assign(grant.terms.purpose, { id: 'marketing' })).toThrow(TypeError);
  });
});

describe('a request with a token', () => {
  it('carries it in the Authorization header, asks for plain JSON and follows no redirect', async () => {
    const sent: [string, Request['redirect'], Record<string, string>][] = [];
    const { client, consent, onProgress } = openBank({
      intercept(request, pass) {
        sent.push([
          new URL(request.url).pathname,
          request.redirect,
          Object.fromEntries(request.headers),
        ]);
        return pass(request);
      },
    });
    expectStatus(await client.query(await consent(), asked, { onProgress }), 'ready');
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      authorization: expect.stringMatching(/^Bearer [A-Za-z0-9_-]{43}$/),
    };
    expect(sent.slice(1)).toEqual([
      ['/request', 'manual', headers],
      ['/result', 'manual', headers],
      ['/result', 'manual', headers],
    ]);
  });

  it('succeeds with any 2xx status', async () => {
    const { client, consent } = openBank(
      answerAt('/request', () => Response.json({ process_id: 'p' }, { status: 299 })),
    );
    expect((await client.submit(await consent(), asked)).v).toBe(1);
  });
});

describe('the validation of inquiries, before the grant is used,', () => {
  const mixed = defineService({
    ...loan,
    items: {
      income: { detail: 'local-tax', inquiries: ['range'] },
      household: { detail: 'household', inquiries: ['point-in-time'], latestBy: '異動日' },
    },
  });
  it.each<[string, unknown, [string, string]]>([
    [
      'an item that is not registered',
      { pension: latest() },
      ['unknown_item', 'inquiries.pension'],
    ],
    [
      'a name of great length',
      { ['x'.repeat(100)]: latest() },
      ['unknown_item', `inquiries.${'x'.repeat(60)}`],
    ],
    [
      'a name that every object has',
      { constructor: latest() },
      ['unknown_item', 'inquiries.constructor'],
    ],
    [
      'a method that is not registered',
      { income: pointInTime('2026-04-01') },
      ['inquiry_not_registered', 'inquiries.income'],
    ],
    [
      'the latest where latestBy is declared and the method is not',
      { household: latest() },
      ['inquiry_not_registered', 'inquiries.household'],
    ],
    [
      'the latest where latestBy is not declared',
      { income: latest() },
      ['latest_not_declared', 'inquiries.income'],
    ],
    [
      'one inquiry that not every item allows',
      pointInTime('2026-04-01'),
      ['inquiry_not_registered', 'inquiries (income)'],
    ],
    ['nothing', {}, ['invalid_option', 'inquiries']],
    ['nothing but undefined', { income: undefined }, ['invalid_option', 'inquiries']],
    [
      'a method that does not exist',
      { income: { method: 'everything' } },
      ['invalid_option', 'inquiries.income.method'],
    ],
    [
      'a field too many',
      { income: { method: 'range', from: '2026-01-01', to: '2026-02-01', at: '2026-01-01' } },
      ['unknown_option', 'inquiries.income.at'],
    ],
    [
      'a day that does not exist',
      { household: { method: 'point-in-time', at: '2026-02-30' } },
      ['invalid_date', 'inquiries.household.at'],
    ],
    [
      'a range that ends before it starts',
      { income: { method: 'range', from: '2026-02-01', to: '2026-01-31' } },
      ['range_reversed', 'inquiries.income'],
    ],
  ])('refuses %s', async (_, inquiries, expected) => {
    const { client, consent, calls } = openBank({ service: mixed });
    const grant = await consent();
    expect(await refusalOf(() => client.submit(grant, inquiries as never))).toEqual(expected);
    expect(calls).toEqual(['/oauth/token']);
    expect((await client.submit(grant, { income: range('2026-01-01', '2026-01-01') })).v).toBe(1);
  });

  it.each<[string, unknown, string]>([
    ['nothing at all', undefined, 'inquiries must be an inquiry, or an object with one per item.'],
    ['null', null, 'inquiries must be an inquiry, or an object with one per item.'],
    ['a list', [latest()], 'inquiries must be an inquiry, or an object with one per item.'],
    ['a text', 'latest', 'inquiries must be an inquiry, or an object with one per item.'],
    ['a text for an item', { income: 'latest' }, 'inquiries.income must be an object.'],
    ['null for an item', { income: null }, 'inquiries.income must be an object.'],
    [
      'a number for a day',
      { household: { method: 'point-in-time', at: 20260401 } },
      'inquiries.household.at must be a date string or a fiscal year.',
    ],
  ])('refuses %s with a TypeError', async (_, inquiries, message) => {
    const { client, consent } = openBank({ service: mixed });
    const grant = await consent();
    expect(await typeErrorOf(() => client.submit(grant, inquiries as never))).toBe(message);
    expect((await client.submit(grant, { income: range('2026-01-01', '2026-01-01') })).v).toBe(1);
  });

  it('says how many items are needed when there are none', async () => {
    const { client, consent } = openBank();
    const grant = await consent();
    const { message, messageJa } = await errorOf(() => client.submit(grant, {}));
    expect([message, messageJa]).toEqual([
      'Option inquiries is not valid. At least one item.',
      'オプション inquiries の値が正しくありません。1つ以上の項目を指定してください。',
    ]);
  });

  it('ignores items and a method that are undefined', async () => {
    const { client, consent } = openBank();
    const { inquiries } = await client.submit(await consent(), {
      method: undefined,
      income: undefined,
      shots: latest(),
    } as never);
    expect(inquiries).toEqual({ shots: { method: 'latest' } });
  });

  it.each<[string, unknown, unknown]>([
    ['an option nobody knows', { timeout: 5 }, ['unknown_option', 'options.timeout']],
    ['a signal that is none', { signal: {} }, 'options.signal must be an AbortSignal.'],
    ['options that are none', null, 'options must be an object.'],
  ])('refuses submit with %s', async (_, options, expected) => {
    const { client, consent } = openBank();
    const grant = await consent();
    if (typeof expected === 'string')
      expect(await typeErrorOf(() => client.submit(grant, asked, options as never))).toBe(expected);
    else
      expect(await refusalOf(() => client.submit(grant, asked, options as never))).toEqual(
        expected,
      );
    expect((await client.submit(grant, asked)).v).toBe(1);
  });

  it.each<[unknown, unknown]>([
    [{ deadlineMs: -1 }, ['invalid_option', 'options.deadlineMs']],
    [{ deadlineMs: 1.5 }, ['invalid_option', 'options.deadlineMs']],
    [{ deadlineMs: Number.NaN }, ['invalid_option', 'options.deadlineMs']],
    [{ deadlineMS: 5 }, ['unknown_option', 'options.deadlineMS']],
    [{ deadlineMs: '5' }, 'options.deadlineMs must be a number.'],
    [{ onProgress: 'tell' }, 'options.onProgress must be a function.'],
    [{ signal: 'stop' }, 'options.signal must be an AbortSignal.'],
    [null, 'options must be an object.'],
  ])('refuses query and collect with the options %j', async (options, expected) => {
    const { client, consent } = openBank();
    const grant = await consent();
    const retrieval = await client.submit(await consent(), asked);
    for (const call of [
      () => client.query(grant, asked, options as never),
      () => client.collect(retrieval, options as never),
    ]) {
      if (typeof expected === 'string') expect(await typeErrorOf(call)).toBe(expected);
      else expect(await refusalOf(call)).toEqual(expected);
    }
    expect((await client.submit(grant, asked)).v).toBe(1);
  });
});

describe('a request that the portal refuses', () => {
  it.each<[number, unknown, object]>([
    [
      400,
      { error: 'invalid_request' },
      {
        code: 'upstream_refused',
        effect: 'none',
        safe: false,
        upstream: { status: 400, code: 'invalid_request' },
      },
    ],
    [
      401,
      { error: 'invalid_token' },
      {
        code: 'upstream_refused',
        effect: 'none',
        safe: false,
        upstream: { status: 401, code: 'invalid_token' },
      },
    ],
    [
      409,
      { error: 'consent_used' },
      {
        code: 'upstream_refused',
        effect: 'none',
        safe: false,
        upstream: { status: 409, code: 'consent_used' },
      },
    ],
    [
      403,
      { error: '番号 花子' },
      {
        code: 'upstream_refused',
        effect: 'none',
        safe: false,
        upstream: { status: 403, code: 'unrecognised' },
      },
    ],
    [404, {}, { code: 'upstream_refused', effect: 'none', safe: false, upstream: { status: 404 } }],
    [
      429,
      {},
      { code: 'upstream_unavailable', effect: 'unknown', safe: false, upstream: { status: 429 } },
    ],
    [
      500,
      { error: 'server_error' },
      {
        code: 'upstream_failed',
        effect: 'unknown',
        safe: false,
        upstream: { status: 500, code: 'server_error' },
      },
    ],
    [
      502,
      null,
      { code: 'upstream_failed', effect: 'unknown', safe: false, upstream: { status: 502 } },
    ],
    [
      503,
      { error: 'temporarily_unavailable' },
      {
        code: 'upstream_unavailable',
        effect: 'unknown',
        safe: false,
        upstream: { status: 503, code: 'temporarily_unavailable' },
      },
    ],
  ])(
    'fails with HTTP %i and %j, and leaves the grant usable only if nothing was carried out',
    async (status, body, expected) => {
      const { client, consent, calls } = openBank(
        answerAt('/request', () => Response.json(body, { status })),
      );
      const grant = await consent();
      const error = await errorOf(() => client.submit(grant, asked));
      expect({ ...facts(error), upstream: error.upstream }).toEqual({
        stage: 'request',
        ...expected,
      });
      // The grant stays usable only if the request was certainly not carried out.
      const again = await errorOf(() => client.submit(grant, asked));
      expect(again.code).toBe(error.effect === 'none' ? error.code : 'grant_used');
      expect(calls.filter((path) => path === '/request')).toHaveLength(
        error.effect === 'none' ? 2 : 1,
      );
    },
  );

  it('is returned by query as a failed result', async () => {
    const { client, consent } = openBank(
      answerAt('/request', () => Response.json({ error: 'consent_used' }, { status: 409 })),
    );
    const { error } = expectStatus(await client.query(await consent(), asked), 'failed');
    expect({ ...facts(error), upstream: error.upstream }).toEqual({
      code: 'upstream_refused',
      stage: 'request',
      effect: 'none',
      safe: false,
      upstream: { status: 409, code: 'consent_used' },
    });
  });

  it.each<[string, string | undefined]>([
    ['120', '2026-12-01T10:02:00+09:00'],
    ['0', NOW],
    ['Tue, 01 Dec 2026 01:30:00 GMT', '2026-12-01T10:30:00+09:00'],
    ['2026-12-01T10:30:00+09:00', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['99999999999999999999', undefined],
  ])('fails with notBefore from a valid Retry-After: %s', async (header, notBefore) => {
    const { client, consent } = openBank(
      answerAt(
        '/request',
        () => new Response('', { status: 503, headers: { 'retry-after': header } }),
      ),
    );
    const error = await errorOf(async () => client.submit(await consent(), asked));
    // It says when to ask for a new consent. Behind a gateway the portal may have carried the
    // request out.
    expect(error.retry).toEqual({ safe: false, ...(notBefore && { notBefore }) });
  });

  it.each([
    [503, [503], { effect: 'none', safe: true }],
    [502, [429, 502], { effect: 'none', safe: true }],
    [503, [429, 502], { effect: 'unknown', safe: false }],
  ])(
    'with HTTP %i is safe to retry only if the profile lists it in notAcceptedStatuses: %j',
    async (status, untaken, expected) => {
      const profile = {
        ...publicProfile,
        notAcceptedStatuses: { value: untaken, confidence: 'specification' },
      } as const;
      const { client, begin, calls } = openStub({
        profile,
        answers: { request: () => new Response('', { status }) },
      });
      const grant = grantOf(
        await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
      );
      expect(facts(await errorOf(() => client.submit(grant, latest())))).toMatchObject({
        stage: 'request',
        ...expected,
      });
      await errorOf(() => client.submit(grant, latest()));
      expect(calls).toEqual(expected.safe ? ['token', 'request', 'request'] : ['token', 'request']);
    },
  );
});

describe('a result that the portal cannot give', () => {
  const busy = (headers: Record<string, string> = {}) =>
    answerAt('/result', async (request) => {
      const { process_id } = (await request.json()) as { process_id: string };
      return Response.json({ process_id, process_status: 'CAPACITY_OVER' }, { headers });
    });

  it('is unavailable until the time of Retry-After and can be collected again', async () => {
    const { client, consent } = openBank(busy({ 'retry-after': '60' }));
    const result = expectStatus(await client.query(await consent(), asked), 'unavailable');
    expect([result.until, result.causes]).toEqual(['2026-12-01T10:01:00+09:00', []]);
    expect(client.resume(JSON.stringify(result.retrieval))).toEqual(result.retrieval);
    expect((await client.collect(result.retrieval)).status).toBe('unavailable');
  });

  it('is unavailable with the causes that the calendar knows', async () => {
    const pension = defineService({
      ...loan,
      items: {
        pension: { detail: 'pension', holders: ['pension-service'], inquiries: ['point-in-time'] },
      },
    });
    const { client, consent } = openBank({
      service: pension,
      now: '2026-12-06T12:00:00+09:00',
      ...busy(),
    });
    const result = expectStatus(
      await client.query(await consent(), pointInTime('2026-12-01')),
      'unavailable',
    );
    expect(result.until).toBe('2026-12-07T08:00:00+09:00');
    expect(result.causes.map(({ server }) => server)).toContain('pension-service');
  });

  it('is unavailable after HTTP 503, too', async () => {
    const { client, consent } = openBank(
      answerAt(
        '/result',
        () => new Response('<html>', { status: 503, headers: { 'retry-after': '30' } }),
      ),
    );
    expect(expectStatus(await client.query(await consent(), asked), 'unavailable').until).toBe(
      '2026-12-01T10:00:30+09:00',
    );
  });

  it.each([
    ['SESSION_LOST', 'session-lost'],
    ['FUNCTION_ERROR', 'failed'],
    ['BLOCKED', 'blocked'],
  ])('is failed when the process status is %s', async (wire, code) => {
    const lost = answerAt('/result', async (request) =>
      Response.json({ ...((await request.json()) as object), process_status: wire }),
    );
    const { client, consent } = openBank(lost);
    const { error } = expectStatus(await client.query(await consent(), asked), 'failed');
    expect({ ...facts(error), upstream: error.upstream }).toEqual({
      code: 'upstream_failed',
      stage: 'result',
      effect: 'applied',
      safe: false,
      upstream: { code },
    });
  });

  it.each<[string, (id: string) => unknown, string]>([
    [
      'a status nobody knows',
      (id) => ({ process_id: id, process_status: 'SLEEPING' }),
      'body.process_status',
    ],
    ['no status', (id) => ({ process_id: id }), 'body.process_status'],
    ['no process id', () => ({ process_status: 'DONE' }), 'body.process_id'],
    [
      'data that is no list',
      (id) => ({ process_id: id, process_status: 'DONE', selfPersonalData: {} }),
      'body.selfPersonalData',
    ],
    [
      'an item without code',
      (id) => ({ process_id: id, process_status: 'DONE', selfPersonalData: [{}] }),
      'body.selfPersonalData[0].item_code',
    ],
    [
      'a record without fields',
      (id) => ({
        process_id: id,
        process_status: 'DONE',
        selfPersonalData: [
          { item_code: 'TM', item_status: 'PRESENT', record_list: [{ holder_name: 'a' }] },
        ],
      }),
      'body.selfPersonalData[0].record_list[0].field_values',
    ],
    [
      'a closing time that is no time',
      (id) => ({
        process_id: id,
        process_status: 'DONE',
        selfPersonalData: [
          {
            item_code: 'TM',
            item_status: 'UNAVAILABLE',
            missing_holders: [{ server_name: 'a', closed_until: 'monday' }],
          },
        ],
      }),
      'body.selfPersonalData[0].missing_holders[0].closed_until',
    ],
    ['a list', () => [], 'body'],
  ])('refuses %s and names the path', async (_, body, path) => {
    const odd = answerAt('/result', async (request) =>
      Response.json(body(((await request.json()) as { process_id: string }).process_id)),
    );
    const { client, consent } = openBank(odd);
    const grant = await consent();
    const error = await errorOf(() => client.query(grant, asked));
    expect({ ...facts(error), path: error.path }).toEqual({
      code: 'response_invalid',
      stage: 'result',
      effect: 'none',
      safe: false,
      path,
    });
    expect(error.message).toContain(`The answer breaks the protocol: ${path} `);
  });

  it('refuses an item that occurs twice', async () => {
    const item = { item_code: 'TM00000000000002', item_status: 'NOTHING_ON_RECORD' };
    const twice = answerAt('/result', async (request) =>
      Response.json({
        ...((await request.json()) as object),
        process_status: 'DONE',
        selfPersonalData: [item, item],
      }),
    );
    const { client, consent } = openBank(twice);
    expect((await errorOf(async () => client.query(await consent(), asked))).code).toBe(
      'response_invalid',
    );
  });

  it('refuses the result of another process', async () => {
    const other = answerAt('/result', () =>
      Response.json({ process_id: 'another', process_status: 'DONE', selfPersonalData: [] }),
    );
    const { client, consent } = openBank(other);
    const error = await errorOf(async () => client.query(await consent(), asked));
    expect([error.code, error.stage, error.retry.safe]).toEqual([
      'process_mismatch',
      'result',
      false,
    ]);
  });

  it.each<[string, unknown]>([
    ['no process id', {}],
    ['an empty one', { process_id: '' }],
    ['one that is no text', { process_id: 5 }],
    ['a list', []],
    ['nothing', null],
  ])('refuses a response to the request with %s: effect unknown, grant used', async (_, body) => {
    const { client, consent } = openBank(answerAt('/request', () => Response.json(body)));
    const grant = await consent();
    expect(facts(await errorOf(() => client.submit(grant, asked)))).toEqual({
      code: 'response_invalid',
      stage: 'request',
      effect: 'unknown',
      safe: false,
    });
    expect((await errorOf(() => client.submit(grant, asked))).code).toBe('grant_used');
  });
});

describe('the status of an item', () => {
  const fares = (item: object) =>
    answerAt('/result', async (request) =>
      Response.json({
        ...((await request.json()) as object),
        process_status: 'DONE',
        selfPersonalData: [{ item_code: 'TM00000000000002', ...item }],
      }),
    );

  it.each([
    [{ item_status: 'FAILED', failure_code: 'E-1042' }, 'E-1042', {}],
    [{ item_status: 'FAILED' }, 'unspecified', {}],
    [
      { item_status: 'FAILED', failure_code: '番号 花子 <b>' },
      'unrecognised',
      { failure: '番号 花子 <b>' },
    ],
    [
      { item_status: 'FAILED', failure_code: 'x'.repeat(65) },
      'unrecognised',
      { failure: 'x'.repeat(65) },
    ],
  ])('is failed with a code that is safe to display: %j', async (item, code, extras) => {
    const { client, consent } = openBank(fares(item));
    const { answer } = expectStatus(await client.query(await consent(), asked), 'ready');
    const failed = expectStatus(answer.items.income, 'failed');
    expect([failed.code, failed.extras.reveal()]).toEqual([code, extras]);
  });

  it('can be not-covered', async () => {
    const { client, consent } = openBank(fares({ item_status: 'NOT_COVERED' }));
    expect(
      expectStatus(await client.query(await consent(), asked), 'ready').answer.items.income.status,
    ).toBe('not-covered');
  });
});

describe('a request whose response is lost', () => {
  const lose = answerAt('/request', async (request, pass) => {
    await pass(request);
    throw new TypeError('fetch failed: token=canary');
  });

  it('may have been carried out and is never sent again', async () => {
    const { client, consent, calls } = openBank(lose);
    const grant = await consent();
    const error = await errorOf(() => client.submit(grant, asked));
    expect(facts(error)).toEqual({
      code: 'answer_lost',
      stage: 'request',
      effect: 'unknown',
      safe: false,
    });
    expect(JSON.stringify(error) + error.stack + error.cause).not.toContain('canary');
    expect((await errorOf(() => client.submit(grant, asked))).code).toBe('grant_used');
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('is thrown by query, because it is not a refusal', async () => {
    const { client, consent } = openBank(lose);
    expect((await errorOf(async () => client.query(await consent(), asked))).code).toBe(
      'answer_lost',
    );
  });
});

describe('a request that was not sent', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  it('leaves the grant usable', async () => {
    const sandbox = await startSandbox({ registrations: [registrationOf(loan)] });
    const { environment, tls } = sandbox.connection;
    const port = Number(new URL(sandbox.apiUrl).port);
    const client = createSelfInfoClient({ service: loan, environment, tls });
    ends.push(client.close);
    const grant = await visits(client, sandbox).consent();
    await sandbox.close();
    expect(facts(await errorOf(() => client.submit(grant, asked)))).toEqual({
      code: 'connection_failed',
      stage: 'request',
      effect: 'none',
      safe: true,
    });
    // The client does not trust another portal at the same address. That it connects shows that the
    // grant was not used.
    const again = await startSandbox({ registrations: [registrationOf(loan)], apiPort: port });
    ends.push(again.close);
    const error = await errorOf(() => client.submit(grant, asked));
    expect(facts(error)).toEqual({
      code: 'server_not_trusted',
      stage: 'request',
      effect: 'none',
      safe: false,
    });
  });
});

describe('an abort', () => {
  it.each(['token', 'request', 'result'] as const)(
    'at the stage %s ends the call at once and sends nothing more',
    async (stage) => {
      const path = { token: '/oauth/token', request: '/request', result: '/result' }[stage];
      const { reached, intercept } = hangAt(path);
      const { client, callback, calls } = openBank({ intercept });
      const back = await callback();
      const controller = new AbortController();
      const { signal } = controller;
      const journey = errorOf(async () => {
        const outcome = await client.completeConsent(back, { sessionBinding: SESSION, signal });
        await client.query(expectStatus(outcome, 'granted').grant, asked, { signal });
      });
      await reached;
      controller.abort(new Error('canary'));
      const error = await journey;
      expect(facts(error)).toEqual({
        code: 'aborted',
        stage,
        effect: stage === 'result' ? 'none' : 'unknown',
        safe: stage === 'result',
      });
      expect(JSON.stringify(error) + error.cause).not.toContain('canary');
      expect(calls.at(-1)).toBe(path);
      expect(new Set(calls).size).toBe(calls.length);
    },
  );

  it('between two polls ends the wait', async () => {
    const { client, consent, calls } = openBank();
    const controller = new AbortController();
    const error = await errorOf(async () =>
      client.query(await consent(), asked, {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      }),
    );
    expect(facts(error)).toEqual({ code: 'aborted', stage: 'result', effect: 'none', safe: true });
    expect(calls).toEqual(['/oauth/token', '/request', '/result']);
  });

  it('before the call sends nothing and leaves the grant usable', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    expect(
      facts(await errorOf(() => client.submit(grant, asked, { signal: AbortSignal.abort() }))),
    ).toEqual({
      code: 'aborted',
      stage: 'request',
      effect: 'none',
      safe: true,
    });
    expect(calls).toEqual(['/oauth/token']);
    expect((await client.submit(grant, asked)).v).toBe(1);
  });

  it('after the call changes nothing', async () => {
    const { client, consent, onProgress } = openBank();
    const controller = new AbortController();
    const retrieval = await client.submit(await consent(), asked, { signal: controller.signal });
    controller.abort();
    expect((await client.collect(retrieval, { onProgress })).status).toBe('ready');
  });
});

describe('a deadline', () => {
  it.each([
    ['/request', { code: 'answer_lost', stage: 'request', effect: 'unknown', safe: false }],
  ])(
    'at %s ends a call whose transport never settles and ignores its signal',
    async (path, expected) => {
      const { reached, intercept } = hangAt(path);
      const { client, consent, clock } = openBank({ intercept });
      const grant = await consent();
      const failing = errorOf(() => client.query(grant, asked, { deadlineMs: 5_000 }));
      await reached;
      clock.advance(4_999);
      expect(await Promise.race([failing, settled()])).toBe('still under way');
      clock.advance(1);
      expect(facts(await failing)).toEqual(expected);
    },
  );

  it('during a poll leaves the result pending', async () => {
    const { reached, intercept } = hangAt('/result');
    const { client, consent, clock } = openBank({ intercept });
    const querying = client.query(await consent(), asked, { deadlineMs: 5_000 });
    await reached;
    clock.advance(5_000);
    expect(expectStatus(await querying, 'pending').retryAt).toBe('2026-12-01T10:00:05+09:00');
  });

  it('built into the client ends a token request that hangs', async () => {
    const { reached, intercept } = hangAt('/oauth/token');
    const { client, callback, clock } = openBank({ intercept });
    const failing = errorOf(async () =>
      client.completeConsent(await callback(), { sessionBinding: SESSION }),
    );
    await reached;
    clock.advance(30_000);
    expect(facts(await failing)).toEqual({
      code: 'timed_out',
      stage: 'token',
      effect: 'unknown',
      safe: false,
    });
  });

  it('built into the client ends each poll, and the fourth poll is the last, even if the caller would wait longer', async () => {
    const { intercept } = hangAt('/result');
    const { client, consent, clock, calls, onProgress } = openBank({ intercept });
    const retrieval = await client.submit(await consent(), asked);
    const failing = errorOf(() => client.collect(retrieval, { deadlineMs: 600_000, onProgress }));
    for (let poll = 1; poll <= 4; poll++) {
      while (calls.filter((path) => path === '/result').length < poll) await settled();
      clock.advance(30_000);
    }
    expect(facts(await failing)).toEqual({
      code: 'timed_out',
      stage: 'result',
      effect: 'none',
      safe: true,
    });
    expect(calls.filter((path) => path === '/result')).toHaveLength(4);
  });

  it('that is over before the request is sent leaves the grant usable', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    expect(facts(await errorOf(() => client.query(grant, asked, { deadlineMs: 0 })))).toEqual({
      code: 'timed_out',
      stage: 'request',
      effect: 'none',
      safe: true,
    });
    expect(calls).toEqual(['/oauth/token']);
    expect((await client.submit(grant, asked)).v).toBe(1);
  });

  it('ends a call whose body never ends', async () => {
    const endless = answerAt(
      '/request',
      () =>
        new Response(
          new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array([0x7b])) }),
          json,
        ),
    );
    const { client, consent, clock, calls } = openBank(endless);
    const failing = errorOf(async () =>
      client.query(await consent(), asked, { deadlineMs: 5_000 }),
    );
    while (!calls.includes('/request')) await settled();
    clock.advance(5_000);
    expect((await failing).code).toBe('answer_lost');
  });

  const json = { headers: { 'content-type': 'application/json' } };
  /** Waits one turn of the event loop. */
  const settled = () =>
    new Promise<string>((resolve) => setImmediate(() => resolve('still under way')));
});

describe('an onProgress that throws', () => {
  it('ends collect with its own error and leaves nothing that could reject later', async () => {
    const { client, consent } = openBank();
    const controller = new AbortController();
    const mine = new Error('mine');
    const retrieval = await client.submit(await consent(), asked);
    const thrown = await thrownBy(() =>
      client.collect(retrieval, {
        signal: controller.signal,
        onProgress() {
          throw mine;
        },
      }),
    );
    expect(thrown).toBe(mine);
    // An unhandled rejection here would end the process.
    controller.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await client.collect(retrieval)).status).toBe('ready');
  });
});

describe('a store that fails', () => {
  const failing = (part: Partial<Store>): Store => ({ ...createMemoryStore(), ...part });
  const down = () =>
    Promise.reject(new Error('canary: connection to redis://user:password@host lost'));

  it('fails submit with the effect applied after the request was carried out', async () => {
    const { put, ...others } = createMemoryStore();
    const store: Store = {
      ...others,
      put: (key, ...rest) => (key.startsWith('retrieval:') ? down() : put(key, ...rest)),
    };
    const { client, consent, calls } = openBank({ store });
    const grant = await consent();
    const error = await errorOf(() => client.submit(grant, asked));
    expect(facts(error)).toEqual({
      code: 'store_failed',
      stage: 'store',
      effect: 'applied',
      safe: false,
    });
    expect((await errorOf(() => client.submit(grant, asked))).code).toBe('grant_used');
    expect(JSON.stringify(error) + error.stack + error.cause).not.toContain('canary');
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('fails collect with a safe retry', async () => {
    const store = failing({});
    const { client, consent, onProgress } = openBank({ store });
    const retrieval = await client.submit(await consent(), asked);
    const { get } = store;
    store.get = down;
    expect(facts(await errorOf(() => client.collect(retrieval)))).toEqual({
      code: 'store_failed',
      stage: 'store',
      effect: 'none',
      safe: true,
    });
    store.get = get;
    expect((await client.collect(retrieval, { onProgress })).status).toBe('ready');
  });

  it('fails discard, but not a query whose answer has come', async () => {
    const { client, consent, onProgress } = openBank({ store: failing({ delete: down }) });
    expect((await client.query(await consent(), asked, { onProgress })).status).toBe('ready');
    const retrieval = await client.submit(await consent(), asked);
    expect((await errorOf(() => client.discard(retrieval))).code).toBe('store_failed');
  });
});
