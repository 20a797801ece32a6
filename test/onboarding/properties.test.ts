import fc from 'fast-check';
import japaneseHolidays from 'japanese-holidays';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import {
  leadTimes,
  type Plan,
  type PlanDuration,
  type PlanDurations,
  type PlannedStep,
  planChange,
  planOnboarding,
  planTermination,
  steps,
} from '../../src/onboarding/index.js';
import { sized } from '../kit/size.js';

// The checks below calculate with luxon and another table of holidays, step by step and not for
// speed.
const day = (text: string) => DateTime.fromISO(text, { zone: 'utc' });
const two = (number: number) => String(number).padStart(2, '0');
const holidays = new Set(
  Array.from({ length: 28 }, (_, index) => 2023 + index).flatMap((year) =>
    japaneseHolidays
      .getHolidaysOf(year, true)
      .map(({ month, date }) => `${year}-${two(month)}-${two(date)}`),
  ),
);
const isBusinessDay = (date: DateTime) => {
  const yearEnd = (date.month === 12 && date.day >= 29) || (date.month === 1 && date.day <= 3);
  return date.weekday <= 5 && !yearEnd && !holidays.has(date.toISODate() as string);
};
const next = (date: DateTime, by = 1): DateTime => {
  const moved = date.plus({ days: by });
  return isBusinessDay(moved) ? moved : next(moved, by);
};
const onOrAfter = (date: DateTime) => (isBusinessDay(date) ? date : next(date));
const plus = (date: DateTime, amount: PlanDuration): DateTime => {
  if (!('businessDays' in amount)) return onOrAfter(date.plus(amount));
  return Array.from({ length: amount.businessDays }).reduce<DateTime>((from) => next(from), date);
};
const businessDaysBetween = (from: DateTime, to: DateTime): number =>
  from >= to ? 0 : 1 + businessDaysBetween(next(from), to);

const duration: fc.Arbitrary<PlanDuration> = fc.oneof(
  fc.record({ weeks: fc.nat(12) }),
  fc.record({ months: fc.nat(4) }),
  fc.record({ businessDays: fc.nat(30) }),
);
const atLeast = (weeks: number) =>
  fc.oneof(
    fc.record({ weeks: fc.integer({ min: weeks, max: 8 }) }),
    fc.record({ months: fc.integer({ min: 1, max: 3 }) }),
  );
const common = {
  meeting: duration,
  development: duration,
  connectionCheckApplication: atLeast(2),
  preliminaryTest: atLeast(1),
  connectionTest: duration,
  productionApplication: atLeast(2),
  review: duration,
  productionCheck: duration,
  handover: fc.record({ businessDays: fc.nat(3) }),
};
const durations: fc.Arbitrary<PlanDurations> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  {
    weight: 3,
    arbitrary: fc.record(
      { ...common, consideration: duration, disclosure: duration },
      { requiredKeys: [] },
    ),
  },
);
const changeDurations = fc.record(common, { requiredKeys: [] });
const parts = fc.record({
  development: fc.boolean(),
  connectionTest: fc.boolean(),
  production: fc.boolean(),
});
// 2028 to 2045: far enough from both ends of the calendar for every plan.
const date = fc
  .integer({ min: 0, max: 6_500 })
  .map((days) => day('2028-01-01').plus({ days }).toISODate() as string);

const today = '2024-01-05';
const plans: fc.Arbitrary<Plan> = fc.oneof(
  fc
    .tuple(date, durations)
    .map(([start, given]) => planOnboarding({ start, durations: given, today })),
  fc
    .tuple(date, durations)
    .map(([goLive, given]) => planOnboarding({ goLive, durations: given, today })),
  fc
    .tuple(date, changeDurations, parts)
    .map(([start, given, needed]) => planChange({ start, durations: given, ...needed, today })),
  fc
    .tuple(date, changeDurations, parts)
    .map(([goLive, given, needed]) => planChange({ goLive, durations: given, ...needed, today })),
  date.map((planned) => planTermination({ date: planned, today })),
);
const runs = sized({
  usual: { numRuns: 30 },
  full: { numRuns: 60 },
  soak: { numRuns: 5_000 },
});

const amountOf = (plan: Plan, id: string) =>
  plan.leadTimes.find((lead) => lead.id === id)?.amount as PlanDuration;
const inRow = (plan: Plan) => plan.steps.filter(({ beside }) => beside === undefined);

