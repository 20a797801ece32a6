import { afterEach, describe, expect, it } from 'vitest';
import { looseObject, object, string } from 'zod';
import {
  type ClientOptions,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  fiscalYear,
  latest,
  pointInTime,
  range,
  type SelfInfoClient,
  type Service,
  type ServiceSpec,
  type Store,
  sandboxEnvironment,
} from '../../src/index.js';
import { personas, startSandbox } from '../../src/sandbox/index.js';
import {
  answerAt,
  CLIENT_ID,
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
import { callbackOf, startPortal } from '../kit/portal.js';
import { errorOf, refusalOf, thrownBy } from '../kit/refusals.js';

const opened: AsyncDisposable[] = [];
const keep = <T extends AsyncDisposable>(one: T): T => {
  opened.push(one);
  return one;
};
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

/** A client and a sandbox over real mutual TLS. */
async function openTlsBank(now = NOW) {
  const clock = createVirtualClock(now);
  const sandbox = keep(await startSandbox({ registrations: [registrationOf(loan)], clock }));
  const client = keep(
    createSelfInfoClient({
      service: loan,
      ...sandbox.connection,
      store: createMemoryStore({ clock }),
    }),
  );
  return {
    clock,
    sandbox,
    client,
    ...visits(client, sandbox),
    onProgress: ({ retryAt }: { retryAt: string }) => clock.set(retryAt),
  };
}

describe('a journey over mutual TLS', () => {
  it('returns the latest record, typed by its schema', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    const [income, ...others] = expectStatus(answer.items.income, 'present').reveal();
    expect(others).toEqual([]);
    expect(income).toMatchObject({ holder: 'サンプル市', asOf: '2026-06-01' });
    expect(income?.fields.課税年度).toBe('2026');
    expect(income?.fields.給与収入金額).toBe(5_200_000);
  });

  it('returns the record that was valid on a date', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(await consent(), { household: pointInTime('2026-04-01') }, { onProgress }),
      'ready',
    );
    const household = expectStatus(answer.items.household, 'present');
    expect(household.reveal().map(({ fields }) => fields.異動日)).toEqual(['2015-06-21']);
    expect(household.missing).toEqual([]);
  });

  it('returns a range, both ends included', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(
        await consent(),
        { shots: range('2026-09-18', '2026-11-09') },
        { onProgress },
      ),
      'ready',
    );
    expect(
      expectStatus(answer.items.shots, 'present')
        .reveal()
        .map(({ asOf }) => asOf),
    ).toEqual(['2026-09-18', '2026-10-16', '2026-11-09']);
  });

  it('returns a range of fiscal years', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(
        await consent(),
        { income: range(fiscalYear(2024), fiscalYear(2025)) },
        { onProgress },
      ),
      'ready',
    );
    expect(
      expectStatus(answer.items.income, 'present')
        .reveal()
        .map(({ fields }) => fields.合計所得金額),
    ).toEqual([3_368_000, 3_544_000]);
  });

  it('asks for all items with one inquiry', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(await consent(), latest(), { onProgress }),
      'ready',
    );
    expect([
      answer.items.income.status,
      answer.items.household.status,
      answer.items.shots.status,
    ]).toEqual(['present', 'present', 'present']);
    expect(expectStatus(answer.items.household, 'present').reveal()[0]?.fields.異動日).toBe(
      '2026-05-17',
    );
    expect(expectStatus(answer.items.shots, 'present').reveal()[0]?.fields.接種日).toBe(
      '2026-11-09',
    );
  });

  it('marks items that were left out as not asked', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const { answer } = expectStatus(
      await client.query(await consent(), { shots: latest() }, { onProgress }),
      'ready',
    );
    expect([
      answer.items.income.status,
      answer.items.household.status,
      answer.items.shots.status,
    ]).toEqual(['not-asked', 'not-asked', 'present']);
  });

  it('gives the same answer with query as with submit and collect', async () => {
    const { client, consent, onProgress } = await openTlsBank();
    const inquiries = { income: latest(), household: pointInTime('2026-04-01') };
    const inOne = expectStatus(
      await client.query(await consent(), inquiries, { onProgress }),
      'ready',
    ).answer;
    const inTwo = expectStatus(
      await client.collect(await client.submit(await consent(), inquiries), { onProgress }),
      'ready',
    ).answer;
    expect(expectStatus(inTwo.items.income, 'present').reveal()).toEqual(
      expectStatus(inOne.items.income, 'present').reveal(),
    );
    expect(expectStatus(inTwo.items.household, 'present').reveal()).toEqual(
      expectStatus(inOne.items.household, 'present').reveal(),
    );
  });

  it('presents the client certificate at every step', async () => {
    const { client, consent, onProgress, sandbox } = await openTlsBank();
    await client.query(await consent(), { income: latest() }, { onProgress });
    // The sandbox refuses every step whose connection lacks the registered certificate.
    expect(sandbox.log.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
    expect(sandbox.log.map(({ step }) => step)).toEqual([
      'authorize',
      'decide',
      'decide',
      'token',
      'request',
      'result',
      'result',
    ]);
  });
});

