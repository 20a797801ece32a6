import { describe, expect, it } from 'vitest';
import { defineService, explain, latest, pointInTime } from '../../src/index.js';
import { personas } from '../../src/sandbox/index.js';
import { answerAt, expectStatus, loan, openBank } from '../kit/loan.js';
import { asked, submitted } from './submitted.js';

describe('an answer', () => {
  it('reports nothing on record, which is not a failure', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent('newcomer'), latest(), { onProgress }),
      'ready',
    );
    expect([
      answer.items.income.status,
      answer.items.household.status,
      answer.items.shots.status,
    ]).toEqual(['nothing-on-record', 'nothing-on-record', 'nothing-on-record']);
  });

  it('has no records to reveal when nothing is on record', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent('newcomer'), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(() => (answer.items.income as { reveal?: () => unknown }).reveal?.()).toThrow(TypeError);
  });

  it('names the closed server and its next opening', async () => {
    const pension = defineService({
      ...loan,
      items: {
        pension: {
          detail: 'pension',
          holders: ['pension-service'],
          inquiries: ['latest'],
          latestBy: '改定日',
        },
      },
    });
    const { client, consent, onProgress } = openBank({
      service: pension,
      now: '2026-12-06T12:00:00+09:00',
    });
    const { answer } = expectStatus(
      await client.query(await consent(), latest(), { onProgress }),
      'ready',
    );
    const item = expectStatus(answer.items.pension, 'unavailable');
    expect([item.server, item.until]).toEqual(['pension-service', '2026-12-07T08:00:00+09:00']);
  });

  it('contains the available part and names the missing holders', async () => {
    const pension = defineService({
      ...loan,
      items: { pension: { detail: 'pension', inquiries: ['point-in-time'] } },
    });
    const { client, consent, onProgress } = openBank({
      service: pension,
      now: '2026-12-06T12:00:00+09:00',
    });
    const { answer } = expectStatus(
      await client.query(await consent('pensioner'), pointInTime('2026-12-01'), { onProgress }),
      'ready',
    );
    const item = expectStatus(answer.items.pension, 'present');
    expect(item.reveal().map(({ holder }) => holder)).toEqual(['サンプル市']);
    expect(item.missing).toEqual([
      { server: 'pension-service', until: '2026-12-07T08:00:00+09:00' },
      { server: 'local-officials-mutual-aid', until: '2026-12-07T08:00:00+09:00' },
    ]);
  });

  it('gives no opening time for a holder that is closed indefinitely', async () => {
    const [hanako] = personas;
    if (hanako === undefined) throw new Error('no persona');
    const { client, consent, onProgress } = openBank({
      personas: [{ ...hanako, closed: [{ server: 'municipal' }] }],
    });
    const { answer } = expectStatus(
      await client.query(await consent(hanako.id), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(expectStatus(answer.items.income, 'unavailable')).toMatchObject({
      server: 'municipal',
      until: null,
    });
  });

  it('lists every missing holder of an unavailable item', async () => {
    const pension = defineService({
      ...loan,
      items: {
        pension: {
          detail: 'pension',
          holders: ['pension-service', 'local-officials-mutual-aid'],
          inquiries: ['point-in-time'],
        },
      },
    });
    const { client, consent, onProgress } = openBank({
      service: pension,
      now: '2026-12-06T12:00:00+09:00',
    });
    const { answer } = expectStatus(
      await client.query(await consent('pensioner'), pointInTime('2026-12-01'), { onProgress }),
      'ready',
    );
    expect(expectStatus(answer.items.pension, 'unavailable').extras.reveal()).toEqual({
      missing: [
        { server: 'pension-service', until: '2026-12-07T08:00:00+09:00' },
        { server: 'local-officials-mutual-aid', until: '2026-12-07T08:00:00+09:00' },
      ],
    });
  });

  it('keeps unknown items and fields as extras', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(
        await consent('unlisted'),
        { income: latest(), household: latest() },
        { onProgress },
      ),
      'ready',
    );
    expect(expectStatus(answer.items.income, 'present').extras.reveal()).toMatchObject({
      new_item_mark: '見本',
      records: [{ new_mark: '見本の新項目' }],
    });
    expect(expectStatus(answer.items.household, 'present').reveal()[0]?.fields.新しい取得項目).toBe(
      '見本',
    );
    const { items } = answer.extras.reveal() as {
      items: { code: string; records: { fields: unknown }[] }[];
    };
    expect(items.map(({ code }) => code)).toEqual(['TM00000000000108']);
    expect(items[0]?.records[0]?.fields).toEqual({ 戸籍の表示: '見本' });
  });

  it('has empty extras when nothing was unknown', async () => {
    const { client, consent, onProgress } = openBank();
    const { answer } = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(answer.extras.reveal()).toEqual({});
    expect(answer.items.income.extras.reveal()).toEqual({});
    expect(answer.items.household.extras.reveal()).toEqual({});
  });

  it('marks an item as failed when the portal did not answer it', async () => {
    const emptied = answerAt('/result', async (request, pass) => {
      const body = (await (await pass(request)).json()) as object;
      return Response.json('selfPersonalData' in body ? { ...body, selfPersonalData: [] } : body);
    });
    const { client, consent, onProgress } = openBank(emptied);
    const { answer } = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(expectStatus(answer.items.income, 'failed').code).toBe('not_answered');
  });
});