/** Lists what a schedule violates: an order, a lead time, a business day. */
function broken(plan: Plan, kind: 'earliest' | 'latest'): string[] {
  const span = new Map(
    inRow(plan).map((step) => [
      step.id as string,
      { start: day(step[kind].start), end: day(step[kind].end) },
    ]),
  );
  const found: string[] = [];
  for (const [id, { start, end }] of span) {
    if (!isBusinessDay(start) || !isBusinessDay(end) || start > end)
      found.push(`${id} is not on business days, or ends before it starts`);
  }
  const row = inRow(plan);
  for (const [index, { id }] of row.entries()) {
    const [here, after] = [span.get(id), span.get(row[index + 1]?.id ?? '')];
    if (here && after && after.start < plus(here.end, amountOf(plan, 'handover')))
      found.push(`${row[index + 1]?.id} comes too early after ${id}`);
  }
  const own = new Map<string, PlanDuration[]>();
  for (const { id, procedure, from, to, until } of leadTimes) {
    const [here, there] = [span.get(from), to === 'goal' ? undefined : span.get(to)];
    if (procedure !== plan.procedure || !here) continue;
    if (from === (to as string)) own.set(from, [...(own.get(from) ?? []), amountOf(plan, id)]);
    else if (there && there[until] < plus(here.end, amountOf(plan, id)))
      found.push(`${id} is broken`);
    else if (to === 'goal' && here.end.plus({ weeks: 2 }) > day(plan.goal))
      found.push(`${id} is broken`);
  }
  for (const [id, amounts] of own) {
    const here = span.get(id) as { start: DateTime; end: DateTime };
    if (here.end < amounts.reduce(plus, here.start)) found.push(`${id} is too short`);
  }
  const last = span.get(row.at(-1)?.id ?? '')?.end as DateTime;
  // A notice may be for any day; a go-live is on a business day.
  if (plan.procedure === 'termination' ? last >= day(plan.goal) : next(last) > day(plan.goal))
    found.push('the goal comes too early');
  return found;
}

/** Returns the goal of a plan that starts on its first day when one step ends late. */
function goalWhenLate(plan: Plan, late: PlannedStep, by: number): DateTime {
  const row = inRow(plan);
  const span = new Map<string, { start: DateTime; end: DateTime }>();
  for (const [index, { id }] of row.entries()) {
    const before = span.get(row[index - 1]?.id ?? '');
    const starts = [before ? plus(before.end, amountOf(plan, 'handover')) : day(plan.start)];
    const ends: DateTime[] = [];
    const takes: PlanDuration[] = [];
    for (const lead of leadTimes) {
      const from = span.get(lead.from);
      if (lead.procedure !== plan.procedure || lead.to !== id) continue;
      if (lead.from === (lead.to as string)) takes.push(amountOf(plan, lead.id));
      else if (from)
        (lead.until === 'start' ? starts : ends).push(plus(from.end, amountOf(plan, lead.id)));
    }
    const start = DateTime.max(...starts) as DateTime;
    const end = DateTime.max(takes.reduce(plus, start), ...ends) as DateTime;
    span.set(id, { start, end: id === late.id ? plus(end, { businessDays: by }) : end });
  }
  return next(span.get(row.at(-1)?.id ?? '')?.end as DateTime);
}

describe('every plan', () => {
  it('keeps every order and every lead time, in its earliest and latest dates, on business days', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect([...broken(plan, 'earliest'), ...broken(plan, 'latest')]).toEqual([]);
      }),
      runs,
    );
  });

  it('has no step whose latest date is before its earliest', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        for (const { earliest, latest, slackBusinessDays } of plan.steps) {
          expect(earliest.start <= latest.start && earliest.end <= latest.end).toBe(true);
          if (slackBusinessDays !== null)
            expect(slackBusinessDays).toBe(businessDaysBetween(day(earliest.end), day(latest.end)));
        }
      }),
      runs,
    );
  });

  it('keeps questions and answers within the step beside them', () => {
    fc.assert(
      fc.property(date, durations, (start, given) => {
        const [first, ...others] = planOnboarding({ start, durations: given }).steps;
        for (const { earliest, latest } of others.filter(({ beside }) => beside === 'A-1')) {
          expect([earliest.start, latest.end]).toEqual([first?.earliest.start, first?.latest.end]);
        }
      }),
      runs,
    );
  });
});

