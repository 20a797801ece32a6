import type { Calendar } from '../calendar/calendar.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { parseDay } from '../foundation/time.js';
import { type Blackout, readBlackout } from './blackout.js';
import { buildPlan } from './build-plan.js';
import { readDone } from './done.js';
import type { PlanDurations } from './durations.js';
import { goLive } from './lead-time-table.js';
import { leadTimesOf } from './lead-times.js';
import type { Plan } from './plan.js';
import { readBasics } from './plan-basics.js';
import type { ChangePart, Procedure } from './procedures.js';
import { type Step, type StepId, stepsOf } from './steps.js';

/**
 * Options of {@link planOnboarding}: one of `start` and `goLive`, or neither with `done`, and what
 * differs from the defaults. All days are JST days `YYYY-MM-DD`.
 *
 * @example
 * ```ts
 * import type { OnboardingOptions } from 'myna-selfinfo/onboarding';
 * const options: OnboardingOptions = {
 *   goLive: '2027-04-01',
 *   today: '2026-10-01',
 *   durations: { development: { weeks: 6 } },
 * };
 * ```
 */
export interface OnboardingOptions {
  /**
   * The day on which the first step to do starts. A non-business day moves to the next business
   * day.
   */
  readonly start?: string;
  /**
   * The day on which the service, or its change, goes live (利用開始). A non-business day moves to the
   * business day before.
   */
  readonly goLive?: string;
  /** Durations that replace the defaults. */
  readonly durations?: PlanDurations;
  /**
   * The steps that are done, each with its last day, or `true`. A step implies all steps before it.
   * The plan goes on from the last of them: the next step may be under way already, and ends today
   * at the earliest. A step without a day counts as done today, or on the day of a step after it.
   */
  readonly done?: Readonly<Partial<Record<StepId, string | true>>>;
  /**
   * Days on which the provider changes nothing, e.g. a release freeze. No step of the provider
   * starts or ends on them, the service does not go live, and they do not count as business days.
   * Weeks and months run on. Steps of the agencies alone are not affected.
   */
  readonly blackout?: readonly Blackout[];
  /**
   * The day as of which the plan says whether the go-live can still be met. When it cannot, the
   * plan starts on this day. Default: today in Japan.
   */
  readonly today?: string;
  /** The calendar with the holidays. Default: the published table. */
  readonly calendar?: Calendar;
}

/**
 * Options of {@link planChange}: those of {@link planOnboarding}, and which of the parts marked
 * 必要な場合 the change needs. The plan includes each part unless it is `false`.
 *
 * @example
 * ```ts
 * import { type ChangeOptions, planChange } from 'myna-selfinfo/onboarding';
 * const onlyTheText: ChangeOptions = {
 *   start: '2027-06-01',
 *   development: false,
 *   connectionTest: false,
 *   production: false,
 * };
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

const onboardingKeys = {
  start: true,
  goLive: true,
  durations: true,
  done: true,
  blackout: true,
  today: true,
  calendar: true,
} as const satisfies Record<keyof OnboardingOptions, true>;
const parts = [
  'development',
  'connectionTest',
  'production',
] as const satisfies readonly ChangePart[];

/**
 * Plans the onboarding, steps, from a day on or for a go-live. The guideline names no
 * go-live; the plan takes the first business day after A-18 (reading). When the go-live cannot be
 * met, the plan leads to the earliest possible one, and `shortfall` says what is missing.
 *
 * @param options - `start` or `goLive`, what is done, and what differs from the defaults.
 * @throws SelfInfoError `missing_option` without `start`, `goLive` and `done`; `invalid_option` with
 * `start` and `goLive`, for a duration that is invalid or shorter than the guideline's minimum, and
 * for steps done after today or against their order; `unknown_option`, `invalid_date`,
 * `range_reversed`; `outside_calendar` for a plan that leaves the calendar; TypeError for a wrong
 * JavaScript type. Guideline: 5.1.
 * @example
 * ```ts
 * import { planOnboarding, toText } from 'myna-selfinfo/onboarding';
 * const plan = planOnboarding({ goLive: '2027-04-01', done: { 'A-7': '2026-11-20' } });
 * if (plan.shortfall) {
 *   const { requested, binding } = plan.shortfall;
 *   console.log(`${plan.goal} instead of ${requested}, because of ${binding}`);
 * }
 * console.log(toText(plan));
 * ```
 */
export function planOnboarding(options: OnboardingOptions): Plan {
  options = readKeys(options, 'options', onboardingKeys);
  return planGoLive('onboarding', stepsOf('onboarding'), options);
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
  options = readKeys(options, 'options', {
    ...onboardingKeys,
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
  return planGoLive('change', steps, options);
}

function planGoLive(
  procedure: Procedure,
  steps: readonly Step[],
  options: OnboardingOptions,
): Plan {
  const { durations = {} } = options;
  const { calendar, today } = readBasics(options);
  const done = readDone(options.done ?? {}, steps, today);
  const goesOn = steps.some(({ id, beside }) => beside === undefined && done.has(id));
  const { by, path, given } = readDay(options, goesOn ? today : undefined);
  return buildPlan({
    procedure,
    steps,
    given,
    by,
    path,
    calendar,
    today,
    ...leadTimesOf(procedure, durations, 'options.durations'),
    last: goLive,
    done,
    goesOn: goesOn && options.start === undefined,
    blackout: readBlackout(options.blackout ?? []),
  });
}

/** Reads the given day: the start or the go-live. Neither is required when steps are done. */
function readDay(
  { start, goLive: goal }: OnboardingOptions,
  today: number | undefined,
): { by: Plan['by']; path: string; given: number } {
  const expected = {
    en: 'Give either start or goLive.',
    ja: 'start か goLive のどちらか一方を指定してください。',
  };
  if (start === undefined && goal === undefined && today !== undefined)
    return { by: 'start', path: 'options.today', given: today };
  if (start === undefined && goal === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.goLive', expected });
  if (start !== undefined && goal !== undefined) throw invalidOption('options.goLive', expected);
  const [by, path] =
    start === undefined
      ? (['goal', 'options.goLive'] as const)
      : (['start', 'options.start'] as const);
  return { by, path, given: parseDay(start ?? (goal as string), path) };
}
