import { type DetailId, details, holdersOf, holdings } from '../../catalog/details.js';
import { commonServers, type ServerId, servers } from '../../catalog/servers.js';
import type { Announced } from '../announcements.js';
import type { CauseFacts } from '../results.js';
import { type Leaf, leavesOf, type Target } from '../targets.js';
import { Settlement } from './announcement-layer.js';
import type { Rulebook } from './rulebook.js';
import { reasonOf, Schedule } from './schedule.js';
import { anyOf, type Timeline, worstOf } from './timeline.js';

// Combinations of members are without number, and a host may build targets from what it is sent.
const MAX_COMBINATIONS = 256;

/** The schedules of all targets, each made once. */
export class Timetable {
  readonly #servers = new Map<ServerId, Schedule>();
  readonly #held = new Map<ServerId, Schedule>();
  readonly #heldTimelines = new Map<Timeline, Timeline>();
  readonly #leaves = new Map<string, Schedule>();
  readonly #combinations = new Map<string, Schedule>();
  readonly #common: Schedule;

  constructor(rulebook: Rulebook, announced: readonly Announced[]) {
    const toAll = announced.filter(({ target }) => target === 'all');
    const forAll = new Settlement(toAll);
    for (const { id } of servers) {
      const own = announced.filter(({ target }) => target === id);
      const concerning = own.length === 0 ? toAll : [...toAll, ...own];
      const settlement = own.length === 0 ? forAll : new Settlement(concerning);
      this.#servers.set(
        id,
        concerning.length === 0
          ? rulebook.schedule(id)
          : rulebook.scheduleUnder(id, concerning, settlement),
      );
    }
    this.#common = together(commonServers.map((server) => this.#server(server)));
  }

  /** @throws as {@link leavesOf}. */
  scheduleOf(target: Target): Schedule {
    // Strings are keys of leaves: the common cases cost one look-up.
    return (
      (typeof target === 'string' ? this.#leaves.get(target) : this.#alone(target)) ??
      this.#find(target)
    );
  }

  #alone(target: Exclude<Target, string>): Schedule | undefined {
    for (const key in target) if (key !== 'server') return undefined;
    return this.#servers.get((target as { server?: ServerId } | null)?.server as ServerId);
  }

  #find(target: Target): Schedule {
    const leaves = leavesOf(target, 'target');
    if (leaves.length === 1) return this.#leaf(leaves[0] as Leaf);
    const key = leaves.map((leaf) => leaf.key).join(' ');
    const known = this.#combinations.get(key);
    if (known) return known;
    if (this.#combinations.size === MAX_COMBINATIONS) this.#combinations.clear();
    const schedule = together(leaves.map((leaf) => this.#leaf(leaf)));
    this.#combinations.set(key, schedule);
    return schedule;
  }

  #leaf(leaf: Leaf): Schedule {
    let schedule = this.#leaves.get(leaf.key);
    if (!schedule) {
      schedule =
        leaf.detail === undefined
          ? this.#server(leaf.server)
          : this.#detail(leaf.detail, leaf.holder);
      this.#leaves.set(leaf.key, schedule);
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
    const reasons = [
      ...new Set(each.flatMap(({ schedule }) => schedule.reasons)),
      reasonOf(holderFacts(id), disagreement),
    ];
    return new Schedule(timeline, reasons, each);
  }

  // Which detail it is makes no difference once the holder is known.
  #heldBy(server: ServerId): Schedule {
    let schedule = this.#held.get(server);
    if (!schedule) {
      const own = this.#server(server);
      // Servers of the same hours share their timeline, and so what is merged from it.
      let timeline = this.#heldTimelines.get(own.timeline);
      if (!timeline) {
        timeline = worstOf([this.#common.timeline, own.timeline]);
        this.#heldTimelines.set(own.timeline, timeline);
      }
      schedule = new Schedule(timeline, [...new Set([...this.#common.reasons, ...own.reasons])]);
      this.#held.set(server, schedule);
    }
    return schedule;
  }
}

function together(schedules: readonly Schedule[]): Schedule {
  const distinct = [...new Set(schedules)];
  return new Schedule(worstOf(distinct.map((schedule) => schedule.timeline)), [
    ...new Set(distinct.flatMap((schedule) => schedule.reasons)),
  ]);
}

function holderFacts(id: DetailId): CauseFacts {
  const detail = details.find((row) => row.id === id) as (typeof details)[number];
  const holding = holdings.find((row) => row.detail === id) as (typeof holdings)[number];
  return Object.freeze({
    server: null,
    detail: id,
    kind: 'holder',
    rule: 'depends-on-holder',
    state: 'uncertain',
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
      ja: `「${detail.ja}」の情報をどのサーバが保有しているかは利用者により異なり、サーバごとに稼働状況が違います。`,
      en: `Which server holds the data (${detail.en}) depends on the person, and the servers are in different states.`,
    }),
  });
}
