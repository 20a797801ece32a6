import { type Calendar, createCalendar } from '../calendar/calendar.js';
import { SelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkMethods } from '../foundation/options.js';
import { dayOf, dayStart, formatDay, parseDay } from '../foundation/time.js';
import { businessDaysOf } from './days.js';
import {
  goLive,
  handover,
  type LeadTime,
  type LeadTimeBetween,
  type LeadTimeId,
  leadTimesOf,
  type PlanDurations,
} from './lead-times.js';
import {
  type Cause,
  type DaySpan,
  joinSteps,
  type Network,
  type Schedule,
  scheduleFrom,
  scheduleUntil,
} from './network.js';
import type { ChangePart, Procedure } from './rows.js';
import { type Step, type StepId, stepsOf } from './steps.js';

/**
 * From when, or for when: exactly one of the two. All days are JST days `YYYY-MM-DD`.
 *
 * @example
 * ```ts
 * import type { OnboardingOptions } from 'myna-selfinfo/onboarding';
 * const options: OnboardingOptions = { goLive: '2027-04-01', today: '2026-10-01', durations: { development: { weeks: 6 } } };
 * ```
 */
export interface OnboardingOptions {
  /** The day the first step starts; on a non-business day the next business day. */
  readonly start?: string;
  /**
   * The day the service (or its change) is to go live (利用開始); on a non-business day the business
   * day before.
   */
  readonly goLive?: string;
  /** Durations in place of the defaults. */
  readonly durations?: PlanDurations;
  /**
   * The day a go-live is judged from: whether it can still be met. It moves no date. Default: today
   * in Japan.
   */
  readonly today?: string;
  /** Where holidays come from. Default: the published table. */
  readonly calendar?: Calendar;
}

/**
 * As for the beginning, and which of the parts marked 必要な場合 the change needs. Each is planned
 * unless it is `false`.
 *
 * @example
 * ```ts
 * import { type ChangeOptions, planChange } from 'myna-selfinfo/onboarding';
 * const onlyTheText: ChangeOptions = { start: '2027-06-01', development: false, connectionTest: false, production: false };
 * planChange(onlyTheText).steps.map((step) => step.id); // ['B-1', 'B-2', 'B-9', 'B-10']
 * ```
 */
export interface ChangeOptions extends OnboardingOptions {
  /** B-3, the development. */
  readonly development?: boolean;
  /** B-4 to B-8, the connection test. */
  readonly connectionTest?: boolean;
  /** B-11 to B-13, production. */
  readonly production?: boolean;
}

/**
 * What a notice of suspension, resumption or termination is planned by. All days are JST days
 * `YYYY-MM-DD`.
 */
export interface NoticeOptions {
  /** The planned day of suspension, resumption or end; any day. */
  readonly date: string;
  /**
   * The day it is judged from: whether the notice can still be in time. Default: today in Japan.
   */
  readonly today?: string;
  /** Where holidays come from. Default: the published table. */
  readonly calendar?: Calendar;
}

/**
 * The first and the last day of a step, both included, `YYYY-MM-DD`; the same for a step of one
 * day. Always business days.
 */
export interface PlannedSpan {
  readonly start: string;
  readonly end: string;
}

/** A step with its dates. */
export interface PlannedStep extends Step {
  /** As early as it can be. */
  readonly earliest: PlannedSpan;
  /** As late as it may be. */
  readonly latest: PlannedSpan;
  /** How many business days the end may slip without moving the day the plan is for. */
  readonly slackBusinessDays: number;
  /** Whether it stands on the critical path. */
  readonly critical: boolean;
  /**
   * What sets its date: the step before it on the way, and the lead times. Absent for steps that go
   * on beside another.
   */
  readonly because?: { readonly after: StepId | null; readonly leadTimes: readonly LeadTimeId[] };
}

/** Why a day cannot be met, judged from `today`. */
export interface Shortfall {
  /** By how many business days it is missed. */
  readonly businessDays: number;
  /** The earliest day there is, starting today. */
  readonly earliest: string;
  /** The day the first step had to start. */
  readonly latestStart: string;
  /** The step that takes the longest on the way. */
  readonly binding: StepId;
  /** The steps on the way. */
  readonly path: readonly StepId[];
}

/**
 * A plan: plain data, to be stored or sent as JSON. Days are JST days `YYYY-MM-DD`.
 *
 * A plan for a day shows in `latest` what is due when, and in `earliest` when each step can be had
 * at best if the first starts as late as it may; a plan from a day shows in `earliest` what comes
 * when, and in `latest` how long each may take.
 */
