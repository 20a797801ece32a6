import type { Calendar } from '../calendar/calendar.js';
import type { State, Status } from '../calendar/results.js';
import { type DetailId, details } from '../catalog/details.js';
import { commonServers, type ServerId } from '../catalog/servers.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Client } from './registrations.js';

/** A holder that is closed now, and when it opens. */
interface ClosedHolder {
  readonly server: ServerId;
  readonly opensMs: number | null;
}

/** Whether a detail can be had now. */
export interface Opening {
  readonly state: State;
  readonly opensMs: number | null;
  /** The holders that are closed although others run. */
  readonly closedHolders: readonly ClosedHolder[];
}

/** Whether what a client asks for can be had now. Guideline section 2.5 and its note ※３. */
export interface Openings {
  readonly details: ReadonlyMap<DetailId, Opening>;
  /**
   * Nothing can be had: a system that every query needs is closed, or all holders of all details
   * are.
   */
  readonly closed?: { readonly causes: Status['causes']; readonly opensMs: number | null };
}

/** The holders that a client's items name, by detail, in the order of table 2.5-5. */
export function holdersAsked({
  items,
}: Pick<Client, 'items'>): ReadonlyMap<DetailId, readonly ServerId[]> {
  const asked = details.flatMap(({ id }) => {
    const holders = new Set(
      [...items.values()].filter((item) => item.detail === id).flatMap((item) => item.holders),
    );
    return holders.size === 0 ? [] : [[id, [...holders]] as const];
  });
  return new Map(asked);
}

/**
 * Asks the calendar for all that a client asks for; undefined where the clock stands outside the
 * calendar's span, of which nothing is known.
 */
export function openingsOf(
  client: Pick<Client, 'items'>,
  calendar: Calendar,
  nowMs: number,
): Openings | undefined {
  try {
    const answers = [...holdersAsked(client)].map(([detail, servers]) => {
      const holders = servers.map((server) => ({
        server,
        status: calendar.status(`${detail}@${server}`, nowMs),
      }));
      return { detail, holders, opening: openingOf(holders) };
    });
    const openings = new Map(answers.map(({ detail, opening }) => [detail, opening]));
    if (answers.some(({ opening }) => opening.state !== 'closed')) return { details: openings };
    const causes = answers
      .flatMap(({ holders }) => holders.flatMap(({ status }) => status.causes))
      .filter(
        ({ state, startMs, endMs }) => state === 'closed' && startMs <= nowMs && nowMs < endMs,
      );
    // A closed common system closes all: the hours of single holders explain nothing then.
    const common = causes.filter(({ server }) => server === null || commonServers.includes(server));
    return {
      details: openings,
      closed: {
        causes: common.length > 0 ? common : causes,
        opensMs: earliest(answers.map(({ opening }) => opening.opensMs)),
      },
    };
  } catch (error) {
    if (isSelfInfoError(error, 'outside_calendar')) return undefined;
    throw error;
  }
}

function openingOf(
  holders: readonly { readonly server: ServerId; readonly status: Status }[],
): Opening {
  const closed = holders.filter(({ status }) => status.state === 'closed');
  if (closed.length === holders.length)
    return {
      state: 'closed',
      opensMs: earliest(holders.map(({ status }) => status.nextOpeningMs)),
      closedHolders: [],
    };
  return {
    state: holders.some(({ status }) => status.state === 'uncertain') ? 'uncertain' : 'open',
    opensMs: null,
    closedHolders: closed.map(({ server, status }) => ({ server, opensMs: status.nextOpeningMs })),
  };
}

function earliest(instants: readonly (number | null)[]): number | null {
  return instants.reduce(
    (first, instant) => (first === null || (instant !== null && instant < first) ? instant : first),
    null,
  );
}
