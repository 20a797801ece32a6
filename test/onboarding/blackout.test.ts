import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOnboarding, toText } from '../../src/onboarding/index.js';
import { refusal } from '../kit/refusals.js';
import { sized } from '../kit/size.js';
import { datesOf } from './dates.js';

const today = '2026-12-01';

describe('a freeze', () => {
  it('moves the steps of the provider, but not those of the agencies', () => {
    // Tue 1 December, two weeks: Tue 15 is frozen, so Mon 21 December.
    // Tue 22 December.
    // three weeks later: Tue 12 January.
    // Wed 13 to Tue 19 January, and A-7 on Wed 20: the agencies know no freeze.
    // the freeze ends on Fri 22: Mon 25 January, eight weeks: Mon 22 March stands in for the
    //   equinox: Tue 23 March.
    const plan = planOnboarding({
      start: today,
      blackout: [
        { from: '2026-12-14', to: '2026-12-18' },
        { from: '2027-01-13', to: '2027-01-22' },
      ],
      today,
    });
    expect(datesOf(plan, 'earliest').slice(0, 8)).toEqual([
      'A-1 2026-12-01..2026-12-21',
      'A-2 2026-12-01..2026-12-21',
      'A-3 2026-12-01..2026-12-21',
      'A-4 2026-12-22',
      'A-5 2027-01-12',
      'A-6 2027-01-13..2027-01-19',
      'A-7 2027-01-20',
      'A-8 2027-01-25..2027-03-23',
    ]);
  });

  it('moves the go-live to the business day before it', () => {
    const plan = planOnboarding({
      goLive: '2027-04-01',
      blackout: [{ from: '2027-03-25', to: '2027-04-02' }],
      today: '2026-09-01',
    });
    expect(plan.goal).toBe('2027-03-24');
    expect(plan.steps.at(-1)?.latest.end).toBe('2027-03-23');
  });

  it('leaves the agencies its days when the plan is counted back', () => {
    // A-18 cannot start before Mon 25 January. The addresses may come until Fri 22, and the
    // review may end on Thu 21.
    const plan = planOnboarding({
      goLive: '2027-02-02',
      blackout: [{ from: '2027-01-13', to: '2027-01-24' }],
      today: '2026-06-01',
    });
    expect(datesOf(plan, 'latest').slice(15)).toEqual([
      'A-16 2026-12-22..2027-01-21',
      'A-17 2027-01-22',
      'A-18 2027-01-25..2027-02-01',
    ]);
  });

  it('is named in the texts', () => {
    const plan = planOnboarding({
      goLive: '2027-04-01',
      blackout: [{ from: '2026-12-26', to: '2027-01-05' }],
      today: '2026-09-01',
    });
    expect(plan.blackout).toEqual([{ from: '2026-12-26', to: '2027-01-05' }]);
    expect(toText(plan)).toContain('\n凍結期間 2026-12-26(土)〜2027-01-05(火): ');
    expect(toText(plan, { lang: 'en' })).toContain('\nFreeze Sat 2026-12-26 – Tue 2027-01-05: ');
  });

  it('is refused when it ends before it starts, or is no span of days', () => {
    const refused = (blackout: unknown) =>
      refusal(() => planOnboarding({ start: today, blackout: blackout as never }));
    expect(refused([{ from: '2027-01-05', to: '2026-12-26' }])).toEqual([
      'range_reversed',
      'options.blackout[0]',
    ]);
    expect(refused([{ from: '2027-01-05', to: '2027-02-30' }])).toEqual([
      'invalid_date',
      'options.blackout[0].to',
    ]);
    expect(refused([{ from: '2027-01-05', till: '2027-01-06' }])).toEqual([
      'unknown_option',
      'options.blackout[0].till',
    ]);
    expect(refused([{ from: '2023-07-01', to: '2050-12-31' }])).toEqual([
      'outside_calendar',
      'options.start',
    ]);
    expect(() => planOnboarding({ start: today, blackout: {} as never })).toThrow(TypeError);
  });
});

describe('every plan with a freeze', () => {
  const date = fc
    .integer({ min: 0, max: 700 })
    .map((days) => new Date(Date.UTC(2027, 0, 1 + days)).toISOString().slice(0, 10));
  const freeze = fc.tuple(date, fc.nat(20)).map(([from, length]) => {
    const to = new Date(Date.parse(from) + length * 86_400_000).toISOString().slice(0, 10);
    return { from, to };
  });
  const runs = sized({
    usual: { numRuns: 40 },
    full: { numRuns: 100 },
    soak: { numRuns: 5_000 },
  });

  it('has no step of the provider that starts or ends in it, and meets its own go-live', () => {
    fc.assert(
      fc.property(date, fc.array(freeze, { minLength: 1, maxLength: 4 }), (start, blackout) => {
        const there = planOnboarding({ start, blackout, today });
        const back = planOnboarding({ goLive: there.goal, blackout, today: there.start });
        expect([back.shortfall, back.start >= there.start]).toEqual([null, true]);
        for (const plan of [there, back]) {
          for (const { earliest, latest, actors, slackBusinessDays } of plan.steps) {
            expect(earliest.end <= latest.end).toBe(true);
            expect(slackBusinessDays ?? 0).toBeGreaterThanOrEqual(0);
            if (!actors.includes('provider')) continue;
            const days = [earliest.start, earliest.end, latest.start, latest.end];
            for (const { from, to } of blackout)
              expect(days.filter((day) => day >= from && day <= to)).toEqual([]);
          }
        }
      }),
      runs,
    );
  });
});
