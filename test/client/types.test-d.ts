import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  type Answer,
  type Availability,
  type Collected,
  type ConsentOutcome,
  createSelfInfoClient,
  defineService,
  type Environment,
  fiscalYear,
  type Grant,
  type ItemAnswer,
  latest,
  type OpenRecord,
  pointInTime,
  privateKeyJwt,
  type Retrieval,
  range,
  type SelfInfoClient,
  type SelfInfoError,
  type ServiceSpec,
} from '../../src/index.js';
import { type LocalTaxRecord, localTaxRecord } from '../../src/sandbox/index.js';

declare const environment: Environment;

const localTax = z.object({
  holder: z.string(),
  fields: z.object({ 課税年度: z.string(), 所得: z.number().nullable() }),
});
const housingLoan = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest', 'range'],
      latestBy: '課税年度',
      record: localTax,
    },
    household: { detail: 'household', inquiries: ['point-in-time', 'latest'], latestBy: '異動日' },
  },
});
const client = createSelfInfoClient({ service: housingLoan, environment });
const pensionAdvice = defineService({
  name: '年金相談',
  purpose: { id: 'pension-advice', text: '年金の相談のため' },
  retention: { days: 1 },
  items: { pension: { detail: 'pension', inquiries: ['latest'], latestBy: '改定日' } },
});
declare const grant: Grant<typeof housingLoan>;
declare const answer: Answer<typeof housingLoan>;

describe('the answer', () => {
  it("has the output of the item's schema", () => {
    if (answer.items.income.status === 'present')
      expectTypeOf(answer.items.income.reveal()).toEqualTypeOf<
        readonly z.output<typeof localTax>[]
      >();
  });

  it('has open records without schema', () => {
    if (answer.items.household.status === 'present')
      expectTypeOf(answer.items.household.reveal()).toEqualTypeOf<readonly OpenRecord[]>();
  });

  it("has the record types of the sandbox's schemas", () => {
    const service = defineService({
      ...housingLoan,
      items: {
        income: {
          detail: 'local-tax',
          inquiries: ['latest'],
          latestBy: '課税年度',
          record: localTaxRecord,
        },
      },
    });
    const item = ({} as Answer<typeof service>).items.income;
    if (item.status === 'present')
      expectTypeOf(item.reveal()[0]?.fields.給与収入金額).toEqualTypeOf<
        LocalTaxRecord['fields']['給与収入金額'] | undefined
      >();
  });

  it('has the output, not the input, of a schema that transforms', () => {
    const service = defineService({
      ...housingLoan,
      items: {
        years: {
          detail: 'local-tax',
          inquiries: ['range'],
          record: z.object({ asOf: z.string() }).transform(({ asOf }) => Number(asOf.slice(0, 4))),
        },
      },
    });
    const item = ({} as Answer<typeof service>).items.years;
    if (item.status === 'present') expectTypeOf(item.reveal()).toEqualTypeOf<readonly number[]>();
  });

  it('has only the items of the service, and what belongs to their status', () => {
    expectTypeOf<keyof (typeof answer)['items']>().toEqualTypeOf<'income' | 'household'>();
    // @ts-expect-error no such item
    void answer.items.pension;
    // @ts-expect-error only what is present can be revealed
    void answer.items.income.reveal;
  });
});

