import { type ServerId, servers } from '../../catalog/servers.js';
import { dateOfDay, dayStart, formatDay, HOUR_MS, parseDay } from '../../foundation/time.js';
import type { Announced } from '../announcements.js';
import { type GuidelineRow, type HostRow, hours } from '../hours.js';
import type { CauseFacts } from '../results.js';
import { daysOn, FROM_MS, type Holidays, type Rule, TO_MS } from '../rules.js';
import { byPrecedence, replacedReason, type Settlement } from './announcement-layer.js';
import { type Reason, reasonOf, Schedule } from './schedule.js';
import {
  boundsOfYear,
  CLOSED,
  type Interval,
  OPEN,
  outside,
  Timeline,
  tableOfPairs,
  UNCERTAIN,
  worstOf,
} from './timeline.js';

/** A rule with the interval its row holds for. */
interface RuleInForce extends Interval {
  readonly rule: Rule;
  readonly facts: CauseFacts;
}

/**
 * What is known of the servers without announcements: rows, holidays, and what follows from them,
 * worked out once.
 */
export class Rulebook {
  readonly #holidays: Holidays;
  readonly #rules: ReadonlyMap<ServerId, readonly RuleInForce[]>;
  readonly #timelines = new Map<string, Timeline>();
  readonly #schedules = new Map<ServerId, Schedule>();

  /**
   * @param overrides - rows of the host, by date: from the first one on they stand in place of the
   * guideline's.
   */
  constructor(holidays: Holidays, overrides: ReadonlyMap<ServerId, readonly HostRow[]>) {
    this.#holidays = holidays;
    this.#rules = new Map(servers.map(({ id }) => [id, rulesInForce(id, overrides.get(id) ?? [])]));
  }

  /** Whether a JST day is a holiday. */
  isHoliday(day: number): boolean {
    return this.#holidays(dateOfDay(day).year).has(day);
  }