export interface Plan {
  readonly procedure: Procedure;
  readonly guideline: 'v2.2';
  /** What was given: the day it starts, or the day it is for. */
  readonly by: 'start' | 'goal';
  /** The day as it was given. */
  readonly given: string;
  /** The day the first step starts: of a plan for a day, the latest there is. */
  readonly start: string;
  /** The day the plan is for: the go-live, or the planned day of suspension, resumption or end. */
  readonly goal: string;
  /** The day it is judged from. */
  readonly today: string;
  /** Null when the day can be met, or when none was asked for. */
  readonly shortfall: Shortfall | null;
  readonly steps: readonly PlannedStep[];
  /**
   * The longest way from the first step to the goal: what delays a step of it beyond its slack
   * delays the goal.
   */
  readonly criticalPath: readonly StepId[];
  /** The lead times the plan rests on, and what they rest on themselves. */
  readonly leadTimes: readonly LeadTime[];
  /** Whether it reaches into years whose holidays the Cabinet Office has not announced yet. */
  readonly holidaysPredicted: boolean;
}

const planKeys = {
  start: true,
  goLive: true,
  durations: true,
  today: true,
  calendar: true,
} as const satisfies Record<keyof OnboardingOptions, true>;
const parts = [
  'development',
  'connectionTest',
  'production',
] as const satisfies readonly ChangePart[];

/**
 * Plans the way to the first use, steps: from a day on, or for a go-live. The guideline
 * names no go-live; it is the first business day after A-18 (reading).
 *
 * @param options - `start` or `goLive`, and what differs from the defaults.
 * @throws SelfInfoError `missing_option` for neither of the two, `invalid_option` for both or for a
 * duration that is wrong or shorter than the guideline's rule, `unknown_option`, `invalid_date`,
 * `outside_calendar` for a plan that leaves the span of the calendar; TypeError for a wrong
 * JavaScript type. Guideline: 5.1.
 * @example
 * ```ts
 * import { planOnboarding, toText } from 'myna-selfinfo/onboarding';
 * const plan = planOnboarding({ goLive: '2027-04-01' });
 * if (plan.shortfall) console.log(`earliest: ${plan.shortfall.earliest}, because of ${plan.shortfall.binding}`);
 * console.log(toText(plan));
 * ```
 */
export function planOnboarding(options: OnboardingOptions): Plan {
  checkKeys(options, 'options', planKeys);
  return planFrom('onboarding', stepsOf('onboarding'), options);
}

/**
 * Plans a change of use, steps B-1 to B-13.
 *
 * @param options - `start` or `goLive`, which parts the change needs, and what differs from the
 * defaults.
 * @throws as {@link planOnboarding}. Guideline: 6.1.
 * @example
 * ```ts
 * import { planChange } from 'myna-selfinfo/onboarding';
 * const { start } = planChange({ goLive: '2027-10-01', development: false });
 * ```
 */
export function planChange(options: ChangeOptions): Plan {
  checkKeys(options, 'options', {
    ...planKeys,
    development: true,
    connectionTest: true,
    production: true,
  } satisfies Record<keyof ChangeOptions, true>);
  for (const part of parts) {
    if (options[part] !== undefined && typeof options[part] !== 'boolean')
      throw new TypeError(`options.${part} must be a boolean.`);
  }
  const steps = stepsOf('change').filter(
    ({ when }) => when === undefined || options[when] !== false,
  );
  return planFrom('change', steps, options);
}