describe('the inquiries of a request', () => {
  it('may be one inquiry that every item allows', () => {
    expectTypeOf(client.query(grant, latest())).resolves.toEqualTypeOf<
      Collected<typeof housingLoan>
    >();
    void client.submit(grant, latest());
    // @ts-expect-error the household has no range
    void client.query(grant, range('2026-01-01', '2026-02-01'));
    // @ts-expect-error the income has no point in time
    void client.submit(grant, pointInTime('2026-01-01'));
  });

  it('may be one inquiry per item, of a method that it allows', () => {
    void client.query(grant, { income: latest(), household: pointInTime('2026-04-01') });
    void client.query(grant, { income: range(fiscalYear(2024), fiscalYear(2026)) });
    // @ts-expect-error the income has no point in time
    void client.query(grant, { income: pointInTime('2026-04-01') });
    // @ts-expect-error the household has no range
    void client.submit(grant, { household: range('2026-01-01', '2026-02-01') });
  });

  it('cannot name an item that the service does not have', () => {
    // @ts-expect-error no such item
    void client.query(grant, { income: latest(), pension: latest() });
    // @ts-expect-error no such item
    void client.submit(grant, { incom: latest() });
  });

  it('are sent with known options only', () => {
    void client.query(grant, latest(), {
      deadlineMs: 5_000,
      signal: new AbortController().signal,
      onProgress: ({ attempt, retryAt }) => [attempt, retryAt],
    });
    // @ts-expect-error a submit has no deadline of its own
    void client.submit(grant, latest(), { deadlineMs: 5_000 });
    // @ts-expect-error no such option
    void client.query(grant, latest(), { timeout: 5_000 });
  });
});

describe('a service', () => {
  const base = { name: 'a', purpose: { id: 'a', text: 'a' }, retention: { days: 1 } } as const;

  it('must declare the field that determines the latest record', () => {
    // @ts-expect-error latest without latestBy
    defineService({ ...base, items: { income: { detail: 'local-tax', inquiries: ['latest'] } } });
    defineService({ ...base, items: { income: { detail: 'local-tax', inquiries: ['range'] } } });
  });

  it('accepts only known details, holders, codes and methods', () => {
    // @ts-expect-error no such detail
    defineService({ ...base, items: { income: { detail: 'income', inquiries: ['range'] } } });
    defineService({
      ...base,
      // @ts-expect-error no such server
      items: { income: { detail: 'local-tax', inquiries: ['range'], holders: ['city'] } },
    });
    defineService({
      ...base,
      // @ts-expect-error codes begin with TM
      items: { income: { detail: 'local-tax', inquiries: ['range'], code: '2' } },
    });
    defineService({
      ...base,
      // @ts-expect-error no such method
      items: { income: { detail: 'local-tax', inquiries: ['everything'] } },
    });
  });

  it('cannot be an object that defineService did not return', () => {
    createSelfInfoClient({
      // @ts-expect-error not checked by defineService
      service: { ...base, items: { income: { detail: 'local-tax', inquiries: ['range'] } } },
      environment,
    });
  });

  it('may be loaded as data, which is checked at run time', () => {
    const loaded = createSelfInfoClient({
      service: defineService(JSON.parse('{}') as ServiceSpec),
      environment,
    });
    const any = {} as Grant;
    void loaded.query(any, latest());
    void loaded.query(any, { anything: latest() });
    const item = ({} as Answer).items.anything;
    if (item?.status === 'present')
      expectTypeOf(item.reveal()).toEqualTypeOf<readonly OpenRecord[]>();
  });
});

