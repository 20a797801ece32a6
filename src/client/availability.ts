import type { DateTime } from 'luxon';
import { type Calendar, createCalendar } from '../calendar/calendar.js';
import type { Cause, HolderState, State, Status, UndoneCause } from '../calendar/results.js';
import type { Text } from '../calendar/rules.js';
import type { Target } from '../calendar/targets.js';
import { type Catalog, publishedCatalog } from '../catalog/catalog.js';
import { detailRow, nameOfItem } from '../catalog/lookup.js';
import { type Expected, hostCall, invalidOption } from '../foundation/errors.js';
import { checkMethods } from '../foundation/options.js';
import { formatInstant } from '../foundation/time.js';
import { catalogOf, type Service } from '../service/service.js';
import type { ItemSpec, ServiceSpec } from '../service/spec.js';

/**
 * Whether the items of a service are available by the published table, together and one by one
 * (guideline 2.5). It informs and forbids nothing.
 *
 * Each status is that of the worst instant within `forMs`, with the causes of that instant. Its
 * `since` can be in the future, when a server closes before the citizen is done.
 */
export interface Availability<S extends ServiceSpec = ServiceSpec> extends Status {
  /** Each item. With a code it is asked by its code, because single items may stop. */
  readonly items: { readonly [K in keyof S['items']]: ItemAvailability };
}

/** Whether one item of a service is available. */
export interface ItemAvailability extends Status {
  /** The item's name for people: that of the catalogue for its code, or that of its detail. */
  readonly name: Text;
}

/** A status with the causes of one instant only, not of the whole segment around it. */
class InstantStatus implements Status {
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

  get mayTry(): boolean {
    return this.state !== 'closed';
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

class NamedStatus extends InstantStatus implements ItemAvailability {
  readonly name: Text;

  constructor(status: Status, atMs: number, { ja, en }: Text) {
    super(status, atMs);
    this.name = Object.freeze({ ja, en });
  }

  override toJSON(): Record<string, unknown> {
    return { name: this.name, ...super.toJSON() };
  }
}

class ServiceAvailability extends InstantStatus implements Availability {
  readonly items: Readonly<Record<string, ItemAvailability>>;

  constructor(status: Status, atMs: number, items: Readonly<Record<string, ItemAvailability>>) {
    super(status, atMs);
    this.items = Object.freeze(items);
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), items: this.items };
  }
}

/**
 * Asks the calendar about every item of a service, for `forMs` milliseconds from `atMs`.
 *
 * @param firstUse - false if this citizen has fetched before.
 * @throws SelfInfoError `outside_calendar`; `invalid_option` when the caller's calendar throws or
 * is not a calendar.
 */
export function computeAvailability(
  service: Service,
  calendar: Calendar<Catalog>,
  atMs: number,
  forMs: number,
  firstUse = true,
): Availability {
  const asked = () => (firstUse ? calendar : calendar.withoutFirstUse());
  return hostCall(PATH, () => statusOfItems(asked(), service, atMs, forMs), EXPECTED);
}

function statusOfItems(
  calendar: Calendar<Catalog>,
  service: Service,
  atMs: number,
  forMs: number,
): Availability {
  const catalog = catalogOf(service);
  const targets = Object.entries<ItemSpec>(service.items).map(
    ([key, item]) => [key, targetOf(item), item] as const,
  );
  const items = Object.fromEntries(
    targets.map(([key, target, item]) => {
      const [status, instantMs] = worstInstant(calendar, target, atMs, forMs);
      return [
        key,
        Object.freeze(
          new NamedStatus(
            status,
            instantMs,
            nameOfItem(item.code, detailRow(item.detail, catalog), catalog),
          ),
        ),
      ];
    }),
  );
  const [status, instantMs] = worstInstant(
    calendar,
    together(targets.map(([, target]) => target)),
    atMs,
    forMs,
  );
  return Object.freeze(new ServiceAvailability(status, instantMs, items));
}

const PATH = 'options.calendar';
const EXPECTED: Expected = {
  en: 'It must be, or return, a calendar of createCalendar.',
  ja: 'createCalendar のカレンダーか、それを返す関数を指定してください。',
};

/**
 * Returns a function that gives the current calendar. Default: without announcements.
 *
 * @param catalog - the catalogue of the services. A calendar with another one is refused.
 */
export function calendarSource(
  given: Calendar<Catalog> | (() => Calendar<Catalog>) | undefined,
  catalog: Catalog,
): () => Calendar<Catalog> {
  if (typeof given === 'function')
    return () => withCatalog(hostCall(PATH, given, EXPECTED), catalog);
  if (given === undefined) {
    const tables = createCalendar({}, catalog);
    return () => tables;
  }
  checkMethods(given, PATH, ['status', 'segments']);
  withCatalog(given, catalog);
  return () => given;
}

function withCatalog(calendar: Calendar<Catalog>, { fingerprint }: Catalog): Calendar<Catalog> {
  // Other code may bring a calendar that is not from createCalendar.
  const theirs = calendar?.catalog ?? publishedCatalog;
  if (theirs.fingerprint === fingerprint) return calendar;
  throw invalidOption(PATH, {
    en: 'Its catalogue differs from that of the service. Give the same catalogue to defineService and createCalendar.',
    ja: 'サービスとカレンダーのカタログが異なります。defineService と createCalendar に同じカタログを指定してください。',
  });
}

/**
 * Returns why items are not available at an instant, and until when (ISO 8601 at +09:00): null
 * unless they are closed, because an uncertain item may be asked again at any time. Returns
 * no cause when the calendar fails: the portal's response counts, not the calendar.
 */
export function outageOf(
  service: Service,
  keys: readonly string[],
  currentCalendar: () => Calendar<Catalog>,
  atMs: number,
): { readonly causes: readonly Cause[]; readonly until: string | null } {
  try {
    const target = together(keys.map((key) => targetOf(service.items[key] as ItemSpec)));
    const { causes, state, nextOpeningMs } = new InstantStatus(
      currentCalendar().status(target, atMs),
      atMs,
    );
    return {
      causes,
      until: state !== 'closed' || nextOpeningMs === null ? null : formatInstant(nextOpeningMs),
    };
  } catch {
    return { causes: [], until: null };
  }
}

function together(targets: readonly Target<Catalog>[]): Target<Catalog> {
  const [only] = targets;
  return targets.length === 1 && only !== undefined ? only : { allOf: targets };
}

function targetOf({ detail, holders, code }: ItemSpec): Target<Catalog> {
  const item = code ?? null;
  return holders
    ? together(holders.map((holder): Target<Catalog> => ({ detail: `${detail}@${holder}`, item })))
    : { detail, item };
}

const RANK = { closed: 0, uncertain: 1, open: 2 } as const;

function worstInstant(
  calendar: Calendar<Catalog>,
  target: Target<Catalog>,
  atMs: number,
  forMs: number,
): [status: Status, instantMs: number] {
  let worst = calendar.status(target, atMs);
  let instantMs = atMs;
  for (const { state, startMs } of calendar.segments(
    target,
    atMs,
    Math.min(atMs + forMs, calendar.toMs),
  )) {
    if (RANK[state] >= RANK[worst.state]) continue;
    worst = calendar.status(target, startMs);
    instantMs = startMs;
  }
  return [worst, instantMs];
}
