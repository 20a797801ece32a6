import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import { caught, refusal } from '../kit/refusals.js';

const make = (options: unknown) => () => createCalendar(options as never);

const good = {
  id: 'a',
  target: 'municipal',
  state: 'closed',
  start: '2026-12-01T10:00+09:00',
  end: '2026-12-01T11:00+09:00',
  announcedAt: '2026-11-01',
  source: 'x',
};

describe('the check of an announcement', () => {
  const refused = (change: object) => {
    const [code, path] = refusal(make({ announced: [good, { ...good, id: 'b', ...change }] }));
    expect(path).toMatch(/^options\.announced\[1\]/);
    // The same for `with`, under its own path.
    expect(
      refusal(() => createCalendar().with([good, { ...good, id: 'b', ...change }] as never)),
    ).toEqual([code, path?.replace('options.announced', 'announcements')]);
    return [code, path?.slice('options.announced[1].'.length)];
  };

  it('rejects a missing field', () => {
    for (const name of ['id', 'target', 'state', 'start', 'end', 'announcedAt', 'source']) {
      expect(refused({ [name]: undefined })).toEqual(['missing_option', name]);
    }
  });

  it('rejects an invalid field', () => {
    expect(refused({ id: ' ' })).toEqual(['invalid_option', 'id']);
    expect(refused({ id: 'x'.repeat(201) })).toEqual(['invalid_option', 'id']);
    expect(refused({ target: 'nobody' })).toEqual(['unknown_server', 'target']);
    expect(refused({ target: 'pension' })).toEqual(['unknown_server', 'target']);
    expect(refused({ target: {} })).toEqual(['invalid_option', 'target']);
    expect(refused({ target: { detail: 'tax' } })).toEqual(['unknown_detail', 'target.detail']);
    expect(refused({ target: { item: 'TM2' } })).toEqual(['invalid_option', 'target.item']);
    expect(refused({ target: { item: `tm${'0'.repeat(14)}` } })).toEqual([
      'invalid_option',
      'target.item',
    ]);
    expect(refused({ target: { server: 'municipal' } })).toEqual([
      'unknown_option',
      'target.server',
    ]);
    expect(refused({ target: { detail: 'local-tax', item: 'TM00000000000002' } })).toEqual([
      'invalid_option',
      'target',
    ]);
    expect(refused({ state: 'perhaps' })).toEqual(['invalid_option', 'state']);
    expect(refused({ limit: 'second-use' })).toEqual(['invalid_option', 'limit']);
    expect(refused({ start: '2026-12-01T10:00' })).toEqual(['invalid_instant', 'start']);
    expect(refused({ end: '2026-02-30' })).toEqual(['invalid_date', 'end']);
    expect(refused({ end: '2026-12-01T09:59+09:00' })).toEqual(['range_reversed', 'end']);
    expect(refused({ end: good.start })).toEqual(['invalid_option', 'end']);
    expect(refused({ announcedAt: Number.NaN })).toEqual(['invalid_instant', 'announcedAt']);
    expect(refused({ source: '' })).toEqual(['invalid_option', 'source']);
    expect(refused({ source: 'x'.repeat(10_001) })).toEqual(['invalid_option', 'source']);
    expect(refused({ until: '2026-12-02' })).toEqual(['unknown_option', 'until']);
  });

  it('rejects replaces when the rule is not a planned outage or the month is invalid', () => {
    const replaced = (replaces: unknown, target = 'municipal') => refused({ replaces, target });
    expect(replaced({ rule: 'year-end', month: '2026-12' })).toEqual([
      'invalid_option',
      'replaces.rule',
    ]);
    expect(replaced({ rule: 'third-weekend', month: '2026-12' }, 'mynaportal')).toEqual([
      'invalid_option',
      'replaces.rule',
    ]);
    expect(replaced({ rule: 'daily-hours', month: '2026-12' }, 'all')).toEqual([
      'invalid_option',
      'replaces.rule',
    ]);
    for (const month of [
      '2026-13',
      '2026-00',
      '2026-1',
      '26-01',
      '2026-12-01',
      'x2026-12',
      '2026-12\n',
    ]) {
      expect(replaced({ rule: 'third-weekend', month })).toEqual([
        'invalid_option',
        'replaces.month',
      ]);
    }
    expect(replaced({ month: '2026-12' })).toEqual(['missing_option', 'replaces.rule']);
    expect(replaced({ rule: 'third-weekend' })).toEqual(['missing_option', 'replaces.month']);
    expect(replaced({ rule: 'third-weekend', month: '2026-12', year: 2026 })).toEqual([
      'unknown_option',
      'replaces.year',
    ]);
    expect(
      createCalendar({
        announced: [
          { ...good, target: 'all', replaces: { rule: 'year-end', month: '2026-12' } },
        ] as never,
      }),
    ).toBeDefined();
  });

  it('rejects replaces for a detail or an item, and where the announcement only lowers', () => {
    const replaces = { rule: 'third-weekend', month: '2026-12' };
    for (const change of [
      { target: { detail: 'local-tax' } },
      { target: { item: 'TM00000000000002' } },
      { state: 'uncertain' },
      { state: 'slow' },
      { limit: 'first-use' },
      { limit: 'some-sources', state: 'open' },
    ])
      expect(refused({ ...change, replaces })).toEqual(['invalid_option', 'replaces']);
  });

  it('rejects a different announcement with the same id and instant', () => {
    const other = { ...good, end: '2026-12-01T12:00+09:00' };
    expect(refusal(make({ announced: [good, other] }))).toEqual([
      'invalid_option',
      'options.announced[1].id',
    ]);
    const calendar = createCalendar({ announced: [good] as never });
    expect(refusal(() => calendar.with([other] as never))).toEqual([
      'invalid_option',
      'announcements[0].id',
    ]);
    // The rejected one has changed nothing.
    expect(calendar.isOpen({ server: 'municipal' }, '2026-12-01T11:30+09:00')).toBe(true);
  });

  it('throws a TypeError for a wrong type', () => {
    for (const change of [
      { id: 5 },
      { target: 5 },
      { target: ['all'] },
      { target: { detail: 5 } },
      { target: { item: 31 } },
      { state: true },
      { limit: 1 },
      { start: {} },
      { end: null },
      { approximate: 'yes' },
      { replaces: 'all' },
      { source: [] },
    ]) {
      const [name] = Object.keys(change);
      expect(caught(make({ announced: [{ ...good, ...change }] }))).toBeInstanceOf(TypeError);
      expect(String(caught(make({ announced: [{ ...good, ...change }] })))).toContain(
        `options.announced[0].${name}`,
      );
    }
    for (const announced of [null, {}, 'x', 5])
      expect(caught(make({ announced }))).toBeInstanceOf(TypeError);
    for (const item of [null, undefined, 'x', []]) {
      expect(String(caught(make({ announced: [good, item] })))).toMatch(
        /TypeError: options\.announced\[1\] must be/,
      );
    }
    expect(String(caught(make({ announced: new Array(1) })))).toMatch(
      /TypeError: options\.announced\[0\] must be/,
    );
    expect(caught(() => createCalendar().with(undefined as never))).toBeInstanceOf(TypeError);
  });

  it('rejects too many announcements, and does not count repetitions', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      ...good,
      id: `a${index}`,
    })) as never[];
    expect(refusal(make({ announced: [...many, good] }))).toEqual([
      'invalid_option',
      'options.announced',
    ]);
    const full = createCalendar({ announced: many });
    expect(refusal(() => full.with([good] as never))).toEqual(['invalid_option', 'announcements']);
    expect(full.with(many).isOpen({ server: 'municipal' }, good.start)).toBe(false);
  });
});

