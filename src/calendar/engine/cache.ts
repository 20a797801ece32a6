import { type DetailId, details, holdings } from '../../catalog/details.js';
import { commonServers, holdersOf } from '../../catalog/lookup.js';
import { type ServerId, servers } from '../../catalog/servers.js';
import type { CheckedAnnouncement } from '../announcements.js';
import type { CauseFacts } from '../results.js';
import { membersOf, type Target, type TargetMember } from '../targets.js';
import { AnnouncementLayer } from './announcement-layer.js';
import type { Rulebook } from './rulebook.js';
import { causesFrom, Schedule } from './schedule.js';
import { anyOf, type Timeline, worstOf } from './timeline.js';

// Bounds the memory: a caller may build any number of combinations from what users send.
const MAX_COMBINATIONS = 256;

/** The schedules of all targets. Each is built once. */
export class ScheduleCache {
  readonly #servers = new Map<ServerId, Schedule>();
  readonly #held = new Map<ServerId, Schedule>();
  readonly #heldTimelines = new Map<Timeline, Timeline>();
  readonly #members = new Map<string, Schedule>();
  readonly #combinations = new Map<string, Schedule>();
  readonly #common: Schedule;

  constructor(rulebook: Rulebook, announcements: readonly CheckedAnnouncement[]) {
    const toAll = announcements.filter(({ target }) => target === 'all');
    const layerForAll = new AnnouncementLayer(toAll);
    for (const { id } of servers) {
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
      (typeof target === 'string' ? this.#members.get(target) : this.#lookUpServer(target)) ??
      this.#build(target)
    );
  }

  #lookUpServer(target: Exclude<Target, string>): Schedule | undefined {
    for (const key in target) if (key !== 'server') return undefined;
    return this.#servers.get((target as { server?: ServerId } | null)?.server as ServerId);
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
    let schedule = this.#members.get(member.key);
    if (!schedule) {
      schedule = this.#detail(member.detail, member.holder);
      this.#members.set(member.key, schedule);
    }
    return schedule;
  }

  #server(id: ServerId): Schedule {
    return this.#servers.get(id) as Schedule;
  }

  #detail(id: DetailId, named: ServerId | undefined): Schedule {
    const holders = named === undefined ? holdersOf(id) : [named];
    if (holders.length === 1) return this.#heldBy(holders[0] as ServerId);
    const each = holders.map((server) => ({ server, schedule: this.#heldBy(server) }));
    const { timeline, disagreement } = anyOf([
      ...new Set(each.map(({ schedule }) => schedule.timeline)),
    ]);
    const finders = [
      ...new Set(each.flatMap(({ schedule }) => schedule.finders)),
      causesFrom(holderFacts(id), disagreement),
    ];
    return new Schedule(timeline, finders, each);
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
