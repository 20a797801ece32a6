import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkWhole, readKeys } from '../foundation/options.js';
import { has } from '../foundation/own.js';

/**
 * A duration in one unit: calendar weeks, calendar months (to the same day, or to the last day of a
 * shorter month), or business days.
 *
 * @example
 * ```ts
 * import { type PlanDuration, planOnboarding } from 'myna-selfinfo/onboarding';
 * const development: PlanDuration = { weeks: 12 };
 * planOnboarding({ goLive: '2027-10-01', durations: { development } });
 * ```
 */
export type PlanDuration =
  | { readonly weeks: number }
  | { readonly months: number }
  | { readonly businessDays: number };

/**
 * Durations for {@link planOnboarding} and {@link planChange}. Where the guideline sets a minimum,
 * a duration can be longer, but not shorter.
 */
export interface PlanDurations {
  /** A-1, the consideration within the company. Default 2 weeks (ours). Not in a change. */
  readonly consideration?: PlanDuration;
  /** From A-4 or B-1 to the meeting. Default 3 weeks: from A-4 by the guideline, from B-1 ours. */
  readonly meeting?: PlanDuration;
  /** From the agreement to the end of A-6. Default 1 week. Not in a change. */
  readonly disclosure?: PlanDuration;
  /** A-8 or B-3. Default 8 weeks (ours). */
  readonly development?: PlanDuration;
  /** From, or from B-4 to B-6. Default and minimum 2 weeks. */
  readonly connectionCheckApplication?: PlanDuration;
  /** From, or the first part of B-6. Default and minimum 1 week. */
  readonly preliminaryTest?: PlanDuration;
  /** A-12, or the rest of B-6. Default 2 weeks (ours). */
  readonly connectionTest?: PlanDuration;
  /**
   * From, or from B-11 to B-13. Default and minimum 2 weeks. Public sources after
   * v2.2 say 3 (unconfirmed).
   */
  readonly productionApplication?: PlanDuration;
  /** From A-15 to the end of A-16, or from B-11 to B-12. Default 1 month. */
  readonly review?: PlanDuration;
  /** A-18 or B-13. Default 1 week (ours). */
  readonly productionCheck?: PlanDuration;
  /** The minimum from each step to the next. Default 1 business day (ours). */
  readonly handover?: PlanDuration;
}

const units = ['weeks', 'months', 'businessDays'] as const;

/** Validates a duration: one whole number, in one unit. */
export function readDuration(value: unknown, path: string): PlanDuration {
  const given = readKeys(value, path, {
    weeks: true,
    months: true,
    businessDays: true,
  } satisfies Record<(typeof units)[number], true>);
  const expected = {
    en: `Give one of ${units.join(', ')}.`,
    ja: `${units.join('、')} のいずれか1つを指定してください。`,
  };
  const [unit, ...others] = units.filter((name) => given[name] !== undefined);
  if (unit === undefined) throw new SelfInfoError('missing_option', { path, expected });
  if (others.length > 0) throw invalidOption(path, expected);
  checkWhole(given[unit], `${path}.${unit}`, 0);
  return { [unit]: given[unit] } as unknown as PlanDuration;
}

/** Returns the fewest calendar days of a duration: five business days take at least a week. */
export function leastDays(amount: PlanDuration): number {
  if (has(amount, 'weeks')) return amount.weeks * 7;
  if (has(amount, 'months')) return amount.months * 28;
  return Math.floor(amount.businessDays / 5) * 7 + (amount.businessDays % 5);
}