describe('a deferred answer', () => {
  it('can be collected from plain JSON by another client that shares the store', async () => {
    const clock = createVirtualClock(NOW);
    const store = createMemoryStore({ clock });
    const sandbox = keep(await startSandbox({ registrations: [registrationOf(loan)], clock }));
    const first = createSelfInfoClient({ service: loan, ...sandbox.connection, store });
    const grant = await visits(first, sandbox).consent();
    const pending = expectStatus(
      await first.query(grant, { income: latest() }, { deadlineMs: 500 }),
      'pending',
    );
    expect(pending.retryAt).toBe('2026-12-01T10:00:01+09:00');
    const stored = JSON.stringify(pending.retrieval);
    await first.close();

    const second = keep(createSelfInfoClient({ service: loan, ...sandbox.connection, store }));
    const retrieval = second.resume(stored);
    expect(retrieval).toEqual(pending.retrieval);
    const { answer } = expectStatus(await second.collect(retrieval), 'ready');
    expect(expectStatus(answer.items.income, 'present').reveal()[0]?.fields.課税年度).toBe('2026');
    expect(answer.terms).toEqual(grant.terms);
  });

  it('comes with a retrieval that is plain data', async () => {
    const { client, consent } = openBank();
    const retrieval = await client.submit(await consent(), {
      income: latest(),
      household: pointInTime('2026-04-01'),
    });
    expect(JSON.parse(JSON.stringify(retrieval))).toEqual(retrieval);
    expect(structuredClone(retrieval)).toEqual(retrieval);
    expect(retrieval).toEqual({
      v: 1,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      terms: {
        transactionId: expect.any(String),
        serviceId: CLIENT_ID,
        items: ['income', 'household', 'shots'],
        purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
        grantedAt: '2026-12-01T10:00:00+09:00',
        keepUntil: '2027-01-01T00:00:00+09:00',
      },
      inquiries: {
        income: { method: 'latest' },
        household: { method: 'point-in-time', at: '2026-04-01' },
      },
      submittedAt: '2026-12-01T10:00:00+09:00',
      expiresAt: '2026-12-01T11:00:00+09:00',
    });
  });

  it('can be collected repeatedly', async () => {
    const { client, consent, onProgress } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    for (let round = 0; round < 3; round++) {
      const { answer } = expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
      expect(expectStatus(answer.items.income, 'present').reveal()).toHaveLength(1);
    }
  });

  it('causes no poll when the deadline is zero', async () => {
    const { client, consent, calls } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    expect(await client.collect(retrieval, { deadlineMs: 0 })).toMatchObject({
      status: 'pending',
      retryAt: NOW,
    });
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('is polled once with the option once, and is ready at the time that the result names', async () => {
    const { client, consent, calls, clock } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    const { retryAt } = expectStatus(await client.collect(retrieval, { once: true }), 'pending');
    expect(retryAt).toBe('2026-12-01T10:00:01+09:00');
    clock.set(retryAt);
    expect((await client.collect(retrieval)).status).toBe('ready');
    expect(calls).toEqual(['/oauth/token', '/request', '/result', '/result']);
  });

  it('is announced with attempt and next poll before each wait', async () => {
    const { client, consent, clock } = openBank();
    const told: unknown[] = [];
    await client.query(
      await consent('pensioner'),
      { income: latest() },
      {
        onProgress(progress) {
          told.push(progress);
          clock.set(progress.retryAt);
        },
      },
    );
    expect(told).toEqual([
      { attempt: 1, retryAt: '2026-12-01T10:00:01+09:00' },
      { attempt: 2, retryAt: '2026-12-01T10:00:02+09:00' },
      { attempt: 3, retryAt: '2026-12-01T10:00:03+09:00' },
    ]);
  });

  it('is gone when it expires, to the millisecond', async () => {
    const { client, consent, clock } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    clock.set('2026-12-01T10:59:59.999+09:00');
    expect((await client.collect(retrieval, { deadlineMs: 1 })).status).toBe('pending');
    clock.set('2026-12-01T11:00:00+09:00');
    expect(expectStatus(await client.collect(retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
  });

  it('is gone for a client whose store does not know it', async () => {
    const { client, consent } = openBank();
    const elsewhere = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    expect(expectStatus(await elsewhere.client.collect(retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
    expect(elsewhere.calls).toEqual([]);
  });

  it('follows the stored terms and inquiries when the handle was edited', async () => {
    const { client, consent, onProgress } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    const edited = client.resume({
      ...retrieval,
      expiresAt: '2099-01-01T00:00:00+09:00',
      terms: { ...retrieval.terms, keepUntil: '2099-01-01T00:00:00+09:00' },
      inquiries: { household: latest() },
    });
    const { answer } = expectStatus(await client.collect(edited, { onProgress }), 'ready');
    expect([answer.items.income.status, answer.items.household.status]).toEqual([
      'present',
      'not-asked',
    ]);
    expect(answer.terms.keepUntil).toBe('2027-01-01T00:00:00+09:00');
  });

  it('cannot be collected by another service that shares the store', async () => {
    const clock = createVirtualClock(NOW);
    const store = createMemoryStore({ clock });
    const ours = openBank({ store, now: NOW });
    const retrieval = await ours.client.submit(await ours.consent(), { income: latest() });
    const environment = sandboxEnvironment({
      clientId: 'SP99999999_ZZ9999',
      redirectUri: 'https://other.example/callback',
      endpoints: ours.sandbox.environment().endpoints,
      issuer: ours.sandbox.environment().issuer,
    });
    let called = 0;
    const theirs = createSelfInfoClient({
      service: loan,
      environment,
      clock: ours.clock,
      store,
      fetch(request) {
        called++;
        return ours.sandbox.fetch(request);
      },
    });
    expect(await refusalOf(() => theirs.collect(retrieval))).toEqual([
      'invalid_retrieval',
      'retrieval.terms.serviceId',
    ]);
    const forged = { ...retrieval, terms: { ...retrieval.terms, serviceId: 'SP99999999_ZZ9999' } };
    expect(expectStatus(await theirs.collect(forged), 'failed').error.code).toBe('retrieval_gone');
    expect(called).toBe(0);
  });
});

describe('an answer', () => {
  it('reports nothing on record, which is not a failure', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent('newcomer'), latest(), { onProgress }),
      'ready',
    );
    expect([
      answer.items.income.status,
      answer.items.household.status,
      answer.items.shots.status,
    ]).toEqual(['nothing-on-record', 'nothing-on-record', 'nothing-on-record']);
  });

  it('has no records to reveal when nothing is on record', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent('newcomer'), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(() => (answer.items.income as { reveal?: () => unknown }).reveal?.()).toThrow(TypeError);
  });

  it('names the closed server and its next opening', async () => {
    const pension = defineService({
      ...loan,
      items: {
        pension: {
          detail: 'pension',
          holders: ['pension-service'],
          inquiries: ['latest'],
          latestBy: '改定日',
        },
      },
    });
    const { client, consent, onProgress } = openBank({
      service: pension,
      now: '2026-12-06T12:00:00+09:00',
    });
    const { answer } = expectStatus(
      await client.query(await consent(), latest(), { onProgress }),
      'ready',
    );
    const item = expectStatus(answer.items.pension, 'unavailable');
    expect([item.server, item.until]).toEqual(['pension-service', '2026-12-07T08:00:00+09:00']);
  });

  it('contains the available part and names the missing holders', async () => {
    const pension = defineService({
      ...loan,
      items: { pension: { detail: 'pension', inquiries: ['point-in-time'] } },
    });
    const { client, consent, onProgress } = openBank({
      service: pension,
      now: '2026-12-06T12:00:00+09:00',
    });
    const { answer } = expectStatus(
      await client.query(await consent('pensioner'), pointInTime('2026-12-01'), { onProgress }),
      'ready',
    );
    const item = expectStatus(answer.items.pension, 'present');
    expect(item.reveal().map(({ holder }) => holder)).toEqual(['サンプル市']);
    expect(item.missing).toEqual([
      { server: 'pension-service', until: '2026-12-07T08:00:00+09:00' },
      { server: 'local-officials-mutual-aid', until: '2026-12-07T08:00:00+09:00' },
    ]);
  });

  it('gives no opening time for a holder that is closed indefinitely', async () => {
    const [hanako] = personas;
    if (hanako === undefined) throw new Error('no persona');
    const { client, consent, onProgress } = openBank({
      personas: [{ ...hanako, closed: [{ server: 'municipal' }] }],
    });
    const { answer } = expectStatus(
      await client.query(await consent(hanako.id), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(expectStatus(answer.items.income, 'unavailable')).toMatchObject({
      server: 'municipal',
      until: null,
    });
  });

  it('lists every missing holder of an unavailable item', async () => {
    const pension = defineService({
      ...loan,
      items: {
        pension: {
          detail: 'pension',
          holders: ['pension-service', 'local-officials-mutual-aid'],
          inquiries: ['point-in-time'],
        },
      },
    });
    const { client, consent, onProgress } = openBank({
      service: pension,
      now: '2026-12-06T12:00:00+09:00',
    });
    const { answer } = expectStatus(
      await client.query(await consent('pensioner'), pointInTime('2026-12-01'), { onProgress }),
      'ready',
    );
    expect(expectStatus(answer.items.pension, 'unavailable').extras.reveal()).toEqual({
      missing: [
        { server: 'pension-service', until: '2026-12-07T08:00:00+09:00' },
        { server: 'local-officials-mutual-aid', until: '2026-12-07T08:00:00+09:00' },
      ],
    });
  });

  it('keeps unknown items and fields as extras', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(
        await consent('unlisted'),
        { income: latest(), household: latest() },
        { onProgress },
      ),
      'ready',
    );
    expect(expectStatus(answer.items.income, 'present').extras.reveal()).toMatchObject({
      new_item_mark: '見本',
      records: [{ new_mark: '見本の新項目' }],
    });
    expect(expectStatus(answer.items.household, 'present').reveal()[0]?.fields.新しい取得項目).toBe(
      '見本',
    );
    const { items } = answer.extras.reveal() as {
      items: { code: string; records: { fields: unknown }[] }[];
    };
    expect(items.map(({ code }) => code)).toEqual(['TM00000000000108']);
    expect(items[0]?.records[0]?.fields).toEqual({ 戸籍の表示: '見本' });
  });

  it('has empty extras when nothing was unknown', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(answer.extras.reveal()).toEqual({});
    expect(answer.items.income.extras.reveal()).toEqual({});
    expect(answer.items.household.extras.reveal()).toEqual({});
  });

  it('marks an item as failed when the portal did not answer it', async () => {
    const emptied = answerAt('/result', async (request, pass) => {
      const body = (await (await pass(request)).json()) as object;
      return Response.json('selfPersonalData' in body ? { ...body, selfPersonalData: [] } : body);
    });
    const { client, consent, onProgress } = openBank(emptied);
    const { answer } = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(expectStatus(answer.items.income, 'failed').code).toBe('not_answered');
  });
});

describe('the record schema of an item', () => {
  const household = (record: ServiceSpec['items'][string]['record']) =>
    defineService({
      ...loan,
      items: {
        household: {
          detail: 'household',
          inquiries: ['latest'],
          latestBy: '異動日',
          ...(record && { record }),
        },
      },
    }) as Service;

  async function ask(service: Service) {
    const { client, consent, onProgress } = openBank({ service });
    const { answer } = expectStatus(
      await client.query(await consent(), { household: latest() } as never, { onProgress }),
      'ready',
    );
    return answer.items.household as NonNullable<typeof answer.items.household>;
  }

  it('supplies its output, and omitted fields stay available as extras', async () => {
    const service = defineService({
      ...loan,
      items: {
        household: {
          detail: 'household',
          inquiries: ['latest'],
          latestBy: '異動日',
          record: object({ fields: object({ 続柄: string() }) }).transform(({ fields }) => ({
            fields,
            head: fields.続柄 === '世帯主',
          })),
        },
      },
    });
    const { client, consent, onProgress } = openBank({ service });
    const { answer } = expectStatus(
      await client.query(await consent(), latest(), { onProgress }),
      'ready',
    );
    const item = expectStatus(answer.items.household, 'present');
    const [first] = item.reveal();
    expect(first?.head).toBe(true);
    expect(first?.fields).toEqual({ 続柄: '世帯主' });
    expect(item.extras.reveal()).toEqual({
      records: [
        {
          異動日: '2026-05-17',
          異動事由: '婚姻による世帯合併',
          世帯主氏名: '番号 花子',
          世帯員数: 2,
        },
      ],
    });
  });

  it('fails an invalid item with the path, never the value, and keeps the original record', async () => {
    const item = expectStatus(
      await ask(
        household(
          looseObject({
            fields: looseObject({ 世帯主氏名: string().max(2, '番号 花子 is too long') }),
          }),
        ),
      ),
      'failed',
    );
    expect([item.code, item.path]).toEqual(['record_invalid', 'records[0].fields.世帯主氏名']);
    const { records } = item.extras.reveal() as { records: { fields: Record<string, unknown> }[] };
    expect(records[0]?.fields.世帯主氏名).toBe('番号 花子');
  });

  it('fails only its own item when it throws', async () => {
    const broken = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate(value: unknown): unknown {
          throw new Error(`cannot read ${JSON.stringify(value)}`);
        },
      },
    };
    const item = expectStatus(await ask(household(broken)), 'failed');
    expect([item.code, item.path]).toEqual(['record_invalid', 'records[0]']);
  });

  it('throws a TypeError with the retrieval when it is asynchronous', async () => {
    const thenable = Object.fromEntries([['then', () => {}]]);
    for (const validate of [
      async (value: unknown) => ({ value }),
      async () => Promise.reject(new Error('later')),
      () => thenable,
    ]) {
      const service = household({ '~standard': { version: 1, vendor: 'test', validate } });
      const error = await thrownBy(() => ask(service));
      expect(error).toBeInstanceOf(TypeError);
      // A program without the mistake can still collect the answer.
      expect(error).toMatchObject({
        message: "An item's record must be a synchronous Standard Schema.",
        retrieval: { v: 1 },
      });
    }
  });
});

describe('the retention period', () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it.each([
    ['2026-12-01T10:00:00+09:00', 'Asia/Tokyo', '2027-01-01T00:00:00+09:00'],
    ['2026-12-01T10:00:00+09:00', 'America/New_York', '2027-01-01T00:00:00+09:00'],
    ['2026-12-01T00:00:00+09:00', 'UTC', '2027-01-01T00:00:00+09:00'],
    ['2026-12-01T23:59:59+09:00', 'UTC', '2027-01-01T00:00:00+09:00'],
    ['2026-12-02T00:00:00+09:00', 'Pacific/Kiritimati', '2027-01-02T00:00:00+09:00'],
    // 2028 is a leap year: 30 days after January 30 is February 29.
    ['2028-01-30T12:00:00+09:00', 'UTC', '2028-03-01T00:00:00+09:00'],
  ])('of a consent at %s, with TZ=%s, ends at %s', async (now, tz, until) => {
    process.env.TZ = tz;
    const { consent } = openBank({ now });
    const { terms } = await consent();
    expect([terms.grantedAt, terms.keepUntil]).toEqual([now, until]);
  });

  it('of zero days ends at midnight', async () => {
    const { consent } = openBank({ service: defineService({ ...loan, retention: { days: 0 } }) });
    expect((await consent()).terms.keepUntil).toBe('2026-12-02T00:00:00+09:00');
  });

  it('counts from the callback, even if the token request runs past midnight', async () => {
    const slow = answerAt('/oauth/token', (request, pass) => {
      clock.advance(2_000);
      return pass(request);
    });
    const { clock, consent } = openBank({ ...slow, now: '2026-12-01T23:59:59+09:00' });
    const { terms } = await consent();
    expect([terms.grantedAt, terms.keepUntil]).toEqual([
      '2026-12-01T23:59:59+09:00',
      '2027-01-01T00:00:00+09:00',
    ]);
  });

  it('ends for reveal and for the extras at the millisecond', async () => {
    const { client, consent, onProgress, clock } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent('unlisted'), { income: latest() }, { onProgress }),
      'ready',
    );
    const income = expectStatus(answer.items.income, 'present');
    clock.set('2026-12-31T23:59:59.999+09:00');
    expect(income.reveal()).toHaveLength(1);
    expect(Object.keys(answer.extras.reveal())).toEqual(['items']);
    clock.set('2027-01-01T00:00:00+09:00');
    for (const read of [
      () => income.reveal(),
      () => income.extras.reveal(),
      () => answer.extras.reveal(),
    ])
      expect((await errorOf(read)).code).toBe('retention_ended');
    // The answer keeps its terms and reveals nothing.
    expect(answer.terms.keepUntil).toBe('2027-01-01T00:00:00+09:00');
  });
});

