// The smallest correct solution: the rules in integer arithmetic, computed beforehand for every
// hour of the span, because all hours in the published tables are whole. It knows neither causes
// nor announcements.
import holidayJp from '@holiday-jp/holiday_jp';
import type { ServerId } from 'myna-selfinfo/calendar';

const HOUR_MS = 3_600_000;
const FIRST_DAY = Date.UTC(2023, 5, 30) / (24 * HOUR_MS);
const DAYS = Date.UTC(2051, 0, 1) / (24 * HOUR_MS) - FIRST_DAY;
const FIRST_MS = (FIRST_DAY * 24 - 9) * HOUR_MS;
const NAMES = ['open', 'uncertain', 'closed'] as const;

/** The states of one target as integers: 0 open, 1 uncertain, 2 closed. */
export interface Integers {
  /** The state of each hour. */
  readonly hours: Uint8Array;
  /** Where the state changes, in epoch milliseconds, and the end of the span. */
  readonly edges: Float64Array;
  /** The state from an edge on. */
  readonly states: Uint8Array;
}

/** Returns the state of a server in an hour of a JST day (days since 1970-01-01). */
function stateIn(server: ServerId, day: number, hour: number): number {
  const date = new Date(day * 24 * HOUR_MS);
  const [month, dayOfMonth, weekday] = [
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCDay(),
  ];
  const thirdSaturday = weekday === 6 && dayOfMonth > 14 && dayOfMonth < 22;
  const sundayAfter = weekday === 0 && dayOfMonth > 15 && dayOfMonth < 23;
  const thirdWeekend = thirdSaturday || sundayAfter ? 1 : 0;
  const businessDay =
    weekday > 0 && weekday < 6 && !(date.toISOString().slice(0, 10) in holidayJp.holidays);
  const within = (from: number, to: number) => hour >= from && hour < to;
  switch (server) {
    case 'mynaportal':
    case 'account-registry':
      return 0;
    case 'information-provision-network':
    case 'municipal':
      return thirdWeekend;
    case 'juki-net': {
      const night = (thirdSaturday && hour > 21) || (sundayAfter && hour < 8);
      const yearEnd =
        month === 12
          ? dayOfMonth * 24 + hour >= 28 * 24 + 21
          : month === 1 && dayOfMonth * 24 + hour < 4 * 24 + 8;
      return night || yearEnd ? 2 : 0;
    }
    case 'local-employee-accident-fund': {
      const saturdaysMonth =
        new Date((weekday === 0 ? day - 1 : day) * 24 * HOUR_MS).getUTCMonth() + 1;
      return !within(8, 21) ? 2 : weekday % 6 === 0 && saturdaysMonth % 6 === 0 ? 1 : 0;
    }
    case 'employment-security':
      return within(7, 22) ? 0 : 2;
    case 'pension-service':
      return businessDay && within(8, 23) ? 0 : 2;
    case 'national-officials-mutual-aid':
      return !businessDay || !within(8, 21)
        ? 2
        : weekday === 5 && dayOfMonth > 7 && dayOfMonth < 15 && hour > 17
          ? 1
          : 0;
    default:
      return businessDay && within(8, 21) ? 0 : 2;
  }
}

const servers = new Map<ServerId, Uint8Array>();

function hoursOf(server: ServerId): Uint8Array {
  let hours = servers.get(server);
  if (!hours) {
    hours = Uint8Array.from({ length: DAYS * 24 }, (_, hour) =>
      stateIn(server, FIRST_DAY + Math.floor(hour / 24), hour % 24),
    );
    servers.set(server, hours);
  }
  return hours;
}

function worst(...tables: Uint8Array[]): Uint8Array {
  return Uint8Array.from({ length: DAYS * 24 }, (_, hour) =>
    Math.max(...tables.map((table) => table[hour] as number)),
  );
}

function integers(hours: Uint8Array): Integers {
  const starts = [...hours.keys()].filter((hour) => hours[hour] !== hours[hour - 1]);
  return {
    hours,
    edges: Float64Array.from([...starts, hours.length], (hour) => FIRST_MS + hour * HOUR_MS),
    states: Uint8Array.from(starts, (hour) => hours[hour] as number),
  };
}

/** Returns the states of a single server. */
export function integersOfServer(server: ServerId): Integers {
  return integers(hoursOf(server));
}

/**
 * Returns the states of the three common systems with one of these holders. Where the holders
 * differ, the state is uncertain.
 */
export function integersOfHolders(holders: readonly ServerId[]): Integers {
  const common = (['mynaportal', 'information-provision-network', 'juki-net'] as const).map(
    hoursOf,
  );
  const each = holders.map((holder) => worst(...common, hoursOf(holder)));
  const [first] = each as [Uint8Array];
  return integers(
    first.map((state, hour) => (each.every((table) => table[hour] === state) ? state : 1)),
  );
}

/** Looks up the state at an instant in the table of hours. */
export function stateByHour({ hours }: Integers, ms: number): (typeof NAMES)[number] {
  return NAMES[numberByHour(hours, ms)] as (typeof NAMES)[number];
}

export function isOpenByHour({ hours }: Integers, ms: number): boolean {
  return numberByHour(hours, ms) === 0;
}

function numberByHour(hours: Uint8Array, ms: number): number {
  const state = hours[Math.floor((ms - FIRST_MS) / HOUR_MS)];
  if (state === undefined) throw new RangeError();
  return state;
}

/**
 * Finds the state at an instant by binary search among the edges, which need not be whole hours.
 */
export function stateByEdge(table: Integers, ms: number): (typeof NAMES)[number] {
  return NAMES[table.states[pieceAt(table, ms)] as number] as (typeof NAMES)[number];
}

export function isOpenByEdge(table: Integers, ms: number): boolean {
  return table.states[pieceAt(table, ms)] === 0;
}

/** Returns the first open instant from another on. */
export function nextOpeningByEdge(table: Integers, ms: number): number | null {
  let piece = pieceAt(table, ms);
  while (piece < table.states.length && table.states[piece] !== 0) piece++;
  return piece === table.states.length ? null : Math.max(ms, table.edges[piece] as number);
}

/** Returns starts and ends of the open parts of an interval, one after the other. */
export function windowsByEdge(table: Integers, start: number, end: number): number[] {
  const bounds: number[] = [];
  for (let piece = pieceAt(table, start); (table.edges[piece] as number) < end; piece++) {
    if (table.states[piece] === 0)
      bounds.push(
        Math.max(start, table.edges[piece] as number),
        Math.min(end, table.edges[piece + 1] as number),
      );
  }
  return bounds;
}

function pieceAt({ edges }: Integers, ms: number): number {
  let low = 0;
  let high = edges.length - 1;
  if (ms < (edges[low] as number) || ms >= (edges[high] as number)) throw new RangeError();
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= ms) low = middle;
    else high = middle;
  }
  return low;
}
