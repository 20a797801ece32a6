import type { Catalog, CatalogServer } from '../../catalog/catalog.js';
import { holderName } from '../../catalog/lookup.js';
import { has } from '../../foundation/own.js';
import { dateOfDay, dayOf, dayStart, formatDay, HOUR_MS, parseDay } from '../../foundation/time.js';
import type { CheckedAnnouncement } from '../announcements.js';
import { ruleForCitizens } from '../citizen-texts.js';
import { type GuidelineRow, type HostRow, hours, unknownHours } from '../hours.js';
import type { CheckedPlan } from '../plans.js';
import type { AnnouncementSource, CauseFacts } from '../results.js';
import { daysOn, FROM_MS, type Holidays, type Rule, type Text, TO_MS } from '../rules.js';
import {
  type AnnouncementLayer,
  byPrecedence,
  droppedCauses,
  Undoing,
  undoneCauses,
} from './announcement-layer.js';
import type { LoweringLayer } from './lowering-layer.js';
import { type CauseFinder, causesFrom, Schedule } from './schedule.js';
import {
  CLOSED,
  OPEN,
  type SpanMs,
  spanOfYear,
  Timeline,
  UNCERTAIN,
  whereOpen,
  worstOf,
} from './timeline.js';
import { tableOfDays, tableOfSpans } from './year-table.js';

/** A rule with the span its row holds for. */
interface RuleInForce extends SpanMs {
  readonly rule: Rule;
  readonly facts: CauseFacts;
}

/** The schedules of the servers by their rows and the holidays. Each is built once. */
export class Rulebook {
  readonly catalog: Catalog;
  readonly #holidays: Holidays;
  readonly #plans: Undoing;
  readonly #rules: ReadonlyMap<string, readonly RuleInForce[]>;
  readonly #daysOf = new Map<string, readonly number[]>();
  readonly #timelines = new Map<string, Timeline>();
  readonly #schedules = new Map<string, Schedule>();