  /** The ids of a server's planned outages. */
  outagesOf(server: ServerId): readonly string[] {
    return this.#rulesOf(server).flatMap(({ rule }) =>
      rule.kind === 'planned-outage' ? [rule.id] : [],
    );
  }

  /** A server's schedule by its rows alone. */
  schedule(server: ServerId): Schedule {
    let schedule = this.#schedules.get(server);
    if (!schedule) {
      const placed = this.#rulesOf(server).map((rule) => ({
        facts: rule.facts,
        timeline: this.#timeline(rule),
      }));
      schedule = new Schedule(
        worstOf(placed.map(({ timeline }) => timeline)),
        placed.map(({ facts, timeline }) => reasonOf(facts, timeline)),
      );
      this.#schedules.set(server, schedule);
    }
    return schedule;
  }

  /**
   * A server's schedule under announcements. Hours stay what they are; planned outages are replaced
   * or undone.
   */
  scheduleUnder(
    server: ServerId,
    announced: readonly Announced[],
    settlement: Settlement,
  ): Schedule {
    const timelines: Timeline[] = [settlement.closed];
    const reasons: Reason[] = [settlement];
    // Where two replace the same, the one that counts is set last.
    const replacing = announced
      .filter(({ replaces }) => replaces)
      .sort((a, b) => byPrecedence(b, a));
    for (const inForce of this.#rulesOf(server)) {
      const { rule, facts } = inForce;
      let timeline = this.#timeline(inForce);
      if (rule.kind === 'planned-outage') {
        const months = new Map(
          replacing.flatMap(({ replaces, origin }) =>
            replaces?.rule === rule.id ? [[replaces.month, origin]] : [],
          ),
        );
        if (months.size > 0) {
          timeline = this.#build(inForce, (day) => !months.has(monthOf(day)));
          const replaced = [...months].flatMap(([month, by]) =>
            this.#occurrences(
              inForce,
              [Number(month.slice(0, 4))],
              (day) => monthOf(day) === month,
            ).map(([start, end]) => ({ start, end, by })),
          );
          reasons.push(replacedReason(facts, replaced));
        }
        if (settlement.undoes) {
          reasons.push(settlement.undoing(facts, timeline));
          timeline = outside(timeline, settlement.open);
        }
      }
      timelines.push(timeline);
      reasons.push(reasonOf(facts, timeline));
    }
    return new Schedule(worstOf(timelines), reasons);
  }

  #rulesOf(server: ServerId): readonly RuleInForce[] {
    return this.#rules.get(server) as readonly RuleInForce[];
  }

  // Several servers keep the same hours.
  #timeline(inForce: RuleInForce): Timeline {
    const { rule, start, end } = inForce;
    const key = [rule.kind, rule.on, rule.fromHour, rule.toHour, rule.state, start, end].join();
    let timeline = this.#timelines.get(key);
    if (!timeline) {
      timeline = this.#build(inForce, () => true);
      this.#timelines.set(key, timeline);
    }
    return timeline;
  }

  #build(inForce: RuleInForce, wanted: (day: number) => boolean): Timeline {
    const { rule } = inForce;
    const inside = rule.state === 'closed' ? CLOSED : UNCERTAIN;
    return new Timeline((index) => {
      const { year, ...bounds } = boundsOfYear(index);
      if (rule.kind === 'planned-outage') {
        // What starts in December may reach into this year.
        return tableOfPairs(
          this.#occurrences(inForce, [year - 1, year], wanted),
          inside,
          OPEN,
          bounds,
        );
      }
      const from = Math.max(bounds.start, inForce.start);
      const to = Math.min(bounds.end, inForce.end);
      return tableOfPairs(
        gaps(this.#occurrences(inForce, [year], wanted), from, to),
        inside,
        OPEN,
        bounds,
      );
    });
  }

  /** What a rule states, as ordered, disjoint pairs. */
  #occurrences(
    { rule, start, end }: RuleInForce,
    years: readonly number[],
    wanted: (day: number) => boolean,
  ): [number, number][] {
    const pairs: [number, number][] = [];
    for (const day of years.flatMap((year) => daysOn(rule.on, year, this.#holidays))) {
      if (!wanted(day)) continue;
      const from = Math.max(dayStart(day) + rule.fromHour * HOUR_MS, start);
      const to = Math.min(dayStart(day) + rule.toHour * HOUR_MS, end);
      const last = pairs.at(-1);
      if (from >= to) continue;
      // Those of a host may run into one another.
      if (last && last[1] > from) last[1] = Math.max(last[1], to);
      else pairs.push([from, to]);
    }
    return pairs;
  }
}

function gaps(
  pairs: readonly (readonly [number, number])[],
  start: number,
  end: number,
): [number, number][] {
  const starts = [start, ...pairs.map((pair) => pair[1])];
  const ends = [...pairs.map((pair) => pair[0]), end];
  return starts.map((from, index) => [from, ends[index] as number]);
}

function monthOf(day: number): string {
  return formatDay(day).slice(0, 7);
}

function rulesInForce(server: ServerId, overrides: readonly HostRow[]): RuleInForce[] {
  const [first] = overrides;
  const published: readonly GuidelineRow[] = hours;
  const rows = [
    ...published.filter((row) => row.server === server && (!first || row.from < first.from)),
    ...overrides,
  ];
  return rows.flatMap((row, index) => {
    const next = rows[index + 1];
    const start = Math.max(dayStart(parseDay(row.from, 'from')), FROM_MS);
    const end = next ? Math.min(dayStart(parseDay(next.from, 'from')), TO_MS) : TO_MS;
    return start < end
      ? row.rules.map((rule) => ({ rule, facts: ruleFacts(row, rule), start, end }))
      : [];
  });
}

function ruleFacts(row: GuidelineRow | HostRow, rule: Rule): CauseFacts {
  const name = servers.find((server) => server.id === row.server) as (typeof servers)[number];
  const source =
    'table' in row
      ? ({
          kind: 'guideline',
          guideline: row.guideline,
          table: row.table,
          row: row.row,
          reading: rule.reading,
          note: Object.freeze(rule.note),
        } as const)
      : ({ kind: 'host', from: row.from, source: row.source } as const);
  return Object.freeze({
    server: row.server,
    detail: null,
    kind: rule.kind,
    rule: rule.id,
    state: rule.state,
    certainty: rule.certainty,
    source: Object.freeze(source),
    text: Object.freeze({
      ja: `${name.ja}は、${rule.text.ja}。`,
      en: `${name.en}: ${rule.text.en}.`,
    }),
  });
}
