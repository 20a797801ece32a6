import { describe, expect, it } from 'vitest';
import { type Plan, planChange } from '../../src/onboarding/index.js';
import { datesOf, slacks } from './dates.js';

describe('a change of use', () => {
  it('has these latest dates for a go-live on Friday 1 October 2027', () => {
    // B-13: ends Thu 30 September; a week before is Thu 23, the equinox: from Wed 22.
    // B-12: Tue 21 (Mon 20 is Respect for the Aged Day).
    // B-11: a month before is Sat 21 August: Fri 20.
    // B-10, B-9, B-8, B-7: Thu 19, Wed 18, Tue 17, Mon 16.
    // B-6: ends Fri 13 August; two weeks and one week before: Fri 23 July.
    // B-5: Thu 22 July (Marine Day is Mon 19).
    // B-4: two weeks before B-6: Fri 9 July.
    // B-3: ends Thu 8 July, from Thu 13 May.
    // B-2: Wed 12 May.
    // B-1: three weeks before: Wed 21 April.
    const plan = planChange({ goLive: '2027-10-01', today: '2027-04-01' });
    expect(datesOf(plan, 'latest')).toEqual([
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
    expect(datesOf(least, 'earliest')).toEqual([
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
