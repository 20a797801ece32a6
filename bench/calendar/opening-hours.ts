// The same hours in the rules language of OpenStreetMap. The language composes nothing and cannot
// say "depends on the holder", so the rules below are composed by hand.

import type { ServerId } from 'myna-selfinfo/calendar';
import openingHours from 'opening_hours';

// Only opening_hours reads the zone of the process.
process.env.TZ = 'Asia/Tokyo';

/** Rules, parsed once. */
export type Hours = openingHours;

/** Holidays (国民の休日) that opening_hours 3.15.0 does not know: days between two other holidays. */
export const unknownHolidays = [
  '2026-09-22',
  '2032-09-21',
  '2037-09-22',
  '2043-09-22',
  '2049-09-21',
];

const common =
  'Sa[3] 22:00-24:00 off; Sa[3] +1 day 00:00-08:00 off; Dec 28 21:00-24:00 off; Dec 29-Jan 3 off; Jan 4 00:00-08:00 off';
const alwaysButThirdWeekend = `open; Sa[3] unknown; Sa[3] +1 day unknown; ${common}`;
const businessDays = `Mo-Fr 08:00-21:00; PH off; ${common}`;

const rulesOfHolder: { readonly [S in ServerId]?: string } = {
  municipal: alwaysButThirdWeekend,
  'account-registry': alwaysButThirdWeekend,
  'local-employee-accident-fund': `08:00-21:00; Jun,Dec Sa 08:00-21:00 unknown; Jun 2-Jul 1 Su 08:00-21:00 unknown; Dec 2-31 Su 08:00-21:00 unknown; Sa[3] 08:00-21:00 unknown; Sa[3] +1 day 08:00-21:00 unknown; ${common}`,
  'employment-security': `07:00-22:00; Sa[3] 07:00-22:00 unknown; Sa[3] +1 day 07:00-22:00 unknown; ${common}`,
  'medical-insurers': businessDays,
  'local-officials-mutual-aid': businessDays,
  'national-officials-mutual-aid': `Mo-Fr 08:00-21:00; Fr[2] 08:00-18:00 open, Fr[2] 18:00-21:00 unknown; PH off; ${common}`,
  'private-school-mutual-aid': businessDays,
  'labour-standards': businessDays,
  'pension-service': `Mo-Fr 08:00-23:00; PH off; ${common}`,
};

const rulesOfPension = `unknown; Mo-Fr 08:00-21:00 open, Mo-Fr 00:00-08:00,21:00-24:00 unknown; Fr[2] 08:00-18:00 open, Fr[2] 00:00-08:00,18:00-24:00 unknown; PH unknown; ${common}`;

const rulesOfPensionServiceAlone = 'Mo-Fr 08:00-23:00; PH off';

/** Returns the rules of a detail at one of its holders. */
export function ofHolder(holder: ServerId): Hours {
  return parse(rulesOfHolder[holder] as string);
}

export function ofPension(): Hours {
  return parse(rulesOfPension);
}

export function ofPensionServiceAlone(): Hours {
  return parse(rulesOfPensionServiceAlone);
}

function parse(rules: string): Hours {
  return new openingHours(rules, {
    lat: 35.68,
    lon: 139.76,
    address: { country_code: 'jp', state: '' },
  });
}

/** Returns the state at an instant, in our terms. */
export function stateAt(hours: Hours, ms: number): 'open' | 'uncertain' | 'closed' {
  const [open, , unknown] = hours.getStatePair(new Date(ms));
  return unknown ? 'uncertain' : open ? 'open' : 'closed';
}

/** Returns the first open instant from another on. */
export function nextOpening(hours: Hours, ms: number): number | null {
  const iterator = hours.getIterator(new Date(ms));
  while (!iterator.getState()) if (!iterator.advance()) return null;
  return iterator.getDate().getTime();
}

/** Returns starts and ends of the open windows of an interval, one after the other. */
export function windows(hours: Hours, start: number, end: number): number[] {
  const bounds: number[] = [];
  for (const [from, to, unknown] of hours.getOpenIntervals(new Date(start), new Date(end))) {
    if (unknown) continue;
    // opening_hours splits windows at midnight.
    if (bounds.at(-1) === from.getTime()) bounds.pop();
    else bounds.push(from.getTime());
    bounds.push(to.getTime());
  }
  return bounds;
}
