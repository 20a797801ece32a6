import { describe, expect, it } from 'vitest';
import { looseObject, number, object, optional, unknown } from 'zod';
import {
  type Answer,
  defineService,
  latest,
  type StandardSchema,
  type WireCodec,
  type WireProfile,
} from '../../src/index.js';
import { createVault } from '../../src/vault/index.js';
import { expectStatus, grantOf, loan, SESSION } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { errorOf } from '../kit/refusals.js';
import { openStub, STUB_PROCESS, type Stub, type StubOptions } from '../kit/stub.js';
import { openSafe, PURPOSE } from '../vault/safe.js';

const json = (text: string) =>
  new Response(text, { headers: { 'content-type': 'application/json' } });

/** A result with one household record, around JSON text that the test writes. */
const resultWith = (parts: {
  readonly value?: string;
  readonly field?: string;
  readonly record?: string;
  readonly item?: string;
  readonly body?: string;
  readonly items?: string;
}) =>
  `{"process_id":"${STUB_PROCESS}","process_status":"DONE"${parts.body ?? ''},"selfPersonalData":[{"item_code":"household","item_status":"PRESENT"${parts.item ?? ''},"record_list":[{"holder_name":"千代田区"${parts.record ?? ''},"field_values":{"額":${parts.value ?? '1'}${parts.field ?? ''}}}]}${parts.items ?? ''}]}`;

async function answerOf(text: string, options: StubOptions = {}): Promise<Answer<typeof loan>> {
  return expectStatus(
    await collectFrom(openStub({ ...options, answers: { result: () => json(text) } })),
    'ready',
  ).answer;
}

async function collectFrom(stub: Stub) {
  const { client, begin } = stub;
  const grant = grantOf(
    await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
  );
  return client.query(grant, { household: latest() });
}

/** Literals that no double equals, and what a plain parser makes of them. */
const inexact = [
  ['9007199254740993', 9007199254740992],
  ['-9007199254740993', -9007199254740992],
  ['9007199254740993.0', 9007199254740992],
  ['12345678901234567890', 12345678901234567000],
  ['0.1000000000000000055511151231257827', 0.1],
  ['3.141592653589793238', Math.PI],
  ['1e-400', 0],
  ['-1e-400', -0],
  ['1e999', Number.POSITIVE_INFINITY],
  ['-1E+999', Number.NEGATIVE_INFINITY],
  [`${'9'.repeat(400)}`, Number.POSITIVE_INFINITY],
  ['1e99999999999999999999', Number.POSITIVE_INFINITY],
  ['4.9e-324', 5e-324],
] as const;

/** Literals of a value that the shortest form of its double gives back. */
const exact = [
  ['0', 0],
  ['0.1', 0.1],
  ['1.10', 1.1],
  ['100', 100],
  ['1E2', 100],
  ['1e+2', 100],
  ['0.00001e5', 1],
  ['9007199254740992', 9007199254740992],
  ['9007199254740994', 9007199254740994],
  ['1e21', 1e21],
  ['1000000000000000000000', 1e21],
  ['5e-324', 5e-324],
  ['1.7976931348623157e308', 1.7976931348623157e308],
  ['0e999999999999', 0],
  ['0.0000000000000000000000', 0],
  ['1.0000000000000000000000000', 1],
  ['-0', 0],
  ['-0.0e-5', 0],
  ['-12.5', -12.5],
] as const;

