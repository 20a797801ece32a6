import { describe, expect, it } from 'vitest';
import { defineService } from '../../src/index.js';
import { expectRefusal, type Refused } from './expect-refusal.js';
import { changed, validSpec } from './valid-options.js';

describe('defineService', () => {
  it('accepts the valid spec that the rows below change', () => {
    expect(defineService(validSpec).items.income.latestBy).toBe('課税年度');
  });

  it.each<[string, unknown, Refused]>([
    ['colour', 'red', ['unknown_option', 'spec.colour']],
    ['$&', 1, ['unknown_option', 'spec.$&']],
    ['name', undefined, ['missing_option', 'spec.name']],
    ['name', '', ['invalid_option', 'spec.name']],
    ['name', 5, 'spec.name must be a string.'],
    ['purpose', undefined, ['missing_option', 'spec.purpose']],
    ['purpose', 'loan', 'spec.purpose must be an object.'],
    ['purpose.id', undefined, ['missing_option', 'spec.purpose.id']],
    ['purpose.text', ' ', ['invalid_option', 'spec.purpose.text']],
    ['purpose.txt', 'a', ['unknown_option', 'spec.purpose.txt']],
    ['retention', undefined, ['missing_option', 'spec.retention']],
    ['retention.days', undefined, ['missing_option', 'spec.retention.days']],
    ['retention.days', '30', 'spec.retention.days must be a number.'],
    ['retention.days', 1.5, ['invalid_option', 'spec.retention.days']],
    ['retention.days', -1, ['invalid_option', 'spec.retention.days']],
    ['retention.days', Number.NaN, ['invalid_option', 'spec.retention.days']],
    ['retention.days', 36_501, ['invalid_option', 'spec.retention.days']],
    ['retention.months', 1, ['unknown_option', 'spec.retention.months']],
    ['items', undefined, ['missing_option', 'spec.items']],
    ['items', [], 'spec.items must be an object.'],
    ['items', {}, ['invalid_option', 'spec.items']],
    ['items.method', validSpec.items.pension, ['invalid_option', 'spec.items.method']],
    [
      'items',
      JSON.parse('{"__proto__":{"detail":"local-tax","inquiries":["range"]}}'),
      ['invalid_option', 'spec.items.__proto__'],
    ],
    ['items.income', null, 'spec.items.income must be an object.'],
    ['items.income.detail', undefined, ['missing_option', 'spec.items.income.detail']],
    ['items.income.detail', 'income', ['unknown_detail', 'spec.items.income.detail']],
    ['items.income.detail', 'constructor', ['unknown_detail', 'spec.items.income.detail']],
    ['items.income.detail', 5, 'spec.items.income.detail must be a string.'],
    ['items.income.code', 'TM2', ['invalid_option', 'spec.items.income.code']],
    ['items.income.code', 'TM000000000000022', ['invalid_option', 'spec.items.income.code']],
    ['items.income.code', 2, 'spec.items.income.code must be a string.'],
    ['items.pension.code', 'TM00000000000002', ['invalid_option', 'spec.items.pension.code']],
    [
      'items.again',
      { detail: 'pension', inquiries: ['range'] },
      ['invalid_option', 'spec.items.again.code'],
    ],
    ['items.income.inquiries', undefined, ['missing_option', 'spec.items.income.inquiries']],
    ['items.income.inquiries', 'latest', 'spec.items.income.inquiries must be a list.'],
    ['items.income.inquiries', [], ['invalid_option', 'spec.items.income.inquiries']],
    [
      'items.income.inquiries',
      ['latest', 'latest'],
      ['invalid_option', 'spec.items.income.inquiries'],
    ],
    [
      'items.income.inquiries',
      ['latest', 'newest'],
      ['invalid_option', 'spec.items.income.inquiries[1]'],
    ],
    ['items.income.latestBy', undefined, ['latest_not_declared', 'spec.items.income.inquiries']],
    ['items.income.latestBy', '', ['invalid_option', 'spec.items.income.latestBy']],
    [
      'items.pension.holders',
      ['municipal', 'account-registry'],
      ['not_a_holder', 'spec.items.pension.holders[1]'],
    ],
    ['items.pension.holders', ['unknown'], ['not_a_holder', 'spec.items.pension.holders[0]']],
    ['items.pension.holders', [], ['invalid_option', 'spec.items.pension.holders']],
    [
      'items.pension.holders',
      ['municipal', 'municipal'],
      ['invalid_option', 'spec.items.pension.holders'],
    ],
    ['items.pension.holders', 'municipal', 'spec.items.pension.holders must be a list.'],
    ['items.pension.record', {}, 'spec.items.pension.record must be a Standard Schema.'],
    ['items.pension.record', null, 'spec.items.pension.record must be a Standard Schema.'],
    ['items.pension.schema', {}, ['unknown_option', 'spec.items.pension.schema']],
  ])('refuses a spec with %s = %j', async (path, value, expected) => {
    await expectRefusal(() => defineService(changed(validSpec, path, value)), expected);
  });

  it('refuses a spec that is not an object', async () => {
    for (const spec of [undefined, null, 'loan', 5, []])
      await expectRefusal(() => defineService(spec as never), 'spec must be an object.');
  });

  it('returns a frozen copy, so that later changes to the spec have no effect', () => {
    const spec = structuredClone(validSpec) as unknown as {
      items: { income: { inquiries: string[] } };
      purpose: { text: string };
    };
    const service = defineService(spec as never) as unknown as typeof spec;
    spec.items.income.inquiries.push('range');
    spec.purpose.text = '広告のため';
    expect([service.items.income.inquiries, service.purpose.text]).toEqual([
      ['latest'],
      '住宅ローンの事前審査のため',
    ]);
    expect(() => service.items.income.inquiries.push('range')).toThrow(TypeError);
    expect(() => Object.assign(service.items, { more: {} })).toThrow(TypeError);
  });
});
