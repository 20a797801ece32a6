import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { formatInstant, type Instant, toEpochMs } from '../foundation/time.js';
import type { PlanSource } from './results.js';

/**
 * A span for which the list of a source is complete: everything that stops in it is announced. The
 * planned outages of the rows are dropped inside the span, because they hold in principle (原則)
 * only. Operating hours and announcements stay. Plain JSON is accepted.
 *
 * @example
 * ```ts
 * import { createCalendar, type Plan } from 'myna-selfinfo/calendar';
 * const plan: Plan = { source: 'official page', from: '2026-09-01', to: '2026-10-01' };
 * const calendar = createCalendar({ plans: [plan] });
 * calendar.isOpen('local-tax', '2026-09-19T12:00+09:00'); // true, on the third Saturday
 * ```
 */
export interface Plan {
  /** The source, at most 200 characters, for example a source of `calendar.withFeed`. */
  readonly source: string;
  /** Start of the span. */
  readonly from: Instant;
  /** End of the span, itself not included. */
  readonly to: Instant;
}

/** A checked plan. */
export interface CheckedPlan {
  readonly startMs: number;
  readonly endMs: number;
  readonly origin: PlanSource;
}

const MAX_PLANS = 1_000;
const MAX_SOURCE = 200;

/**
 * Checks the option `plans`. Returns them in order, without overlaps.
 *
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `invalid_instant`,
 * `invalid_date`, `range_reversed`; TypeError.
 */
export function checkPlans(list: unknown, path: string): readonly CheckedPlan[] {
  if (!Array.isArray(list)) throw new TypeError(`${path} must be an array.`);
  if (list.length > MAX_PLANS)
    throw invalidOption(path, {
      en: `At most ${MAX_PLANS} plans.`,
      ja: `計画は ${MAX_PLANS} 件以内で指定してください。`,
    });
  const plans: CheckedPlan[] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const plan of Array.from(list, (item: unknown, index) =>
    checkPlan(item, `${path}[${index}]`),
  ).sort((a, b) => a.startMs - b.startMs || b.endMs - a.endMs)) {
    const startMs = Math.max(plan.startMs, endMs);
    if (startMs < plan.endMs) plans.push({ ...plan, startMs });
    endMs = Math.max(endMs, plan.endMs);
  }
  return plans;
}

function checkPlan(item: unknown, path: string): CheckedPlan {
  const given = readKeys(item, path, {
    source: true,
    from: true,
    to: true,
  } satisfies Record<keyof Plan, true>);
  const { source, from, to } = given;
  checkSourceName(source, `${path}.source`);
  const startMs = checkInstant(from, `${path}.from`);
  const endMs = checkInstant(to, `${path}.to`);
  if (endMs < startMs) throw new SelfInfoError('range_reversed', { path: `${path}.to` });
  const origin = Object.freeze({
    kind: 'plan',
    id: `${source} ${formatInstant(startMs)}`,
    source,
    from: formatInstant(startMs),
    to: formatInstant(endMs),
  } as const);
  return { startMs, endMs, origin };
}

/** Checks the name of a source of announcements. */
export function checkSourceName(value: unknown, path: string): asserts value is string {
  checkText(value, path);
  if (value.length > MAX_SOURCE)
    throw invalidOption(path, {
      en: `At most ${MAX_SOURCE} characters.`,
      ja: `${MAX_SOURCE} 文字以内で指定してください。`,
    });
}

function checkInstant(value: unknown, path: string): number {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  return toEpochMs(value as Instant, path);
}
