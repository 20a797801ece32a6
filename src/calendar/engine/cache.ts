import type { Catalog, CatalogHolding } from '../../catalog/catalog.js';
import { holdingsOf } from '../../catalog/lookup.js';
import type { CheckedAnnouncement } from '../announcements.js';
import { membersOf, type Target, type TargetMember } from '../targets.js';
import { AnnouncementLayer } from './announcement-layer.js';
import {
  differingHolders,
  findersWithin,
  heldOnlyWithin,
  notHeld,
  spanOfHolding,
} from './holdings.js';
import type { Rulebook } from './rulebook.js';
import { causesFrom, Schedule } from './schedule.js';
import { anyOf, type Timeline, worstOf } from './timeline.js';

// Bounds the memory: a caller may build any number of combinations from what users send.
const MAX_COMBINATIONS = 256;

/** The schedules of all targets. Each is built once. */
export class ScheduleCache {
  readonly #servers = new Map<string, Schedule>();
  readonly #held = new Map<string, Schedule>();
  readonly #heldTimelines = new Map<Timeline, Timeline>();
  readonly #members = new Map<string, Schedule>();
  readonly #combinations = new Map<string, Schedule>();
  readonly #catalog: Catalog;
  readonly #common: Schedule;

  constructor(rulebook: Rulebook, announcements: readonly CheckedAnnouncement[]) {
    this.#catalog = rulebook.catalog;
    const toAll = announcements.filter(({ target }) => target === 'all');
    const layerForAll = new AnnouncementLayer(toAll);
    for (const { id } of rulebook.catalog.servers) {
      const own = announcements.filter(({ target }) => target === id);
      const concerning = own.length === 0 ? toAll : [...toAll, ...own];
      const layer = own.length === 0 ? layerForAll : new AnnouncementLayer(concerning);
      this.#servers.set(
        id,
        concerning.length === 0
          ? rulebook.schedule(id)
          : rulebook.scheduleUnder(id, concerning, layer),
      );
    }
    this.#common = worstOfAll(
      rulebook.catalog.servers.flatMap(({ id, role }) =>
        role === 'common' ? [this.#server(id)] : [],
      ),
    );
  }

  /**
   * Returns the schedule of a target.
   *
   * @throws as {@link membersOf}.
   */
  scheduleOf(target: Target<Catalog>): Schedule {
    // A string is the key of its member, so the common cases cost one look-up.
    return (
      (typeof target === 'string' ? this.#members.get(target) : this.#lookUpServer(target)) ??
      this.#build(target)
    );
  }

  #lookUpServer(target: Exclude<Target<Catalog>, string>): Schedule | undefined {
    for (const key in target) if (key !== 'server') return undefined;
    return this.#servers.get((target as { server?: string } | null)?.server as string);
  }

  #build(target: Target<Catalog>): Schedule {
    const members = membersOf(target, 'target', this.#catalog);
    if (members.length === 1) return this.#member(members[0] as TargetMember);
    const key = members.map((member) => member.key).join(' ');
    const known = this.#combinations.get(key);
    if (known) return known;
    if (this.#combinations.size === MAX_COMBINATIONS) this.#combinations.clear();
    const schedule = worstOfAll(members.map((member) => this.#member(member)));
    this.#combinations.set(key, schedule);
    return schedule;
  }

  #member(member: TargetMember): Schedule {
    // Not kept by its key: the key of a server is no valid string target.
    if (member.detail === undefined) return this.#server(member.server);
    let schedule = this.#members.get(member.key);
    if (!schedule) {
      schedule = this.#detail(member.detail, member.holder);
      this.#members.set(member.key, schedule);
    }
    return schedule;
  }

  #server(id: string): Schedule {
    return this.#servers.get(id) as Schedule;
  }

  #detail(id: string, named: string | undefined): Schedule {
    const holdings = holdingsOf(id, this.#catalog).filter(
      ({ server }) => named === undefined || server === named,
    );
    const each = holdings.map((holding) => ({
      server: holding.server,
      schedule: this.#holding(holding),
    }));
    const [only] = each;
    if (only && each.length === 1) return only.schedule;
    const held = holdings.map((holding) => ({
      timeline: this.#heldBy(holding.server).timeline,
      span: spanOfHolding(holding),
    }));
    const { timeline, disagreement, nobody } = anyOf(held);
    const finders = [
      ...new Set(
        holdings.flatMap((holding) =>
          findersWithin(this.#heldBy(holding.server).finders, spanOfHolding(holding)),
        ),
      ),
      causesFrom(differingHolders(id, this.#catalog), disagreement),
      ...(nobody ? [causesFrom(notHeld(id, null, this.#catalog), nobody)] : []),
    ];
    return new Schedule(timeline, finders, each);
  }

  #holding(holding: CatalogHolding): Schedule {
    const { detail, server } = holding;
    const span = spanOfHolding(holding);
    const held = this.#heldBy(server);
    return span ? heldOnlyWithin(held, span, notHeld(detail, server, this.#catalog)) : held;
  }

  // Once the holder is known, the detail makes no difference.
  #heldBy(server: string): Schedule {
    let schedule = this.#held.get(server);
    if (!schedule) {
      const own = this.#server(server);
      // Servers with the same hours share their timeline, and the one merged from it.
      let timeline = this.#heldTimelines.get(own.timeline);
      if (!timeline) {
        timeline = worstOf([this.#common.timeline, own.timeline]);
        this.#heldTimelines.set(own.timeline, timeline);
      }
      schedule = new Schedule(timeline, [...new Set([...this.#common.finders, ...own.finders])]);
      this.#held.set(server, schedule);
    }
    return schedule;
  }
}

function worstOfAll(schedules: readonly Schedule[]): Schedule {
  const distinct = [...new Set(schedules)];
  return new Schedule(worstOf(distinct.map((schedule) => schedule.timeline)), [
    ...new Set(distinct.flatMap((schedule) => schedule.finders)),
  ]);
}
