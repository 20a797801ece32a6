import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { details } from '../../../src/catalog/details.js';
import { defineService, latest, pointInTime, range } from '../../../src/index.js';
import * as entryPoint from '../../../src/sandbox/index.js';
import {
  pensionRecord,
  personas,
  type RecordSchema,
  vaccinationRecord,
} from '../../../src/sandbox/index.js';
import { expectStatus, openBank, SESSION } from '../../kit/loan.js';

/** `local-tax` becomes `localTaxRecord`. */
const schemaOf = (detail: string): RecordSchema<unknown> =>
  Reflect.get(
    entryPoint,
    `${detail.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Record`,
  );

const pensions = defineService({
  name: '年金相談',
  purpose: { id: 'pension-advice', text: '年金相談のため' },
  retention: { days: 1 },
  items: {
    pension: {
      detail: 'pension',
      inquiries: ['latest'],
      latestBy: '改定日',
      record: pensionRecord,
    },
  },
});
const work = defineService({
  name: '家計相談',
  purpose: { id: 'household-advice', text: '家計相談のため' },
  retention: { days: 1 },
  items: {
    benefits: { detail: 'health-other', inquiries: ['latest', 'range'], latestBy: '対象年月' },
    allowance: { detail: 'childcare-support', inquiries: ['point-in-time'] },
  },
});
const shots = defineService({
  name: '接種記録帳',
  purpose: { id: 'shots', text: '接種記録の表示のため' },
  retention: { days: 1 },
  items: {
    shots: {
      detail: 'vaccination',
      inquiries: ['latest'],
      latestBy: '接種日',
      record: vaccinationRecord,
    },
  },
});

async function loanOf(persona: string) {
  const { client, consent, onProgress } = openBank();
  const { answer } = expectStatus(
    await client.query(await consent(persona), latest(), { onProgress }),
    'ready',
  );
  return answer.items;
}

async function outcomeOf(persona: string) {
  const { client, callback, sandbox } = openBank();
  return {
    outcome: await client.completeConsent(await callback(persona), { sessionBinding: SESSION }),
    log: sandbox.journal,
  };
}