describe('the check of a row in the option servers', () => {
  const row = { from: '2026-10-01', hours: 'always' };
  const refused = (servers: unknown) => {
    const [code, path] = refusal(make({ servers }));
    return [code, path?.slice('options.servers'.length)];
  };
  const refusedRow = (change: object) => refused({ municipal: { ...row, ...change } });

  it('rejects a server that is not in the tables', () => {
    expect(refused({ nobody: row })).toEqual(['unknown_server', '.nobody']);
    expect(refused({ all: row })).toEqual(['unknown_server', '.all']);
  });

  it('rejects a day that is missing, invalid or already used', () => {
    expect(refusedRow({ from: undefined })).toEqual(['missing_option', '.municipal.from']);
    expect(refusedRow({ from: '2026-10-32' })).toEqual(['invalid_date', '.municipal.from']);
    expect(refusedRow({ from: '2026-10-01T00:00+09:00' })).toEqual([
      'invalid_date',
      '.municipal.from',
    ]);
    expect(refused({ municipal: [row, { ...row, hours: 'always' }] })).toEqual([
      'invalid_option',
      '.municipal[1].from',
    ]);
  });

  it('rejects hours that are missing or invalid', () => {
    const hours = { on: 'every-day', fromHour: 8, toHour: 21 };
    expect(refusedRow({ hours: undefined })).toEqual(['missing_option', '.municipal.hours']);
    expect(refusedRow({ hours: 'never' })).toEqual(['invalid_option', '.municipal.hours']);
    expect(refusedRow({ hours: { ...hours, on: 'third-saturdays' } })).toEqual([
      'invalid_option',
      '.municipal.hours.on',
    ]);
    expect(refusedRow({ hours: { ...hours, toHour: 25 } })).toEqual([
      'invalid_option',
      '.municipal.hours.toHour',
    ]);
    expect(refusedRow({ hours: { ...hours, fromHour: -1 } })).toEqual([
      'invalid_option',
      '.municipal.hours.fromHour',
    ]);
    expect(refusedRow({ hours: { ...hours, fromHour: 8.1 } })).toEqual([
      'invalid_option',
      '.municipal.hours.fromHour',
    ]);
    expect(refusedRow({ hours: { ...hours, fromHour: Number.NaN } })).toEqual([
      'invalid_option',
      '.municipal.hours.fromHour',
    ]);
    expect(refusedRow({ hours: { ...hours, fromHour: 21 } })).toEqual([
      'invalid_option',
      '.municipal.hours.toHour',
    ]);
    expect(refusedRow({ hours: { on: 'every-day', fromHour: 8 } })).toEqual([
      'missing_option',
      '.municipal.hours.toHour',
    ]);
    expect(refusedRow({ hours: { ...hours, holidays: false } })).toEqual([
      'unknown_option',
      '.municipal.hours.holidays',
    ]);
  });

  it('rejects an invalid outage', () => {
    const outage = { id: 'x', on: 'third-saturdays', fromHour: 0, toHour: 48, state: 'closed' };
    const refusedOutage = (change: object) => {
      const [code, path] = refusedRow({
        outages: [
          { ...outage, id: 'y' },
          { ...outage, ...change },
        ],
      });
      return [code, path?.slice('.municipal.outages[1].'.length)];
    };
    for (const id of [
      'Third',
      'third weekend',
      '-x',
      '',
      'y',
      'daily-hours',
      'business-day-hours',
      'announcement',
      'depends-on-holder',
      'x'.repeat(61),
    ]) {
      expect(refusedOutage({ id })).toEqual(['invalid_option', 'id']);
    }
    for (const on of ['fifth-saturdays', 'third-saturday', '__proto__', 'constructor'])
      expect(refusedOutage({ on })).toEqual(['invalid_option', 'on']);
    expect(refusedOutage({ toHour: 336.25 })).toEqual(['invalid_option', 'toHour']);
    expect(refusedOutage({ toHour: 0 })).toEqual(['invalid_option', 'toHour']);
    expect(refusedOutage({ state: 'open' })).toEqual(['invalid_option', 'state']);
    expect(refusedOutage({ text: { ja: 'x' } })).toEqual(['missing_option', 'text.en']);
    expect(refusedOutage({ replaces: 'x' })).toEqual(['unknown_option', 'replaces']);
    expect(refusedRow({ outages: Array.from({ length: 101 }, () => outage) })).toEqual([
      'invalid_option',
      '.municipal.outages',
    ]);
  });

  it('throws a TypeError for a wrong type', () => {
    for (const servers of [null, [], 'x'])
      expect(caught(make({ servers }))).toBeInstanceOf(TypeError);
    for (const change of [
      { from: 5 },
      { hours: 5 },
      { hours: { on: 'every-day', fromHour: '8', toHour: 21 } },
      { outages: {} },
      { outages: [null] },
      { source: 5 },
    ]) {
      const error = caught(make({ servers: { municipal: { ...row, ...change } } }));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain(`options.servers.municipal.${Object.keys(change)[0]}`);
    }
    expect(refused({ municipal: Array.from({ length: 101 }, () => row) })).toEqual([
      'invalid_option',
      '.municipal',
    ]);
  });
});

