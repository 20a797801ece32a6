import { describe, expect, it } from 'vitest';
import {
  type Plan,
  planChange,
  planOnboarding,
  planResumption,
  planSuspension,
  planTermination,
} from '../../src/onboarding/index.js';

/** Returns `A-9 2027-01-12` for each step: its last day, or `first..last`. */
const dates = (plan: Plan, kind: 'earliest' | 'latest') =>
  plan.steps.map(({ id, [kind]: { start, end } }) =>
    start === end ? `${id} ${end}` : `${id} ${start}..${end}`,
  );
const slacks = (plan: Plan) =>
  Object.fromEntries(
    plan.steps.flatMap(({ id, slackBusinessDays }) =>
      slackBusinessDays === 0 ? [] : [[id, slackBusinessDays]],
    ),
  );

const straight = [
  'A-1',
  'A-4',
  'A-5',
  'A-6',
  'A-7',
  'A-8',
  'A-9',
  'A-11',
  'A-12',
  'A-13',
  'A-14',
  'A-15',
  'A-16',
  'A-17',
  'A-18',
];

describe('a go-live on Thursday 1 April 2027', () => {
  // Back from the end, by the defaults: A-18  ends on the business day before: Wed 31 March; it
  // takes a week: from Wed 24 March. A-17  the business day before: Tue 23 March (Mon 22 stands in
  // for the equinox of Sun 21). A-16  ends on the business day before: not Mon 22 but Fri 19 March.
  // A-15  a month before: Fri 19 February. (Two weeks before A-18 would be 10 March: the month
  // binds.)  Thu 18, Wed 17 February. A-12  ends Tue 16 February; two weeks: from Tue 2
  // February. A-11  a week before: Tue 26 January. A-10 the business day before: Mon 25 January.
  // A-9   two weeks before A-11: Tue 12 January. A-8   ends on the business day before: Mon 11 is
  // Coming of Age Day, so Fri 8 January; eight weeks: from Fri 13 November. A-7   Thu 12 November.
  // A-6 ends Wed 11 November. A-5   a week before: Wed 4 November. A-4 three weeks before: Wed 14
  // October. A-1   ends on the business day before: Tue 13 October (Mon 12 is Sports Day); two
  // weeks: from Tue 29 September.
  const plan = planOnboarding({ goLive: '2027-04-01', today: '2026-09-29' });

  it('has these latest dates', () => {
    expect(dates(plan, 'latest')).toEqual([
      'A-1 2026-09-29..2026-10-13',
      'A-2 2026-10-13',
      'A-3 2026-10-13',
      'A-4 2026-10-14',
      'A-5 2026-11-04',
      'A-6 2026-11-05..2026-11-11',
      'A-7 2026-11-12',
      'A-8 2026-11-13..2027-01-08',
      'A-9 2027-01-12',
      'A-10 2027-01-25',
      'A-11 2027-01-26',
      'A-12 2027-02-02..2027-02-16',
      'A-13 2027-02-17',
      'A-14 2027-02-18',
      'A-15 2027-02-19',
      'A-16 2027-02-22..2027-03-19',
      'A-17 2027-03-23',
      'A-18 2027-03-24..2027-03-31',
    ]);
    expect([plan.start, plan.goal, plan.given, plan.by]).toEqual([
      '2026-09-29',
      '2027-04-01',
      '2027-04-01',
      'goal',
    ]);
  });

  it('gives slack only to the wait for the test environment and to questions; all other steps are critical', () => {
    // A-10 can come from Wed 13 January on, the day after A-9: eight business days before the 25th.
    // go on beside A-1: 29 September is nine before 13 October.
    expect(slacks(plan)).toEqual({ 'A-2': 9, 'A-3': 9, 'A-10': 8 });
    expect(plan.criticalPath).toEqual(straight);
    expect(plan.steps.filter(({ critical }) => critical).map(({ id }) => id)).toEqual(straight);
  });

  it('says what determines each date', () => {
    const because = Object.fromEntries(
      plan.steps.map((step) => [
        step.id,
        step.because && [step.because.after, ...step.because.leadTimes],
      ]),
    );
    expect(because).toEqual({
      'A-1': [null, 'consideration'],
      'A-2': undefined,
      'A-3': undefined,
      'A-4': ['A-1', 'handover'],
      'A-5': ['A-4', 'meeting'],
      'A-6': ['A-5', 'disclosure'],
      'A-7': ['A-6', 'handover'],
      'A-8': ['A-7', 'handover', 'development'],
      'A-9': ['A-8', 'handover'],
      'A-10': ['A-9', 'handover'],
      'A-11': ['A-9', 'connectionCheckApplication'],
      'A-12': ['A-11', 'preliminaryTest', 'connectionTest'],
      'A-13': ['A-12', 'handover'],
      'A-14': ['A-13', 'handover'],
      'A-15': ['A-14', 'handover'],
      'A-16': ['A-15', 'review'],
      'A-17': ['A-16', 'handover'],
      'A-18': ['A-17', 'handover', 'productionCheck'],
    });
  });

  it('can be met from 29 September 2026, but not from a day later', () => {
    expect(plan.shortfall).toBeNull();
    expect(planOnboarding({ goLive: '2027-04-01', today: '2026-09-30' }).shortfall).not.toBeNull();
  });

  it('cannot be met from 24 November: it is missed by 40 business days, mostly because of the development', () => {
    // From Tue 24 November: A-1 to Tue 8 December, A-4 Wed 9, A-5 three weeks later would be 30
    // December: Mon 4 January. A-6 a week later would be Coming of Age Day: Tue 12. A-7 Wed 13, A-8
    // Thu 14 January to Thu 11 March, A-9 Fri 12, A-11 Fri 26 March, A-12 Fri 2 to Fri 16 April,
    // A-13 Mon 19, A-14 Tue 20, A-15 Wed 21 April, A-16 Fri 21 May, A-17 Mon 24, A-18 Tue 25 May to
    // Tue 1 June, go-live Wed 2 June. Business days from 1 April on: 21 in April (22 without Showa
    // Day), 18 in May (21 without 3, 4 and 5), 1 in June.
    expect(planOnboarding({ goLive: '2027-04-01', today: '2026-11-24' }).shortfall).toEqual({
      businessDays: 21 + 18 + 1,
      earliest: '2027-06-02',
      latestStart: '2026-09-29',
      binding: 'A-8',
      path: straight,
    });
  });

  it('names the review as the binding step when the development is short', () => {
    // From the end of A-15 to the end of A-16 is a month; from are 26 days (to 4
    // January), no other step takes more than three weeks.
    const options = {
      goLive: '2027-02-01',
      today: '2026-11-24',
      durations: { development: { weeks: 1 } },
    };
    expect(planOnboarding(options).shortfall?.binding).toBe('A-16');
  });
});

