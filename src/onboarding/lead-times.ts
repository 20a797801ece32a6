import type { Text } from '../calendar/rules.js';
import { invalidOption } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { leastDays, type PlanDuration, type PlanDurations, readDuration } from './durations.js';
import { type Basis, handover, type LeadTimeRow, leadTimes } from './lead-time-table.js';
import type { Procedure } from './procedures.js';

/** The id of a lead time. */
export type LeadTimeId = (typeof leadTimes)[number]['id'] | 'handover' | 'goLive';

/** A lead time (所要期間) as a plan uses it: how long, and on what basis. */
export interface LeadTime extends Text {
  readonly id: LeadTimeId;
  readonly amount: PlanDuration;
  readonly basis: Basis;
  /** Its place in the guideline: a figure or section, and the step. */
  readonly source: Text;
  /** What public sources after v2.2 say. Unconfirmed, and used only if given as a duration. */
  readonly later?: LeadTimeRow['later'];
}

/** A lead time and the steps that it is between, or the step whose length it is. */
export interface LeadTimeBetween extends LeadTime, Pick<LeadTimeRow, 'from' | 'to' | 'until'> {}

const durationIds = {
  consideration: true,
  meeting: true,
  disclosure: true,
  development: true,
  connectionCheckApplication: true,
  preliminaryTest: true,
  connectionTest: true,
  productionApplication: true,
  review: true,
  productionCheck: true,
  handover: true,
} satisfies Record<keyof PlanDurations, true>;

/**
 * Returns the lead times of a procedure and the handover between two steps, with the durations that
 * the caller gave.
 *
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`; TypeError.
 */
export function leadTimesOf(
  procedure: Procedure,
  given: unknown,
  path: string,
): { leads: LeadTimeBetween[]; handover: LeadTime } {
  const rows: readonly LeadTimeRow[] = leadTimes.filter((row) => row.procedure === procedure);
  const applicable = [...rows, handover].map(({ id }) => id);
  const known = Object.entries(durationIds).filter(([id]) => applicable.includes(id));
  const durations = readKeys(given, path, Object.fromEntries(known));
  const withDuration = <L extends LeadTime>(row: L): L => {
    const value = durations[row.id];
    return value === undefined ? row : replaceAmount(row, value, `${path}.${row.id}`);
  };
  return {
    leads: rows.map((row) => withDuration(row as LeadTimeRow & LeadTimeBetween)),
    handover: withDuration<LeadTime>(handover),
  };
}

/** Replaces the length of a lead time, unless the guideline sets a longer minimum. */
function replaceAmount<L extends LeadTime>(row: L, value: unknown, path: string): L {
  const amount = readDuration(value, path);
  if (row.basis === 'stated' && leastDays(amount) < leastDays(row.amount)) {
    const weeks = leastDays(row.amount) / 7;
    throw invalidOption(path, {
      en: `The guideline requires at least ${weeks} week(s).`,
      ja: `ガイドラインの定める ${weeks} 週間以上を指定してください。`,
    });
  }
  return { ...row, amount, basis: 'host' };
}
