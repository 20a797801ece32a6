import { describe, expect, it } from 'vitest';
import {
  type Answer,
  defineService,
  latest,
  publicCodec,
  type StandardSchema,
  type WireCodec,
} from '../../src/index.js';
import { createLocalKeys, createMemoryVaultStore, createVault } from '../../src/vault/index.js';
import { expectStatus, grantOf, loan, SESSION } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { openStub, type StubOptions } from '../kit/stub.js';
import { newKey, PURPOSE } from './safe.js';

const sent = { 異動日: '2020-01-01', 世帯員: [{ 続柄: '本人', 氏名: ['番号', '花子'] }] };

/** Queries a portal that sends `sent`, and opens a vault of the same service. */
async function open(record?: StandardSchema, options: StubOptions = {}) {
  const household = { ...loan.items.household, ...(record && { record }) };
  const service = defineService({ ...loan, items: { ...loan.items, household } });
  const item = {
    item_code: 'household',
    item_status: 'PRESENT',
    record_list: [{ holder_name: '千代田区', field_values: sent, 備考: { 行: [1] } }],
    未知: { 行: [2] },
  };
  const stub = openStub({
    ...options,
    ...({ service } as StubOptions),
    answers: {
      result: (body) =>
        Response.json({
          ...JSON.parse(body),
          process_status: 'DONE',
          selfPersonalData: [
            item,
            { item_code: 'TM00000000000099', item_status: 'FAILED', 未知: { 行: [3] } },
          ],
          未知: { 行: [4] },
        }),
    },
  });
  const grant = grantOf(
    await stub.client.completeConsent((await stub.begin()).callback, { sessionBinding: SESSION }),
  );
  const retrieval = await stub.client.submit(grant, { household: latest() });
  const { answer } = expectStatus(await stub.client.collect(retrieval), 'ready');
  const vault = createVault({
    service: service as unknown as typeof loan,
    store: createMemoryVaultStore(),
    keys: createLocalKeys({ current: 'key-1', keys: { 'key-1': newKey() } }),
    clock: stub.clock,
  });
  return { answer, retrieval, kept: async () => vault.read(await vault.put(answer), PURPOSE) };
}

const seen = (answer: Answer<typeof loan>) => ({
  terms: answer.terms,
  records: expectStatus(answer.items.household, 'present').reveal(),
  missing: expectStatus(answer.items.household, 'present').missing,
  extras: [answer.items.household.extras.reveal(), answer.extras.reveal()],
  statuses: Object.values(answer.items).map(({ status }) => status),
});

/** Changes everything that can be reached from a value; what is frozen throws. */
function spoil(value: unknown, visited = new Set<object>()): void {
  if (typeof value !== 'object' || value === null || visited.has(value)) return;
  visited.add(value);
  for (const key of Reflect.ownKeys(value)) {
    const part: unknown = Reflect.get(value, key);
    spoil(part, visited);
    if (key !== 'length') Reflect.set(value, key, 9_999_999);
  }
  Reflect.set(value, 'added', 9_999_999);
  if (Array.isArray(value))
    try {
      value.push(9_999_999);
    } catch {}
}

const schemas: readonly (readonly [string, StandardSchema | undefined])[] = [
  ['without a schema', undefined],
  [
    'with a schema that returns its input',
    { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
  ],
  [
    'with a schema that returns parts of its input',
    {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => ({ value: { fields: (value as { fields: unknown }).fields } }),
      },
    },
  ],
];

describe('what an answer hands out', () => {
  it.each(schemas)(
    'cannot change the answer, nor what a vault keeps of it, %s',
    async (_, schema) => {
      const { answer, kept } = await open(schema);
      const before = structuredClone(seen(answer));
      spoil(seen(answer));
      spoil(answer);
      expect(seen(answer)).toEqual(before);
      expect(seen(await kept())).toEqual(before);
    },
  );

  it.each(schemas)('by a vault cannot change what is read next, %s', async (_, schema) => {
    const { answer, kept } = await open(schema);
    const before = structuredClone(seen(answer));
    const back = await kept();
    spoil(seen(back));
    expect(seen(back)).toEqual(before);
  });

  it('is frozen, so that a change by mistake is noticed', async () => {
    const { answer } = await open();
    const [record] = expectStatus(answer.items.household, 'present').reveal();
    expect(() => Object.assign(record?.fields ?? {}, { 合計所得金額: 9_999_999 })).toThrow(
      TypeError,
    );
  });

  it('does not depend on the retrieval that the caller holds', async () => {
    const { answer, retrieval, kept } = await open();
    const before = structuredClone(seen(answer));
    Reflect.set(retrieval.terms, 'keepUntil', '2099-01-01T00:00:00+09:00');
    Reflect.set(retrieval.inquiries, 'shots', latest());
    expect(seen(answer)).toEqual(before);
    expect(seen(await kept())).toEqual(before);
  });
});

describe('a schema', () => {
  const changing: StandardSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        const { fields } = value as { fields: typeof sent };
        const changed = structuredClone(value);
        fields.異動日 = 'changed';
        for (const member of fields.世帯員) member.氏名.push('changed');
        return { value: changed };
      },
    },
  };

  it('that changes its input in place changes neither the answer nor what a vault keeps', async () => {
    const { answer, kept } = await open(changing);
    expect(seen(answer).records).toEqual([{ holder: '千代田区', fields: sent }]);
    expect(seen(await kept()).records).toEqual([{ holder: '千代田区', fields: sent }]);
  });

  it('that keeps its input cannot change the answer later', async () => {
    const held: unknown[] = [];
    const { answer, kept } = await open({
      '~standard': {
        version: 1,
        vendor: 'test',
        validate(value) {
          held.push(value);
          return { value };
        },
      },
    });
    spoil(held);
    expect(seen(answer).records).toEqual([{ holder: '千代田区', fields: sent }]);
    expect(seen(await kept()).records).toEqual([{ holder: '千代田区', fields: sent }]);
  });

  it('may return objects of its own, which stay as they are', async () => {
    const shared = { rates: [1, 2] };
    class Amount {
      yen = 1;
    }
    const made = { date: new Date(0), map: new Map([['a', 1]]), amount: new Amount(), shared };
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const { answer } = await open({
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => ({ value: { ...made, circular } }),
      },
    });
    const [record] = expectStatus(answer.items.household, 'present').reveal() as readonly unknown[];
    const { circular: copy, ...rest } = record as typeof made & { circular: typeof circular };
    expect(rest).toEqual(made);
    expect(rest.amount).toBe(made.amount);
    expect(rest.date).toBe(made.date);
    expect(copy.self).toBe(copy);
    shared.rates.push(3);
    expect([shared.rates, rest.shared.rates]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
  });
});

describe('a custom profile', () => {
  it('that keeps what it decoded cannot change the answer, nor what a vault keeps', async () => {
    const held: unknown[] = [];
    const decodeResult: WireCodec['decodeResult'] = async (reply, context) => {
      const result = await publicCodec.decodeResult(reply, context);
      held.push(result);
      return result;
    };
    const { answer, kept } = await open(undefined, {
      profile: changedProfile({ codec: changedCodec({ decodeResult }) }),
    });
    const before = structuredClone(seen(answer));
    spoil(held);
    expect(seen(answer)).toEqual(before);
    expect(seen(await kept())).toEqual(before);
  });
});
