import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type Collected,
  type ConsentOutcome,
  createVirtualClock,
  defineService,
  explain,
  SelfInfoError,
} from '../../src/index.js';
import {
  createAnswer,
  createCollected,
  createConsentOutcome,
  createGrant,
  createRetrieval,
} from '../../src/testing/index.js';
import { expectBoth } from '../client/expect-texts.js';
import { expectStatus, loan } from '../kit/loan.js';
import { refusal } from '../kit/refusals.js';

const tax = {
  holder: 'サンプル市',
  fields: {
    課税年度: '2026',
    申告区分: '申告済' as const,
    給与収入金額: 5_200_000,
    合計所得金額: 3_720_000,
    所得控除合計額: 1_310_000,
    市町村民税所得割額: 141_000,
    市町村民税均等割額: 3_500,
  },
};

describe('a made value', () => {
  it('is the same in every run unless the test says otherwise', () => {
    const terms = {
      transactionId: '00000000-0000-4000-8000-000000000001',
      serviceId: 'テスト',
      items: ['income', 'household', 'shots'],
      purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
      grantedAt: '2026-12-01T10:00:00+09:00',
      keepUntil: '2027-01-01T00:00:00+09:00',
    };
    expect(createGrant(loan)).toEqual({ terms, expiresAt: '2026-12-01T11:00:00+09:00' });
    expect(createRetrieval(loan)).toEqual({
      v: 2,
      id: '00000000-0000-4000-8000-000000000002',
      pin: 'testing',
      terms,
      inquiries: {
        income: { method: 'latest' },
        household: { method: 'latest' },
        shots: { method: 'latest' },
      },
      codes: { income: 'TM00000000000002', household: 'household', shots: 'vaccination' },
      submittedAt: '2026-12-01T10:00:00+09:00',
      expiresAt: '2026-12-01T11:00:00+09:00',
    });
    expect(createAnswer(loan).terms).toEqual(terms);
  });

  it('has the instants and ids that the test gives', () => {
    const transactionId = 'case-1';
    const grantedAt = new Date('2026-04-01T00:30:00Z');
    const grant = createGrant(loan, { grantedAt, transactionId, textVersion: 'v2' });
    expect(grant.terms).toMatchObject({
      transactionId,
      textVersion: 'v2',
      grantedAt: '2026-04-01T09:30:00+09:00',
      keepUntil: '2026-05-02T00:00:00+09:00',
    });
    expect(grant.expiresAt).toBe('2026-04-01T10:30:00+09:00');
    expect(createGrant(loan, { expiresAt: null }).expiresAt).toBeNull();
    const retrieval = createRetrieval(loan, {
      id: '11111111-0000-4000-8000-000000000000',
      inquiries: { shots: { method: 'range', from: '2026-01-01', to: '2026-12-31' } },
      submittedAt: '2026-12-01T10:01:00+09:00',
    });
    expect(retrieval).toMatchObject({
      id: '11111111-0000-4000-8000-000000000000',
      inquiries: { shots: { method: 'range', from: '2026-01-01', to: '2026-12-31' } },
      codes: { shots: 'vaccination' },
      submittedAt: '2026-12-01T10:01:00+09:00',
      expiresAt: '2026-12-01T11:01:00+09:00',
    });
  });

  it('asks each item by a method that it registers', () => {
    const service = defineService({
      ...loan,
      items: {
        year: { detail: 'local-tax', inquiries: ['range'] },
        day: { detail: 'household', inquiries: ['point-in-time', 'range'] },
      },
    });
    expect(createRetrieval(service).inquiries).toEqual({
      year: { method: 'range', from: '2026-12-01', to: '2026-12-01' },
      day: { method: 'point-in-time', at: '2026-12-01' },
    });
  });
});