describe('a start on Friday 16 April 2027, before Golden Week', () => {
  // A-1   Fri 16 April, two weeks: to Fri 30 April. A-4   the next business day: Thu 6 May
  // (weekend, then 3 to 5 May). A-5 three weeks later: Thu 27 May. A-6 a week later: Thu 3 June.
  // A-7 Fri 4 June. A-8   Mon 7 June, eight weeks: to Mon 2 August. A-9 Tue 3 August. A-10 Wed 4
  // August. A-11  two weeks after A-9: Tue 17 August. A-12 a week later: Tue 24 August, two weeks:
  // to Tue 7 September.  Wed 8, Thu 9, Fri 10 September. A-16  a month after A-15
  // would be Sun 10 October, Mon 11 is Sports Day: Tue 12 October. A-17  Wed 13. A-18 Thu 14, a
  // week: to Thu 21 October. Go-live Fri 22 October.
  const plan = planOnboarding({ start: '2027-04-16' });

  it('has these earliest dates', () => {
    expect(dates(plan, 'earliest')).toEqual([
      'A-1 2027-04-16..2027-04-30',
      'A-2 2027-04-16',
      'A-3 2027-04-16',
      'A-4 2027-05-06',
      'A-5 2027-05-27',
      'A-6 2027-05-28..2027-06-03',
      'A-7 2027-06-04',
      'A-8 2027-06-07..2027-08-02',
      'A-9 2027-08-03',
      'A-10 2027-08-04',
      'A-11 2027-08-17',
      'A-12 2027-08-24..2027-09-07',
      'A-13 2027-09-08',
      'A-14 2027-09-09',
      'A-15 2027-09-10',
      'A-16 2027-09-13..2027-10-12',
      'A-17 2027-10-13',
      'A-18 2027-10-14..2027-10-21',
    ]);
    expect([plan.start, plan.goal, plan.by, plan.shortfall]).toEqual([
      '2027-04-16',
      '2027-10-22',
      'start',
      null,
    ]);
  });

  it('has no slack, because a month before 12 October leads back to the same A-15', () => {
    // A-10 may come until Mon 16 August, seven business days after 4 August (11 August is Mountain
    // Day). A-2: 16 to 30 April are nine, Showa Day is none.
    expect(slacks(plan)).toEqual({ 'A-2': 9, 'A-3': 9, 'A-10': 7 });
  });

  it('gives the same plan from Saturday 17 April on as from Monday 19 April', () => {
    const [saturday, monday] = [
      planOnboarding({ start: '2027-04-17' }),
      planOnboarding({ start: '2027-04-19' }),
    ];
    expect(saturday.start).toBe('2027-04-19');
    expect(saturday.steps).toEqual(monday.steps);
  });
});

