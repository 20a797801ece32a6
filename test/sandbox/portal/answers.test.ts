import { describe, expect, it } from 'vitest';
import { type Calendar, createCalendar } from '../../../src/calendar/index.js';
import {
  createSandbox,
  createVirtualClock,
  type Persona,
  personas,
  type Registration,
} from '../../../src/sandbox/index.js';
import { inquiry, itemStatuses, journey, registration } from '../steps.js';

const TUESDAY = '2026-12-01T10:00:00+09:00';
const SUNDAY = '2026-12-06T10:00:00+09:00';

interface AskOptions {
  readonly at?: string;
  readonly extra?: Persona;
  readonly service?: Registration['service'];
  readonly calendar?: Calendar;
}

async function ask(
  persona: string,
  entry: ReturnType<typeof inquiry>,
  { at = TUESDAY, extra, service = registration.service, calendar }: AskOptions = {},
) {
  const sandbox = createSandbox({
    registrations: [{ ...registration, service }],
    clock: createVirtualClock(at),
    personas: extra ? [...personas, extra] : personas,
    ...(calendar && { calendar }),
  });
  const [item] = await journey(sandbox, persona, entry);
  if (item === undefined) throw new Error('no item');
  return item;
}

const income = 'TM00000000000002';
const years = (item: Awaited<ReturnType<typeof ask>>) =>
  item.records.map((record) => record.fields.課税年度);

describe('a latest inquiry', () => {
  it('returns the record with the greatest registered field', async () => {
    const item = await ask('hanako', inquiry(income, 'latest'));
    expect(item).toMatchObject({ code: income, status: itemStatuses.present.value, missing: [] });
    expect(item.records).toMatchObject([
      {
        holder: 'サンプル市',
        asOf: '2026-06-01',
        fields: { 課税年度: '2026', 合計所得金額: 3_720_000 },
      },
    ]);
  });

  it('ignores the order of the list and other fields', async () => {
    const shots = ['2026-05-02', '2026-05-10', '2026-05-10', '2025-12-31'].map((date, index) => ({
      server: 'municipal' as const,
      holder: 'サンプル市',
      fields: { 接種日: date, 接種回数: 9 - index },
    }));
    const service = {
      ...registration.service,
      items: { shots: { detail: 'vaccination', inquiries: ['latest'], latestBy: '接種日' } },
    } as const;
    const item = await ask('x', inquiry('vaccination', 'latest'), {
      service,
      extra: { id: 'x', name: 'x', pin: '0000', records: { vaccination: shots } },
    });
    expect(item.records.map((record) => record.fields.接種回数)).toEqual([8, 7]);
  });

  it('compares numbers as numbers, and uses the date of a record without the field', async () => {
    const record = (fields: Record<string, unknown>, asOf?: string) => ({
      server: 'municipal' as const,
      holder: 'サンプル市',
      fields,
      ...(asOf && { asOf }),
    });
    const service = {
      ...registration.service,
      items: { shots: { detail: 'vaccination', inquiries: ['latest'], latestBy: '番号' } },
    } as const;
    const askFor = (records: ReturnType<typeof record>[]) =>
      ask('x', inquiry('vaccination', 'latest'), {
        service,
        extra: { id: 'x', name: 'x', pin: '0000', records: { vaccination: records } },
      });
    expect(
      (await askFor([record({ 番号: 9 }), record({ 番号: 10 })])).records.map(
        ({ fields }) => fields.番号,
      ),
    ).toEqual([10]);
    expect(
      (await askFor([record({}, '2026-01-01'), record({}, '2026-02-01')])).records.map(
        ({ asOf }) => asOf,
      ),
    ).toEqual(['2026-02-01']);
  });

  it('returns an unfiled year without amounts', async () => {
    const item = await ask('taro-unfiled', inquiry(income, 'latest'));
    expect(item.records).toMatchObject([
      { fields: { 課税年度: '2026', 申告区分: '未申告', 合計所得金額: null } },
    ]);
  });
});

describe('a point-in-time inquiry', () => {
  it.each([
    ['a household on its last day', '20260516', ['2015-06-21']],
    ['the next household on its first day', '20260517', ['2026-05-17']],
    ['the last household on a later day', '20991231', ['2026-05-17']],
  ])('finds %s', async (_, at, expected) => {
    const item = await ask('hanako', inquiry('household', 'point-in-time', { at }));
    expect(item.records.map((record) => record.fields.異動日)).toEqual(expected);
  });

  it('finds nothing before the first record', async () => {
    const item = await ask('hanako', inquiry('household', 'point-in-time', { at: '19890409' }));
    expect(item).toMatchObject({
      status: itemStatuses['nothing-on-record'].value,
      records: [],
      missing: [],
    });
  });

  it.each([
    ['2025', ['2025']],
    ['20260331', ['2025']],
    ['20260401', ['2026']],
    ['2023', []],
  ])('for %s finds the fiscal years %j', async (at, expected) => {
    expect(years(await ask('hanako', inquiry(income, 'point-in-time', { at })))).toEqual(expected);
  });
});

describe('a range inquiry', () => {
  it('of fiscal years includes both ends', async () => {
    expect(
      years(await ask('hanako', inquiry(income, 'range', { from: '2024', to: '2025' }))),
    ).toEqual(['2024', '2025']);
  });

  it('of days includes both ends', async () => {
    const item = await ask(
      'hanako',
      inquiry('vaccination', 'range', { from: '20260918', to: '20261016' }),
    );
    expect(item.records.map((record) => record.asOf)).toEqual(['2026-09-18', '2026-10-16']);
  });

  it('finds a record that began before it and is still valid', async () => {
    const item = await ask(
      'mover',
      inquiry('medical-insurance', 'range', { from: '20260901', to: '20260930' }),
    );
    expect(item.records.map((record) => record.holder)).toEqual(['全国健康保険協会（見本）']);
  });

  it('over a move finds the records of both municipalities', async () => {
    const item = await ask('mover', inquiry('vaccination', 'range', { from: '2025', to: '2026' }));
    expect(item.records.map((record) => record.holder)).toEqual(['旧サンプル市', '新サンプル町']);
  });
});

