import { SelfInfoError } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { parseDay } from '../foundation/time.js';
import type { FrozenDays } from './business-days.js';

/**
 * Some days on which the provider changes nothing, e.g. a release freeze (リリース凍結). Both days
 * are JST days `YYYY-MM-DD` and belong to it.
 *
 * @example
 * ```ts
 * import { type Blackout, planOnboarding } from 'myna-selfinfo/onboarding';
 * const newYear: Blackout = { from: '2026-12-26', to: '2027-01-05' };
 * planOnboarding({ goLive: '2027-04-01', blackout: [newYear] });
 * ```
 */
export interface Blackout {
  /** The first day. */
  readonly from: string;
  /** The last day. */
  readonly to: string;
}

/**
 * Reads the days on which the provider changes nothing.
 *
 * @throws SelfInfoError `unknown_option`, `invalid_date`, `range_reversed`; TypeError.
 */
export function readBlackout(value: unknown): FrozenDays[] {
  if (!Array.isArray(value)) throw new TypeError('options.blackout must be an array.');
  return Array.from(value, (each: unknown, index) => {
    const path = `options.blackout[${index}]`;
    const given = readKeys(each, path, { from: true, to: true } satisfies Record<
      keyof Blackout,
      true
    >);
    const [from, to] = (['from', 'to'] as const).map((key) =>
      parseDay(given[key] as string, `${path}.${key}`),
    ) as [number, number];
    if (to < from) throw new SelfInfoError('range_reversed', { path });
    return { from, to };
  });
}