describe('the status of an item', () => {
  const fares = (item: object) =>
    answerAt('/result', async (request) =>
      Response.json({
        ...((await request.json()) as object),
        process_status: 'DONE',
        selfPersonalData: [{ item_code: 'TM00000000000002', ...item }],
      }),
    );

  it.each([
    [{ item_status: 'FAILED', failure_code: 'E-1042' }, 'E-1042', {}],
    [{ item_status: 'FAILED' }, 'unspecified', {}],
    [
      { item_status: 'FAILED', failure_code: '番号 花子 <b>' },
      'unrecognised',
      { failure: '番号 花子 <b>' },
    ],
    [
      { item_status: 'FAILED', failure_code: 'x'.repeat(65) },
      'unrecognised',
      { failure: 'x'.repeat(65) },
    ],
  ])('is failed with a code that is safe to display: %j', async (item, code, extras) => {
    const { client, consent } = openBank(fares(item));
    const { answer } = expectStatus(await client.query(await consent(), asked), 'ready');
    const failed = expectStatus(answer.items.income, 'failed');
    expect([failed.code, failed.extras.reveal()]).toEqual([code, extras]);
  });

  it('can be not-covered', async () => {
    const { client, consent } = openBank(fares({ item_status: 'NOT_COVERED' }));
    expect(
      expectStatus(await client.query(await consent(), asked), 'ready').answer.items.income.status,
    ).toBe('not-covered');
  });
});

describe('a result with items of another service', () => {
  it('keeps them out of the typed answer and gives them as extras', async () => {
    const { intercept } = answerAt('/result', async (request) =>
      Response.json({
        ...((await request.json()) as object),
        process_status: 'DONE',
        selfPersonalData: [
          { item_code: 'TM00000000000002', item_status: 'NOTHING_ON_RECORD' },
          // One that was not asked for, and one that is not an item of the service.
          {
            item_code: 'household',
            item_status: 'PRESENT',
            record_list: [{ holder_name: 'municipal', field_values: { 続柄: '子' } }],
          },
          { item_code: 'TM00000000000084', item_status: 'FAILED' },
        ],
      }),
    );
    const { client, retrieval } = await submitted({ intercept });
    const { answer } = expectStatus(await client.collect(retrieval), 'ready');
    expect([
      answer.items.income.status,
      answer.items.household.status,
      answer.items.shots.status,
    ]).toEqual(['nothing-on-record', 'not-asked', 'not-asked']);
    expect(answer.extras.reveal()).toMatchObject({
      items: [
        { code: 'household', status: 'present' },
        { code: 'TM00000000000084', status: 'failed' },
      ],
    });
  });
});

describe('an answer with unavailable items', () => {
  it('is explained as unavailable, not as complete', async () => {
    // Saturday, December 19, 2026, 23:00, is the third weekend: the resident registry is down until
    // Sunday 8:00.
    const { client, consent, onProgress } = openBank({ now: '2026-12-19T23:00:00+09:00' });
    const result = expectStatus(
      await client.query(await consent(), { income: latest() }, { onProgress }),
      'ready',
    );
    expect(explain(result, 'ja')).toMatch(/^ただいま情報を取得できません。/);
  });
});