describe('a made answer', () => {
  it('hides its records until reveal(), which works on any day', () => {
    const answer = createAnswer(loan, { income: [tax] });
    expect(expectStatus(answer.items.income, 'present').reveal()).toEqual([tax]);
    expect(JSON.stringify(answer)).not.toContain('3720000');
  });

  it('has the status not-asked for an item that is left out', () => {
    const answer = createAnswer(loan, { income: [tax], household: 'not-asked', shots: undefined });
    const { household, shots } = answer.items;
    expect([household.status, shots.status]).toEqual(['not-asked', 'not-asked']);
  });

  it('has nothing on record for every item by default', () => {
    const statuses = Object.values(createAnswer(loan).items).map(({ status }) => status);
    expect(statuses).toEqual(['nothing-on-record', 'nothing-on-record', 'nothing-on-record']);
  });

  it('names the holders whose part is missing', () => {
    const until = '2026-12-02T08:00:00+09:00';
    const missing = [{ server: 'pension-service', until }, { server: 'municipal' }];
    const answer = createAnswer(loan, { income: { status: 'present', records: [tax], missing } });
    const income = expectStatus(answer.items.income, 'present');
    expect(income.missing).toEqual([
      { server: 'pension-service', until },
      { server: 'municipal', until: null },
    ]);
    expect(explain(income, 'en')).toContain('from some offices is missing');
  });

  it('names the first holder of an item that is unavailable, without a time', () => {
    const { income } = createAnswer(loan, { income: 'unavailable' }).items;
    expect(expectStatus(income, 'unavailable')).toMatchObject({ server: 'municipal', until: null });
  });

  it('has the holder サンプル市 if a record names none', () => {
    const { fields } = tax;
    const { income } = createAnswer(loan, { income: [{ fields }] }).items;
    expect(expectStatus(income, 'present').reveal()).toEqual([tax]);
  });

  it('has the output of the schema, and in extras what the schema drops', () => {
    const service = defineService({
      ...loan,
      items: {
        income: {
          detail: 'local-tax',
          inquiries: ['latest'],
          latestBy: '課税年度',
          record: z
            .object({ fields: z.object({ 合計所得金額: z.number() }) })
            .transform(({ fields }) => ({ yen: fields.合計所得金額 })),
        },
      },
    });
    const { income } = createAnswer(service, {
      income: [{ fields: { 合計所得金額: 3_720_000 } }],
    }).items;
    expect(expectStatus(income, 'present').reveal()).toEqual([{ yen: 3_720_000 }]);
    expect(income.extras.reveal()).toEqual({ records: [{ 合計所得金額: 3_720_000 }] });
  });

  it('ends with its period if the test gives a clock', () => {
    const clock = createVirtualClock('2026-12-31T23:59:59+09:00');
    const { items } = createAnswer(loan, { income: [tax] }, { clock });
    const income = expectStatus(items.income, 'present');
    expect(income.reveal()).toHaveLength(1);
    clock.advance(1_000);
    expect(refusal(() => income.reveal())).toEqual(['retention_ended', undefined]);
  });

  it.each(['nothing-on-record', 'not-covered', 'unavailable', 'failed', 'not-asked'] as const)(
    'is explained in both languages where an item is %s',
    (status) => {
      const { items } = createAnswer(loan, { shots: status, income: [tax] });
      expect(items.shots.status).toBe(status);
      expectBoth(items.shots);
    },
  );
});

describe('a made outcome', () => {
  it.each<ConsentOutcome['status']>([
    ...(['granted', 'declined', 'expired', 'replayed', 'unknown'] as const),
    ...(['foreign-browser', 'rejected'] as const),
  ])('of a consent that is %s is explained in both languages', (status) => {
    const outcome = createConsentOutcome(loan, status);
    expect(outcome.status).toBe(status);
    expectBoth(outcome);
  });

  it.each<Collected['status']>(['ready', 'pending', 'unavailable', 'failed'])(
    'of collecting that is %s is explained in both languages',
    (status) => {
      const collected = createCollected(loan, status);
      expect(collected.status).toBe(status);
      expectBoth(collected);
    },
  );

  it('has the details that the test gives', () => {
    const grant = createGrant(loan, { transactionId: 'case-1' });
    expect(createConsentOutcome(loan, 'granted', { grant }).grant).toBe(grant);
    const refused = { at: 'token', code: 'invalid_grant' } as const;
    expect(createConsentOutcome(loan, 'rejected', refused)).toEqual({
      status: 'rejected',
      ...refused,
    });
    const answer = createAnswer(loan, { income: [tax] });
    const retrieval = createRetrieval(loan);
    expect(createCollected(loan, 'ready', { answer })).toEqual({ status: 'ready', answer });
    expect(createCollected(loan, 'ready', { answer, retrieval })).toEqual({
      status: 'ready',
      answer,
      retrieval,
    });
    const error = new SelfInfoError('upstream_refused', { upstream: { status: 403 } });
    expect(createCollected(loan, 'failed', { error })).toEqual({ status: 'failed', error });
  });

  it('asks again three seconds after the request', () => {
    const submittedAt = '2026-12-01T10:05:00+09:00';
    const retrieval = createRetrieval(loan, { submittedAt });
    expect(createCollected(loan, 'pending', { retrieval })).toEqual({
      status: 'pending',
      retryAt: '2026-12-01T10:05:03+09:00',
      retrieval,
    });
    const notBefore = '2026-12-01T10:05:01+09:00';
    expect(createCollected(loan, 'pending', { notBefore }).notBefore).toBe(notBefore);
  });

  it('is unavailable for a cause in the calendar only if the test gives the instant', () => {
    expect(createCollected(loan, 'unavailable')).toMatchObject({ until: null, causes: [] });
    const closed = createCollected(loan, 'unavailable', { at: '2027-01-01' });
    expect(explain(closed, 'en')).toContain('Mon 4 Jan 2027 8:00 JST');
    const until = '2027-01-05T09:00:00+09:00';
    expect(createCollected(loan, 'unavailable', { at: '2027-01-01', until }).until).toBe(until);
    const causes = closed.causes.slice(0, 1);
    expect(createCollected(loan, 'unavailable', { causes, until: null })).toMatchObject({
      causes,
      until: null,
    });
  });
});