describe('the check of holidays', () => {
  it('rejects a value that is not a day', () => {
    expect(refusal(make({ extraHolidays: ['2026-12-30', '2026-02-30'] }))).toEqual([
      'invalid_date',
      'options.extraHolidays[1]',
    ]);
    expect(refusal(make({ notHolidays: ['22 September'] }))).toEqual([
      'invalid_date',
      'options.notHolidays[0]',
    ]);
    expect(String(caught(make({ extraHolidays: [20261230] })))).toContain(
      'options.extraHolidays[0]',
    );
    expect(caught(make({ notHolidays: '2026-12-30' }))).toBeInstanceOf(TypeError);
    expect(
      refusal(make({ extraHolidays: Array.from({ length: 10_001 }, () => '2026-12-30') })),
    ).toEqual(['invalid_option', 'options.extraHolidays']);
  });

  it('rejects a day in both extraHolidays and notHolidays', () => {
    expect(
      refusal(make({ extraHolidays: ['2026-12-30'], notHolidays: ['2026-12-29', '2026-12-30'] })),
    ).toEqual(['invalid_option', 'options.notHolidays[1]']);
  });
});

describe('the largest allowed list of announcements', () => {
  it('does not slow down createCalendar or the answers', () => {
    // Every second one is open, and all of them overlap: the work grows with n log n, not with n².
    const announced = Array.from({ length: 10_000 }, (_, index) => ({
      ...good,
      id: `a${index}`,
      target: 'all',
      state: index % 2 ? 'open' : 'closed',
      start: Date.parse(good.start) + index * 60_000,
      end: Date.parse(good.start) + 86_400_000_000 - index * 60_000,
      announcedAt: index,
    })) as never[];
    const calendar = createCalendar({ announced });
    const middle = Date.parse(good.start) + 43_200_000_000;
    expect(calendar.isOpen('local-tax', middle)).toBe(true);
    expect(calendar.isOpen('local-tax', Date.parse(good.start))).toBe(false);
    expect(calendar.isOpen('local-tax', Date.parse(good.start) + 60_000)).toBe(true);
  });
});
