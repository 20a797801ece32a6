import { describe, expect, it } from 'vitest';
import {
  type Calendar,
  createCalendar,
  type State,
  type Target,
} from '../../src/calendar/index.js';
import { announce, jst, segmentsOf } from './announcing.js';
import { account, familyRegister, item31, practice } from './practice.js';

// The expected answers were worked out by hand from section 2.5 of guideline v2.2, the announced
// periods and a paper calendar. In September 2026 the third weekend is 19 and 20, in October 17 and
// 18: 48 hours uncertain, of which the resident registry closes 10, Saturday 22:00 to Sunday 8:00.

const hoursOf = (calendar: Calendar, target: Target, start: string, end: string) => {
  const hours: Record<State, number> = { open: 0, uncertain: 0, closed: 0 };
  for (const { state, startMs, endMs } of calendar.segments(target, start, end))
    hours[state] += (endMs - startMs) / 3_600_000;
  return hours;
};
const september = ['2026-09-01', '2026-10-01'] as const;
const october = ['2026-10-01', '2026-11-01'] as const;
const localTax: Target = { detail: 'local-tax', item: 'TM00000000000002' };

describe('what was announced for autumn 2026', () => {
  const calendar = createCalendar({ announced: practice });

  it('closes local tax for the 10 hours of the tables in September and in October', () => {
    for (const target of ['local-tax', localTax] satisfies Target[]) {
      expect(hoursOf(calendar, target, ...september)).toEqual({
        open: 672,
        uncertain: 38,
        closed: 10,
      });
      // Some sources: 31 hours from Saturday 10 October 17:00.
      expect(hoursOf(calendar, target, ...october)).toEqual({
        open: 665,
        uncertain: 31 + 38,
        closed: 10,
      });
    }
  });

  it('closes an item during its own stops only', () => {
    // 11 hours each from 5 and from 12 September, and the 10 of the tables.
    expect(
      hoursOf(calendar, { detail: 'medical-insurance@municipal', item: item31 }, ...september),
    ).toEqual({ open: 720 - 38 - 32, uncertain: 38, closed: 32 });
    // The family register: 48 hours, then 39 from 19 September 9:00. Of the third weekend only 9
    // hours are left uncertain.
    expect(hoursOf(calendar, { detail: 'household', item: familyRegister }, ...september)).toEqual({
      open: 720 - 9 - 87,
      uncertain: 9,
      closed: 87,
    });
  });

  it('makes an item without a code uncertain while an item stops that it may be', () => {
    const target: Target = { detail: 'local-tax', item: null };
    // 48 hours of 5 and 6 September, 11 from 12 September, and the third weekend.
    expect(hoursOf(calendar, target, ...september)).toEqual({
      open: 720 - 97 - 10,
      uncertain: 48 + 11 + 38,
      closed: 10,
    });
    const { causes } = calendar.status(target, jst('2026-09-12T22:00'));
    expect(causes.map(({ rule, state, item, detail }) => [rule, state, item, detail])).toEqual([
      ['item-not-identified', 'uncertain', item31, 'local-tax'],
      ['item-not-identified', 'uncertain', 'TM00000000000087', 'local-tax'],
    ]);
  });

  it('closes the public funds account for 8 hours and 10 minutes in October, and nothing else', () => {
    for (const target of [
      'public-funds-account',
      'public-funds-account@account-registry',
      { detail: 'public-funds-account', item: account },
      { detail: 'public-funds-account', item: null },
      { allOf: ['local-tax', 'public-funds-account'] },
    ] satisfies Target[])
      expect(segmentsOf(calendar, target, '2026-10-13', '2026-10-15')).toEqual([
        'open 2026-10-13T00:00 2026-10-13T23:50',
        'closed 2026-10-13T23:50 2026-10-14T08:00',
        'open 2026-10-14T08:00 2026-10-15T00:00',
      ]);
    for (const target of ['local-tax', { server: 'account-registry' }] satisfies Target[])
      expect(segmentsOf(calendar, target, '2026-10-13', '2026-10-15')).toHaveLength(1);
  });

  it('leaves out a first use for a citizen who has fetched before', () => {
    const plans = [{ source: '案内', from: september[0], to: september[1] }];
    const complete = createCalendar({ announced: practice, plans });
    expect(hoursOf(complete, localTax, ...september)).toEqual({
      open: 712,
      uncertain: 8,
      closed: 0,
    });
    expect(hoursOf(complete.withoutFirstUse(), localTax, ...september)).toEqual({
      open: 720,
      uncertain: 0,
      closed: 0,
    });
    expect(createCalendar().withoutFirstUse().isOpen('local-tax', september[0])).toBe(true);
  });

  it('names scope, limit and source in the causes', () => {
    const [cause] = calendar.status('public-funds-account', jst('2026-10-14T03:00')).causes;
    expect(cause?.toJSON()).toMatchObject({
      start: jst('2026-10-13T23:50'),
      end: jst('2026-10-14T08:00'),
      server: null,
      detail: 'public-funds-account',
      item: null,
      kind: 'announcement',
      state: 'closed',
      limit: null,
      source: { id: 'account' },
      text: { ja: '「公金受取口座」の情報は、お知らせにより停止します。' },
    });
    const [limited] = calendar.status('local-tax', jst('2026-10-11')).causes;
    expect([limited?.limit, limited?.state, limited?.server]).toEqual([
      'some-sources',
      'uncertain',
      null,
    ]);
  });
});

