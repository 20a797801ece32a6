import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMemoryStore, createVirtualClock, latest, type Store } from '../../src/index.js';
import {
  altered,
  type BankOptions,
  expectStatus,
  grantOf,
  type Loan,
  NOW,
  SESSION,
} from '../kit/loan.js';
import { errorOf, thrownBy } from '../kit/refusals.js';
import { noticing } from './noticing.js';
import { inShort, openRecorded, valuesOf } from './recorded-events.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('the events of a journey', () => {
  it('report every completed step and call, in order', async () => {
    const { client, events, consent, onProgress, sandbox } = openRecorded({
      faults: [{ on: 'result', nth: 1, do: 'error-503', retryAfterSeconds: 1 }],
    });
    const { answer } = expectStatus(
      await client.query(await consent(), latest(), { onProgress }),
      'ready',
    );
    const polls = sandbox.journal.filter(({ step }) => step === 'result').length;
    expect(polls).toBeGreaterThan(1);
    expect(events.map(inShort)).toEqual([
      'step consent begun',
      'step callback valid',
      'call token 1 answered 200',
      'step token granted',
      'call request 1 answered 200',
      'step request accepted',
      'call result 1 answered 503',
      ...Array.from({ length: polls - 1 }, (_, index) => `call result ${index + 2} answered 200`),
      'step answer built',
      'step result ready',
    ]);
    // One journey with three methods: beginConsent, completeConsent, query.
    expect(new Set(valuesOf(events, 'transactionId'))).toEqual(
      new Set([answer.terms.transactionId]),
    );
    const calls = valuesOf(events, 'callId');
    expect([new Set(calls).size, calls.every((id) => UUID.test(String(id)))]).toEqual([3, true]);
    expect(new Set(calls.slice(4)).size).toBe(1);
    const requests = valuesOf(events, 'requestId').filter((id) => id !== undefined);
    expect([requests.length, new Set(requests).size]).toEqual([2 + polls, 2 + polls]);
    expect(valuesOf(events, 'retrievalId').map((id) => id !== undefined)).toEqual(
      events.map((_, index) => index > 4),
    );
  });

  it("are plain frozen data, timed by the client's clock", async () => {
    const { client, events, consent, onProgress } = openRecorded();
    await client.query(await consent(), latest(), { onProgress });
    expect(events.every((event) => Object.isFrozen(event))).toBe(true);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    expect(valuesOf(events, 'at')[0]).toBe(NOW);
    // The clock moves only between polls.
    const durations = Object.fromEntries(
      events.map((event) => [inShort(event), 'durationMs' in event ? event.durationMs : undefined]),
    );
    const waited = Date.parse(String(events.at(-1)?.at)) - Date.parse(NOW);
    expect(durations['step consent begun']).toBe(0);
    expect(durations['step result ready']).toBe(waited);
    expect(waited).toBeGreaterThan(0);
  });

  it('name the retrieval that a client knows only from the store', async () => {
    const clock = createVirtualClock(NOW);
    const store = createMemoryStore({ clock });
    const { client, consent, events, onProgress } = openRecorded({ store });
    const retrieval = await client.submit(await consent(), latest());
    const before = events.length;
    await client.collect(client.resume(JSON.stringify(retrieval)), { onProgress });
    const after = events.slice(before);
    expect(new Set(valuesOf(after, 'retrievalId'))).toEqual(new Set([retrieval.id]));
    expect(new Set(valuesOf(after.slice(1), 'transactionId'))).toEqual(
      new Set([retrieval.terms.transactionId]),
    );
  });

  it('omit an id that a store invented', async () => {
    const clock = createVirtualClock(NOW);
    const inner = createMemoryStore({ clock });
    const put: Store['put'] = (key, value, expiresAt) =>
      inner.put(key, JSON.stringify({ ...JSON.parse(value), id: '番号 花子' }), expiresAt);
    const { client, callback, events } = openRecorded({ store: { ...inner, put } });
    const back = await callback();
    events.length = 0;
    await client.completeConsent(back, { sessionBinding: SESSION });
    expect(events.map(inShort)).toContain('step callback valid');
    expect(new Set(valuesOf(events, 'transactionId'))).toEqual(new Set([undefined]));
  });
});