describe('a number that no double equals', () => {
  it.each(inexact)(
    '%s fails the item in a requested field, and its literal is kept as text',
    async (literal) => {
      const { items } = await answerOf(resultWith({ value: literal }));
      const item = expectStatus(items.household, 'failed');
      expect([item.code, item.path]).toEqual(['number_inexact', 'records[0].fields.額']);
      expect(item.extras.reveal()).toEqual({
        records: [{ holder: '千代田区', fields: { 額: literal }, extras: {} }],
      });
    },
  );

  it.each(exact)('is not %s, which is handed out as a number', async (literal, value) => {
    const { items } = await answerOf(resultWith({ value: literal }));
    expect(expectStatus(items.household, 'present').reveal()[0]?.fields).toEqual({ 額: value });
  });

  it('fails the item at any depth of a field', async () => {
    const { items } = await answerOf(resultWith({ value: '{"内訳":[1,[{"額":1e999}]]}' }));
    const item = expectStatus(items.household, 'failed');
    expect([item.code, item.path]).toEqual(['number_inexact', 'records[0].fields.額']);
    expect(item.extras.reveal().records).toEqual([
      { holder: '千代田区', fields: { 額: { 内訳: [1, [{ 額: '1e999' }]] } }, extras: {} },
    ]);
  });

  it('stays as text outside of the requested fields, and the item stays present', async () => {
    const other =
      ',{"item_code":"TM00000000000099","item_status":"PRESENT","record_list":[{"holder_name":"a","field_values":{"額":1e999}}]}';
    const answer = await answerOf(
      resultWith({
        body: ',"new":1e-400',
        item: ',"new":9007199254740993',
        record: ',"new":[1e999]',
        items: other,
      }),
    );
    const item = expectStatus(answer.items.household, 'present');
    expect(item.reveal()).toEqual([{ holder: '千代田区', fields: { 額: 1 } }]);
    expect(item.extras.reveal()).toEqual({
      new: '9007199254740993',
      records: [{ new: ['1e999'] }],
    });
    expect(answer.extras.reveal()).toMatchObject({
      new: '1e-400',
      items: [{ records: [{ holder: 'a', fields: { 額: '1e999' }, extras: {} }] }],
    });
    expect(JSON.stringify(answer.extras.reveal())).not.toContain('inexact');
  });

  it('is not taken for a text where the profile expects one', async () => {
    for (const [text, path] of [
      [resultWith({ record: ',"record_date":20260601202606012026' }), 'record_list[0].record_date'],
      [resultWith({ item: ',"failure_code":1e999' }), 'failure_code'],
      [
        resultWith({ item: ',"missing_holders":[{"server_name":12345678901234567890}]' }),
        'missing_holders[0].server_name',
      ],
    ] as const) {
      const error = await errorOf(() => answerOf(text));
      expect([error.code, error.path]).toEqual([
        'response_invalid',
        `body.selfPersonalData[0].${path}`,
      ]);
    }
    const stub = openStub({
      answers: { request: () => json('{"process_id":12345678901234567890}') },
    });
    expect((await errorOf(() => collectFrom(stub))).code).toBe('response_invalid');
  });

  it('does not become the life of a token', async () => {
    const body = '{"access_token":"a","token_type":"Bearer","expires_in":1e999}';
    const stub = openStub({ answers: { token: () => json(body) } });
    const callback = (await stub.begin()).callback;
    const error = await errorOf(() =>
      stub.client.completeConsent(callback, { sessionBinding: SESSION }),
    );
    expect([error.code, error.stage]).toEqual(['response_invalid', 'token']);
  });

  it.each([
    '{1e999:1}',
    '{"a":1,9007199254740993:1}',
    '{"a" 1e999:1}',
    '[1e999 1e999]',
    '["a"1e999]',
    '[1e999"a"]',
    '[01e999]',
    '[1e999.5]',
    '[+1e999]',
    '[1e]',
    '[--1e999]',
    '[1e999',
  ])('does not make JSON of %s', async (text) => {
    expect((await errorOf(() => answerOf(resultWith({ body: `,"x":${text}` })))).code).toBe(
      'response_invalid',
    );
  });

  it('does not change a text that looks like it', async () => {
    const { items } = await answerOf(
      resultWith({ value: '"9007199254740993"', item: ',"x":1e999' }),
    );
    expect(expectStatus(items.household, 'present').reveal()[0]?.fields).toEqual({
      額: '9007199254740993',
    });
  });
});

describe('a schema', () => {
  const withSchema = (record: StandardSchema) => {
    const household = { ...loan.items.household, record };
    const service = defineService({ ...loan, items: { ...loan.items, household } });
    return { service } as StubOptions;
  };
  const statusOf = async (record: StandardSchema, parts: Parameters<typeof resultWith>[0]) => {
    const item = (await answerOf(resultWith(parts), withSchema(record))).items.household;
    return item.status === 'failed' ? [item.code, item.path] : [item.status];
  };
  const failed = ['number_inexact', 'records[0].fields.額'];

  it.each<[string, StandardSchema]>([
    ['expects a number', object({ fields: object({ 額: number() }) })],
    ['expects a number if there is one', object({ fields: object({ 額: optional(number()) }) })],
    ['takes anything', object({ fields: object({ 額: unknown() }) })],
    ['keeps what it does not know', object({ fields: looseObject({}) })],
    [
      'computes with it',
      object({ fields: looseObject({}) }).transform(({ fields }) => Number(fields.額) + 1),
    ],
    [
      'returns its input',
      { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    ],
    [
      'throws after reading it',
      {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) => {
            throw new Error(JSON.stringify(value));
          },
        },
      },
    ],
  ])('that %s never gets an inexact number for another value', async (_, record) => {
    expect(await statusOf(record, { value: '9007199254740993' })).toEqual(failed);
  });

  it('that does not read the field keeps its record, and the literal is in the extras', async () => {
    const record = object({ fields: object({ 他: number() }) });
    const answer = await answerOf(
      resultWith({ value: '1e999', field: ',"他":2' }),
      withSchema(record),
    );
    const item = expectStatus(answer.items.household, 'present');
    expect(item.reveal()).toEqual([{ fields: { 他: 2 } }]);
    expect(item.extras.reveal()).toEqual({ records: [{ 額: '1e999' }] });
  });
});

