import type { ServerId } from '../../catalog/servers.js';
import { dayOf } from '../../foundation/time.js';
import { extendPeriod, type Period, readPeriod } from './dates.js';
import {
  isCalledOff,
  isChange,
  isDayByDay,
  isDenial,
  isEndUnknown,
  isExclusion,
  isExtension,
  isNoOutage,
  isOtherPeriod,
  isRecurring,
  type Passage,
  pointsElsewhere,
  refersBack,
} from './passages.js';
import type { NoticeProblem } from './problems.js';
import type { PlacedMoment, Run } from './runs.js';
import { TargetFinder } from './targets.js';

/** An outage: who stops when, and the words that say so. */
export interface Outage {
  readonly targets: readonly (ServerId | 'all')[];
  readonly period: Period;
  readonly source: string;
}

/** What one notice says. */
export interface Notice {
  readonly outages: readonly Outage[];
  readonly problems: ReadonlyMap<Passage, NoticeProblem>;
}

/** A period that was read; what comes later may extend it or call it off. */
interface Stop {
  readonly passages: readonly Passage[];
  readonly targets: readonly (ServerId | 'all')[];
  /** A day of it has no hours. */
  readonly wide: boolean;
  period: Period;
  extension?: Passage;
}

/**
 * Reads one notice: `section` are its passages, the first of them the one at `from` of `all`, and
 * `runs` are those that start in it.
 */
export function readNotice(
  all: readonly Passage[],
  from: number,
  section: readonly Passage[],
  runs: readonly Run[],
  publishedDay: number,
): Notice {
  const reader = new NoticeReader(all, from, section, runs, publishedDay);
  for (const run of runs) reader.readRun(run);
  reader.dropHoursApart();
  reader.readRest();
  const outages = reader.stops.map(({ passages, targets, period, extension }) => ({
    targets,
    period,
    source: [...passages, ...(extension ? [extension] : [])]
      .map((passage) => passage.text)
      .join('\n'),
  }));
  return { outages, problems: reader.problems };
}

const MAX_LABEL = 40;

class NoticeReader {
  stops: Stop[] = [];
  readonly problems = new Map<Passage, NoticeProblem>();
  readonly #all: readonly Passage[];
  readonly #from: number;
  readonly #section: readonly Passage[];
  readonly #publishedDay: number;
  readonly #targets: TargetFinder;
  /** Dated passages that were understood: each is part of a period. */
  readonly #understood = new Set<Passage>();
  /** Where an hour stands that no day belongs to. */
  readonly #hoursAlone = new Set<Passage>();
  readonly #refusals = new Map<Passage, NoticeProblem | undefined>();
  #anchorDay: number;

