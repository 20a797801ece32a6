import { DateTime } from 'luxon';
import {
  type Calendar,
  createCalendar,
  type DetailId,
  holdersOf,
  holdings,
  type ServerId,
  type State,
  type Target,
} from 'myna-selfinfo/calendar';
import type { Contender } from '../rounds.js';
import * as integers from './integers.js';
import * as openingHours from './opening-hours.js';
import * as luxon from './plain-luxon.js';

export const OURS = 'myna-selfinfo';
export const BY_HOUR = 'integers, table of hours';
export const BY_EDGE = 'integers, sorted edges';
export const OPENING_HOURS = 'opening_hours';
const ZONES = ['UTC+9', 'Asia/Tokyo'];
const luxonIn = (zone: string) => `luxon in ${zone}`;
export const LUXON = ZONES.map(luxonIn);

/** An interval in epoch milliseconds. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** A target, in the terms of every contender. */
export interface Subject {
  readonly title: string;
  readonly target: Target;
  readonly byLuxon: (at: DateTime) => State;
  readonly byOpeningHours: openingHours.Hours;
}

const calendar = createCalendar();
// By title. The integers look up their target, as our calendar does.
const tables = new Map<string, integers.Integers>();

function heldBy(detail: DetailId, server: ServerId): Subject {
  const target = `${detail}@${server}` as const;
  const title = `'${target}'`;
  tables.set(title, integers.integersOfHolders([server]));
  return {
    title,
    target,
    byLuxon: (at) => luxon.holdersState([server], at),
    byOpeningHours: openingHours.ofHolder(server),
  };
}

function pensionAnywhere(): Subject {
  const target = 'pension';
  const title = `'${target}'`;
  const holders = holdersOf(target);
  tables.set(title, integers.integersOfHolders(holders));
  return {
    title,
    target,
    byLuxon: (at) => luxon.holdersState(holders, at),
    byOpeningHours: openingHours.ofPension(),
  };
}

function pensionServiceAlone(): Subject {
  const server = 'pension-service';
  const title = `{ server: '${server}' }`;
  tables.set(title, integers.integersOfServer(server));
  return {
    title,
    target: { server },
    byLuxon: (at) => luxon.serverState(server, at),
    byOpeningHours: openingHours.ofPensionServiceAlone(),
  };
}

/** Returns a detail at one holder. */
export const oneHolder = heldBy('pension', 'pension-service');
/** A detail at one holder, one at any of six, and a single server. */
export const subjects = [oneHolder, pensionAnywhere(), pensionServiceAlone()];
/** The rows of table 2.5-5. */
export const rows = holdings.map(({ detail, server }) => heldBy(detail, server));

const tableOf = (title: string) => tables.get(title) as integers.Integers;

export function isOpen({ title, target, byLuxon, byOpeningHours }: Subject): Contender<number>[] {
  return [
    { name: OURS, ask: (ms) => calendar.isOpen(target, ms) },
    { name: BY_HOUR, ask: (ms) => integers.isOpenByHour(tableOf(title), ms) },
    { name: BY_EDGE, ask: (ms) => integers.isOpenByEdge(tableOf(title), ms) },
    ...ZONES.map((zone) => ({
      name: luxonIn(zone),
      ask: (ms: number) => byLuxon(DateTime.fromMillis(ms, { zone })) === 'open',
    })),
    { name: OPENING_HOURS, ask: (ms) => byOpeningHours.getState(new Date(ms)) },
  ];
}

export function state({ title, target, byLuxon, byOpeningHours }: Subject): Contender<number>[] {
  return [
    { name: OURS, ask: (ms) => calendar.status(target, ms).state },
    { name: BY_HOUR, ask: (ms) => integers.stateByHour(tableOf(title), ms) },
    { name: BY_EDGE, ask: (ms) => integers.stateByEdge(tableOf(title), ms) },
    ...ZONES.map((zone) => ({
      name: luxonIn(zone),
      ask: (ms: number) => byLuxon(DateTime.fromMillis(ms, { zone })),
    })),
    { name: OPENING_HOURS, ask: (ms) => openingHours.stateAt(byOpeningHours, ms) },
  ];
}

/** No other contender gives reasons. */
export function fullAnswer({ target }: Subject): Contender<number>[] {
  const ask = (ms: number): number => {
    const {
      state,
      causes,
      holders = [],
      sinceMs,
      untilMs,
      nextOpeningMs,
      nextPossibleOpeningMs,
    } = calendar.status(target, ms);
    let read =
      (sinceMs ?? 0) +
      (untilMs ?? 0) +
      (nextOpeningMs ?? 0) +
      (nextPossibleOpeningMs ?? 0) +
      state.length;
    for (const cause of causes)
      read +=
        cause.startMs +
        cause.endMs +
        cause.rule.length +
        cause.certainty.length +
        cause.text.ja.length;
    for (const holder of holders) read += holder.server.length + holder.state.length;
    return read;
  };
  return [{ name: OURS, ask }];
}

export function nextOpening({
  title,
  target,
  byLuxon,
  byOpeningHours,
}: Subject): Contender<number>[] {
  return [
    {
      name: `${OURS}, status().nextOpeningMs`,
      ask: (ms) => calendar.status(target, ms).nextOpeningMs,
    },
    { name: `${OURS}, nextOpening()`, ask: (ms) => calendar.nextOpening(target, ms)?.toMillis() },
    { name: BY_EDGE, ask: (ms) => integers.nextOpeningByEdge(tableOf(title), ms) },
    ...ZONES.map((zone) => ({
      name: luxonIn(zone),
      ask: (ms: number) => luxon.nextOpening(byLuxon, DateTime.fromMillis(ms, { zone })).toMillis(),
    })),
    { name: OPENING_HOURS, ask: (ms) => openingHours.nextOpening(byOpeningHours, ms) },
  ];
}

/** Returns starts and ends of the open windows of each subject. */
export function windows(of: readonly Subject[]): Contender<Interval>[] {
  return [
    { name: OURS, ask: (within) => of.map(({ target }) => bounds(calendar, target, within)) },
    {
      name: `${OURS}, a calendar just made`,
      ask(within) {
        const fresh = createFreshCalendar();
        return of.map(({ target }) => bounds(fresh, target, within));
      },
    },
    {
      name: BY_EDGE,
      ask: ({ start, end }) =>
        of.map(({ title }) => integers.windowsByEdge(tableOf(title), start, end)),
    },
    ...ZONES.map((zone) => ({
      name: luxonIn(zone),
      ask({ start, end }: Interval) {
        const [from, to] = [
          DateTime.fromMillis(start, { zone }),
          DateTime.fromMillis(end, { zone }),
        ];
        return of.map(({ byLuxon }) => luxon.windows(byLuxon, from, to));
      },
    })),
    {
      name: OPENING_HOURS,
      ask: ({ start, end }) =>
        of.map(({ byOpeningHours }) => openingHours.windows(byOpeningHours, start, end)),
    },
  ];
}

/**
 * Calendars without options share a cache. A calendar with an option, even one without effect,
 * starts with an empty cache.
 */
function createFreshCalendar(): Calendar {
  return createCalendar({ notHolidays: ['2050-12-31'] });
}

function bounds(of: Calendar, target: Target, { start, end }: Interval): number[] {
  return of.windows(target, start, end).flatMap(({ startMs, endMs }) => [startMs, endMs]);
}
