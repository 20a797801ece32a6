import type { Catalog } from '../../catalog/catalog.js';
import { type ItemCode, isItemCode } from '../../catalog/item-codes.js';
import { holdingsOf } from '../../catalog/lookup.js';
import { own } from '../../foundation/own.js';
import type { CheckedAnnouncement } from '../announcements.js';
import { type DetailMember, membersOf, type Target, type TargetMember } from '../targets.js';
import { AnnouncementLayer } from './announcement-layer.js';
import { anyOf } from './any-of.js';
import {
  differingHolders,
  findersWithin,
  heldOnlyWithin,
  notHeld,
  spanOfHolding,
} from './holdings.js';
import { LoweringLayer } from './lowering-layer.js';
import type { Rulebook } from './rulebook.js';
import { causesFrom, Schedule } from './schedule.js';
import { isLowering, isSettling, type Layers, Scopes } from './scopes.js';
import { type Timeline, worstOf } from './timeline.js';

// Bounds the memory: a caller may build any number of combinations from what users send.
const MAX_COMBINATIONS = 256;

/** The schedules of all targets. Each is built once. */
export class ScheduleCache {
  readonly #servers = new Map<string, Schedule>();
  readonly #held = new Map<string, Schedule>();
  readonly #heldTimelines = new Map<Timeline, Timeline>();
  /** By detail, or detail@server. */
  readonly #members = new Map<string, Schedule>();
  /** The same by the code of an item that announcements name, and for items without a code. */
  readonly #items = new Map<ItemCode | null, Map<string, Schedule>>();
  readonly #combinations = new Map<string, Schedule>();
  readonly #scopes: Scopes;
  readonly #catalog: Catalog;
  readonly #common: Schedule;

  constructor(rulebook: Rulebook, announcements: readonly CheckedAnnouncement[]) {
    const { catalog } = rulebook;
    const scopes = new Scopes(announcements, catalog);
    const { toAll } = scopes;
    const layersForAll = layersOf(toAll);
    for (const { id } of catalog.servers) {
      const toServer = scopes.toServer(id);
      const concerning = toServer.length === 0 ? toAll : [...toAll, ...toServer];
      const [layer, lowering] = toServer.length === 0 ? layersForAll : layersOf(concerning);
      this.#servers.set(
        id,
        concerning.length === 0
          ? rulebook.schedule(id)
          : rulebook.scheduleUnder(id, concerning, layer, lowering),
      );
    }
    this.#scopes = scopes;
    this.#catalog = catalog;
    this.#common = worstOfAll(
      catalog.servers.flatMap(({ id, role }) => (role === 'common' ? [this.#server(id)] : [])),
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
      (typeof target === 'string' ? this.#members.get(target) : this.#lookUp(target)) ??
      this.#build(target)
    );
  }

  #lookUp(target: Exclude<Target<Catalog>, string>): Schedule | undefined {
    for (const key in target) {
      if (key === 'detail') return this.#lookUpItem(target);
      if (key !== 'server') return undefined;
    }
    return this.#servers.get((target as { server?: string } | null)?.server as string);
  }

  #lookUpItem(target: Exclude<Target<Catalog>, string>): Schedule | undefined {
    for (const key in target) if (key !== 'detail' && key !== 'item') return undefined;
    const [detail, item] = [own(target, 'detail'), own(target, 'item')];
    if (typeof detail !== 'string') return undefined;
    if (item === undefined) return this.#members.get(detail);
    // Announced codes are valid, so only others need a check.
    if (item === null || this.#scopes.isNamed(item)) return this.#items.get(item)?.get(detail);
    return isItemCode(item) ? this.#members.get(detail) : undefined;
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
    const { detail, holder, item } = member;
    const known = this.#membersWith(item);
    const key = holder === undefined ? detail : `${detail}@${holder}`;
    let schedule = known.get(key);
    if (!schedule) {
      schedule = this.#detail(member);
      known.set(key, schedule);
    }
    return schedule;
  }

  // An item that no announcement names has the schedule of its detail, so that any number of codes
  // takes no memory.
  #membersWith(item: ItemCode | null | undefined): Map<string, Schedule> {
    if (item === undefined || (item !== null && !this.#scopes.isNamed(item))) return this.#members;
    let members = this.#items.get(item);
    if (!members) {
      members = new Map();
      this.#items.set(item, members);
    }
    return members;
  }

  #server(id: string): Schedule {
    return this.#servers.get(id) as Schedule;
  }

  #detail({ detail, holder, item }: DetailMember): Schedule {
    const each = holdingsOf(detail, this.#catalog)
      .filter(({ server }) => holder === undefined || server === holder)
      .map((holding) => {
        const { server } = holding;
        const layers = this.#scopes.layersFor(detail, server, item);
        const held = this.#under(this.#heldBy(server), layers);
        return { server, held, span: spanOfHolding(holding) };
      });
    const holders = each.map(({ server, held, span }) => ({
      server,
      schedule: span ? heldOnlyWithin(held, span, notHeld(detail, server, this.#catalog)) : held,
    }));
    const [only] = holders;
    if (only && holders.length === 1) return only.schedule;
    const { timeline, disagreement, nobody } = anyOf(
      each.map(({ held, span }) => ({ timeline: held.timeline, span })),
    );
    const finders = [
      ...new Set(each.flatMap(({ held, span }) => findersWithin(held.finders, span))),
      causesFrom(differingHolders(detail, this.#catalog), disagreement),
      ...(nobody ? [causesFrom(notHeld(detail, null, this.#catalog), nobody)] : []),
    ];
    return new Schedule(timeline, finders, holders);
  }

  /** Returns the schedule of a holder under what is announced for a detail or item of it. */
  #under(held: Schedule, layers: readonly Layers[]): Schedule {
    if (layers.length === 0) return held;
    return new Schedule(worstOf([held.timeline, ...layers.flatMap(({ timelines }) => timelines)]), [
      ...held.finders,
      ...layers.flatMap(({ finders }) => finders),
    ]);
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

function layersOf(
  announcements: readonly CheckedAnnouncement[],
): [AnnouncementLayer, LoweringLayer] {
  return [
    new AnnouncementLayer(announcements.filter(isSettling)),
    new LoweringLayer(announcements.filter(isLowering)),
  ];
}

function worstOfAll(schedules: readonly Schedule[]): Schedule {
  const distinct = [...new Set(schedules)];
  return new Schedule(worstOf(distinct.map((schedule) => schedule.timeline)), [
    ...new Set(distinct.flatMap((schedule) => schedule.finders)),
  ]);
}