  /**
   * @param overrides - the caller's rows, by date; from the first one on they replace the
   * guideline's.
   * @param plans - the spans that drop planned outages.
   */
  constructor(
    holidays: Holidays,
    overrides: ReadonlyMap<string, readonly HostRow[]>,
    plans: readonly CheckedPlan[],
    catalog: Catalog,
  ) {
    this.catalog = catalog;
    this.#holidays = holidays;
    this.#plans = new Undoing(
      plans.map(({ startMs, endMs, origin }) => ({ startMs, endMs, undoneBy: origin })),
    );
    this.#rules = new Map(
      catalog.servers.map((server) => [
        server.id,
        rulesInForce(server, overrides.get(server.id) ?? []),
      ]),
    );
  }

  /** Returns whether a JST day is a holiday. */
  isHoliday(day: number): boolean {
    return this.#holidays(dateOfDay(day).year).has(day);
  }

  /** Returns the ids of a server's planned outages. */
  outagesOf(server: string): readonly string[] {
    return this.#rulesOf(server).flatMap(({ rule }) =>
      rule.kind === 'planned-outage' ? [rule.id] : [],
    );
  }

  /** Returns a server's schedule by its rows alone. */
  schedule(server: string): Schedule {
    let schedule = this.#schedules.get(server);
    if (!schedule) {
      schedule = this.#scheduleOf(server, [], []);
      this.#schedules.set(server, schedule);
    }
    return schedule;
  }

  /**
   * Returns a server's schedule under the announcements about it. Closed and open ones replace or
   * undo planned outages, never hours; the others only lower the state.
   */
  scheduleUnder(
    server: string,
    announcements: readonly CheckedAnnouncement[],
    layer: AnnouncementLayer,
    lowering: LoweringLayer,
  ): Schedule {
    return this.#scheduleOf(
      server,
      lowering.uncertain ? [layer.closed, lowering.uncertain] : [layer.closed],
      [layer, ...lowering.finders],
      // If two replace the same occurrence, the one that wins is set last.
      announcements.filter(({ replaces }) => replaces).sort((a, b) => byPrecedence(b, a)),
      layer,
    );
  }

  #scheduleOf(
    server: string,
    announced: readonly Timeline[],
    finding: readonly CauseFinder[],
    replacing: readonly CheckedAnnouncement[] = [],
    layer?: AnnouncementLayer,
  ): Schedule {
    const timelines = [...announced];
    const finders = [...finding];
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
          finders.push(droppedCauses(facts, this.#occurrencesIn(inForce, months)));
        }
        for (const undoing of layer ? [this.#plans, layer.undoing] : [this.#plans]) {
          if (undoing.spans.length === 0) continue;
          finders.push(undoneCauses(facts, timeline, undoing.spans));
          timeline = whereOpen(timeline, undoing.timeline);
        }
      }
      timelines.push(timeline);
      finders.push(causesFrom(facts, timeline));
    }
    return new Schedule(worstOf(timelines), finders);
  }

  #rulesOf(server: string): readonly RuleInForce[] {
    return this.#rules.get(server) as readonly RuleInForce[];
  }

  // Several servers have the same hours.
  #timeline(inForce: RuleInForce): Timeline {
    const { rule, startMs, endMs } = inForce;
    const key = [rule.kind, rule.on, rule.fromHour, rule.toHour, rule.state, startMs, endMs].join();
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
      const { year, ...bounds } = spanOfYear(index);
      if (rule.kind === 'planned-outage') {
        // An outage that starts in December may reach into this year.
        const outages = this.#occurrences(inForce, [year - 1, year], wanted);
        return tableOfSpans(outages, inside, OPEN, bounds);
      }
      const hours = {
        startMs: Math.max(bounds.startMs, inForce.startMs),
        endMs: Math.min(bounds.endMs, inForce.endMs),
      };
      const days = this.#days(rule.on, year);
      return tableOfDays(days, rule, OPEN, inside, hours, bounds);
    });
  }

  // Several rules have the same days.
  #days(on: Rule['on'], year: number): readonly number[] {
    const key = `${on} ${year}`;
    let days = this.#daysOf.get(key);
    if (!days) {
      days = daysOn(on, year, this.#holidays);
      this.#daysOf.set(key, days);
    }
    return days;
  }

  /**
   * Returns the occurrences of a rule that start in the given months, each with the announcement
   * that replaces it.
   */
  #occurrencesIn(inForce: RuleInForce, months: ReadonlyMap<string, AnnouncementSource>) {
    return [...months].flatMap(([month, undoneBy]) =>
      this.#occurrences(inForce, [Number(month.slice(0, 4))], (day) => monthOf(day) === month).map(
        (span) => ({ ...span, undoneBy }),
      ),
    );
  }

  /** Returns the occurrences of a rule as ordered, disjoint spans. */
  #occurrences(
    { rule, startMs, endMs }: RuleInForce,
    years: readonly number[],
    wanted: (day: number) => boolean,
  ): SpanMs[] {
    const spans: { startMs: number; endMs: number }[] = [];
    for (const day of years.flatMap((year) => this.#days(rule.on, year))) {
      if (!wanted(day)) continue;
      const from = Math.max(dayStart(day) + rule.fromHour * HOUR_MS, startMs);
      const to = Math.min(dayStart(day) + rule.toHour * HOUR_MS, endMs);
      const last = spans.at(-1);
      if (from >= to) continue;
      // Occurrences of a caller's row may overlap.
      if (last && last.endMs > from) last.endMs = Math.max(last.endMs, to);
      else spans.push({ startMs: from, endMs: to });
    }
    return spans;
  }
}

function monthOf(day: number): string {
  return formatDay(day).slice(0, 7);
}

function rulesInForce(server: CatalogServer, overrides: readonly HostRow[]): RuleInForce[] {
  const [first] = overrides;
  const rows = [...rowsOf(server).filter((row) => !first || row.from < first.from), ...overrides];
  return rows.flatMap((row, index) => {
    const next = rows[index + 1];
    const startMs = Math.max(dayStart(parseDay(row.from, 'from')), FROM_MS);
    const endMs = next ? Math.min(dayStart(parseDay(next.from, 'from')), TO_MS) : TO_MS;
    return startMs < endMs
      ? row.rules.map((rule) => ({ rule, facts: ruleFacts(server, row, rule), startMs, endMs }))
      : [];
  });
}

/** Returns the rows of a server without the caller's: the guideline's, or that its hours are unknown. */
function rowsOf({ id, hours: known, source }: CatalogServer): readonly (GuidelineRow | HostRow)[] {
  if (known === 'unknown')
    return [{ server: id, from: formatDay(dayOf(FROM_MS)), rules: [unknownHours], source }];
  const published: readonly GuidelineRow[] = hours;
  return published.filter((row) => row.server === id);
}

function ruleFacts(server: CatalogServer, row: GuidelineRow | HostRow, rule: Rule): CauseFacts {
  const source = has(row, 'table')
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
    item: null,
    kind: rule.kind,
    rule: rule.id,
    state: rule.state,
    limit: null,
    name: null,
    certainty: rule.certainty,
    source: Object.freeze(source),
    text: saying(server, rule.text),
    citizenText: ruleForCitizens(holderName(server), rule),
  });
}

function saying(name: Text, said: Text): Text {
  return Object.freeze({ ja: `${name.ja}は、${said.ja}。`, en: `${name.en}: ${said.en}.` });
}
