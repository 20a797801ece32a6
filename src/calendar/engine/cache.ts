import { type DetailId, details, holdersOf, holdings } from '../../catalog/details.js';
import { type ItemCode, isItemCode } from '../../catalog/item-codes.js';
import { commonServers, type ServerId, servers } from '../../catalog/servers.js';
import { own } from '../../foundation/own.js';
import type { CheckedAnnouncement } from '../announcements.js';
import type { CauseFacts } from '../results.js';
import { type DetailMember, membersOf, type Target, type TargetMember } from '../targets.js';
import { AnnouncementLayer } from './announcement-layer.js';
import { LoweringLayer } from './lowering-layer.js';
import type { Rulebook } from './rulebook.js';
import { causesFrom, Schedule } from './schedule.js';
import { type DetailsOfItem, isLowering, isSettling, type Layers, Scopes } from './scopes.js';
import { anyOf, type Timeline, worstOf } from './timeline.js';

// Bounds the memory: a caller may build any number of combinations from what users send.
const MAX_COMBINATIONS = 256;

/** The schedules of all targets. Each is built once. */
export class ScheduleCache {
  readonly #servers = new Map<ServerId, Schedule>();
  readonly #held = new Map<ServerId, Schedule>();
  readonly #heldTimelines = new Map<Timeline, Timeline>();
  /** By detail, or detail@server. */
  readonly #members = new Map<string, Schedule>();
  /** The same by the code of an item that announcements name, and for items without a code. */
  readonly #items = new Map<ItemCode | null, Map<string, Schedule>>();
  readonly #combinations = new Map<string, Schedule>();
  readonly #scopes: Scopes;
  readonly #common: Schedule;

  constructor(
    rulebook: Rulebook,
    announcements: readonly CheckedAnnouncement[],
    detailsOf: DetailsOfItem,
  ) {
    const scopes = new Scopes(announcements, detailsOf);
    const { toAll } = scopes;
    const layersForAll = layersOf(toAll);
    for (const { id } of servers) {
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
    this.#common = worstOfAll(commonServers.map((server) => this.#server(server)));
  }

  /**
   * Returns the schedule of a target.
   *
   * @throws as {@link membersOf}.
   */
  scheduleOf(target: Target): Schedule {
    // A string is the key of its member, so the common cases cost one look-up.
    return (
      (typeof target === 'string' ? this.#members.get(target) : this.#lookUp(target)) ??
      this.#build(target)
    );
  }

  #lookUp(target: Exclude<Target, string>): Schedule | undefined {
    for (const key in target) {
      if (key === 'detail') return this.#lookUpItem(target);
      if (key !== 'server') return undefined;
    }
    return this.#servers.get((target as { server?: ServerId } | null)?.server as ServerId);
  }

  #lookUpItem(target: Exclude<Target, string>): Schedule | undefined {
    for (const key in target) if (key !== 'detail' && key !== 'item') return undefined;
    const [detail, item] = [own(target, 'detail'), own(target, 'item')];
    if (typeof detail !== 'string') return undefined;
    if (item === undefined) return this.#members.get(detail);
    // Announced codes are valid, so only others need a check.
    if (item === null || this.#scopes.isNamed(item)) return this.#items.get(item)?.get(detail);
    return isItemCode(item) ? this.#members.get(detail) : undefined;
  }

  #build(target: Target): Schedule {
    const members = membersOf(target, 'target');
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

  #server(id: ServerId): Schedule {
    return this.#servers.get(id) as Schedule;
  }

  #detail({ detail, holder, item }: DetailMember): Schedule {
    const holders = holder === undefined ? holdersOf(detail) : [holder];
    const each = holders.map((server) => ({
      server,
      schedule: this.#under(this.#heldBy(server), this.#scopes.layersFor(detail, server, item)),
    }));
    const [only] = each;
    if (each.length === 1 && only) return only.schedule;
    const { timeline, disagreement } = anyOf([
      ...new Set(each.map(({ schedule }) => schedule.timeline)),
    ]);
    const finders = [
      ...new Set(each.flatMap(({ schedule }) => schedule.finders)),
      causesFrom(holderFacts(detail), disagreement),
    ];
    return new Schedule(timeline, finders, each);
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
  #heldBy(server: ServerId): Schedule {
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

function holderFacts(id: DetailId): CauseFacts {
  const detail = details.find((row) => row.id === id) as (typeof details)[number];
  const holding = holdings.find((row) => row.detail === id) as (typeof holdings)[number];
  return Object.freeze({
    server: null,
    detail: id,
    item: null,
    kind: 'holder',
    rule: 'depends-on-holder',
    state: 'uncertain',
    limit: null,
    certainty: 'depends-on-holder',
    source: Object.freeze({
      kind: 'guideline',
      guideline: 'v2.2',
      table: '2.5-5',
      row: holding.row,
      reading: true,
      note: Object.freeze({
        ja: '表2.5-5で複数のサーバが保有する分野詳細について、サーバごとの状態が異なる間は不確定と解釈。',
        en: 'Our reading: while the servers that table 2.5-5 names for a detail are in different states, the answer is uncertain.',
      }),
    }),
    text: Object.freeze({
      ja: `「${detail.ja}」の情報を保有するサーバは利用者により異なり、サーバごとに稼働状況が異なります。`,
      en: `Which server holds the data (${detail.en}) depends on the person, and the servers are in different states.`,
    }),
  });
}
