// A solution with luxon that reads the tables line by line.
import holidayJp from '@holiday-jp/holiday_jp';
import { DateTime } from 'luxon';
import type { ServerId, State } from 'myna-selfinfo/calendar';

function thirdSaturday(at: DateTime): DateTime {
  const first = at.startOf('month');
  return first.plus({ days: ((6 - first.weekday + 7) % 7) + 14 });
}

function secondFriday(at: DateTime): DateTime {
  const first = at.startOf('month');
  return first.plus({ days: ((5 - first.weekday + 7) % 7) + 7 });
}

function isBusinessDay(at: DateTime): boolean {
  return at.weekday < 6 && !((at.toISODate() as string) in holidayJp.holidays);
}

function isWithin(at: DateTime, start: DateTime, end: DateTime): boolean {
  return at >= start && at < end;
}

function thirdWeekend(at: DateTime): State {
  const saturday = thirdSaturday(at);
  return isWithin(at, saturday, saturday.plus({ days: 2 })) ? 'uncertain' : 'open';
}

function businessHours(at: DateTime, from: number, to: number): State {
  return isBusinessDay(at) && at.hour >= from && at.hour < to ? 'open' : 'closed';
}

/** Returns the state of a single server. */
export function serverState(server: ServerId, at: DateTime): State {
  switch (server) {
    case 'mynaportal':
    case 'account-registry':
      return 'open';
    case 'information-provision-network':
    case 'municipal':
      return thirdWeekend(at);
    case 'juki-net': {
      const saturday = thirdSaturday(at);
      if (isWithin(at, saturday.plus({ hours: 22 }), saturday.plus({ hours: 32 }))) return 'closed';
      const { year, zone } = at;
      return isWithin(
        at,
        DateTime.fromObject({ year, month: 1, day: 4, hour: 8 }, { zone }),
        DateTime.fromObject({ year, month: 12, day: 28, hour: 21 }, { zone }),
      )
        ? 'open'
        : 'closed';
    }
    case 'local-employee-accident-fund': {
      if (at.hour < 8 || at.hour >= 21) return 'closed';
      const saturday = at.weekday === 7 ? at.minus({ days: 1 }) : at;
      return at.weekday >= 6 && (saturday.month === 6 || saturday.month === 12)
        ? 'uncertain'
        : 'open';
    }
    case 'employment-security':
      return at.hour >= 7 && at.hour < 22 ? 'open' : 'closed';
    case 'pension-service':
      return businessHours(at, 8, 23);
    case 'national-officials-mutual-aid': {
      if (businessHours(at, 8, 21) === 'closed') return 'closed';
      const friday = secondFriday(at);
      return isWithin(at, friday.plus({ hours: 18 }), friday.plus({ hours: 30 }))
        ? 'uncertain'
        : 'open';
    }
    default:
      return businessHours(at, 8, 21);
  }
}

function heldState(holder: ServerId, at: DateTime): State {
  const states = (['mynaportal', 'information-provision-network', 'juki-net', holder] as const).map(
    (server) => serverState(server, at),
  );
  return states.includes('closed') ? 'closed' : states.includes('uncertain') ? 'uncertain' : 'open';
}

/**
 * Returns the state of the three common systems with one of these holders. Where the holders
 * differ, the state is uncertain.
 */
export function holdersState(holders: readonly ServerId[], at: DateTime): State {
  const [first, ...others] = holders.map((holder) => heldState(holder, at)) as [State, ...State[]];
  return others.every((state) => state === first) ? first : 'uncertain';
}

/** Returns the first open instant from another on. All hours of the tables are whole. */
export function nextOpening(stateAt: (at: DateTime) => State, from: DateTime): DateTime {
  let at = from;
  while (stateAt(at) !== 'open') at = at.startOf('hour').plus({ hours: 1 });
  return at;
}

/** Returns starts and ends of the open windows of an interval, hour by hour. */
export function windows(
  stateAt: (at: DateTime) => State,
  start: DateTime,
  end: DateTime,
): number[] {
  const bounds: number[] = [];
  let open = false;
  for (let at = start; at < end; at = at.plus({ hours: 1 })) {
    if ((stateAt(at) === 'open') === open) continue;
    open = !open;
    bounds.push(at.toMillis());
  }
  if (open) bounds.push(end.toMillis());
  return bounds;
}