describe('client.discard', () => {
  it('ends a grant, which then cannot be submitted', async () => {
    const { client, consent, calls } = openBank();
    const grant = await consent();
    await client.discard(grant);
    expect((await errorOf(() => client.submit(grant, { income: latest() }))).code).toBe(
      'grant_used',
    );
    expect(calls).toEqual(['/oauth/token']);
  });

  it('keeps the retrieval of a grant that was used', async () => {
    const { client, consent, onProgress } = openBank();
    const grant = await consent();
    const retrieval = await client.submit(grant, { income: latest() });
    await client.discard(grant);
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
  });

  it('keeps the retrieval of a grant whose request is being stored', async () => {
    const inner = createMemoryStore({ clock: createVirtualClock(NOW) });
    let discard = async () => {};
    const store: Store = {
      ...inner,
      async put(key, value, expiresAt) {
        if (key.startsWith('retrieval:')) await discard();
        return inner.put(key, value, expiresAt);
      },
    };
    const { client, consent, onProgress } = openBank({ store });
    const grant = await consent();
    discard = () => client.discard(grant);
    const retrieval = await client.submit(grant, { income: latest() });
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
  });

  it('ends a grant whose request has not been sent yet', async () => {
    const portal = await startPortal();
    opened.push({ [Symbol.asyncDispose]: portal.close });
    const client = keep(
      createSelfInfoClient({ service: loan, environment: portal.environment, tls: portal.tls }),
    );
    const grant = await grantFrom(client, portal.environment);
    // A parked connection sends nothing before the next turn of the event loop.
    const submitting = errorOf(() => client.submit(grant, latest()));
    await client.discard(grant);
    expect((await submitting).effect).toBe('none');
    expect((await errorOf(() => client.submit(grant, latest()))).code).toBe('grant_used');
    expect(portal.calls).toEqual(['token']);
  });

  it('closes the connection of a grant', async () => {
    const portal = await startPortal();
    opened.push({ [Symbol.asyncDispose]: portal.close });
    const client = keep(
      createSelfInfoClient({ service: loan, environment: portal.environment, tls: portal.tls }),
    );
    const grant = await grantFrom(client, portal.environment);
    expect(await portal.open()).toBe(1);
    await client.discard(grant);
    await portal.drained();
  });

  it('removes a retrieval, also for its copies', async () => {
    const { client, consent, calls } = openBank();
    const retrieval = await client.submit(await consent(), { income: latest() });
    await client.discard(client.resume(JSON.stringify(retrieval)));
    expect(expectStatus(await client.collect(retrieval), 'failed').error.code).toBe(
      'retrieval_gone',
    );
    await client.discard(retrieval);
    expect(calls).toEqual(['/oauth/token', '/request']);
  });

  it('refuses values that are not its own grants or retrievals', async () => {
    const { client } = openBank();
    const foreign = await openBank().consent();
    expect(await refusalOf(() => client.discard(foreign))).toEqual(['foreign_grant', 'handle']);
    expect(await refusalOf(() => client.discard({} as never))).toEqual(['foreign_grant', 'handle']);
    expect(await refusalOf(() => client.discard({ id: 'x' } as never))).toEqual([
      'invalid_retrieval',
      'retrieval.v',
    ]);
    expect(await refusalOf(() => client.discard(null as never))).toEqual([
      'invalid_retrieval',
      'retrieval',
    ]);
  });
});

