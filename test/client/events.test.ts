import { X509Certificate } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  type ClientEvent,
  type ClientOptions,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  latest,
  type Store,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { createAuthority } from '../kit/certificates.js';
import {
  altered,
  type BankOptions,
  expectStatus,
  grantOf,
  type Loan,
  loan,
  NOW,
  openBank,
  registrationOf,
  SESSION,
  visits,
} from '../kit/loan.js';
import { errorOf, thrownBy, typeErrorOf } from '../kit/refusals.js';
import { uncaughtDuring } from '../kit/stub.js';
import { unheard } from '../kit/watch-leaks.js';

const CHANNEL = 'myna-selfinfo:event';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A bank that records its events. */
function openTold(options: BankOptions<Loan> = {}) {
  const events: ClientEvent[] = [];
  return { ...openBank({ ...options, onEvent: (event) => void events.push(event) }), events };
}

/** Summarises an event: `step consent begun`, `call result 2 answered 200`. */
function inShort(event: ClientEvent): string {
  const { type, step, attempt, outcome, status, code, effect }: Readonly<Record<string, unknown>> =
    { ...event };
  return [type, step, attempt, outcome, status, code, effect]
    .filter((part) => part !== undefined)
    .join(' ');
}

const told = <K extends string>(events: readonly ClientEvent[], key: K) =>
  events.map((event) => (event as Readonly<Record<string, unknown>>)[key]);

describe('the events of a journey', () => {
  it('report every completed step and call, in order', async () => {
    const { client, events, consent, onProgress, sandbox } = openTold({
      faults: [{ on: 'result', nth: 1, do: 'error-503', retryAfterSeconds: 1 }],
    });
    const { answer } = expectStatus(
      await client.query(await consent(), latest(), { onProgress }),
      'ready',
    );
    const polls = sandbox.log.filter(({ step }) => step === 'result').length;
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
    expect(new Set(told(events, 'transactionId'))).toEqual(new Set([answer.terms.transactionId]));
    const calls = told(events, 'callId');
    expect([new Set(calls).size, calls.every((id) => UUID.test(String(id)))]).toEqual([3, true]);
    expect(new Set(calls.slice(4)).size).toBe(1);
    const requests = told(events, 'requestId').filter((id) => id !== undefined);
    expect([requests.length, new Set(requests).size]).toEqual([2 + polls, 2 + polls]);
    expect(told(events, 'retrievalId').map((id) => id !== undefined)).toEqual(
      events.map((_, index) => index > 4),
    );
  });

  it("are plain frozen data, timed by the client's clock", async () => {
    const { client, events, consent, onProgress } = openTold();
    await client.query(await consent(), latest(), { onProgress });
    expect(events.every((event) => Object.isFrozen(event))).toBe(true);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    expect(told(events, 'at')[0]).toBe(NOW);
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
    const { client, consent, events, onProgress } = openTold({ store });
    const retrieval = await client.submit(await consent(), latest());
    const before = events.length;
    await client.collect(client.resume(JSON.stringify(retrieval)), { onProgress });
    const after = events.slice(before);
    expect(new Set(told(after, 'retrievalId'))).toEqual(new Set([retrieval.id]));
    expect(new Set(told(after.slice(1), 'transactionId'))).toEqual(
      new Set([retrieval.terms.transactionId]),
    );
  });

  it('omit an id that a store invented', async () => {
    const clock = createVirtualClock(NOW);
    const inner = createMemoryStore({ clock });
    const put: Store['put'] = (key, value, expiresAt) =>
      inner.put(key, JSON.stringify({ ...JSON.parse(value), id: '番号 花子' }), expiresAt);
    const { client, callback, events } = openTold({ store: { ...inner, put } });
    const back = await callback();
    events.length = 0;
    await client.completeConsent(back, { sessionBinding: SESSION });
    expect(events.map(inShort)).toContain('step callback valid');
    expect(new Set(told(events, 'transactionId'))).toEqual(new Set([undefined]));
  });
});