describe('the events of an unsuccessful journey', () => {
  const complete =
    (request: string) => (client: ReturnType<typeof openRecorded>['client'], session: string) =>
      client.completeConsent(request, { sessionBinding: session });

  it.each<[string, (bank: ReturnType<typeof openRecorded>) => Promise<unknown>, readonly string[]]>(
    [
      [
        'a citizen who declines',
        async ({ client, callback }) =>
          complete(await callback('hanako', 'decline'))(client, SESSION),
        ['step callback declined'],
      ],
      [
        'a callback in another browser',
        async ({ client, callback }) => complete(await callback())(client, 'another session'),
        ['step callback foreign-browser'],
      ],
      [
        'an unknown state',
        ({ client }) => complete('https://loan.example/callback?state=a')(client, SESSION),
        ['step callback unknown'],
      ],
      [
        'a missing state',
        ({ client }) => complete('https://loan.example/callback')(client, SESSION),
        ['step callback rejected state_missing'],
      ],
      [
        'an unknown error code in a callback',
        async ({ client, callback }) =>
          complete((await callback()).replace(/code=[^&]+/, 'error=%E8%8A%B1%E5%AD%90'))(
            client,
            SESSION,
          ),
        ['step callback rejected unrecognised'],
      ],
      [
        'an invalid request',
        ({ client }) =>
          thrownBy(() => client.completeConsent(7 as never, { sessionBinding: SESSION })),
        ['step callback failed unexpected unknown'],
      ],
      [
        'a foreign grant',
        ({ client }) => thrownBy(() => client.submit({ terms: {} } as never, latest())),
        ['step request failed foreign_grant none'],
      ],
    ],
  )('report %s', async (_, run, expected) => {
    const bank = openRecorded();
    await run(bank);
    expect(bank.events.map(inShort).filter((line) => line !== 'step consent begun')).toEqual(
      expected,
    );
  });

  it.each<[string, NonNullable<BankOptions<Loan>['faults']>, readonly string[]]>([
    [
      'a refused call',
      [{ on: 'token', do: 'error-500' }],
      ['call token 1 answered 500', 'step token failed upstream_failed unknown'],
    ],
    [
      'a lost response',
      [{ on: 'request', do: 'reset' }],
      [
        'call token 1 answered 200',
        'step token granted',
        'call request 1 failed answer_lost unknown',
        'step request failed answer_lost unknown',
      ],
    ],
    [
      'the result of another process',
      [{ on: 'result', do: 'mismatched-process' }],
      [
        'call token 1 answered 200',
        'step token granted',
        'call request 1 answered 200',
        'step request accepted',
        'call result 1 answered 200',
        'step result failed process_mismatch none',
      ],
    ],
  ])('report %s', async (_, faults, expected) => {
    const { client, events, callback, onProgress } = openRecorded({ faults });
    const back = await callback();
    await (async () =>
      client.query(
        grantOf(await client.completeConsent(back, { sessionBinding: SESSION })),
        latest(),
        { onProgress },
      ))().catch(() => undefined);
    expect(events.slice(2).map(inShort)).toEqual(expected);
  });

  it('report an overloaded client and calls of a closed one', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { client, events, callback } = openRecorded({
      maxConcurrent: 1,
      intercept: (request, pass) => held.then(() => pass(request)),
    });
    const back = await callback();
    const first = client.completeConsent(back, { sessionBinding: SESSION });
    expect(
      (await errorOf(() => client.completeConsent(back, { sessionBinding: SESSION }))).code,
    ).toBe('overloaded');
    release();
    await first;
    await client.close();
    expect((await errorOf(() => client.beginConsent({ sessionBinding: SESSION }))).code).toBe(
      'client_closed',
    );
    expect(events.map(inShort).filter((line) => line.includes('failed'))).toEqual([
      'step callback failed overloaded none',
      'step consent failed client_closed none',
    ]);
  });
});

