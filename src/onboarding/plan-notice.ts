import type { Calendar } from '../calendar/calendar.js';
import { SelfInfoError } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { parseDay } from '../foundation/time.js';
import { buildPlan } from './build-plan.js';
import { handover } from './lead-time-table.js';
import { leadTimesOf } from './lead-times.js';
import type { Plan } from './plan.js';
import { readBasics } from './plan-basics.js';
import type { Procedure } from './procedures.js';
import { stepsOf } from './steps.js';

/**
 * Options of a plan for the notice of a suspension, resumption or termination. All days are JST
 * days `YYYY-MM-DD`.
 */
export interface NoticeOptions {
  /** The planned day of suspension, resumption or end. It may be any day. */
  readonly date: string;
  /**
   * The day as of which the plan says whether the notice can still be in time. Default: today in
   * Japan.
   */
  readonly today?: string;
  /** The calendar with the holidays. Default: the published table. */
  readonly calendar?: Calendar;
}

/**
 * Plans a suspension of use (利用停止), steps C-1 and C-2. The notice is due two weeks before the
 * planned day, in principle.
 *
 * @param options - the planned day.
 * @throws SelfInfoError `missing_option`, `unknown_option`, `invalid_date`, `outside_calendar`;
 * TypeError for a wrong JavaScript type. Guideline: 6.2.
 * @example
 * ```ts
 * import { planSuspension } from 'myna-selfinfo/onboarding';
 * planSuspension({ date: '2027-08-01' }).start; // 2027-07-16: two weeks before is Sunday 18 July
 * ```
 */
export function planSuspension(options: NoticeOptions): Plan {
  return planNotice('suspension', options);
}

/**
 * Plans a resumption of use (利用再開), steps D-1 and D-2. The notice is due two weeks before the
 * planned day, in principle.
 *
 * @param options - the planned day.
 * @throws as {@link planSuspension}. Guideline: 6.3.
 * @example
 * ```ts
 * import { planResumption } from 'myna-selfinfo/onboarding';
 * planResumption({ date: '2027-09-01' }).start; // 2027-08-18
 * ```
 */
export function planResumption(options: NoticeOptions): Plan {
  return planNotice('resumption', options);
}

/**
 * Plans the end of use (利用終了), steps E-1 and E-2. The notice is due two weeks before the planned
 * day, in principle.
 *
 * @param options - the planned day.
 * @throws as {@link planSuspension}. Guideline: 6.4.
 * @example
 * ```ts
 * import { planTermination } from 'myna-selfinfo/onboarding';
 * planTermination({ date: '2028-03-31' }).start; // 2028-03-17
 * ```
 */
export function planTermination(options: NoticeOptions): Plan {
  return planNotice('termination', options);
}

function planNotice(procedure: Procedure, options: NoticeOptions): Plan {
  options = readKeys(options, 'options', {
    date: true,
    today: true,
    calendar: true,
  } satisfies Record<keyof NoticeOptions, true>);
  if (options.date === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.date' });
  const given = parseDay(options.date, 'options.date');
  const { leads } = leadTimesOf(procedure, {}, 'options.durations');
  const { calendar, today } = readBasics(options);
  return buildPlan({
    procedure,
    steps: stepsOf(procedure),
    given,
    by: 'goal',
    path: 'options.date',
    calendar,
    today,
    leads,
    handover,
    last: handover,
    done: new Map(),
    goesOn: false,
    blackout: [],
  });
}
