import { describe, expect, it } from 'vitest';
import { planOnboarding } from '../../src/onboarding/index.js';
import { datesOf, slacks } from './dates.js';

describe('given durations', () => {
  it('replace the defaults, and the plan says so', () => {
    // Back from 31 March by 8 business days, without Mon 22: A-18 starts Thu 18 March. A-17 Wed 17,
    // A-16 ends Tue 16 March; two months before is Sat 16 January: Fri 15.
    const plan = planOnboarding({
      goLive: '2027-04-01',
      durations: { productionCheck: { businessDays: 8 }, review: { months: 2 } },
      today: '2026-01-05',
    });
    expect(datesOf(plan, 'latest').slice(-4)).toEqual([
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
      datesOf(plan, 'earliest').filter((_, index) =>
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

  it('leave the rule of two weeks in force when the review is short: A-15 is due two weeks before A-18', () => {
    // A-18 starts Wed 24 March: two weeks before is Wed 10 March.
    const plan = planOnboarding({
      goLive: '2027-04-01',
      durations: { review: { businessDays: 1 } },
      today: '2026-01-05',
    });
    expect(datesOf(plan, 'latest').slice(-4)).toEqual([
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
    expect(datesOf(plan, 'earliest').slice(-4)).toEqual([
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
    expect(datesOf(back, 'latest').slice(-4)).toEqual([
      'A-15 2025-01-31',
      'A-16 2025-01-31..2025-02-28',
      'A-17 2025-02-28',
      'A-18 2025-02-28',
    ]);
  });
});
