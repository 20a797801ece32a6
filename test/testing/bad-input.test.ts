import { describe, expect, it } from 'vitest';
import {
  createAnswer,
  createCollected,
  createConsentOutcome,
  createGrant,
  createRetrieval,
} from '../../src/testing/index.js';
import { loan } from '../kit/loan.js';
import { caught, refusal } from '../kit/refusals.js';

const fields = {
  課税年度: '2026',
  申告区分: '申告済',
  給与収入金額: null,
  合計所得金額: null,
  所得控除合計額: null,
  市町村民税所得割額: null,
  市町村民税均等割額: null,
};
const circular: Record<string, unknown> = {};
circular.self = circular;

describe('a wrong item of a made answer is named by its path', () => {
  it.each<[string, unknown, [string, string]]>([
    ['an unknown item', { incom: 'failed' }, ['unknown_item', 'items.incom']],
    ['no item', {}, ['invalid_option', 'items']],
    ['no item that was asked', { income: 'not-asked' }, ['invalid_option', 'items']],
    ['an unknown status', { income: 'present!' }, ['invalid_option', 'items.income']],
    ['an empty status', { income: '' }, ['invalid_option', 'items.income']],
    [
      'an unknown status in an object',
      { income: { status: 'gone' } },
      ['invalid_option', 'items.income.status'],
    ],
    ['no records', { income: [] }, ['invalid_option', 'items.income']],
    ['records that are missing', { income: 'present' }, ['missing_option', 'items.income.records']],
    [
      'no record in an object',
      { income: { status: 'present', records: [] } },
      ['invalid_option', 'items.income.records'],
    ],
    [
      'a record without fields',
      { income: [{ fields }, {}] },
      ['missing_option', 'items.income[1].fields'],
    ],
    [
      'an unknown part of a record',
      { income: [{ fields, field: {} }] },
      ['unknown_option', 'items.income[0].field'],
    ],
    [
      'an empty holder',
      { household: [{ holder: '', fields: {} }] },
      ['invalid_option', 'items.household[0].holder'],
    ],
    [
      'a field that the schema refuses',
      { income: [{ fields: { ...fields, 合計所得金額: '3,720,000' } }] },
      ['record_invalid', 'items.income[0].fields.合計所得金額'],
    ],
    [
      'a field that the schema refuses, in an object',
      { income: { status: 'present', records: [{ fields }, { fields: {} }] } },
      ['record_invalid', 'items.income.records[1].fields.課税年度'],
    ],
    [
      'a field that is not JSON',
      { household: [{ fields: { 異動日: [new Date(0)] } }] },
      ['invalid_option', 'items.household[0].fields.異動日[0]'],
    ],
    [
      'a number that is not JSON',
      { household: [{ fields: { 世帯員数: Number.NaN } }] },
      ['invalid_option', 'items.household[0].fields.世帯員数'],
    ],
    [
      'a detail of another status',
      { income: { status: 'failed', until: null } },
      ['unknown_option', 'items.income.until'],
    ],
    [
      'an empty code',
      { income: { status: 'failed', code: '' } },
      ['invalid_option', 'items.income.code'],
    ],
    [
      'an invalid time',
      { income: { status: 'unavailable', until: 'tomorrow' } },
      ['invalid_instant', 'items.income.until'],
    ],
    [
      'a missing holder without a server',
      { income: { status: 'present', records: [{ fields }], missing: [{}] } },
      ['missing_option', 'items.income.missing[0].server'],
    ],
  ])('%s', (_, items, expected) => {
    expect(refusal(() => createAnswer(loan, items as never))).toEqual(expected);
  });

  it('when it refers to itself', () => {
    const [code, path] = refusal(() => createAnswer(loan, { household: [{ fields: circular }] }));
    expect(code).toBe('invalid_option');
    expect(path).toMatch(/^items\.household\[0\]\.fields(\.self)+$/);
  });

  it('without its value', () => {
    const items = { income: [{ fields: { ...fields, 合計所得金額: 'secret' } }] };
    const error = caught(() => createAnswer(loan, items as never));
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});

describe('a wrong option of a maker is named', () => {
  it.each<[string, () => unknown, [string, string]]>([
    [
      'an unknown option of createGrant',
      () => createGrant(loan, { expires: 1 } as never),
      ['unknown_option', 'options.expires'],
    ],
    [
      'an invalid time of the consent',
      () => createGrant(loan, { grantedAt: 'today' }),
      ['invalid_instant', 'options.grantedAt'],
    ],
    [
      'an invalid end of a grant',
      () => createGrant(loan, { expiresAt: '2026-02-30' }),
      ['invalid_date', 'options.expiresAt'],
    ],
    [
      'an empty transaction',
      () => createAnswer(loan, undefined, { transactionId: '' }),
      ['invalid_option', 'options.transactionId'],
    ],
    [
      'an unknown item of an inquiry',
      () => createRetrieval(loan, { inquiries: { incom: { method: 'latest' } } as never }),
      ['unknown_item', 'options.inquiries.incom'],
    ],
    [
      'an unknown status of a consent',
      () => createConsentOutcome(loan, 'refused' as never),
      ['invalid_option', 'status'],
    ],
    [
      'an unknown place',
      () => createConsentOutcome(loan, 'rejected', { at: 'portal' as never }),
      ['invalid_option', 'options.at'],
    ],
    [
      'a detail of another outcome',
      () => createConsentOutcome(loan, 'declined', { code: 'a' } as never),
      ['unknown_option', 'options.code'],
    ],
    [
      'an unknown status of a result',
      () => createCollected(loan, 'done' as never),
      ['invalid_option', 'status'],
    ],
    [
      'a detail of another result',
      () => createCollected(loan, 'failed', { retryAt: 0 } as never),
      ['unknown_option', 'options.retryAt'],
    ],
  ])('%s', (_, make, expected) => {
    expect(refusal(make)).toEqual(expected);
  });

  it.each<[() => unknown, string]>([
    [() => createGrant({ ...loan }), 'service must be what defineService returned.'],
    [() => createAnswer(loan, 5 as never), 'items must be an object.'],
    [() => createAnswer(loan, { income: 5 } as never), 'items.income must be an object.'],
    [
      () => createAnswer(loan, { income: { status: 'present', records: {} } } as never),
      'items.income.records must be a list.',
    ],
    [
      () => createAnswer(loan, undefined, { clock: {} as never }),
      'options.clock must have a method now.',
    ],
    [
      () => createCollected(loan, 'failed', { error: new Error() as never }),
      'options.error must be a SelfInfoError.',
    ],
    [
      () => createCollected(loan, 'unavailable', { causes: 'night' as never }),
      'options.causes must be a list.',
    ],
    [
      () => createCollected(loan, 'ready', { answer: 'yes' as never }),
      'options.answer must be an object.',
    ],
    [
      () => createConsentOutcome(loan, 'granted', { grant: 'yes' as never }),
      'options.grant must be an object.',
    ],
  ])('by a TypeError for a wrong type: %#', (make, message) => {
    expect(caught(make)).toEqual(new TypeError(message));
  });
});