describe('the events of an unsuccessful journey', () => {
  const complete =
    (request: string) => (client: ReturnType<typeof openTold>['client'], session: string) =>
      client.completeConsent(request, { sessionBinding: session });

  it.each<[string, (bank: ReturnType<typeof openTold>) => Promise<unknown>, readonly string[]]>([
    [
      'a citizen who declines',
      async ({ client, callback }) =>
        complete(await callback('hanako', 'decline'))(client, SESSION),
      ['step callback declined'],
    ],
    [
      'another browser',
      async ({ client, callback }) => complete(await callback())(client, 'another session'),
      ['step callback foreign-browser'],
    ],
    [
      'a state that nobody gave',
      ({ client }) => complete('https://loan.example/callback?state=a')(client, SESSION),
      ['step callback unknown'],
    ],
    [
      'no state',
      ({ client }) => complete('https://loan.example/callback')(client, SESSION),
      ['step callback rejected state_missing'],
    ],
    [
      'an error of a code that nobody knows',
      async ({ client, callback }) =>
        complete((await callback()).replace(/code=[^&]+/, 'error=%E8%8A%B1%E5%AD%90'))(
          client,
          SESSION,
        ),
      ['step callback rejected unrecognised'],
    ],
    [
      'what is no request',
      ({ client }) =>
        thrownBy(() => client.completeConsent(7 as never, { sessionBinding: SESSION })),
      ['step callback failed unexpected unknown'],
    ],
    [
      'a grant of somebody else',
      ({ client }) => thrownBy(() => client.submit({ terms: {} } as never, latest())),
      ['step request failed foreign_grant none'],
    ],
  ])('report %s', async (_, run, expected) => {
    const bank = openTold();
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
      'a lost answer',
      [{ on: 'request', do: 'reset' }],
      [
        'call token 1 answered 200',
        'step token granted',
        'call request 1 failed answer_lost unknown',
        'step request failed answer_lost unknown',
      ],
    ],
    [
      'an answer of another process',
      [{ on: 'result', do: 'mismatched-process' }],
      [
        'call token 1 answered 200',
        'step token granted',
        'call request 1 answered 200',
        'step request accepted',
        'call result 1 answered 200',
        'step result failed process_mismatch unknown',
      ],
    ],
  ])('report %s', async (_, faults, expected) => {
    const { client, events, callback, onProgress } = openTold({ faults });
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
    const { client, events, callback } = openTold({
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

describe('the events in docs/events.md', () => {
  /** The outcomes in the page's table, as `step outcome`. */
  const named = readFileSync('docs/events.md', 'utf8')
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
    const { client, events, callback, consent, clock, onProgress } = openTold({
      faults: [{ on: 'result', nth: 1, do: 'error-503' }],
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
    const { client, events, consent, callback } = openTold();
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
      throw new Error('a fault of the host');
    };
    await thrownBy(() => client.query(grant, latest(), { onProgress }));
    expect(events.map(inShort).at(-1)).toBe('step result failed unexpected unknown');
  });

  it('carry ids that the portal never sees', async () => {
    const sent: string[] = [];
    const { client, events, consent, onProgress } = openTold({
      async intercept(request, pass) {
        sent.push(request.url, JSON.stringify([...request.headers]), await request.clone().text());
        return pass(request);
      },
    });
    await client.query(await consent(), latest(), { onProgress });
    const ids = [
      ...told(events, 'requestId'),
      ...told(events, 'callId'),
      ...told(events, 'retrievalId'),
      ...told(events, 'transactionId'),
    ];
    const distinct = [...new Set(ids.filter((id) => id !== undefined))] as string[];
    // At least four calls, three methods, one retrieval, one journey.
    expect(distinct.length).toBeGreaterThanOrEqual(9);
    expect(distinct.filter((id) => sent.some((text) => text.includes(id)))).toEqual([]);
  });
});

describe('an event listener', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
    [
      'returns what is no promise but looks like one',
      () =>
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error('listener');
          },
        }),
    ],
  ])('breaks nothing when it %s', async (_, onEvent) => {
    let status = '';
    const uncaught = await uncaughtDuring(async () => {
      const { client, consent, onProgress } = openBank({ onEvent: onEvent as () => void });
      status = (await client.query(await consent(), latest(), { onProgress })).status;
    });
    expect([status, uncaught]).toEqual(['ready', []]);
  });

  it('cannot change the event that others receive', async () => {
    const heard: unknown[] = [];
    const hear = (event: unknown) => void heard.push(event);
    subscribe(CHANNEL, hear);
    try {
      const { callback } = openBank({
        onEvent: (event) => void Object.assign(event, { step: 'forged' }),
      });
      await callback();
    } finally {
      unsubscribe(CHANNEL, hear);
    }
    expect(told(heard as ClientEvent[], 'step')).toEqual(['consent']);
  });

  it('must be a function', async () => {
    expect(await typeErrorOf(() => openBank({ onEvent: 'console' as never }))).toBe(
      'options.onEvent must be a function.',
    );
  });
});