describe('a go-live on Tuesday 12 January 2027, over New Year', () => {
  // A-18  ends on the business day before: Mon 11 is a holiday, so Fri 8 January. A week before is
  // 1 January: 29 December to 3 January are no business days,       so it starts on Mon 28 December
  // at the latest. A-17  Fri 25 December. A-16 ends Thu 24 December. A-15 a month before: Tue 24
  // November. A-14  Fri 20 November (Mon 23 is Labour Thanksgiving Day). A-13 Thu 19. A-12 ends Wed
  // 18, from Wed 4 November. A-11  Wed 28 October. A-9 Wed 14 October. A-8 ends Tue 13 October (Mon
  // 12 is Sports Day), from Tue 18 August. A-7   Mon 17 August. A-6 ends Fri 14 August. A-5 Fri 7
  // August. A-4 Fri 17 July. A-1 ends Thu 16, from Thu 2 July.
  const plan = planOnboarding({ goLive: '2027-01-12', today: '2026-07-01' });

  it('has these latest dates', () => {
    expect(dates(plan, 'latest')).toEqual([
      'A-1 2026-07-02..2026-07-16',
      'A-2 2026-07-16',
      'A-3 2026-07-16',
      'A-4 2026-07-17',
      'A-5 2026-08-07',
      'A-6 2026-08-10..2026-08-14',
      'A-7 2026-08-17',
      'A-8 2026-08-18..2026-10-13',
      'A-9 2026-10-14',
      'A-10 2026-10-27',
      'A-11 2026-10-28',
      'A-12 2026-11-04..2026-11-18',
      'A-13 2026-11-19',
      'A-14 2026-11-20',
      'A-15 2026-11-24',
      'A-16 2026-11-25..2026-12-24',
      'A-17 2026-12-25',
      'A-18 2026-12-28..2027-01-08',
    ]);
  });

  it('gives A-18 four business days of slack, the days that New Year takes from the plan', () => {
    expect(plan.steps.at(-1)?.earliest).toEqual({ start: '2026-12-28', end: '2027-01-04' });
    expect(slacks(plan)).toEqual({ 'A-2': 10, 'A-3': 10, 'A-10': 8, 'A-18': 4 });
    expect(plan.criticalPath).toEqual(straight);
  });
});

describe('a go-live that falls on a holiday', () => {
  it('is planned for the business day before: Friday 30 April 2027 for Monday 3 May', () => {
    const plan = planOnboarding({ goLive: '2027-05-03', today: '2026-01-05' });
    expect([plan.given, plan.goal]).toEqual(['2027-05-03', '2027-04-30']);
    expect(plan.steps).toEqual(planOnboarding({ goLive: '2027-04-30', today: '2026-01-05' }).steps);
    // Showa Day, 29 April, is none either.
    expect(plan.steps.at(-1)?.latest.end).toBe('2027-04-28');
  });
});