describe('the events in docs/operations.md', () => {
  /** The outcomes in the page's table, as `step outcome`. */
  const named = readFileSync('docs/operations.md', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, step = '', outcomes = ''] = /^\| `(\w+)`[^|]*\| ([^|]+)\|$/.exec(line) ?? [];
      return outcomes.startsWith('`') && step !== 'step'
        ? [...outcomes.replaceAll(/\(.*?\)/g, '').matchAll(/`([\w-]+)`/g)].map(
            ([, outcome]) => `${step} ${outcome}`,
          )
        : [];
    });

  it('cover every outcome of every step', async () => {
    const { client, events, callback, consent, clock, onProgress } = openRecorded({
      faults: [{ on: 'result', nth: 1, do: 'error-503' }],
      profile: noticing,
    });
    const complete = (back: string, sessionBinding: string = SESSION) =>
      client.completeConsent(back, { sessionBinding });
    await complete(await callback('hanako', 'decline'));
    const late = await callback();
    clock.advance(600_000);
    await complete(late);
    await complete('https://loan.example/callback?state=a');
    await complete('https://loan.example/callback');
    const wrong = altered(await callback(), { code: 'another' });
    await complete(wrong, 'another session');
    await complete(wrong);
    await complete(wrong);
    const retrieval = await client.submit(await consent(), latest());
    const once = async () => (await client.collect(retrieval, { once: true })).status;
    expect([await once(), await once()]).toEqual(['unavailable', 'pending']);
    await client.collect(retrieval, { onProgress });
    await client.acknowledge(retrieval);
    const heard = new Set(
      events.map((event) =>
        event.type === 'step' ? `${event.step} ${event.outcome}` : event.type,
      ),
    );
    heard.delete('call');
    expect([...heard].sort()).toEqual(named.toSorted());
    expect(events.map(inShort)).toEqual(
      expect.arrayContaining([
        'step token rejected invalid_grant',
        'step callback rejected state_missing',
      ]),
    );
  });

  it('include unexpected for an exception of the caller, and omit invalid options', async () => {
    const { client, events, consent, callback } = openRecorded();
    const grant = await consent();
    const back = await callback();
    events.length = 0;
    for (const call of [
      () => client.beginConsent({} as never),
      () => client.completeConsent(back, { session: SESSION } as never),
      () => client.submit(grant, latest(), { deadlineMs: 0 } as never),
      () => client.query(grant, latest(), { wait: true } as never),
    ]) {
      expect((await errorOf(call)).code).toBeOneOf([
        'missing_option',
        'unknown_option',
        'invalid_option',
      ]);
    }
    expect(events).toEqual([]);
    await thrownBy(() => client.submit(grant, { other: latest() } as never));
    expect(events.map(inShort)).toEqual(['step request failed unknown_item none']);
    const onProgress = () => {
      throw new Error('a defect of the caller');
    };
    await thrownBy(() => client.query(grant, latest(), { onProgress }));
    expect(events.map(inShort).at(-1)).toBe('step result failed unexpected unknown');
  });

  it('carry ids that the portal never sees where the profile has no header for them', async () => {
    const sent: string[] = [];
    const { client, events, consent, onProgress } = openRecorded({
      async intercept(request, pass) {
        sent.push(request.url, JSON.stringify([...request.headers]), await request.clone().text());
        return pass(request);
      },
    });
    await client.query(await consent(), latest(), { onProgress });
    const ids = [
      ...valuesOf(events, 'requestId'),
      ...valuesOf(events, 'callId'),
      ...valuesOf(events, 'retrievalId'),
      ...valuesOf(events, 'transactionId'),
    ];
    const distinct = [...new Set(ids.filter((id) => id !== undefined))] as string[];
    // At least four calls, three methods, one retrieval, one journey.
    expect(distinct.length).toBeGreaterThanOrEqual(9);
    expect(distinct.filter((id) => sent.some((text) => text.includes(id)))).toEqual([]);
  });
});