describe('a client that queries the persona', () => {
  it('hanako gets every item', async () => {
    const { income, household, shots } = await loanOf('hanako');
    expect([income.status, household.status, shots.status]).toEqual([
      'present',
      'present',
      'present',
    ]);
    expect(expectStatus(income, 'present').reveal()[0]?.fields.合計所得金額).toBe(3_720_000);
  });

  it('taro-unfiled sees that not filed is not zero', async () => {
    const [record] = expectStatus((await loanOf('taro-unfiled')).income, 'present').reveal();
    expect(record?.fields).toMatchObject({ 申告区分: '未申告', 合計所得金額: null });
  });

  it('newcomer finds nothing on record', async () => {
    expect(Object.values(await loanOf('newcomer')).map((item) => item.status)).toEqual([
      'nothing-on-record',
      'nothing-on-record',
      'nothing-on-record',
    ]);
  });

  it('mover gets the records of two municipalities', async () => {
    const { client, consent, onProgress } = openBank();
    const grant = await consent('mover');
    const { answer } = expectStatus(
      await client.query(grant, { shots: range('2025-01-01', '2026-12-01') }, { onProgress }),
      'ready',
    );
    const holders = expectStatus(answer.items.shots, 'present')
      .reveal()
      .map((record) => record.holder);
    expect(holders).toEqual(['旧サンプル市', '新サンプル町']);
  });

  it('pensioner gets the pensions of three holders', async () => {
    const { client, consent, onProgress } = openBank({ service: pensions });
    const { answer } = expectStatus(
      await client.query(await consent('pensioner'), latest(), { onProgress }),
      'ready',
    );
    expect(expectStatus(answer.items.pension, 'present').reveal()).toHaveLength(3);
  });

  it('unlisted keeps unknown items and fields in extras', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent('unlisted'), latest(), { onProgress }),
      'ready',
    );
    expect(answer.extras.reveal()).toMatchObject({ items: [{ code: 'TM00000000000108' }] });
    expect(expectStatus(answer.items.income, 'present').extras.reveal()).toMatchObject({
      new_item_mark: '見本',
      records: [{ new_mark: '見本の新項目' }],
    });
  });

  it('worker gets the latest record by months without days', async () => {
    const { client, consent, onProgress } = openBank({ service: work });
    const { answer } = expectStatus(
      await client.query(await consent('worker'), { benefits: latest() }, { onProgress }),
      'ready',
    );
    const months = expectStatus(answer.items.benefits, 'present')
      .reveal()
      .map((record) => record.fields.対象年月);
    expect(months).toEqual(['202605']);
  });

  it('single-mother finds an allowance without an end', async () => {
    const { client, consent, onProgress } = openBank({ service: work });
    const { answer } = expectStatus(
      await client.query(
        await consent('single-mother'),
        { allowance: pointInTime('2026-11-30') },
        { onProgress },
      ),
      'ready',
    );
    const [record] = expectStatus(answer.items.allowance, 'present').reveal();
    expect(record?.fields).toMatchObject({ 支給開始年月: '202410' });
    expect(record?.fields).not.toHaveProperty('支給終了年月');
  });

  it('supported finds no pension on record', async () => {
    const { client, consent, onProgress } = openBank({ service: pensions });
    const { answer } = expectStatus(
      await client.query(await consent('supported'), latest(), { onProgress }),
      'ready',
    );
    expect(answer.items.pension.status).toBe('nothing-on-record');
  });

  it('not-covered gets no item, because the municipality does not take part', async () => {
    expect(Object.values(await loanOf('not-covered')).map((item) => item.status)).toEqual([
      'not-covered',
      'not-covered',
      'not-covered',
    ]);
  });

  it('failing gets one failed item and the others', async () => {
    const { income, household } = await loanOf('failing');
    expect(expectStatus(income, 'failed').code).toBe('holder_error');
    expect(household.status).toBe('present');
  });

  it('closed-city learns which server is closed until when', async () => {
    const income = expectStatus((await loanOf('closed-city')).income, 'unavailable');
    expect([income.server, income.until]).toEqual(['municipal', '2027-01-04T08:00:00+09:00']);
  });

  it('one-of-two-closed gets one part and the name of the missing holder', async () => {
    const { client, consent, onProgress } = openBank({ service: pensions });
    const { answer } = expectStatus(
      await client.query(await consent('one-of-two-closed'), latest(), { onProgress }),
      'ready',
    );
    const pension = expectStatus(answer.items.pension, 'present');
    expect(pension.reveal().map((record) => record.holder)).toEqual(['サンプル市']);
    expect(pension.missing).toEqual([{ server: 'pension-service', until: null }]);
  });

  it('five-megabytes gets all 25 000 records', async () => {
    const { client, consent, onProgress } = openBank({ service: shots });
    const { answer } = expectStatus(
      await client.query(await consent('five-megabytes'), latest(), { onProgress }),
      'ready',
    );
    const records = expectStatus(answer.items.shots, 'present').reveal();
    expect(records).toHaveLength(25_000);
    expect(Buffer.byteLength(JSON.stringify(records))).toBeGreaterThan(4_000_000);
  });

  it.each([
    [
      'finds nothing on record before its registration',
      '2026-12-14T23:59:00+09:00',
      'nothing-on-record',
    ],
    ['finds the record from the day of its registration', '2026-12-15T10:00:00+09:00', 'present'],
  ])('late-registration %s', async (_, now, status) => {
    const { client, consent, onProgress } = openBank({ service: shots, now });
    const { answer } = expectStatus(
      await client.query(await consent('late-registration'), latest(), { onProgress }),
      'ready',
    );
    expect(answer.items.shots.status).toBe(status);
  });

  it('another-person sees only in the records whose card it was', async () => {
    const [record] = expectStatus((await loanOf('another-person')).household, 'present').reveal();
    expect(record?.fields.世帯主氏名).toBe('別人 一郎');
  });

  it.each([
    ['locked-card', 'card_locked'],
    ['expired-certificate', 'certificate_expired'],
  ])('%s gets a declined consent', async (persona, code) => {
    const { outcome, log } = await outcomeOf(persona);
    expect(outcome).toEqual({ status: 'declined' });
    expect(log.at(-1)).toMatchObject({ step: 'decide', outcome: 'refused', code });
  });
});

describe('the built-in personas', () => {
  it('are each queried by a test above', () => {
    expect(personas.map((persona) => persona.id)).toEqual([
      ...[
        'hanako',
        'taro-unfiled',
        'newcomer',
        'mover',
        'pensioner',
        'unlisted',
        'single-mother',
        'supported',
        'worker',
        'not-covered',
        'failing',
      ],
      ...[
        'closed-city',
        'one-of-two-closed',
        'five-megabytes',
        'late-registration',
        'another-person',
        'locked-card',
        'expired-certificate',
      ],
    ]);
  });

  it.each(['docs/testing.md', 'docs/ja/testing.md'])(
    'are listed in %s with name and PIN, in order',
    (page) => {
      const rows = [
        ...readFileSync(page, 'utf8').matchAll(/^\| `([\w-]+)` \| ([^|]+) \| (\d{4}) \|/gm),
      ].map(([, ...cells]) => cells);
      expect(rows).toEqual(personas.map(({ id, name, pin }) => [id, name, pin]));
    },
  );

  it('have unique PINs and names', () => {
    for (const key of ['pin', 'name'] as const)
      expect(new Set(personas.map((persona) => persona[key])).size).toBe(personas.length);
  });

  it.each(details.map((detail) => detail.id))(
    'have %s records, which all match the exported schema',
    (detail) => {
      const records = personas.flatMap((persona) => persona.records[detail] ?? []);
      expect(records.length).toBeGreaterThan(0);
      const { validate } = schemaOf(detail)['~standard'];
      for (const { holder, asOf, fields } of records)
        expect(
          validate({ holder, fields, ...(asOf !== undefined && { asOf }) }),
        ).not.toHaveProperty('issues');
      expect(validate({ holder: 'サンプル市', fields: {} })).toHaveProperty('issues');
    },
  );

  it('survive a round trip through JSON', () => {
    expect(JSON.parse(JSON.stringify(personas))).toEqual(personas);
  });
});