describe('given durations', () => {
  it('replace the defaults, and the plan says so', () => {
    // Back from 31 March by 8 business days, without Mon 22: A-18 starts Thu 18 March. A-17 Wed 17,
    // A-16 ends Tue 16 March; two months before is Sat 16 January: Fri 15.
    const plan = planOnboarding({
      goLive: '2027-04-01',
      durations: { productionCheck: { businessDays: 8 }, review: { months: 2 } },
      today: '2026-01-05',
    });
    expect(dates(plan, 'latest').slice(-4)).toEqual([
      'A-15 2027-01-15',
      'A-16 2027-01-18..2027-03-16',
      'A-17 2027-03-17',
      'A-18 2027-03-18..2027-03-31',
    ]);
    const given = plan.leadTimes
      .filter(({ basis }) => basis === 'host')
      .map(({ id, amount }) => [id, amount]);
    expect(given).toEqual([
      ['review', { months: 2 }],
      ['productionCheck', { businessDays: 8 }],
    ]);
  });

  it('let several steps fall on one day when the handover is zero', () => {
    // Everything that is not the guideline's is nothing. Start Mon 7 June 2027: A-4 the same day,
    // A-5 Mon 28 June, A-6 to A-9 Mon 5 July, A-11 would be 19 July, Marine Day: Tue 20 July. A-12
    // to A-15 Tue 27 July. Fri 27 August. Go-live Mon 30 August.
    const none = { weeks: 0 };
    const durations = {
      consideration: none,
      development: none,
      connectionTest: none,
      productionCheck: none,
      handover: { businessDays: 0 },
    };
    const plan = planOnboarding({ start: '2027-06-07', durations });
    expect(
      dates(plan, 'earliest').filter((_, index) =>
        [3, 4, 5, 8, 10, 11, 14, 15, 17].includes(index),
      ),
    ).toEqual([
      'A-4 2027-06-07',
      'A-5 2027-06-28',
      'A-6 2027-06-28..2027-07-05',
      'A-9 2027-07-05',
      'A-11 2027-07-20',
      'A-12 2027-07-27',
      'A-15 2027-07-27',
      'A-16 2027-07-27..2027-08-27',
      'A-18 2027-08-27',
    ]);
    expect(plan.goal).toBe('2027-08-30');
  });

  it('of two weeks bind when the review is short: A-15 is due two weeks before A-18', () => {
    // A-18 starts Wed 24 March: two weeks before is Wed 10 March.
    const plan = planOnboarding({
      goLive: '2027-04-01',
      durations: { review: { businessDays: 1 } },
      today: '2026-01-05',
    });
    expect(dates(plan, 'latest').slice(-4)).toEqual([
      'A-15 2027-03-10',
      'A-16 2027-03-11..2027-03-19',
      'A-17 2027-03-23',
      'A-18 2027-03-24..2027-03-31',
    ]);
    expect(plan.criticalPath.slice(-2)).toEqual(['A-15', 'A-18']);
    expect(plan.steps.at(-1)?.because).toEqual({
      after: 'A-15',
      leadTimes: ['productionApplication', 'productionCheck'],
    });
  });

  it('in months end with a shorter month', () => {
    // Only the review takes time: A-15 on Fri 29 January 2027 and a month is the end of February,
    // Sunday: Mon 1 March.
    const none = { weeks: 0 };
    const durations = {
      consideration: none,
      meeting: none,
      disclosure: none,
      development: none,
      connectionTest: none,
      productionCheck: none,
    };
    const plan = planOnboarding({
      start: '2027-01-07',
      durations: { ...durations, handover: { businessDays: 0 } },
    });
    // Three weeks of rules lie before it: Thu 7, A-11 Thu 21, A-12 to A-15 Thu 28
    // January; a month later is Sun 28 February.
    expect(dates(plan, 'earliest').slice(-4)).toEqual([
      'A-15 2027-01-28',
      'A-16 2027-01-28..2027-03-01',
      'A-17 2027-03-01',
      'A-18 2027-03-01',
    ]);
    // A month before 1 March is Mon 1 February, two business days after the 28th.
    expect(slacks(plan)['A-15']).toBe(2);
    // Friday 28 February 2025 is a month after 28, 29, 30 and 31 January: the latest of them is a
    // Friday.
    const back = planOnboarding({
      goLive: '2025-03-03',
      durations: { ...durations, handover: { businessDays: 0 } },
      today: '2024-01-05',
    });
    expect(dates(back, 'latest').slice(-4)).toEqual([
      'A-15 2025-01-31',
      'A-16 2025-01-31..2025-02-28',
      'A-17 2025-02-28',
      'A-18 2025-02-28',
    ]);
  });
});

