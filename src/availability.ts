import type { DateTime } from 'luxon';
import type { Calendar, Cause, HolderState, State, Status, Target } from './calendar/index.js';
import type { ItemSpec, Service, ServiceSpec } from './service.js';
import { formatInstant } from './time.js';

/**
 * Whether a service's items can be had, together and one by one, by the published table (guideline 2.5); it informs and never vetoes.
 *
 * Each part is the calendar's status of the worst moment within `forMs`: its `since` may lie ahead, when a server closes before the citizen is done.
 */
export interface Availability<S extends ServiceSpec = Service> extends Status {
  readonly items: { readonly [K in keyof S['items']]: Status };
}

class TogetherAndApart implements Availability {
  readonly #together: Status;
  readonly state: State;
  readonly causes: readonly Cause[];
  readonly holders?: readonly HolderState[];
  readonly items: Readonly<Record<string, Status>>;
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  readonly nextOpeningMs: number | null;
  readonly nextPossibleOpeningMs: number | null;

  constructor(together: Status, items: Readonly<Record<string, Status>>) {
    this.#together = together;
    this.state = together.state;
    this.causes = together.causes;
    this.sinceMs = together.sinceMs;
    this.untilMs = together.untilMs;
    this.nextOpeningMs = together.nextOpeningMs;
    this.nextPossibleOpeningMs = together.nextPossibleOpeningMs;
    this.items = Object.freeze(items);
    if (together.holders) this.holders = together.holders;
    Object.freeze(this);
  }

  get since(): DateTime | null {
    return this.#together.since;
  }

  get until(): DateTime | null {
    return this.#together.until;
  }

  get nextOpening(): DateTime | null {
    return this.#together.nextOpening;
  }

  get nextPossibleOpening(): DateTime | null {
    return this.#together.nextPossibleOpening;
  }

  toJSON(): Record<string, unknown> {
    return { ...this.#together.toJSON(), items: this.items };
  }
}

/** Asks the calendar about every item of a service, for `forMs` from `atMs` on. */
export function computeAvailability(service: Service, calendar: Calendar, atMs: number, forMs: number): Availability {
  const targets = Object.entries<ItemSpec>(service.items).map(([key, item]) => [key, targetOf(item)] as const);
  const items = Object.fromEntries(targets.map(([key, target]) => [key, worstStatus(calendar, target, atMs, forMs)]));
  return new TogetherAndApart(worstStatus(calendar, together(targets.map(([, target]) => target)), atMs, forMs), items);
}

/** Why the asked items may not be had at an instant, and from when on they can (ISO 8601 at +09:00). */
export function outageOf(
  service: Service,
  keys: readonly string[],
  calendar: Calendar,
  atMs: number,
): { readonly causes: readonly Cause[]; readonly until: string | null } {
  const { causes, state, nextOpeningMs } = calendar.status(together(keys.map((key) => targetOf(service.items[key] as ItemSpec))), atMs);
  return { causes, until: state === 'open' || nextOpeningMs === null ? null : formatInstant(nextOpeningMs) };
}

function together(targets: readonly Target[]): Target {
  const [only] = targets;
  return targets.length === 1 && only !== undefined ? only : { allOf: targets };
}

function targetOf({ detail, holders }: ItemSpec): Target {
  return holders ? together(holders.map((holder): Target => `${detail}@${holder}`)) : detail;
}

const RANK = { closed: 0, uncertain: 1, open: 2 } as const;

function worstStatus(calendar: Calendar, target: Target, atMs: number, forMs: number): Status {
  let worst = calendar.status(target, atMs);
  for (const { state, startMs } of calendar.segments(target, atMs, Math.min(atMs + forMs, calendar.toMs))) {
    if (RANK[state] < RANK[worst.state]) worst = calendar.status(target, startMs);
  }
  return worst;
}