describe('a profile', () => {
  const withProfile = (part: Partial<WireProfile>) => ({ profile: changedProfile(part) });

  it('with numbers: text hands out every number as its literal', async () => {
    const { items, extras } = await answerOf(
      resultWith({ value: '[1,-0,1.10,9007199254740993,1e999]', body: ',"x":{"y":5}' }),
      withProfile({ numbers: 'text' }),
    );
    expect(expectStatus(items.household, 'present').reveal()[0]?.fields).toEqual({
      額: ['1', '-0', '1.10', '9007199254740993', '1e999'],
    });
    expect(extras.reveal()).toEqual({ x: { y: '5' } });
  });

  it('with numbers: text still refuses what is not JSON', async () => {
    for (const text of ['{1:1}', '[01]', '[1 2]', '[1.]', '["a"1]'])
      expect(
        (
          await errorOf(() =>
            answerOf(resultWith({ body: `,"x":${text}` }), withProfile({ numbers: 'text' })),
          )
        ).code,
      ).toBe('response_invalid');
  });

  it('with numbers: text reads the life of a token as a number', async () => {
    const stub = openStub(withProfile({ numbers: 'text' }));
    expectStatus(await collectFrom(stub), 'ready');
  });

  it('with another value of numbers is refused', async () => {
    const { code, path } = await errorOf(() =>
      openStub(withProfile({ numbers: 'bigint' as never })),
    );
    expect([code, path]).toEqual(['invalid_option', 'options.profile.numbers']);
  });

  it('that reads the body by itself has its inexact fields found as well', async () => {
    const decodeResult: WireCodec['decodeResult'] = async (reply) => {
      const { process_id, selfPersonalData } = (await reply.json()) as {
        process_id: string;
        selfPersonalData: { record_list: { field_values: Record<string, unknown> }[] }[];
      };
      const fields = selfPersonalData[0]?.record_list[0]?.field_values ?? {};
      const record = { holder: 'a', fields, extras: {} };
      const item = {
        code: 'household',
        status: 'present',
        records: [record],
        missing: [],
        extras: {},
      } as const;
      return { processId: process_id, status: 'done', items: [item], extras: {} };
    };
    const { items } = await answerOf(resultWith({ value: '1e999' }), {
      profile: changedProfile({ codec: changedCodec({ decodeResult }) }),
    });
    expect(expectStatus(items.household, 'failed').code).toBe('number_inexact');
  });
});

describe('a vault', () => {
  const openVault = async (text: string, options: StubOptions = {}) => {
    const stub = openStub({ ...options, answers: { result: () => json(text) } });
    const { answer } = expectStatus(await collectFrom(stub), 'ready');
    const { keys, store } = openSafe();
    return { answer, vault: createVault({ service: loan, store, keys, clock: stub.clock }) };
  };

  it('returns an item with an inexact number as it was: failed, with the literal as text', async () => {
    const { answer, vault } = await openVault(resultWith({ value: '1e999', item: ',"x":1e-400' }));
    const back = await vault.read(await vault.put(answer), PURPOSE);
    const item = expectStatus(back.items.household, 'failed');
    expect([item.code, item.path]).toEqual(['number_inexact', 'records[0].fields.額']);
    expect(item.extras.reveal()).toEqual(
      expectStatus(answer.items.household, 'failed').extras.reveal(),
    );
  });

  it.each(exact)('returns %s as the number that it was', async (literal, value) => {
    const { answer, vault } = await openVault(resultWith({ value: literal }));
    const back = await vault.read(await vault.put(answer), PURPOSE);
    expect(expectStatus(back.items.household, 'present').reveal()[0]?.fields).toEqual({
      額: value,
    });
  });
});

describe('a retrieval', () => {
  it('with an inexact number is refused', async () => {
    const { client, begin } = openStub();
    const grant = grantOf(
      await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
    );
    const text = JSON.stringify(await client.submit(grant, { household: latest() }));
    const { code, path } = await errorOf(() =>
      client.resume(text.replace('"v":2', '"v":2.00000000000000000001')),
    );
    expect([code, path]).toEqual(['invalid_retrieval', 'retrieval']);
    expect(client.resume(text.replace('"v":2', '"v":2.000000000000000000000')).v).toBe(2);
  });
});