describe('a change of use', () => {
  it('has these latest dates for a go-live on Friday 1 October 2027', () => {
    // B-13  ends Thu 30 September; a week before is Thu 23, the equinox: from Wed 22. B-12 Tue 21
    // (Mon 20 is Respect for the Aged Day). B-11  a month before is Sat 21 August: Fri 20. B-10,
    // B-9, B-8, B-7  Thu 19, Wed 18, Tue 17, Mon 16. B-6   ends Fri 13 August; two weeks and one
    // week before: Fri 23 July. B-5 Thu 22 July (Marine Day is Mon 19). B-4 two weeks before B-6:
    // Fri 9 July. B-3   ends Thu 8 July, from Thu 13 May. B-2 Wed 12 May. B-1 three weeks before:
    // Wed 21 April.
    const plan = planChange({ goLive: '2027-10-01', today: '2027-04-01' });
    expect(dates(plan, 'latest')).toEqual([
      'B-1 2027-04-21',
      'B-2 2027-05-12',
      'B-3 2027-05-13..2027-07-08',
      'B-4 2027-07-09',
      'B-5 2027-07-22',
      'B-6 2027-07-23..2027-08-13',
      'B-7 2027-08-16',
      'B-8 2027-08-17',
      'B-9 2027-08-18',
      'B-10 2027-08-19',
      'B-11 2027-08-20',
      'B-12 2027-08-23..2027-09-21',
      'B-13 2027-09-22..2027-09-30',
    ]);
    // A month after 20 August is Respect for the Aged Day: 21 September again. A week after 22
    // September is the 29th: one business day of slack.
    expect(slacks(plan)).toEqual({ 'B-5': 7, 'B-13': 1 });
  });

  it('leaves out the parts it does not need and keeps the order of the rest', () => {
    const without = (parts: object) => planChange({ start: '2027-06-01', ...parts });
    const ids = (plan: Plan) => plan.steps.map(({ id }) => id);
    // Tue 1 June, three weeks: Tue 22 June; Wed 23, Thu 24, go-live Fri 25.
    const least = without({ development: false, connectionTest: false, production: false });
    expect(dates(least, 'earliest')).toEqual([
      'B-1 2027-06-01',
      'B-2 2027-06-22',
      'B-9 2027-06-23',
      'B-10 2027-06-24',
    ]);
    expect(least.goal).toBe('2027-06-25');
    expect(least.leadTimes.map(({ id }) => id)).toEqual(['meeting', 'handover', 'goLive']);
    expect(ids(without({ development: false }))).not.toContain('B-3');
    expect(ids(without({ connectionTest: false })).join()).toBe(
      'B-1,B-2,B-3,B-9,B-10,B-11,B-12,B-13',
    );
    expect(ids(without({ production: false })).at(-1)).toBe('B-10');
    expect(ids(without({ development: true }))).toHaveLength(13);
  });
});

describe('a notice', () => {
  it('is due two weeks before the planned day, or on the business day before that', () => {
    // Two weeks before Fri 15 January 2027 is New Year: Mon 28 December 2026. The receipt may come
    // until the business day before.
    const plan = planSuspension({ date: '2027-01-15', today: '2026-12-01' });
    expect(dates(plan, 'latest')).toEqual(['C-1 2026-12-28', 'C-2 2027-01-14']);
    expect(dates(plan, 'earliest')).toEqual(['C-1 2026-12-28', 'C-2 2027-01-04']);
    expect([plan.start, plan.goal, plan.shortfall, plan.criticalPath]).toEqual([
      '2026-12-28',
      '2027-01-15',
      null,
      ['C-1'],
    ]);
  });

  it('counts from the planned day itself, business day or not', () => {
    // Sunday 1 August 2027: two weeks before is Sunday 18 July, so Friday 16 July. Saturday 31
    // July: Saturday 17 July, the same Friday.
    expect(planTermination({ date: '2027-08-01', today: '2027-01-04' }).start).toBe('2027-07-16');
    expect(planTermination({ date: '2027-07-31', today: '2027-01-04' }).start).toBe('2027-07-16');
    expect(planTermination({ date: '2027-08-01', today: '2027-01-04' }).goal).toBe('2027-08-01');
  });

  it('shows the earliest possible day when it is late', () => {
    // Given on Tue 20 July 2027 it allows Tue 3 August; Sun 1 August counts as Mon 2: a business
    // day too late.
    const { shortfall } = planResumption({ date: '2027-08-01', today: '2027-07-20' });
    expect(shortfall).toEqual({
      businessDays: 1,
      earliest: '2027-08-03',
      latestStart: '2027-07-16',
      binding: 'D-1',
      path: ['D-1'],
    });
  });

  it('has its own step and document', () => {
    const of = (plan: Plan) => plan.steps.map(({ id, documents }) => `${id} ${documents?.join()}`);
    expect(of(planSuspension({ date: '2027-01-15' }))).toEqual([
      'C-1 suspension-notice',
      'C-2 suspension-notice',
    ]);
    expect(of(planResumption({ date: '2027-01-15' }))).toEqual([
      'D-1 suspension-notice',
      'D-2 suspension-notice',
    ]);
    expect(of(planTermination({ date: '2027-01-15' }))).toEqual([
      'E-1 termination-notice',
      'E-2 termination-notice',
    ]);
  });
});