describe('the diagnostics channel', () => {
  it('publishes the same events, also of clients without a listener, from the step after a subscription', async () => {
    const silent = openBank();
    const loud = openTold();
    await silent.callback();
    const heard: unknown[] = [];
    const hear = (event: unknown) => void heard.push(event);
    subscribe(CHANNEL, hear);
    await loud.callback();
    await silent.callback();
    unsubscribe(CHANNEL, hear);
    await silent.callback();
    expect(heard.map((event) => inShort(event as ClientEvent))).toEqual([
      'step consent begun',
      'step consent begun',
    ]);
    expect(heard[0]).toBe(loud.events[0]);
  });

  it('costs nothing without a subscriber: neither the clock nor the certificate is read', async () => {
    const asked = { told: 0, untold: 0 };
    for (const way of ['told', 'untold'] as const) {
      const inner = createVirtualClock(NOW);
      const now = () => {
        asked[way]++;
        return inner.now();
      };
      const clock = { now, wait: inner.wait };
      const bank = openBank();
      const counting = createSelfInfoClient({
        service: loan,
        environment: bank.sandbox.environment(),
        fetch: bank.sandbox.fetch,
        store: createMemoryStore({ clock: inner }),
        clock,
        ...(way === 'told' && { onEvent: () => {} }),
      });
      await unheard(async () => void (await counting.beginConsent({ sessionBinding: SESSION })));
    }
    // At the start, at the end, and for the timestamp of the event.
    expect(asked.told - asked.untold).toBe(3);
  });
});

describe('the client certificate', async () => {
  const authority = await createAuthority();
  const DAY = 86_400_000;
  // Ends 30 days from now by the machine's clock.
  const { cert, key } = await authority.issue('SP12345678_AB1234');
  const fresh = await authority.issue('SP12345678_AB1234', { beginsInDays: 40 });
  const sandbox = await startSandbox({ registrations: [registrationOf(loan)] });
  afterAll(sandbox.close);
  const clients: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  const ends = Date.parse(new X509Certificate(cert).validTo);

  function open(daysBefore: number, tls: ClientOptions['tls'] = { cert, key }) {
    const clock = createVirtualClock(ends - daysBefore * DAY);
    const events: ClientEvent[] = [];
    const onEvent = (event: ClientEvent) => void events.push(event);
    const client = createSelfInfoClient({
      service: loan,
      environment: sandbox.connection.environment,
      clock,
      onEvent,
      ...(tls && { tls }),
    });
    clients.push(client);
    const certificates = () => events.filter(({ type }) => type.startsWith('certificate'));
    return { client, clock, certificates };
  }
  const begin = ({ client }: ReturnType<typeof open>) =>
    client.beginConsent({ sessionBinding: SESSION });

  it.each([
    [31, []],
    [30, ['certificate_expiring']],
    [1, ['certificate_expiring']],
    [0, ['certificate_expiring']],
    [-0.5, ['certificate_expired']],
  ])('that ends in %d days causes the events %j when the client is created', (days, expected) => {
    const { certificates } = open(days);
    expect(certificates().map(({ type }) => type)).toEqual(expected);
    expect(
      certificates().every(
        (event) =>
          'notAfter' in event &&
          Date.parse(event.notAfter) === ends &&
          event.notAfter.endsWith('+09:00'),
      ),
    ).toBe(true);
  });

  it('is reported once a day, on first use', async () => {
    const opened = open(2.5);
    await begin(opened);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(1);
    opened.clock.advance(DAY);
    await begin(opened);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(2);
    opened.clock.advance(3 * DAY);
    await begin(opened);
    expect(opened.certificates().map(({ type }) => type)).toEqual([
      'certificate_expiring',
      'certificate_expiring',
      'certificate_expired',
    ]);
  });

  it('is reported again after midnight in Japan', async () => {
    const opened = open(2);
    const midnight = Math.ceil((opened.clock.now() + 9 * 3_600_000) / DAY) * DAY - 9 * 3_600_000;
    opened.clock.set(midnight - 1);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(1);
    opened.clock.set(midnight);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(2);
  });

  it('is checked when rotate sets it, and the previous one no longer', async () => {
    const opened = open(2);
    opened.client.rotate(fresh);
    opened.clock.advance(DAY);
    await begin(opened);
    expect(opened.certificates()).toHaveLength(1);
    opened.client.rotate({ cert, key });
    expect(opened.certificates()).toHaveLength(2);
  });

  it('of the development sandbox is not reported as expiring', async () => {
    const { tls, environment } = sandbox.connection;
    const events: ClientEvent[] = [];
    const client = createSelfInfoClient({
      service: loan,
      environment,
      tls,
      onEvent: (event) => void events.push(event),
    });
    clients.push(client);
    await visits(client, sandbox).callback();
    expect(events.map(inShort)).toEqual(['step consent begun']);
  });
});