describe('the store after a query', () => {
  it('holds no token, because the answer cannot be collected again', async () => {
    const clock = createVirtualClock(NOW);
    const inner = createMemoryStore({ clock });
    const keys = new Set<string>();
    const store: ClientOptions['store'] = {
      ...inner,
      async put(key, value, expiresAt) {
        await inner.put(key, value, expiresAt);
        keys.add(key);
      },
    };
    const { client, consent, onProgress } = openBank({ store });
    expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    const held = await Promise.all([...keys].map((key) => inner.get(key)));
    expect(keys.size).toBe(2);
    expect(held.filter((entry) => entry !== undefined && entry !== 'taken')).toEqual([]);
  });
});

/** Completes a consent at a scripted portal, whose callback the test writes. */
async function grantFrom(client: SelfInfoClient<Loan>, environment: ClientOptions['environment']) {
  const { url } = await client.beginConsent({ sessionBinding: SESSION });
  return grantOf(
    await client.completeConsent(callbackOf(url, environment), { sessionBinding: SESSION }),
  );
}

describe('the connections of a client', () => {
  async function openPortal() {
    const portal = await startPortal();
    opened.push({ [Symbol.asyncDispose]: portal.close });
    const client = keep(
      createSelfInfoClient({ service: loan, environment: portal.environment, tls: portal.tls }),
    );
    return { portal, client, grant: () => grantFrom(client, portal.environment) };
  }

  it('are one per journey and close when the answer has come', async () => {
    const { portal, client, grant } = await openPortal();
    expect((await client.query(await grant(), { income: latest() })).status).toBe('ready');
    expect(portal.calls).toEqual(['token', 'request', 'result']);
    expect(portal.connections).toBe(1);
    await portal.drained();
  });

  it('are never shared between journeys', async () => {
    const { portal, client, grant } = await openPortal();
    const grants = await Promise.all([grant(), grant(), grant()]);
    await Promise.all(grants.map((one) => client.query(one, { income: latest() })));
    expect(portal.connections).toBe(3);
    await portal.drained();
  });

  it('are opened again after the first one has closed', async () => {
    const { portal, client, grant } = await openPortal();
    const retrieval = await client.submit(await grant(), { income: latest() });
    expect((await client.collect(retrieval)).status).toBe('ready');
    await portal.drained();
    expect((await client.collect(retrieval)).status).toBe('ready');
    expect(portal.connections).toBe(2);
    await portal.drained();
  });

  it('are not shared between concurrent collects', async () => {
    const { portal, client, grant } = await openPortal();
    const retrieval = await client.submit(await grant(), { income: latest() });
    const results = await Promise.all([
      client.collect(retrieval),
      client.collect(retrieval),
      client.collect(client.resume(JSON.stringify(retrieval))),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['ready', 'ready', 'ready']);
    expect(portal.connections).toBe(3);
    await portal.drained();
  });

  it('all close with the client, parked ones included', async () => {
    const { portal, client, grant } = await openPortal();
    const first = await grant();
    await client.submit(await grant(), { income: latest() });
    expect(await portal.open()).toBe(2);
    await client.close();
    await portal.drained();
    expect((await errorOf(() => client.submit(first, { income: latest() }))).code).toBe(
      'client_closed',
    );
  });
});

describe('a closed client', () => {
  it('refuses every call that sends, and can be closed again', async () => {
    const { client, consent, callback, calls } = openBank();
    const grant = await consent();
    const back = await callback();
    const retrieval = await client.submit(await consent(), { income: latest() });
    const before = calls.length;
    await client.close();
    await client.close();
    for (const call of [
      () => client.beginConsent({ sessionBinding: SESSION }),
      () => client.completeConsent(back, { sessionBinding: SESSION }),
      () => client.submit(grant, { income: latest() }),
      () => client.query(grant, { income: latest() }),
      () => client.collect(retrieval),
    ])
      expect((await errorOf(call)).code).toBe('client_closed');
    expect(calls.length).toBe(before);
  });

  it('aborts the calls in progress', async () => {
    const { reached, intercept } = hangAt('/result');
    const { client, consent } = openBank({ intercept });
    const retrieval = await client.submit(await consent(), { income: latest() });
    const collecting = errorOf(() => client.collect(retrieval));
    await reached;
    await client.close();
    expect(await collecting).toMatchObject({ code: 'aborted', stage: 'result', effect: 'none' });
  });
});

describe('two clients', () => {
  it('share neither grants nor transactions, and close independently', async () => {
    const ours = openBank();
    const theirs = openBank();
    const grant = await ours.consent();
    expect(await refusalOf(() => theirs.client.submit(grant, { income: latest() }))).toEqual([
      'foreign_grant',
      'grant',
    ]);
    expect(
      await theirs.client.completeConsent(await ours.callback(), { sessionBinding: SESSION }),
    ).toEqual({ status: 'unknown' });
    await theirs.client.close();
    expect(
      (await ours.client.query(grant, { income: latest() }, { onProgress: ours.onProgress }))
        .status,
    ).toBe('ready');
    expect(theirs.calls).toEqual([]);
  });
});
