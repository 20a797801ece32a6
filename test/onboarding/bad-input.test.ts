import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import {
  isSelfInfoError,
  planChange,
  planOnboarding,
  planResumption,
  planSuspension,
  planTermination,
  toICalendar,
  toMarkdown,
  toMermaid,
  toText,
} from '../../src/onboarding/index.js';
import { caught, refusal } from '../kit/refusals.js';

const refused = (options: unknown) => {
  const told = refusal(() => planOnboarding(options as never));
  expect(refusal(() => planChange(options as never))).toEqual(told);
  return told;
};
const typeError = (run: () => unknown) => {
  const error = caught(run);
  expect(error).toBeInstanceOf(TypeError);
  return (error as TypeError).message;
};
const mistyped = (options: unknown) => typeError(() => planOnboarding(options as never));
const notices = [planSuspension, planResumption, planTermination];

describe('the options of a plan', () => {
  it('must contain either a start or a go-live', () => {
    expect(refused({})).toEqual(['missing_option', 'options.goLive']);
    expect(refused({ start: '2027-01-04', goLive: '2027-10-01' })).toEqual([
      'invalid_option',
      'options.goLive',
    ]);
    for (const plan of notices)
      expect(refusal(() => plan({} as never))).toEqual(['missing_option', 'options.date']);
  });

  it('are refused for days that do not exist', () => {
    for (const wrong of [
      '2027-02-29',
      '2027-13-01',
      '2027-04-31',
      '2027-4-1',
      '01.04.2027',
      '',
      'tomorrow',
      '2027-04-01T00:00+09:00',
      '10000-01-01',
    ]) {
      expect(refused({ goLive: wrong })).toEqual(['invalid_date', 'options.goLive']);
      expect(refused({ start: wrong })).toEqual(['invalid_date', 'options.start']);
      expect(refused({ start: '2027-01-04', today: wrong })).toEqual([
        'invalid_date',
        'options.today',
      ]);
      for (const plan of notices)
        expect(refusal(() => plan({ date: wrong }))).toEqual(['invalid_date', 'options.date']);
    }
  });

  it('are refused for unknown options and durations', () => {
    expect(refused({ start: '2027-01-04', golive: '2027-10-01' })).toEqual([
      'unknown_option',
      'options.golive',
    ]);
    expect(refused({ start: '2027-01-04', durations: { coding: { weeks: 2 } } })).toEqual([
      'unknown_option',
      'options.durations.coding',
    ]);
    expect(refused({ start: '2027-01-04', durations: { notice: { weeks: 2 } } })).toEqual([
      'unknown_option',
      'options.durations.notice',
    ]);
    expect(refused({ start: '2027-01-04', durations: { review: { days: 2 } } })).toEqual([
      'unknown_option',
      'options.durations.review.days',
    ]);
    // A change has neither A-1 nor A-6.
    const change = { start: '2027-01-04', durations: { consideration: { weeks: 1 } } };
    expect(refusal(() => planChange(change))).toEqual([
      'unknown_option',
      'options.durations.consideration',
    ]);
    expect(
      refusal(() => planOnboarding({ start: '2027-01-04', production: false } as never)),
    ).toEqual(['unknown_option', 'options.production']);
    for (const plan of notices) {
      expect(refusal(() => plan({ date: '2027-01-04', durations: {} } as never))).toEqual([
        'unknown_option',
        'options.durations',
      ]);
    }
  });

  it('are refused for invalid durations', () => {
    const duration = (value: unknown) =>
      refused({ start: '2027-01-04', durations: { development: value } });
    for (const count of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(duration({ weeks: count })).toEqual([
        'invalid_option',
        'options.durations.development.weeks',
      ]);
    }
    expect(duration({})).toEqual(['missing_option', 'options.durations.development']);
    expect(duration({ weeks: 1, months: 1 })).toEqual([
      'invalid_option',
      'options.durations.development',
    ]);
  });

  it('are refused for durations shorter than a rule of the guideline', () => {
    const durations = (value: object) => refused({ start: '2027-01-04', durations: value });
    expect(durations({ connectionCheckApplication: { weeks: 1 } })).toEqual([
      'invalid_option',
      'options.durations.connectionCheckApplication',
    ]);
    expect(durations({ preliminaryTest: { businessDays: 4 } })).toEqual([
      'invalid_option',
      'options.durations.preliminaryTest',
    ]);
    expect(durations({ productionApplication: { businessDays: 9 } })).toEqual([
      'invalid_option',
      'options.durations.productionApplication',
    ]);
    // Ten business days are never less than two weeks. An estimate may be shorter.
    const allowed = {
      productionApplication: { businessDays: 10 },
      preliminaryTest: { months: 1 },
      review: { weeks: 2 },
      meeting: { weeks: 0 },
    };
    expect(
      planOnboarding({ start: '2027-01-04', durations: allowed }).leadTimes.filter(
        ({ basis }) => basis === 'host',
      ),
    ).toHaveLength(4);
  });

  it('are refused when the plan leaves the calendar, and the error names the span', () => {
    for (const start of ['2023-06-29', '2050-09-01', '2051-01-01', '0100-01-01', '9999-12-31'])
      expect(refused({ start })).toEqual(['outside_calendar', 'options.start']);
    for (const goLive of ['2023-08-01', '2051-01-01', '9999-12-31'])
      expect(refused({ goLive })).toEqual(['outside_calendar', 'options.goLive']);
    const goLive = '2027-10-01';
    for (const review of [{ weeks: 2 ** 52 }, { months: 2 ** 52 }, { businessDays: 2 ** 52 }]) {
      expect(refused({ goLive, durations: { review } })).toEqual([
        'outside_calendar',
        'options.goLive',
      ]);
      expect(refused({ start: goLive, durations: { review } })).toEqual([
        'outside_calendar',
        'options.start',
      ]);
    }
    expect(refused({ goLive, today: '2060-01-01' })).toEqual(['outside_calendar', 'options.today']);
    const error = caught(() => planSuspension({ date: '2051-02-01' }));
    expect(isSelfInfoError(error, 'outside_calendar') && [error.path, error.messageJa]).toEqual([
      'options.date',
      'options.date はこのカレンダーの対象期間に含まれません。計画全体が 2023-06-30 から 2050-12-31 までに収まるように指定してください。',
    ]);
  });

  it('cause TypeErrors that name the option when a type is wrong', () => {
    for (const wrong of [undefined, null, '2027-04-01', []])
      expect(mistyped(wrong)).toBe('options must be an object.');
    for (const wrong of [null, 20270401, new Date(0), {}]) {
      expect(mistyped({ goLive: wrong })).toBe('options.goLive must be a string.');
      expect(mistyped({ start: wrong })).toBe('options.start must be a string.');
    }
    const start = '2027-01-04';
    expect(mistyped({ start, today: 5 })).toBe('options.today must be a string.');
    expect(mistyped({ start, durations: null })).toBe('options.durations must be an object.');
    expect(mistyped({ start, durations: { review: 4 } })).toBe(
      'options.durations.review must be an object.',
    );
    expect(mistyped({ start, durations: { review: { weeks: '4' } } })).toBe(
      'options.durations.review.weeks must be a number.',
    );
    expect(mistyped({ start, calendar: {} })).toBe(
      'options.calendar must have a method isHoliday.',
    );
    expect(mistyped({ start, calendar: { isHoliday: () => false } })).toBe(
      'options.calendar must be a calendar.',
    );
    expect(typeError(() => planChange({ start, production: 'no' } as never))).toBe(
      'options.production must be a boolean.',
    );
    for (const plan of notices)
      expect(typeError(() => plan({ date: 1 } as never))).toBe('options.date must be a string.');
  });
});