  constructor(
    all: readonly Passage[],
    from: number,
    section: readonly Passage[],
    runs: readonly Run[],
    publishedDay: number,
  ) {
    this.#all = all;
    this.#from = from;
    this.#section = section;
    this.#publishedDay = publishedDay;
    this.#anchorDay = publishedDay;
    this.#targets = new TargetFinder(
      section,
      new Set(runs.filter(isPeriod).map((run) => all[run[0].first] as Passage)),
    );
  }

  /**
   * Of several problems of a passage the first counts, but what cannot be read explains the others.
   */
  #complain(passages: readonly Passage[], problem: NoticeProblem): void {
    for (const passage of passages)
      if (!this.problems.has(passage) || problem === 'unreadable_date')
        this.problems.set(passage, problem);
  }

  readRun(run: Run): void {
    const passages = this.#all.slice(run[0].first, (run.at(-1) as PlacedMoment).last + 1);
    if (!run[0].day) for (const passage of passages) this.#hoursAlone.add(passage);
    const problem = this.#problemOf(run, passages);
    if (problem) this.#complain(passages, problem);
    else for (const passage of passages) this.#understood.add(passage);
  }

  /** Makes a run a stop, or the later end of one; or says why it is neither. */
  #problemOf(run: Run, passages: readonly Passage[]): NoticeProblem | undefined {
    if (run.some((moment) => moment.broken)) return 'unreadable_date';
    if (run.length > 2) return 'hours_unclear';
    const refusal = passages
      .map((passage) => this.#refusalOf(passage))
      .find((problem) => problem !== undefined);
    if (refusal) return refusal;
    if (isPeriod(run)) return this.#addStop(run, passages);
    return passages.some(isExtension)
      ? this.#extend(run[0], passages)
      : loneProblem(run[0], passages);
  }

  #refusalOf(passage: Passage): NoticeProblem | undefined {
    if (!this.#refusals.has(passage)) this.#refusals.set(passage, refusalOf(passage));
    return this.#refusals.get(passage);
  }

  #addStop([start, end = start]: Run, passages: readonly Passage[]): NoticeProblem | undefined {
    const label = start.first > this.#from ? this.#all[start.first - 1] : undefined;
    if (
      label &&
      label.plain.length <= MAX_LABEL &&
      ![label, ...passages].some((passage) => passage.smells) &&
      isOtherPeriod(label)
    )
      return 'not_an_outage';
    const period = readPeriod(start, end, this.#anchorDay, this.#publishedDay);
    if (typeof period === 'string') return period;
    const found = this.#targets.find(passages);
    if (typeof found === 'string') return found;
    this.#complain(found.doubtful, 'unknown_system');
    this.#complain(passages.filter(isChange), 'called_off');
    this.#complain(passages.filter(isEndUnknown), 'end_missing');
    // 「A：5日、B：6日」 in one line: each is closed at both, which is too much.
    if (found.targets.length > 1 && this.stops.at(-1)?.passages.includes(passages[0] as Passage))
      this.#complain(passages, 'target_unclear');
    this.stops.push({
      passages,
      targets: found.targets,
      wide: start.hour === undefined || end.hour === undefined,
      period,
    });
    // What follows without a year lies near what came with one.
    if (start.day?.year !== undefined || end.day?.year !== undefined)
      this.#anchorDay = dayOf(period.startMs);
    return undefined;
  }

  #extend(until: PlacedMoment, passages: readonly Passage[]): NoticeProblem | undefined {
    const stop = this.stops.at(-1);
    if (!stop) return 'extension_unclear';
    const period = extendPeriod(stop.period, until);
    if (typeof period === 'string') return period;
    stop.period = period;
    if (passages.every((passage) => stop.passages.includes(passage))) return undefined;
    stop.extension ??= passages[0] as Passage;
    return this.stops.length > 1 ? 'extension_unclear' : undefined;
  }

  /** Days in one place and hours in another of the same passage: neither is taken for the whole. */
  dropHoursApart(): void {
    this.#drop(
      (stop) => stop.wide && stop.passages.some((passage) => this.#hoursAlone.has(passage)),
      'hours_unclear',
    );
  }

  #drop(unwanted: (stop: Stop) => boolean, problem: NoticeProblem): void {
    for (const stop of this.stops.filter(unwanted)) this.#complain(stop.passages, problem);
    this.stops = this.stops.filter((stop) => !unwanted(stop));
  }

  /**
   * The passages without a date that speak of an outage: they belong to a period of this notice, or
   * are not understood.
   */
  readRest(): void {
    const rest = this.#section.filter(
      (passage) => passage.smells && !this.#understood.has(passage) && !this.problems.has(passage),
    );
    this.#callOff(rest.filter(isCalledOff));
    const end = this.stops.at(-1)?.passages.at(-1)?.end ?? -1;
    const blocks = new Set(
      this.stops.flatMap((stop) => stop.passages.map((passage) => passage.block)),
    );
    const stopping = new Set(this.stops.flatMap((stop) => stop.targets));
    let begun = 0;
    for (const passage of rest) {
      while (begun < this.stops.length && startOf(this.stops[begun] as Stop) < passage.start)
        begun++;
      const before = this.stops[begun - 1];
      if (passage.tooLong) this.#complain([passage], 'too_long');
      else if (isDenial(passage)) this.#complain([passage], 'not_an_outage');
      else if (before && isExtension(passage)) {
        before.period = { ...before.period, approximate: true };
        this.#complain([passage], 'extension_unclear');
      } else {
        const { known, unknown } = passage.systems;
        const near =
          passage.start < end || blocks.has(passage.block) || (before && refersBack(passage));
        const same =
          !unknown && (stopping.has('all') || [...known].every((system) => stopping.has(system)));
        if (!near || !same || pointsElsewhere(passage)) this.#complain([passage], 'period_missing');
      }
    }
  }

  /**
   * What is said ahead of all periods is about all of them; what is said later about those beside
   * it, or the only one.
   */
  #callOff(passages: readonly Passage[]): void {
    if (passages.length === 0) return;
    const [first] = this.stops;
    const all =
      this.stops.length === 1 ||
      passages.some((passage) => first && passage.start < startOf(first));
    const blocks = new Set(passages.map((passage) => passage.block));
    this.#drop((stop) => all || stop.passages.some(({ block }) => blocks.has(block)), 'called_off');
    this.#complain(passages, 'called_off');
  }
}

const startOf = (stop: Stop): number => (stop.passages[0] as Passage).start;

function isPeriod(run: Run): boolean {
  return (
    run.length === 2 || (run.length === 1 && run[0].day !== undefined && run[0].hour === 'all-day')
  );
}

/** What makes the dates of a passage those of no outage, or of none that can be told. */
function refusalOf(passage: Passage): NoticeProblem | undefined {
  if (isCalledOff(passage)) return 'called_off';
  if (isRecurring(passage)) return 'recurring';
  if (isDayByDay(passage)) return 'hours_unclear';
  if (isNoOutage(passage)) return 'not_an_outage';
  if (isExclusion(passage)) return 'target_unclear';
  return undefined;
}

/** What a moment lacks to be a period. */
function loneProblem(moment: PlacedMoment, passages: readonly Passage[]): NoticeProblem {
  const before = passages[0]?.plain.slice(0, moment.from) ?? '';
  const after = passages.at(-1)?.plain.slice(moment.to) ?? '';
  if (/^ ?(?:\(予定\))? ?(?:から|より|以降|~|- ?$)/.test(after)) return 'end_missing';
  if (/^ ?(?:\(予定\))? ?(?:まで|迄)/.test(after) || /~ ?$/.test(before)) return 'start_missing';
  if (!moment.day) return 'date_missing';
  return moment.hour === undefined && passages.some((passage) => passage.smells)
    ? 'hours_missing'
    : 'stray_date';
}