/**
 * Plans a suspension of use (利用停止), steps C-1 and C-2: notice is due two weeks before the planned
 * day, in principle.
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
 * Plans a resumption of use (利用再開), steps D-1 and D-2: notice is due two weeks before the planned
 * day, in principle.
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
 * Plans the end of use (利用終了), steps E-1 and E-2: notice is due two weeks before the planned day,
 * in principle.
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

function planFrom(procedure: Procedure, steps: readonly Step[], options: OnboardingOptions): Plan {
  const { start, goLive: goal, durations = {} } = options;
  if (start === undefined && goal === undefined) {
    throw new SelfInfoError('missing_option', {
      path: 'options.goLive',
      expected: { en: 'Or options.start.', ja: 'options.start でもかまいません。' },
    });
  }
  if (start !== undefined && goal !== undefined) {
    const expected = {
      en: 'Either start or goLive.',
      ja: 'start か goLive のどちらか一方を指定してください。',
    };
    throw new SelfInfoError('invalid_option', { path: 'options.goLive', expected });
  }
  const path = start === undefined ? 'options.goLive' : 'options.start';
  const given = parseDay(start ?? (goal as string), path);
  const { leads, handover: between } = leadTimesOf(procedure, durations, 'options.durations');
  const { calendar, today } = contextOf(options);
  const days = businessDaysOf(calendar, path);
  const network = { ...joinSteps(steps, leads, between, goLive), days };
  const by = start === undefined ? 'goal' : 'start';
  return lay({
    procedure,
    steps,
    network,
    given,
    by,
    calendar,
    today,
    leads: [...leads, between, goLive],
  });
}

function planNotice(procedure: Procedure, options: NoticeOptions): Plan {
  checkKeys(options, 'options', { date: true, today: true, calendar: true });
  if (options.date === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.date' });
  const given = parseDay(options.date, 'options.date');
  const { leads } = leadTimesOf(procedure, {}, 'options.durations');
  const { calendar, today } = contextOf(options);
  const days = businessDaysOf(calendar, 'options.date');
  const steps = stepsOf(procedure);
  const network = { ...joinSteps(steps, leads, handover, handover), days };
  return lay({
    procedure,
    steps,
    network,
    given,
    by: 'goal',
    calendar,
    today,
    leads: [...leads, handover],
  });
}

// Without a calendar of the host's all plans share the published one.
let published: Calendar | undefined;

function contextOf(options: { readonly calendar?: Calendar; readonly today?: string }): {
  calendar: Calendar;
  today: number;
} {
  if (options.calendar !== undefined) {
    checkMethods(options.calendar, 'options.calendar', ['isHoliday']);
    if (!Number.isFinite(options.calendar.fromMs) || !Number.isFinite(options.calendar.toMs))
      throw new TypeError('options.calendar must be a calendar.');
  }
  published ??= createCalendar();
  const today =
    options.today === undefined ? dayOf(Date.now()) : parseDay(options.today, 'options.today');
  return { calendar: options.calendar ?? published, today };
}

interface Frame {
  readonly procedure: Procedure;
  readonly steps: readonly Step[];
  readonly network: Network;
  readonly given: number;
  readonly by: Plan['by'];
  readonly calendar: Calendar;
  readonly today: number;
  readonly leads: readonly (LeadTime | LeadTimeBetween)[];
}

function lay({ procedure, steps, network, given, by, calendar, today, leads }: Frame): Plan {
  const { days, goalOnBusinessDay, tasks } = network;
  const first = tasks[0]?.id as StepId;
  const asked = by === 'goal' ? (goalOnBusinessDay ? days.onOrBefore(given) : given) : undefined;
  const start =
    asked === undefined
      ? days.onOrAfter(given)
      : (scheduleUntil(network, asked).get(first) as DaySpan).start;
  const early = scheduleFrom(network, start);
  const goal = asked ?? early.goal;
  const late = scheduleUntil(network, goal);
  const present = new Set<string>(['goal', ...tasks.map(({ id }) => id)]);

  function planned(step: Step): PlannedStep {
    const host = step.beside ?? step.id;
    const [earliest, latest] = [early.spans.get(host), late.get(host)] as [DaySpan, DaySpan];
    if (step.beside !== undefined) {
      // Any day of the step that it goes on beside.
      const [from, to] = [earliest.start, latest.end];
      return {
        ...step,
        earliest: written(from, from),
        latest: written(to, to),
        slackBusinessDays: days.between(from, to),
        critical: false,
      };
    }
    const cause = early.causes.get(step.id) as Cause;
    return {
      ...step,
      earliest: written(earliest.start, earliest.end),
      latest: written(latest.start, latest.end),
      slackBusinessDays: days.between(earliest.end, latest.end),
      critical: early.path.includes(step.id),
      because: { after: cause.after, leadTimes: cause.leads.map(({ id }) => id) },
    };
  }

  return {
    procedure,
    guideline: 'v2.2',
    by,
    given: formatDay(given),
    start: formatDay(start),
    goal: formatDay(goal),
    today: formatDay(today),
    shortfall:
      asked === undefined || today <= start
        ? null
        : shortfallOf(
            { ...network, days: businessDaysOf(calendar, 'options.today') },
            asked,
            start,
            today,
          ),
    steps: steps.map(planned),
    criticalPath: early.path,
    leadTimes: leads
      .filter((lead) => !('from' in lead) || (present.has(lead.from) && present.has(lead.to)))
      .map(leadTimeOf),
    holidaysPredicted: dayStart(goal + 1) > calendar.officialUntilMs,
  };
}

function shortfallOf(
  network: Network,
  goal: number,
  latestStart: number,
  today: number,
): Shortfall {
  const { days } = network;
  const schedule = scheduleFrom(network, today);
  return {
    businessDays: days.between(days.onOrAfter(goal), days.onOrAfter(schedule.goal)),
    earliest: formatDay(schedule.goal),
    latestStart: formatDay(latestStart),
    binding: longestOf(schedule),
    path: schedule.path,
  };
}

/**
 * The step of the path between whose end and the end of the one before it most days pass; of
 * several the first.
 */
function longestOf({ path, spans }: Schedule): StepId {
  const lengths = path.map((id, index) => {
    const before = path[index - 1];
    const { start, end } = spans.get(id) as DaySpan;
    return {
      id,
      length: end - (before === undefined ? start : (spans.get(before) as DaySpan).end),
    };
  });
  return lengths.reduce((a, b) => (b.length > a.length ? b : a)).id;
}

function written(start: number, end: number): PlannedSpan {
  return { start: formatDay(start), end: formatDay(end) };
}

function leadTimeOf({ id, amount, basis, source, ja, en, later }: LeadTime): LeadTime {
  return { id, amount, basis, source, ja, en, ...(later && { later }) };
}
