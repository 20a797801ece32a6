import type { Calendar } from '../calendar/calendar.js';
import type { Cause, State, Status } from '../calendar/results.js';
import type { Catalog } from '../catalog/catalog.js';
import { type ItemCode, isItemCode } from '../catalog/item-codes.js';
import { isCommon } from '../catalog/lookup.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { Client } from './registrations.js';

/** A closed holder, and when it opens. */
interface ClosedHolder {
  readonly server: string;
  readonly opensMs: number | null;
}

/** Whether a detail is available now. */
export interface DetailAvailability {
  readonly state: State;
  readonly opensMs: number | null;
  /** What announcements stop or limit, if the detail is uncertain. */
  readonly causes: readonly Cause[];
  /** The closed holders, while others run. */
  readonly closedHolders: readonly ClosedHolder[];
}

/** Whether the registered items of a client are available now. Guideline section 2.5, note ※３. */
export interface RegisteredAvailability {
  readonly details: ReadonlyMap<string, DetailAvailability>;
  /**
   * Nothing is available: a system that every query needs is closed, or all holders of all details
   * are.
   */
  readonly closed?: { readonly causes: Status['causes']; readonly opensMs: number | null };
}

/** Returns the holders that a client's items name, by detail, in the order of table 2.5-5. */
export function holdersByDetail({
  items,
  catalog,
}: Pick<Client, 'items' | 'catalog'>): ReadonlyMap<string, readonly string[]> {
  const asked = catalog.details.flatMap(({ id }) => {
    const holders = new Set(
      [...items.values()].filter((item) => item.detail === id).flatMap((item) => item.holders),
    );
    return holders.size === 0 ? [] : [[id, [...holders]] as const];
  });
  return new Map(asked);
}

/**
 * Asks the calendar about everything that a client registered. Returns undefined if the time is
 * outside the calendar.
 */
export function availabilityOf(
  client: Pick<Client, 'items' | 'catalog'>,
  calendar: Calendar<Catalog>,
  nowMs: number,
): RegisteredAvailability | undefined {
  try {
    const answers = [...holdersByDetail(client)].map(([detail, servers]) => {
      const codes = codesOf(client, detail);
      const holders = servers.map((server) => {
        const statuses = codes.map((item) =>
          calendar.status({ detail: `${detail}@${server}`, item }, nowMs),
        );
        return { server, ...bestOf(statuses, nowMs) };
      });
      return { detail, holders, availability: combineHolders(holders) };
    });
    const byDetail = new Map(answers.map(({ detail, availability }) => [detail, availability]));
    if (answers.some(({ availability }) => availability.state !== 'closed'))
      return { details: byDetail };
    const causes = answers
      .flatMap(({ holders }) => holders.flatMap(({ status }) => status.causes))
      .filter((cause) => cause.state === 'closed' && holdsAt(cause, nowMs));
    // A closed common system closes everything, so the hours of single holders explain nothing.
    const common = causes.filter(({ server, detail }) =>
      server === null ? detail === null : isCommon(server, client.catalog),
    );
    return {
      details: byDetail,
      closed: {
        causes: common.length > 0 ? common : causes,
        opensMs: earliest(answers.map(({ availability }) => availability.opensMs)),
      },
    };
  } catch (error) {
    if (isSelfInfoError(error, 'outside_calendar')) return undefined;
    throw error;
  }
}

interface AskedHolder {
  readonly server: string;
  /** The best status of the items that are asked of it. */
  readonly status: Status;
  /** Whether the status of another item is worse. */
  readonly differs: boolean;
  /** What announcements stop or limit for any of the items. */
  readonly announced: readonly Cause[];
}

/** Returns the codes of a client's items of a detail; null for an item without a code. */
function codesOf({ items }: Pick<Client, 'items'>, detail: string): (ItemCode | null)[] {
  return [...items.values()]
    .filter((item) => item.detail === detail)
    .map(({ code }) => (isItemCode(code) ? code : null));
}

function bestOf(statuses: readonly Status[], nowMs: number): Omit<AskedHolder, 'server'> {
  const states: readonly State[] = ['open', 'uncertain', 'closed'];
  const sorted = [...statuses].sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
  const status = sorted[0] as Status;
  const announced = statuses.flatMap(({ causes }) =>
    causes.filter(
      (cause) =>
        cause.source.kind === 'announcement' && cause.state !== 'slow' && holdsAt(cause, nowMs),
    ),
  );
  return { status, differs: sorted.at(-1)?.state !== status.state, announced };
}

function holdsAt({ startMs, endMs }: Cause, nowMs: number): boolean {
  return startMs <= nowMs && nowMs < endMs;
}

function combineHolders(holders: readonly AskedHolder[]): DetailAvailability {
  const closed = holders.filter(({ status }) => status.state === 'closed');
  if (closed.length === holders.length)
    return {
      state: 'closed',
      opensMs: earliest(holders.map(({ status }) => status.nextOpeningMs)),
      causes: [],
      closedHolders: [],
    };
  const isUncertain = holders.some(
    ({ status, differs }) => differs || status.state === 'uncertain',
  );
  return {
    state: isUncertain ? 'uncertain' : 'open',
    opensMs: null,
    // A closed holder has its own note.
    causes: isUncertain
      ? holders.flatMap(({ status, announced }) => (status.state === 'closed' ? [] : announced))
      : [],
    closedHolders: closed.map(({ server, status }) => ({ server, opensMs: status.nextOpeningMs })),
  };
}

function earliest(instants: readonly (number | null)[]): number | null {
  return instants.reduce(
    (first, instant) => (first === null || (instant !== null && instant < first) ? instant : first),
    null,
  );
}
