import type { DateTime } from 'luxon';
import { type Calendar, createCalendar } from '../calendar/calendar.js';
import type { Cause, HolderState, State, Status, UndoneCause } from '../calendar/results.js';
import type { Target } from '../calendar/targets.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { checkMethods } from '../foundation/options.js';
import { formatInstant } from '../foundation/time.js';
import type { ItemSpec, Service, ServiceSpec } from '../service/service.js';

/**
 * Whether a service's items can be had, together and one by one, by the published table (guideline
 * 2.5); it informs and never vetoes.
 *
 * Each part is the calendar's status of the worst moment within `forMs`, with the causes of that
 * moment: its `since` may lie ahead, when a server closes before the citizen is done.
 */
export interface Availability<S extends ServiceSpec = ServiceSpec> extends Status {
  readonly items: { readonly [K in keyof S['items']]: Status };
}

/** A status whose causes are those of one moment, and no others of the stretch around it. */
class Moment implements Status {
  readonly #status: Status;
  readonly state: State;
  readonly causes: readonly Cause[];
  readonly undone: readonly UndoneCause[];
  declare readonly holders?: readonly HolderState[];
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  readonly nextOpeningMs: number | null;
  readonly nextPossibleOpeningMs: number | null;

  constructor(status: Status, atMs: number) {
    this.#status = status;
    this.state = status.state;
    this.causes = Object.freeze(
      status.causes.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs),
    );
    this.undone = Object.freeze(
      status.undone.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs),
    );
    if (status.holders) this.holders = status.holders;
    this.sinceMs = status.sinceMs;
    this.untilMs = status.untilMs;
    this.nextOpeningMs = status.nextOpeningMs;
    this.nextPossibleOpeningMs = status.nextPossibleOpeningMs;
  }

  get since(): DateTime | null {
    return this.#status.since;
  }

  get until(): DateTime | null {
    return this.#status.until;
  }

  get nextOpening(): DateTime | null {
    return this.#status.nextOpening;
  }

  get nextPossibleOpening(): DateTime | null {
    return this.#status.nextPossibleOpening;
  }

  toJSON(): Record<string, unknown> {
    return { ...this.#status.toJSON(), causes: this.causes, undone: this.undone };
  }
}

class TogetherAndApart extends Moment implements Availability {
  readonly items: Readonly<Record<string, Status>>;

  constructor(status: Status, atMs: number, items: Readonly<Record<string, Status>>) {
    super(status, atMs);
    this.items = Object.freeze(items);
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), items: this.items };
  }
}

/**
 * Asks the calendar about every item of a service, for `forMs` from `atMs` on.
 *
 * @throws SelfInfoError `outside_calendar`; `invalid_option` for a calendar of the host's that
 * throws or is none.
 */
export function computeAvailability(
  service: Service,
  calendar: Calendar,
  atMs: number,
  forMs: number,
): Availability {
  return guarded(() => askedOf(calendar, service, atMs, forMs));
}

function askedOf(calendar: Calendar, service: Service, atMs: number, forMs: number): Availability {
  const targets = Object.entries<ItemSpec>(service.items).map(
    ([key, item]) => [key, targetOf(item)] as const,
  );
  const items = Object.fromEntries(
    targets.map(([key, target]) => {
      const [status, momentMs] = worstMoment(calendar, target, atMs, forMs);
      return [key, Object.freeze(new Moment(status, momentMs))];
    }),
  );
  const [status, momentMs] = worstMoment(
    calendar,
    together(targets.map(([, target]) => target)),
    atMs,
    forMs,
  );
  return Object.freeze(new TogetherAndApart(status, momentMs, items));
}

/** The calendar of each moment; by default the guideline's tables. */
export function calendarSource(given: Calendar | (() => Calendar) | undefined): () => Calendar {
  if (typeof given === 'function') return () => guarded(given);
  if (given === undefined) {
    const tables = createCalendar();
    return () => tables;
  }
  checkMethods(given, 'options.calendar', ['status', 'segments']);
  return () => given;
}

/** Lets our own errors through and hides those of a calendar of the host's. */
function guarded<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (isSelfInfoError(error)) throw error;
    throw new SelfInfoError('invalid_option', {
      path: 'options.calendar',
      expected: {
        en: 'It must be, or return, a calendar of createCalendar.',
        ja: 'createCalendar のカレンダーか、それを返す関数を指定してください。',
      },
    });
  }
}

/**
 * Why the asked items may not be had at an instant, and from when on they can (ISO 8601 at +09:00).
 * A calendar that cannot say, or fails, says nothing.
 */
export function outageOf(
  service: Service,
  keys: readonly string[],
  currentCalendar: () => Calendar,
  atMs: number,
): { readonly causes: readonly Cause[]; readonly until: string | null } {
  try {
    const target = together(keys.map((key) => targetOf(service.items[key] as ItemSpec)));
    const { causes, state, nextOpeningMs } = new Moment(
      currentCalendar().status(target, atMs),
      atMs,
    );
    return {
      causes,
      until: state === 'open' || nextOpeningMs === null ? null : formatInstant(nextOpeningMs),
    };
  } catch {
    return { causes: [], until: null };
  }
}

function together(targets: readonly Target[]): Target {
  const [only] = targets;
  return targets.length === 1 && only !== undefined ? only : { allOf: targets };
}

function targetOf({ detail, holders }: ItemSpec): Target {
  return holders ? together(holders.map((holder): Target => `${detail}@${holder}`)) : detail;
}

const RANK = { closed: 0, uncertain: 1, open: 2 } as const;

function worstMoment(
  calendar: Calendar,
  target: Target,
  atMs: number,
  forMs: number,
): [status: Status, momentMs: number] {
  let worst = calendar.status(target, atMs);
  let momentMs = atMs;
  for (const { state, startMs } of calendar.segments(
    target,
    atMs,
    Math.min(atMs + forMs, calendar.toMs),
  )) {
    if (RANK[state] >= RANK[worst.state]) continue;
    worst = calendar.status(target, startMs);
    momentMs = startMs;
  }
  return [worst, momentMs];
}
