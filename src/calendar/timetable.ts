import { commonServers, type DetailId, details, holdersOf, holdings, type ServerId, servers } from '../catalog/index.js';
import { dayStart, HOUR_MS, parseDay } from '../time.js';
import { type HoursRow, hours } from './hours.js';
import type { CauseFacts } from './results.js';
import { daysOn, FROM_MS, type Rule, TO_MS } from './rules.js';
import { Schedule } from './schedule.js';
import { type Leaf, leavesOf, type Target } from './targets.js';
import { anyOf, boundsOfYear, CLOSED, OPEN, Timeline, tableOfPairs, UNCERTAIN, worstOf } from './timeline.js';

// Combinations of members are without number, and a host may build targets from what it is sent.
const MAX_COMBINATIONS = 256;

/** The schedules of all targets, each made once. */
export class Timetable {
  readonly #servers = new Map<ServerId, Schedule>();
  readonly #held = new Map<ServerId, Schedule>();
  readonly #leaves = new Map<string, Schedule>();
  readonly #combinations = new Map<string, Schedule>();
  readonly #common: Schedule;

  constructor() {
    for (const server of servers) this.#servers.set(server.id, serverSchedule(server.id));
    this.#common = together(commonServers.map((server) => this.#server(server)));
  }

  /** @throws as {@link leavesOf}. */
  scheduleOf(target: Target): Schedule {
    // Strings are keys of leaves: the common case costs one look-up.
    return (typeof target === 'string' && this.#leaves.get(target)) || this.#find(target);
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
      schedule = leaf.detail === undefined ? this.#server(leaf.server) : this.#detail(leaf.detail, leaf.holder);
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
    const { timeline, disagreement } = anyOf(each.map(({ schedule }) => schedule.timeline));
    const reasons = [...new Set(each.flatMap(({ schedule }) => schedule.reasons)), { facts: holderFacts(id), timeline: disagreement }];
    return new Schedule(timeline, reasons, each);
  }

  // Which detail it is makes no difference once the holder is known.
  #heldBy(server: ServerId): Schedule {
    let schedule = this.#held.get(server);
    if (!schedule) {
      schedule = together([this.#common, this.#server(server)]);
      this.#held.set(server, schedule);
    }
    return schedule;
  }
}

function together(schedules: readonly Schedule[]): Schedule {
  const distinct = [...new Set(schedules)];
  return new Schedule(worstOf(distinct.map((schedule) => schedule.timeline)), [...new Set(distinct.flatMap((schedule) => schedule.reasons))]);
}

function serverSchedule(id: ServerId): Schedule {
  const rows: readonly HoursRow[] = hours;
  const own = rows.filter((row) => row.server === id);
  const reasons = own.flatMap((row, index) => {
    const next = own[index + 1];
    const from = Math.max(dayStart(parseDay(row.from, 'from')), FROM_MS);
    const to = next ? dayStart(parseDay(next.from, 'from')) : TO_MS;
    return row.rules.map((rule) => ({ facts: ruleFacts(row, rule), timeline: ruleTimeline(rule, from, to) }));
  });
  return new Schedule(worstOf(reasons.map((reason) => reason.timeline)), reasons);
}

function ruleTimeline(rule: Rule, from: number, to: number): Timeline {
  const inside = rule.state === 'closed' ? CLOSED : UNCERTAIN;
  return new Timeline((index) => {
    const { year, start, end } = boundsOfYear(index);
    const within = (pair: readonly [number, number]): [number, number] => [Math.max(pair[0], from), Math.min(pair[1], to)];
    // What starts in December may reach into this year.
    const days = rule.kind === 'hours' ? daysOn(rule.on, year) : [...daysOn(rule.on, year - 1), ...daysOn(rule.on, year)];
    const stated = days.map((day) => within([dayStart(day) + rule.fromHour * HOUR_MS, dayStart(day) + rule.toHour * HOUR_MS]));
    return tableOfPairs(rule.kind === 'hours' ? gaps(stated, Math.max(start, from), Math.min(end, to)) : stated, inside, OPEN, { start, end });
  });
}

function gaps(pairs: readonly (readonly [number, number])[], start: number, end: number): [number, number][] {
  const starts = [start, ...pairs.map((pair) => pair[1])];
  const ends = [...pairs.map((pair) => pair[0]), end];
  return starts.map((from, index) => [from, ends[index] as number]);
}

function ruleFacts(row: HoursRow, rule: Rule): CauseFacts {
  const name = servers.find((server) => server.id === row.server) as (typeof servers)[number];
  return frozen({
    server: row.server,
    detail: null,
    kind: rule.kind,
    rule: rule.id,
    state: rule.state,
    certainty: rule.certainty,
    source: { guideline: row.guideline, table: row.table, row: row.row, reading: rule.reading, note: rule.note },
    text: { ja: `${name.ja}は、${rule.text.ja}。`, en: `${name.en}: ${rule.text.en}.` },
  });
}

function holderFacts(id: DetailId): CauseFacts {
  const detail = details.find((row) => row.id === id) as (typeof details)[number];
  const holding = holdings.find((row) => row.detail === id) as (typeof holdings)[number];
  return frozen({
    server: null,
    detail: id,
    kind: 'holder',
    rule: 'depends-on-holder',
    state: 'uncertain',
    certainty: 'depends-on-holder',
    source: {
      guideline: 'v2.2',
      table: '2.5-5',
      row: holding.row,
      reading: true,
      note: {
        ja: '表2.5-5で複数のサーバが保有する分野詳細について、サーバごとの状態が異なる間は不確定と解釈。',
        en: 'Our reading: while the servers that table 2.5-5 names for a detail are in different states, the answer is uncertain.',
      },
    },
    text: {
      ja: `「${detail.ja}」の情報をどのサーバが保有しているかは利用者により異なり、サーバごとに稼働状況が違います。`,
      en: `Which server holds the data (${detail.en}) depends on the person, and the servers are in different states.`,
    },
  });
}

/** Deeply frozen: the same facts stand in every answer. */
function frozen(facts: CauseFacts): CauseFacts {
  for (const part of [facts.source.note, facts.source, facts.text, facts]) Object.freeze(part);
  return facts;
}