describe('an answer of the sandbox', () => {
  it('marks an item as unavailable until the next opening while its only holder is closed', async () => {
    expect(await ask('hanako', inquiry('pension', 'latest'), { at: SUNDAY })).toMatchObject({
      status: itemStatuses.unavailable.value,
      records: [],
      missing: [{ server: 'pension-service', until: '2026-12-07T08:00:00+09:00' }],
    });
  });

  it('leaves out the closed holders of several and names them', async () => {
    const item = await ask('pensioner', inquiry('pension', 'latest'), { at: SUNDAY });
    expect(item.status).toBe(itemStatuses.present.value);
    expect(item.records.map((record) => record.holder)).toEqual(['サンプル市']);
    expect(item.missing).toEqual([
      { server: 'pension-service', until: '2026-12-07T08:00:00+09:00' },
      { server: 'local-officials-mutual-aid', until: '2026-12-07T08:00:00+09:00' },
    ]);
  });

  it('includes all holders while all run', async () => {
    const item = await ask('pensioner', inquiry('pension', 'latest'));
    expect(item.records).toHaveLength(3);
    expect(item.missing).toEqual([]);
  });

  it('does not say "nothing on record" while a holder is missing', async () => {
    const item = await ask(
      'pensioner',
      inquiry('pension', 'range', { from: '20190101', to: '20191231' }),
      { at: SUNDAY },
    );
    expect(item).toMatchObject({ status: itemStatuses.unavailable.value, records: [] });
    expect(item.missing).toHaveLength(2);
  });

  it('says "nothing on record" while one holder runs', async () => {
    expect(await ask('newcomer', inquiry('pension', 'latest'), { at: SUNDAY })).toMatchObject({
      status: itemStatuses['nothing-on-record'].value,
      missing: [],
    });
  });

  it('considers only the holders that an item names', async () => {
    const service = {
      ...registration.service,
      items: {
        pension: {
          detail: 'pension',
          inquiries: ['latest'],
          latestBy: '改定日',
          holders: ['pension-service'],
        },
      },
    } as const;
    for (const persona of ['newcomer', 'pensioner']) {
      expect(
        await ask(persona, inquiry('pension', 'latest'), { at: SUNDAY, service }),
      ).toMatchObject({
        status: itemStatuses.unavailable.value,
        missing: [{ server: 'pension-service', until: '2026-12-07T08:00:00+09:00' }],
      });
    }
    expect(
      (await ask('pensioner', inquiry('pension', 'latest'), { service })).records,
    ).toHaveLength(1);
  });

  it('treats an uncertain holder as running', async () => {
    // The third weekend of November 2026, for which the guideline states no hours.
    const at = '2026-11-21T12:00:00+09:00';
    expect(createCalendar().status('local-tax@municipal', at).state).toBe('uncertain');
    expect((await ask('hanako', inquiry(income, 'latest'), { at })).status).toBe(
      itemStatuses.present.value,
    );
  });

  it('does not answer an item while an announcement stops it, and answers the others', async () => {
    const stop = {
      id: 'income',
      target: { item: 'TM00000000000002' },
      state: 'closed',
      start: '2026-12-01T00:00+09:00',
      end: '2026-12-03T00:00+09:00',
      announcedAt: '2026-11-01',
      source: 'お知らせ',
    } as const;
    const calendar = createCalendar({ announced: [stop] });
    const at = '2026-12-01T12:00:00+09:00';
    expect(await ask('hanako', inquiry(income, 'latest'), { calendar, at })).toMatchObject({
      missing: [{ server: 'municipal', until: '2026-12-03T00:00:00+09:00' }],
    });
    const other = createCalendar({
      announced: [{ ...stop, target: { item: 'TM00000000000031' } }],
    });
    expect((await ask('hanako', inquiry(income, 'latest'), { calendar: other, at })).status).toBe(
      itemStatuses.present.value,
    );
  });

  it('follows a calendar given by the caller', async () => {
    const table = createCalendar();
    const calendar: Calendar = {
      ...table,
      status: (target) =>
        table.status(
          JSON.stringify(target).includes('local-tax@municipal')
            ? 'pension@pension-service'
            : target,
          SUNDAY,
        ),
    };
    expect(await ask('hanako', inquiry(income, 'latest'), { calendar })).toMatchObject({
      missing: [{ server: 'municipal', until: '2026-12-07T08:00:00+09:00' }],
    });
  });
});

describe('the answer for a persona', () => {
  it('can contain unknown items and fields', async () => {
    const sandbox = createSandbox({
      registrations: [registration],
      clock: createVirtualClock(TUESDAY),
    });
    const [asked, unasked] = await journey(sandbox, 'unlisted', inquiry(income, 'latest'));
    expect(asked?.raw).toHaveProperty('new_item_mark');
    expect(asked?.records[0]?.raw).toHaveProperty('new_mark');
    expect(unasked).toMatchObject({ code: 'TM00000000000108', records: [{ holder: '法務省' }] });
  });

  it('says "nothing on record" as a success', async () => {
    expect(await ask('newcomer', inquiry(income, 'latest'))).toMatchObject({
      status: itemStatuses['nothing-on-record'].value,
      records: [],
      missing: [],
    });
  });
});