describe('an announcement that only lowers', () => {
  const day = '2026-12-09'; // a Wednesday without outages
  const early = { announcedAt: jst('2026-12-01') };
  const late = { announcedAt: jst('2026-12-02') };
  const closed = announce('all', 'closed', `${day}T10:00`, `${day}T14:00`, early);
  const stateAt = (calendar: Calendar, target: Target = 'local-tax', hour = '12') =>
    calendar.status(target, jst(`${day}T${hour}:00`)).state;

  it('never lifts an earlier closure, whatever it says', () => {
    for (const state of ['uncertain', 'slow', 'closed', 'open'] as const)
      for (const limit of ['first-use', 'some-sources', 'unknown-scope'] as const) {
        const later = announce('all', state, `${day}T00:00`, '2026-12-10', { ...late, limit });
        expect(stateAt(createCalendar({ announced: [closed, later] }))).toBe('closed');
      }
  });

  it('is uncertain with a limit, even if it says closed, and changes nothing if it says open', () => {
    for (const limit of ['first-use', 'some-sources', 'unknown-scope'] as const) {
      const states = (['closed', 'uncertain', 'slow', 'open'] as const).map((state) =>
        stateAt(
          createCalendar({
            announced: [announce('all', state, day, '2026-12-10', { limit })],
          }),
        ),
      );
      expect(states).toEqual(['uncertain', 'uncertain', 'open', 'open']);
    }
  });

  it('is not lifted by a later open one, but by a later version with the same id', () => {
    const perhaps = announce('all', 'uncertain', day, '2026-12-10', { ...early, id: 'a' });
    const open = announce('all', 'open', day, '2026-12-10', late);
    const calendar = createCalendar({ announced: [perhaps, open] });
    expect(stateAt(calendar)).toBe('uncertain');
    expect(stateAt(calendar.with([{ ...perhaps, ...late, state: 'slow' }]))).toBe('open');
  });

  it('shows slowness as a cause of an open answer and of its segment', () => {
    const slow = announce('municipal', 'slow', `${day}T10:00`, `${day}T14:00`);
    const calendar = createCalendar({ announced: [slow] });
    const status = calendar.status('local-tax', jst(`${day}T12:00`));
    expect([
      status.state,
      status.mayTry,
      calendar.isOpen('local-tax', jst(`${day}T12:00`)),
    ]).toEqual(['open', true, true]);
    expect(status.causes.map(({ state, rule, server }) => [state, rule, server])).toEqual([
      ['slow', 'announcement', 'municipal'],
    ]);
    expect(calendar.segments('local-tax', day, '2026-12-10')).toHaveLength(1);
    expect(calendar.status('public-funds-account', jst(`${day}T12:00`)).causes).toEqual([]);
  });
});

