import { describe, expect, it } from 'vitest';
import { planOnboarding } from '../../src/onboarding/index.js';
import { datesOf, slacks, straight } from './dates.js';

describe('a go-live on Thursday 1 April 2027', () => {
  // Back from the end, by the defaults:
  // ends on the business day before: Wed 31 March; it takes a week: from Wed 24 March.
  // the business day before: Tue 23 March (Mon 22 stands in for the equinox of Sun 21).
  // ends on the business day before: not Mon 22 but Fri 19 March.
  // a month before: Fri 19 February. (Two weeks before A-18 would be 10 March: the month
  //   binds.)
  // Thu 18, Wed 17 February.
  // ends Tue 16 February; two weeks: from Tue 2 February.
  // a week before: Tue 26 January.
  // the business day before: Mon 25 January.
  // two weeks before A-11: Tue 12 January.
  // ends on the business day before: Mon 11 is Coming of Age Day, so Fri 8 January; eight
  //   weeks: from Fri 13 November.
  // Thu 12 November.
  // ends Wed 11 November.
  // a week before: Wed 4 November.
  // three weeks before: Wed 14 October.
  // ends on the business day before: Tue 13 October (Mon 12 is Sports Day); two weeks: from
  //   Tue 29 September.
  const plan = planOnboarding({ goLive: '2027-04-01', today: '2026-09-29' });

  it('has these latest dates', () => {
    expect(datesOf(plan, 'latest')).toEqual([
      'A-1 2026-09-29..2026-10-13',
      'A-2 2026-09-29..2026-10-13',
      'A-3 2026-09-29..2026-10-13',
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

  it('gives slack only to the wait for the test environment, shows none for questions, and makes all other steps critical', () => {
    // A-10 can come from Wed 13 January on, the day after A-9: eight business days before the 25th.
    expect(slacks(plan)).toEqual({ 'A-10': 8 });
    expect(plan.steps.filter((step) => step.slackBusinessDays === null)).toHaveLength(2);
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
    //   December: Mon 4 January. A-6 a week later would be Coming of Age Day: Tue 12. A-7 Wed 13,
    //   A-8 Thu 14 January to Thu 11 March, A-9 Fri 12, A-11 Fri 26 March, A-12 Fri 2 to Fri 16
    //   April, A-13 Mon 19, A-14 Tue 20, A-15 Wed 21 April, A-16 Fri 21 May, A-17 Mon 24, A-18 Tue
    //   25 May to Tue 1 June, go-live Wed 2 June.
    // Business days from 1 April on: 21 in April (22 without Showa Day), 18 in May (21 without 3,
    //   4 and 5), 1 in June.
    const late = planOnboarding({ goLive: '2027-04-01', today: '2026-11-24' });
    expect(late.shortfall).toEqual({
      businessDays: 21 + 18 + 1,
      requested: '2027-04-01',
      latestStart: '2026-09-29',
      binding: 'A-8',
    });
    expect([late.start, late.goal, late.given, late.by]).toEqual([
      '2026-11-24',
      '2027-06-02',
      '2027-04-01',
      'goal',
    ]);
    expect(late.criticalPath).toEqual(straight);
  });

  it('becomes the plan from today when it cannot be met', () => {
    const late = planOnboarding({ goLive: '2027-04-01', today: '2026-11-24' });
    const fromToday = planOnboarding({ start: '2026-11-24', today: '2026-11-24' });
    expect(late.steps).toEqual(fromToday.steps);
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
  // Fri 16 April, two weeks: to Fri 30 April.
  // the next business day: Thu 6 May (weekend, then 3 to 5 May).
  // three weeks later: Thu 27 May.
  // a week later: Thu 3 June.
  // Fri 4 June.
  // Mon 7 June, eight weeks: to Mon 2 August.
  // Tue 3 August.
  // Wed 4 August.
  // two weeks after A-9: Tue 17 August.
  // a week later: Tue 24 August, two weeks: to Tue 7 September.
  // Wed 8, Thu 9, Fri 10 September.
  // a month after A-15 would be Sun 10 October, Mon 11 is Sports Day: Tue 12 October.
  // Wed 13.
  // Thu 14, a week: to Thu 21 October. Go-live Fri 22 October.
  const plan = planOnboarding({ start: '2027-04-16' });

  it('has these earliest dates', () => {
    expect(datesOf(plan, 'earliest')).toEqual([
      'A-1 2027-04-16..2027-04-30',
      'A-2 2027-04-16..2027-04-30',
      'A-3 2027-04-16..2027-04-30',
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

  it('has no slack, because a month before 12 October gives the same A-15', () => {
    // A-10 may come until Mon 16 August, seven business days after 4 August (11 August is Mountain
    // Day).
    expect(slacks(plan)).toEqual({ 'A-10': 7 });
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
  // ends on the business day before: Mon 11 is a holiday, so Fri 8 January. A week before
  //   is 1 January: 29 December to 3 January are no business days, so it starts on Mon 28 December
  //   at the latest.
  // Fri 25 December.
  // ends Thu 24 December.
  // a month before: Tue 24 November.
  // Fri 20 November (Mon 23 is Labour Thanksgiving Day).
  // Thu 19.
  // ends Wed 18, from Wed 4 November.
  // Wed 28 October.
  // Wed 14 October.
  // ends Tue 13 October (Mon 12 is Sports Day), from Tue 18 August.
  // Mon 17 August.
  // ends Fri 14 August.
  // Fri 7 August.
  // Fri 17 July.
  // ends Thu 16, from Thu 2 July.
  const plan = planOnboarding({ goLive: '2027-01-12', today: '2026-07-01' });

  it('has these latest dates', () => {
    expect(datesOf(plan, 'latest')).toEqual([
      'A-1 2026-07-02..2026-07-16',
      'A-2 2026-07-02..2026-07-16',
      'A-3 2026-07-02..2026-07-16',
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
    expect(slacks(plan)).toEqual({ 'A-10': 8, 'A-18': 4 });
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