describe('a plan that is accepted', () => {
  it('may have options that are named and undefined', () => {
    const plan = planChange({
      start: undefined,
      goLive: '2027-10-01',
      durations: { review: undefined },
      production: undefined,
      today: '2027-01-04',
    } as never);
    expect(plan).toEqual(planChange({ goLive: '2027-10-01', today: '2027-01-04' }));
  });

  it("takes the holidays of the caller's calendar", () => {
    // Two weeks before 20 August 2027 is Friday the 6th.
    const calendar = createCalendar({ extraHolidays: ['2027-08-06'] });
    expect(planTermination({ date: '2027-08-20' }).start).toBe('2027-08-06');
    expect(planTermination({ date: '2027-08-20', calendar }).start).toBe('2027-08-05');
  });

  it('may be late, as of today in Japan or of the given day', () => {
    const japan = () => new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    const before = japan();
    const { today } = planOnboarding({ goLive: '2024-10-01' });
    expect([before, japan()]).toContain(today);
    expect(planOnboarding({ goLive: '2024-10-01' }).shortfall?.businessDays).toBeGreaterThan(0);
    expect(planOnboarding({ goLive: '2024-10-01', today: '2024-01-05' }).shortfall).toBeNull();
    // A plan from a day has no go-live that could be missed.
    expect(planOnboarding({ start: '2024-10-01' }).shortfall).toBeNull();
  });
});

describe('the text of a plan', () => {
  const plan = planTermination({ date: '2027-08-20' });

  it.each([
    ['text', toText],
    ['Markdown', toMarkdown],
    ['Mermaid', toMermaid],
    ['iCalendar', toICalendar],
  ])('is refused as %s for wrong options and for anything but a plan', (_, write) => {
    expect(refusal(() => write(plan, { lang: 'fr' } as never))).toEqual([
      'invalid_option',
      'options.lang',
    ]);
    expect(refusal(() => write(plan, { name: ' ' }))).toEqual(['invalid_option', 'options.name']);
    expect(refusal(() => write(plan, { zone: 'UTC' } as never))).toEqual([
      'unknown_option',
      'options.zone',
    ]);
    expect(typeError(() => write(plan, { name: 1 } as never))).toBe(
      'options.name must be a string.',
    );
    for (const wrong of [undefined, null, 'plan', {}, { steps: 1 }])
      expect(typeError(() => write(wrong as never))).toBe('plan must be a plan of this package.');
  });

  it('is refused for an invalid stamp', () => {
    expect(refusal(() => toICalendar(plan, { stamp: 'now' }))).toEqual([
      'invalid_instant',
      'options.stamp',
    ]);
    expect(refusal(() => toText(plan, { stamp: '2027-01-01' } as never))).toEqual([
      'unknown_option',
      'options.stamp',
    ]);
  });
});