describe('an open announcement', () => {
  const day = '2026-12-09';
  const early = { announcedAt: jst('2026-12-01') };
  const late = { announcedAt: jst('2026-12-02') };
  const item = 'TM00000000000002' as const;
  const asked: Target = { detail: 'local-tax', item };
  const lifts = (
    closing: Parameters<typeof announce>[0],
    opening: Parameters<typeof announce>[0],
    target: Target = asked,
  ) =>
    createCalendar({
      announced: [
        announce(closing, 'closed', day, '2026-12-10', { ...early, id: 'closed' }),
        announce(opening, 'open', day, '2026-12-10', { ...late, id: 'open' }),
      ],
    }).isOpen(target, jst(`${day}T12:00`));

  it('for the whole service lifts earlier closures of every scope', () => {
    for (const closing of ['all', 'municipal', { detail: 'local-tax' }, { item }] as const)
      expect(lifts(closing, 'all')).toBe(true);
  });

  it('for a holder lifts earlier closures of its details and items there', () => {
    expect(lifts({ detail: 'local-tax' }, 'municipal')).toBe(true);
    expect(lifts({ item }, 'municipal')).toBe(true);
    expect(lifts({ detail: 'local-tax' }, 'pension-service')).toBe(false);
    // A common system holds nothing: that it runs says nothing about a detail.
    expect(lifts({ detail: 'local-tax' }, 'juki-net')).toBe(false);
    expect(lifts({ detail: 'pension' }, 'municipal', 'pension@municipal')).toBe(true);
    expect(lifts({ detail: 'pension' }, 'municipal', 'pension@pension-service')).toBe(false);
  });

  it('for a detail or an item lifts earlier closures of the same scope only', () => {
    expect(lifts({ detail: 'local-tax' }, { detail: 'local-tax' })).toBe(true);
    expect(lifts({ item }, { item })).toBe(true);
    expect(lifts({ item }, { detail: 'local-tax' })).toBe(false);
    expect(lifts({ detail: 'local-tax' }, { item })).toBe(false);
    expect(lifts({ detail: 'local-tax' }, { detail: 'household' })).toBe(false);
    for (const wider of ['all', 'municipal'] as const)
      for (const opening of [{ detail: 'local-tax' }, { item }] as const)
        expect(lifts(wider, opening)).toBe(false);
  });

  it('for a detail does not undo planned outages', () => {
    const calendar = createCalendar({
      announced: [announce({ detail: 'local-tax' }, 'open', '2026-11-20', '2026-11-24')],
    });
    expect(calendar.status('local-tax', jst('2026-11-21T12:00')).state).toBe('uncertain');
  });

  it('shows what it lifts among the undone causes', () => {
    const calendar = createCalendar({
      announced: [
        announce({ item }, 'closed', day, '2026-12-10', { ...early, id: 'stop' }),
        announce({ item }, 'open', `${day}T12:00`, '2026-12-10', { ...late, id: 'runs' }),
      ],
    });
    const { undone } = calendar.status(asked, jst(`${day}T13:00`));
    expect(undone.map(({ source, undoneBy }) => [source, undoneBy])).toMatchObject([
      [{ id: 'stop' }, { id: 'runs' }],
    ]);
  });
});

describe('an item asked by its code', () => {
  const day = '2026-12-09';
  const calendar = createCalendar({
    announced: [announce({ item: item31 }, 'closed', day, '2026-12-10')],
  });

  it('matches by code alone, under any detail, and a detail asked without item does not', () => {
    for (const detail of ['local-tax', 'pension@pension-service', 'pension'] as const) {
      expect(calendar.status({ detail, item: item31 }, jst(`${day}T12:00`)).state).toBe('closed');
      expect(calendar.isOpen({ detail: 'local-tax', item: account }, jst(`${day}T12:00`))).toBe(
        true,
      );
      expect(calendar.isOpen({ detail: 'local-tax' }, jst(`${day}T12:00`))).toBe(true);
      expect(calendar.isOpen('local-tax', jst(`${day}T12:00`))).toBe(true);
    }
  });

  it('closes every combination that contains it', () => {
    for (const allOf of [
      [{ detail: 'local-tax', item: item31 }, 'household'],
      [{ allOf: [{ detail: 'local-tax', item: item31 }] }, { server: 'juki-net' }],
    ] satisfies Target[][])
      expect(calendar.status({ allOf }, jst(`${day}T12:00`)).state).toBe('closed');
  });
});