describe('slack', () => {
  // Leaves out notices: their day may be no business day, and only the notice itself leads to it.
  const reckoned = plans.filter(({ procedure }) => procedure !== 'termination');

  it('is exactly how late a step may be without moving the goal', () => {
    fc.assert(
      fc.property(reckoned, fc.nat(), (plan, choice) => {
        const row = inRow(plan);
        const step = row[choice % row.length] as PlannedStep;
        const goal = day(plan.goal);
        const slack = step.slackBusinessDays as number;
        expect(goalWhenLate(plan, step, slack) <= goal).toBe(true);
        expect(goalWhenLate(plan, step, slack + 1) > goal).toBe(true);
      }),
      runs,
    );
  });

  it('is zero at the end of a plan from a day, whose goal is the earliest possible', () => {
    fc.assert(
      fc.property(date, durations, (start, given) => {
        const plan = planOnboarding({ start, durations: given });
        expect(plan.steps.at(-1)?.slackBusinessDays).toBe(0);
        expect(plan.goal).toBe(goalWhenLate(plan, plan.steps.at(-1) as PlannedStep, 0).toISODate());
      }),
      runs,
    );
  });

  it('is zero on a critical path on which no weekend, holiday or short month moved a date', () => {
    fc.assert(
      fc.property(reckoned, (plan) => {
        // In a plan for a day the last way can be shorter than the plan, when a moved date gave it
        // time.
        const path = plan.criticalPath.map(
          (id) => plan.steps.find((step) => step.id === id) as PlannedStep,
        );
        fc.pre(path.every((step) => !moved(plan, step)) && path.at(-1)?.slackBusinessDays === 0);
        expect(path.filter(({ slackBusinessDays }) => slackBusinessDays !== 0)).toEqual([]);
      }),
      { ...runs, maxSkipsPerRun: 1_000 },
    );
  });

  /**
   * Returns whether one of the dates that make the end of a step is not where its lead time alone
   * would put it.
   */
  function moved(plan: Plan, { because, earliest }: PlannedStep): boolean {
    const before = plan.steps.find(({ id }) => id === because?.after);
    let at: DateTime = before ? day(before.earliest.end) : day(earliest.start);
    return (because?.leadTimes ?? []).some((id) => {
      const amount = amountOf(plan, id);
      const plain = 'businessDays' in amount ? plus(at, amount) : at.plus(amount);
      // Several days lead to the last day of a short month.
      const shortMonth = 'months' in amount && plain.day === plain.daysInMonth;
      at = plus(at, amount);
      return shortMonth || +plain !== +at;
    });
  }
});

describe('the critical path', () => {
  it('leads from the first step to the goal, and each of its steps determines the date of the next', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const row = inRow(plan);
        expect(plan.criticalPath[0]).toBe(row[0]?.id);
        if (plan.procedure !== 'termination') expect(plan.criticalPath.at(-1)).toBe(row.at(-1)?.id);
        for (const [index, id] of plan.criticalPath.entries()) {
          const step = plan.steps.find((each) => each.id === id);
          expect(step?.critical).toBe(true);
          expect(step?.because?.after).toBe(plan.criticalPath[index - 1] ?? null);
        }
        expect(plan.steps.filter(({ critical }) => critical)).toHaveLength(
          plan.criticalPath.length,
        );
      }),
      runs,
    );
  });
});

describe('a plan that is moved', () => {
  const compare = (a: Plan, b: Plan, kind: 'earliest' | 'latest') => {
    for (const [index, step] of a.steps.entries()) {
      const other = b.steps[index] as PlannedStep;
      expect(step[kind].start <= other[kind].start && step[kind].end <= other[kind].end).toBe(true);
    }
  };

  it('has no latest date that moves against its go-live', () => {
    fc.assert(
      fc.property(date, durations, fc.oneof(fc.constant(7), fc.nat(40)), (goLive, given, by) => {
        const later = day(goLive).plus({ days: by }).toISODate() as string;
        compare(
          planOnboarding({ goLive, durations: given, today }),
          planOnboarding({ goLive: later, durations: given, today }),
          'latest',
        );
      }),
      runs,
    );
  });

  it('has no earliest date and no go-live that moves against its start', () => {
    fc.assert(
      fc.property(
        date,
        changeDurations,
        parts,
        fc.oneof(fc.constant(7), fc.nat(40)),
        (start, given, needed, by) => {
          const later = day(start).plus({ days: by }).toISODate() as string;
          const [a, b] = [start, later].map((each) =>
            planChange({ start: each, durations: given, ...needed }),
          ) as [Plan, Plan];
          compare(a, b, 'earliest');
          expect(a.goal <= b.goal).toBe(true);
        },
      ),
      runs,
    );
  });

  it('meets its own go-live when that is planned back, and misses it a day after the latest start', () => {
    fc.assert(
      fc.property(date, durations, (start, given) => {
        const there = planOnboarding({ start, durations: given });
        const back = planOnboarding({ goLive: there.goal, durations: given, today: there.start });
        expect(back.start >= there.start).toBe(true);
        expect(back.shortfall).toBeNull();
        const late = planOnboarding({
          goLive: there.goal,
          durations: given,
          today: next(day(back.start)).toISODate() as string,
        });
        expect(late.shortfall?.businessDays).toBeGreaterThan(0);
        expect(late.shortfall?.requested).toBe(there.goal);
        expect(late.goal > there.goal).toBe(true);
      }),
      runs,
    );
  });
});

it('the table of steps has 18, 13 and three times two steps', () => {
  expect(steps).toHaveLength(18 + 13 + 6);
});
