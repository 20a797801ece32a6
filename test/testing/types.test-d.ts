import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  type Answer,
  type Collected,
  type ConsentOutcome,
  defineService,
  explain,
  type Grant,
  latest,
  type Retrieval,
  range,
  type SelfInfoClient,
  type SelfInfoError,
  type Service,
  type ServiceSpec,
} from '../../src/index.js';
import { localTaxRecord } from '../../src/sandbox/index.js';
import {
  createAnswer,
  createCollected,
  createConsentOutcome,
  createGrant,
  createRetrieval,
} from '../../src/testing/index.js';

const housingLoan = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: z
        .object({ fields: z.object({ 所得: z.number().nullable() }) })
        .transform(({ fields }) => fields.所得),
    },
    tax: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
      record: localTaxRecord,
    },
    household: { detail: 'household', inquiries: ['point-in-time'] },
  },
});
type Loan = typeof housingLoan;
const otherService = defineService({
  name: '年金相談',
  purpose: { id: 'pension-advice', text: '年金の相談のため' },
  retention: { days: 1 },
  items: { pension: { detail: 'pension', inquiries: ['latest', 'range'], latestBy: '改定日' } },
});
declare const service: Service;
declare const client: SelfInfoClient<Loan>;

describe('a made value', () => {
  it('has the type of its service', () => {
    expectTypeOf(createGrant(housingLoan)).toEqualTypeOf<Grant<Loan>>();
    expectTypeOf(createAnswer(housingLoan)).toEqualTypeOf<Answer<Loan>>();
    expectTypeOf(createRetrieval(housingLoan)).toEqualTypeOf<Retrieval<Loan>>();
    // @ts-expect-error a grant of another service
    client.discard(createGrant(otherService));
  });

  it('fits a function that is generic over services', () => {
    function page<S extends ServiceSpec>(outcome: ConsentOutcome<S> | Collected<S>) {
      return explain(outcome, 'ja');
    }
    page(createConsentOutcome(housingLoan, 'granted'));
    page(createCollected(housingLoan, 'ready'));
    page(createCollected(service, 'pending'));
  });
});

describe('createAnswer', () => {
  it('takes what the schema of an item takes, and open records without a schema', () => {
    const answer = createAnswer(housingLoan, {
      income: [{ fields: { 所得: 3_720_000 } }],
      household: [{ holder: 'サンプル市', asOf: '2026-04-01', fields: { 世帯員数: 3 } }],
    });
    if (answer.items.income.status === 'present')
      expectTypeOf(answer.items.income.reveal()).toEqualTypeOf<readonly (number | null)[]>();
    // @ts-expect-error the schema takes numbers
    createAnswer(housingLoan, { income: [{ fields: { 所得: '3,720,000' } }] });
    // @ts-expect-error fields are missing
    createAnswer(housingLoan, { tax: [{ fields: { 課税年度: '2026' } }] });
    // @ts-expect-error a record has fields
    createAnswer(housingLoan, { household: [{ holder: 'サンプル市' }] });
  });

  it('refuses an item that is not registered', () => {
    // @ts-expect-error incom is not an item
    createAnswer(housingLoan, { incom: 'nothing-on-record' });
    // @ts-expect-error pension is an item of another service
    createAnswer(housingLoan, { pension: [{ fields: {} }] });
  });

  it('takes every status, and its details', () => {
    createAnswer(housingLoan, { income: 'not-covered', tax: 'failed', household: 'unavailable' });
    createAnswer(housingLoan, {
      income: 'nothing-on-record',
      tax: 'not-asked',
      household: undefined,
    });
    createAnswer(housingLoan, { income: { status: 'failed', code: 'E1' } });
    createAnswer(housingLoan, { income: { status: 'unavailable', server: 'municipal', until: 0 } });
    createAnswer(housingLoan, {
      income: {
        status: 'present',
        records: [{ fields: { 所得: null } }],
        missing: [{ server: 'municipal', until: '2026-12-02T08:00:00+09:00' }],
      },
    });
    // @ts-expect-error not a status
    createAnswer(housingLoan, { income: 'gone' });
    // @ts-expect-error a status without records
    createAnswer(housingLoan, { income: 'present' });
    // @ts-expect-error a detail of another status
    createAnswer(housingLoan, { income: { status: 'failed', server: 'municipal' } });
  });

  it('takes any item of a service that was loaded as data', () => {
    createAnswer(service, { anything: [{ fields: {} }] });
  });
});

describe('createRetrieval', () => {
  it('takes inquiries that the service registers', () => {
    createRetrieval(otherService, { inquiries: range('2026-01-01', '2026-12-31') });
    createRetrieval(housingLoan, { inquiries: { income: latest() } });
    // @ts-expect-error household does not register latest
    createRetrieval(housingLoan, { inquiries: { household: latest() } });
    // @ts-expect-error not an item
    createRetrieval(housingLoan, { inquiries: { incom: latest() } });
  });
});

describe('createConsentOutcome', () => {
  it('has the status that was asked for', () => {
    expectTypeOf(createConsentOutcome(housingLoan, 'granted').grant).toEqualTypeOf<Grant<Loan>>();
    expectTypeOf(createConsentOutcome(housingLoan, 'rejected').code).toEqualTypeOf<
      Extract<ConsentOutcome, { status: 'rejected' }>['code']
    >();
    expectTypeOf(createConsentOutcome(housingLoan, 'declined').status).toEqualTypeOf<'declined'>();
    // @ts-expect-error not a status
    createConsentOutcome(housingLoan, 'refused');
  });

  it('takes the details of its status only', () => {
    createConsentOutcome(housingLoan, 'rejected', { at: 'token', code: 'invalid_grant' });
    createConsentOutcome(housingLoan, 'granted', { grant: createGrant(housingLoan) });
    // @ts-expect-error a grant of another service
    createConsentOutcome(housingLoan, 'granted', { grant: createGrant(otherService) });
    // @ts-expect-error a detail of another status
    createConsentOutcome(housingLoan, 'declined', { code: 'access_denied' });
    // @ts-expect-error a detail of another status
    createConsentOutcome(housingLoan, 'granted', { code: 'access_denied' });
  });

  it('takes a status that is known at run time only', () => {
    const statuses: readonly ConsentOutcome['status'][] = ['declined', 'expired'];
    for (const status of statuses) {
      const outcome = createConsentOutcome(housingLoan, status);
      expectTypeOf(outcome).toExtend<ConsentOutcome<Loan>>();
      if (outcome.status === 'granted') expectTypeOf(outcome.grant).toEqualTypeOf<Grant<Loan>>();
    }
  });
});

describe('createCollected', () => {
  it('has the status that was asked for', () => {
    expectTypeOf(createCollected(housingLoan, 'ready').answer).toEqualTypeOf<Answer<Loan>>();
    expectTypeOf(createCollected(housingLoan, 'pending').retrieval).toEqualTypeOf<
      Retrieval<Loan>
    >();
    expectTypeOf(createCollected(housingLoan, 'unavailable').until).toEqualTypeOf<string | null>();
    expectTypeOf(createCollected(housingLoan, 'failed').error).toEqualTypeOf<SelfInfoError>();
  });

  it('takes the details of its status only', () => {
    createCollected(housingLoan, 'pending', { retryAt: new Date(0), notBefore: 0 });
    createCollected(housingLoan, 'unavailable', { at: '2027-01-01', until: null, causes: [] });
    // @ts-expect-error an answer of another service
    createCollected(housingLoan, 'ready', { answer: createAnswer(otherService) });
    // @ts-expect-error a detail of another status
    createCollected(housingLoan, 'failed', { retryAt: 0 });
  });
});
