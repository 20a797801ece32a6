import { describe, expect, it } from 'vitest';
import { defineService, latest, pointInTime, range } from '../../src/index.js';
import { loan, openBank } from '../kit/loan.js';
import { errorOf, refusalOf, typeErrorOf } from '../kit/refusals.js';

const asked = { income: latest() };

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
      'an item with a very long name',
      { ['x'.repeat(100)]: latest() },
      ['unknown_item', `inquiries.${'x'.repeat(60)}`],
    ],
    [
      'an item with the name of an inherited property',
      { constructor: latest() },
      ['unknown_item', 'inquiries.constructor'],
    ],
    [
      'a method that is not registered',
      { income: pointInTime('2026-04-01') },
      ['inquiry_not_registered', 'inquiries.income'],
    ],
    [
      'latest for an item with latestBy but without that method',
      { household: latest() },
      ['inquiry_not_registered', 'inquiries.household'],
    ],
    [
      'latest for an item without latestBy',
      { income: latest() },
      ['latest_not_declared', 'inquiries.income'],
    ],
    [
      'one inquiry for all items that not every item allows',
      pointInTime('2026-04-01'),
      ['inquiry_not_registered', 'inquiries (income)'],
    ],
    ['an empty object', {}, ['invalid_option', 'inquiries']],
    ['items that are all undefined', { income: undefined }, ['invalid_option', 'inquiries']],
    [
      'a method that does not exist',
      { income: { method: 'everything' } },
      ['invalid_option', 'inquiries.income.method'],
    ],
    [
      'an inquiry with a superfluous field',
      { income: { method: 'range', from: '2026-01-01', to: '2026-02-01', at: '2026-01-01' } },
      ['unknown_option', 'inquiries.income.at'],
    ],
    [
      'an inquiry for a day that does not exist',
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
    expect((await client.submit(grant, { income: range('2026-01-01', '2026-01-01') })).v).toBe(2);
  });

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'inquiries must be an inquiry, or an object with one per item.'],
    ['null', null, 'inquiries must be an inquiry, or an object with one per item.'],
    ['a list', [latest()], 'inquiries must be an inquiry, or an object with one per item.'],
    ['a string', 'latest', 'inquiries must be an inquiry, or an object with one per item.'],
    ['a string for an item', { income: 'latest' }, 'inquiries.income must be an object.'],
    ['null for an item', { income: null }, 'inquiries.income must be an object.'],
    [
      'a number as a day',
      { household: { method: 'point-in-time', at: 20260401 } },
      'inquiries.household.at must be a date string or a fiscal year.',
    ],
  ])('refuses %s with a TypeError', async (_, inquiries, message) => {
    const { client, consent } = openBank({ service: mixed });
    const grant = await consent();
    expect(await typeErrorOf(() => client.submit(grant, inquiries as never))).toBe(message);
    expect((await client.submit(grant, { income: range('2026-01-01', '2026-01-01') })).v).toBe(2);
  });

  it('says how many items are needed when there are none', async () => {
    const { client, consent } = openBank();
    const grant = await consent();
    const { message, messageJa } = await errorOf(() => client.submit(grant, {}));
    expect([message, messageJa]).toEqual([
      'Option inquiries is not valid. Ask for at least one item.',
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
    ['an unknown option', { timeout: 5 }, ['unknown_option', 'options.timeout']],
    ['an invalid signal', { signal: {} }, 'options.signal must be an AbortSignal.'],
    ['null as options', null, 'options must be an object.'],
  ])('refuses submit with %s', async (_, options, expected) => {
    const { client, consent } = openBank();
    const grant = await consent();
    if (typeof expected === 'string')
      expect(await typeErrorOf(() => client.submit(grant, asked, options as never))).toBe(expected);
    else
      expect(await refusalOf(() => client.submit(grant, asked, options as never))).toEqual(
        expected,
      );
    expect((await client.submit(grant, asked)).v).toBe(2);
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
    expect((await client.submit(grant, asked)).v).toBe(2);
  });
});
