import { describe, expect, it } from 'vitest';
import { explain, latest, publicCodec, type WireCodec, type WireResult } from '../../src/index.js';
import { createVault } from '../../src/vault/index.js';
import { answerAt, expectStatus, grantOf, loan, openBank, SESSION } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { openStub } from '../kit/stub.js';
import { openSafe, PURPOSE } from '../vault/safe.js';

const record = { holder_name: '千代田区', field_values: { 世帯主氏名: '番号 花子' } };
const holder = { server_name: 'pension-service', closed_until: null };
const good = { item_code: 'TM00000000000002', item_status: 'NOTHING_ON_RECORD' };

const collect = async (household: object) => {
  const { intercept } = answerAt('/result', async (request) =>
    Response.json({
      ...((await request.json()) as object),
      process_status: 'DONE',
      selfPersonalData: [{ item_code: 'household', ...household }, good],
    }),
  );
  const bank = openBank({ intercept });
  const inquiries = { income: latest(), household: latest() };
  const collected = await bank.client.query(await bank.consent(), inquiries);
  return { ...bank, answer: expectStatus(collected, 'ready').answer };
};

const revealed = { holder: '千代田区', fields: { 世帯主氏名: '番号 花子' }, extras: {} };

describe('an item whose status and content exclude each other', () => {
  it.each<[string, object, object]>([
    ['is present without a list', { item_status: 'PRESENT' }, {}],
    ['is present with an empty list', { item_status: 'PRESENT', record_list: [] }, {}],
    ['is present with null for a list', { item_status: 'PRESENT', record_list: null }, {}],
    [
      'is present with the list under another name',
      { item_status: 'PRESENT', records: [record] },
      { records: [record] },
    ],
    [
      'is present with the list under another name, and an empty one',
      { item_status: 'PRESENT', recordList: [record], record_list: [] },
      { recordList: [record] },
    ],
    [
      'is present with missing holders only',
      { item_status: 'PRESENT', missing_holders: [holder] },
      { missing: [{ server: 'pension-service', until: null }] },
    ],
    [
      'is not on record, with records',
      { item_status: 'NOTHING_ON_RECORD', record_list: [record] },
      { records: [revealed] },
    ],
    [
      'is not on record, although a holder is missing',
      { item_status: 'NOTHING_ON_RECORD', missing_holders: [holder] },
      { missing: [{ server: 'pension-service', until: null }] },
    ],
    [
      'is not covered, with records',
      { item_status: 'NOT_COVERED', record_list: [record] },
      { records: [revealed] },
    ],
  ])('fails alone when it %s, and keeps what was sent', async (_, item, extras) => {
    const { answer } = await collect(item);
    const failed = expectStatus(answer.items.household, 'failed');
    expect([failed.code, failed.path]).toEqual(['answer_contradictory', undefined]);
    expect(failed.extras.reveal()).toEqual(extras);
    expect(answer.items.income.status).toBe('nothing-on-record');
  });

  it('fails in a vault as well', async () => {
    const { answer, clock } = await collect({ item_status: 'PRESENT', records: [record] });
    const { keys, store } = openSafe();
    const vault = createVault({ service: loan, store, keys, clock });
    const { items } = await vault.read(await vault.put(answer), PURPOSE);
    const failed = expectStatus(items.household, 'failed');
    expect([failed.code, failed.extras.reveal()]).toEqual([
      'answer_contradictory',
      { records: [record] },
    ]);
    expect(items.income.status).toBe('nothing-on-record');
  });

  it('fails when a custom profile says so', async () => {
    const decodeResult: WireCodec['decodeResult'] = async (reply, context) => {
      const result = (await publicCodec.decodeResult(reply, context)) as WireResult;
      const items = result.items.map((item) => ({ ...item, status: 'nothing-on-record' as const }));
      return { ...result, items };
    };
    const stub = openStub({ profile: changedProfile({ codec: changedCodec({ decodeResult }) }) });
    const grant = grantOf(
      await stub.client.completeConsent((await stub.begin()).callback, { sessionBinding: SESSION }),
    );
    const { answer } = expectStatus(
      await stub.client.query(grant, { household: latest() }),
      'ready',
    );
    expect(expectStatus(answer.items.household, 'failed').code).toBe('answer_contradictory');
  });

  it('is explained with its error number', async () => {
    const { answer } = await collect({ item_status: 'PRESENT' });
    expect(explain(answer.items.household, 'en')).toContain('E-303');
  });
});

describe('an item with null for what it does not have', () => {
  it('is read as if the members were absent', async () => {
    const nothing = { record_list: null, missing_holders: null, failure_code: null };
    for (const [item_status, status] of [
      ['NOTHING_ON_RECORD', 'nothing-on-record'],
      ['NOT_COVERED', 'not-covered'],
      ['UNAVAILABLE', 'unavailable'],
      ['FAILED', 'failed'],
    ] as const) {
      const { answer } = await collect({ item_status, ...nothing });
      expect(answer.items.household.status).toBe(status);
      expect(answer.items.household.extras.reveal()).toEqual({});
    }
    const { answer } = await collect({
      ...nothing,
      item_status: 'PRESENT',
      record_list: [{ ...record, record_date: null }],
    });
    expect(expectStatus(answer.items.household, 'present').reveal()).toEqual([
      { holder: '千代田区', fields: { 世帯主氏名: '番号 花子' } },
    ]);
  });
});

describe('a failure code of an item that did not fail', () => {
  it('is kept in its extras', async () => {
    const { answer } = await collect({
      item_status: 'PRESENT',
      record_list: [record],
      failure_code: '0000',
    });
    expect(expectStatus(answer.items.household, 'present').extras.reveal()).toEqual({
      failure: '0000',
    });
  });
});