describe('the types', () => {
  it('of a client are parameterized by the type of the service', () => {
    expectTypeOf(client).toEqualTypeOf<SelfInfoClient<typeof housingLoan>>();
    const submit = (one: SelfInfoClient<typeof housingLoan>, paid: Grant<typeof housingLoan>) =>
      one.submit(paid, latest());
    expectTypeOf(submit(client, grant)).resolves.toEqualTypeOf<Retrieval<typeof housingLoan>>();
    expectTypeOf(client.availability()).toEqualTypeOf<Availability<typeof housingLoan>>();
    expectTypeOf(client.resume('{}')).toEqualTypeOf<Retrieval<typeof housingLoan>>();
  });

  it('of two services do not mix', () => {
    const other = defineService({
      ...housingLoan,
      items: { shots: { detail: 'vaccination', inquiries: ['latest'], latestBy: '接種日' } },
    });
    // @ts-expect-error a grant of another service
    void client.submit({} as Grant<typeof other>, latest());
    // @ts-expect-error a retrieval of another service
    void client.collect({} as Retrieval<typeof other>);
    // @ts-expect-error a grant without its service
    void client.submit({} as { terms: never }, latest());
  });

  it('of an outcome can be switched on exhaustively', () => {
    const read = (outcome: ConsentOutcome<typeof housingLoan>): string => {
      switch (outcome.status) {
        case 'granted':
          return outcome.grant.terms.keepUntil;
        case 'rejected':
          return `${outcome.at} ${outcome.code}`;
        case 'declined':
        case 'expired':
        case 'replayed':
        case 'unknown':
        case 'foreign-browser':
          return outcome.status;
        default:
          return outcome satisfies never;
      }
    };
    expectTypeOf(read).returns.toBeString();
    // @ts-expect-error not all outcomes have a grant
    const forgetful = (outcome: ConsentOutcome) => outcome.grant;
    void forgetful;
  });

  it('of a result can be switched on exhaustively', () => {
    const read = (result: Collected<typeof housingLoan>): unknown => {
      switch (result.status) {
        case 'ready':
          return result.answer.items.income.status;
        case 'pending':
          return [result.retryAt, result.retrieval.id];
        case 'unavailable':
          return [result.until, result.causes, result.retrieval];
        case 'failed':
          return result.error satisfies SelfInfoError;
        default:
          return result satisfies never;
      }
    };
    expectTypeOf(read).parameter(0).toEqualTypeOf<Collected<typeof housingLoan>>();
  });

  it('of an item can be switched on exhaustively', () => {
    const read = (item: (typeof answer)['items']['household']): unknown => {
      switch (item.status) {
        case 'present':
          return item.missing;
        case 'unavailable':
          return item.server;
        case 'failed':
          return item.code;
        case 'nothing-on-record':
        case 'not-covered':
        case 'not-asked':
          return undefined;
        default:
          return item satisfies never;
      }
    };
    expectTypeOf(read).returns.toBeUnknown();
  });
});

describe('a function for any service', () => {
  it('accepts what the client of one service returns', () => {
    const shown = {
      outcome: (_: ConsentOutcome) => '',
      result: (_: Collected) => '',
      grant: (_: Grant) => '',
      retrieval: (_: Retrieval) => '',
      availability: (_: Availability) => '',
      item: (_: ItemAnswer) => '',
    };
    shown.outcome({} as ConsentOutcome<typeof housingLoan>);
    shown.result({} as Collected<typeof housingLoan>);
    shown.grant(grant);
    shown.retrieval({} as Retrieval<typeof housingLoan>);
    shown.availability({} as Availability<typeof housingLoan>);
    shown.item(answer.items.income);
  });

  it('cannot pass to one service what belongs to another', () => {
    // @ts-expect-error another service's grant
    void client.query({} as Grant<typeof pensionAdvice>, latest());
    // @ts-expect-error any service's retrieval
    void client.collect({} as Retrieval);
  });
});

describe('client authentication', () => {
  const sign = async (input: Uint8Array) => input;

  it('accepts a key or a signing callback', () => {
    void privateKeyJwt({ key: 'PEM', alg: 'ES256', kid: 'a' });
    void privateKeyJwt({ sign, alg: 'PS256', kid: 'a' });
    // @ts-expect-error both
    void privateKeyJwt({ key: 'PEM', sign, alg: 'ES256', kid: 'a' });
    // @ts-expect-error neither
    void privateKeyJwt({ alg: 'ES256', kid: 'a' });
    // @ts-expect-error another algorithm
    void privateKeyJwt({ key: 'PEM', alg: 'RS256', kid: 'a' });
  });

  it('is the result of privateKeyJwt, or a function that returns the current one', () => {
    const options = { service: housingLoan, environment };
    const credential = privateKeyJwt({ key: 'PEM', alg: 'ES256', kid: 'a' });
    void createSelfInfoClient({ ...options, clientAuth: 'tls' });
    void createSelfInfoClient({ ...options, clientAuth: credential });
    void createSelfInfoClient({ ...options, clientAuth: () => credential });
    // @ts-expect-error made by hand
    void createSelfInfoClient({ ...options, clientAuth: { alg: 'ES256', kid: 'a' } });
    // @ts-expect-error the way alone
    void createSelfInfoClient({ ...options, clientAuth: 'private_key_jwt' });
  });
});
