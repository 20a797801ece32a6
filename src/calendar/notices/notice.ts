import type { ServerId } from '../../catalog/servers.js';
import { dayOf } from '../../foundation/time.js';
import type { Passage } from './passages.js';
import { extendPeriod, type Period, resolvePeriod } from './periods.js';
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
  pointsElsewhere,
  refersBack,
} from './phrases.js';
import type { NoticeProblem } from './problems.js';
import { TargetFinder } from './targets.js';
import type { PlacedTime, WrittenPeriod } from './written-periods.js';

/** An outage: what stops, when, and the words that say so. */
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

/** A draft of an outage: later passages may extend it or call it off. */
interface Draft {
  readonly passages: readonly Passage[];
  readonly targets: readonly (ServerId | 'all')[];
  /** Whether a day of the period has no hours. */
  readonly lacksHours: boolean;
  period: Period;
  extension?: Passage;
}

/**
 * Parses one notice, one period a step.
 *
 * @param all - the passages of the whole text.
 * @param from - index in `all` of the first passage of the notice.
 * @param section - the passages of the notice.
 * @param periods - the written periods that start in the notice.
 * @param publishedDay - the day of publication.
 */
export function* parseNotice(
  all: readonly Passage[],
  from: number,
  section: readonly Passage[],
  periods: readonly WrittenPeriod[],
  publishedDay: number,
): Generator<void, Notice> {
  const parser = new NoticeParser(all, from, section, periods, publishedDay);
  for (const period of periods) {
    parser.addPeriod(period);
    yield;
  }
  parser.dropHoursApart();
  parser.parseUndated();
  const outages = parser.drafts.map(({ passages, targets, period, extension }) => ({
    targets,
    period,
    source: [...passages, ...(extension ? [extension] : [])]
      .map((passage) => passage.text)
      .join('\n'),
  }));
  return { outages, problems: parser.problems };
}

const MAX_LABEL = 40;

class NoticeParser {
  drafts: Draft[] = [];
  readonly problems = new Map<Passage, NoticeProblem>();
  readonly #all: readonly Passage[];
  readonly #from: number;
  readonly #section: readonly Passage[];
  readonly #publishedDay: number;
  readonly #targets: TargetFinder;
  /** The passages that are part of a period. */
  readonly #understood = new Set<Passage>();
  /** The passages with an hour that has no day. */
  readonly #hoursAlone = new Set<Passage>();
  readonly #refusals = new Map<Passage, NoticeProblem | undefined>();
  #anchorDay: number;

  constructor(
    all: readonly Passage[],
    from: number,
    section: readonly Passage[],
    periods: readonly WrittenPeriod[],
    publishedDay: number,
  ) {
    this.#all = all;
    this.#from = from;
    this.#section = section;
    this.#publishedDay = publishedDay;
    this.#anchorDay = publishedDay;
    this.#targets = new TargetFinder(
      section,
      new Set(periods.filter(isPeriod).map(([start]) => all[start.first] as Passage)),
    );
  }

  // The first problem of a passage counts, but an unreadable date explains the others.
  #report(passages: readonly Passage[], problem: NoticeProblem): void {
    for (const passage of passages)
      if (!this.problems.has(passage) || problem === 'unreadable_date')
        this.problems.set(passage, problem);
  }

  addPeriod(written: WrittenPeriod): void {
    const [start] = written;
    const passages = this.#all.slice(start.first, (written.at(-1) as PlacedTime).last + 1);
    if (!start.day) for (const passage of passages) this.#hoursAlone.add(passage);
    const problem = this.#problemOf(written, passages);
    if (problem) this.#report(passages, problem);
    else for (const passage of passages) this.#understood.add(passage);
  }

  /** Adds a draft, or extends the last one. Returns the problem if neither is possible. */
  #problemOf(written: WrittenPeriod, passages: readonly Passage[]): NoticeProblem | undefined {
    if (written.some((time) => time.broken)) return 'unreadable_date';
    if (written.length > 2) return 'hours_unclear';
    const refusal = passages
      .map((passage) => this.#refusalOf(passage))
      .find((problem) => problem !== undefined);
    if (refusal) return refusal;
    if (isPeriod(written)) return this.#addDraft(written, passages);
    return passages.some(isExtension)
      ? this.#extend(written[0], passages)
      : problemOfLoneTime(written[0], passages);
  }

  #refusalOf(passage: Passage): NoticeProblem | undefined {
    if (!this.#refusals.has(passage)) this.#refusals.set(passage, refusalOf(passage));
    return this.#refusals.get(passage);
  }

  #addDraft(
    [start, end = start]: WrittenPeriod,
    passages: readonly Passage[],
  ): NoticeProblem | undefined {
    const label = start.first > this.#from ? this.#all[start.first - 1] : undefined;
    if (
      label &&
      label.plain.length <= MAX_LABEL &&
      ![label, ...passages].some((passage) => passage.mentionsOutage) &&
      isOtherPeriod(label)
    )
      return 'not_an_outage';
    const period = resolvePeriod(start, end, this.#anchorDay, this.#publishedDay);
    if (typeof period === 'string') return period;
    const found = this.#targets.find(passages);
    if (typeof found === 'string') return found;
    this.#report(found.doubtful, 'unknown_system');
    this.#report(passages.filter(isChange), 'called_off');
    this.#report(passages.filter(isEndUnknown), 'end_missing');
    // One line says 「A：5日、B：6日」: both systems close on both days, which is too much.
    if (found.targets.length > 1 && this.drafts.at(-1)?.passages.includes(passages[0] as Passage))
      this.#report(passages, 'target_unclear');
    this.drafts.push({
      passages,
      targets: found.targets,
      lacksHours: start.hour === undefined || end.hour === undefined,
      period,
    });
    // Days without a year are near the last day that had one.
    if (start.day?.year !== undefined || end.day?.year !== undefined)
      this.#anchorDay = dayOf(period.startMs);
    return undefined;
  }

  #extend(until: PlacedTime, passages: readonly Passage[]): NoticeProblem | undefined {
    const draft = this.drafts.at(-1);
    if (!draft) return 'extension_unclear';
    const period = extendPeriod(draft.period, until);
    if (typeof period === 'string') return period;
    draft.period = period;
    if (passages.every((passage) => draft.passages.includes(passage))) return undefined;
    draft.extension ??= passages[0] as Passage;
    return this.drafts.length > 1 ? 'extension_unclear' : undefined;
  }

  /**
   * Drops days without hours in a passage that has hours elsewhere: neither is the whole period.
   */
  dropHoursApart(): void {
    this.#drop(
      (draft) =>
        draft.lacksHours && draft.passages.some((passage) => this.#hoursAlone.has(passage)),
      'hours_unclear',
    );
  }

  #drop(unwanted: (draft: Draft) => boolean, problem: NoticeProblem): void {
    for (const draft of this.drafts.filter(unwanted)) this.#report(draft.passages, problem);
    this.drafts = this.drafts.filter((draft) => !unwanted(draft));
  }

  /**
   * Assigns the passages that mention an outage without a date to a period of this notice, or
   * reports them.
   */
  parseUndated(): void {
    const rest = this.#section.filter(
      (passage) =>
        passage.mentionsOutage && !this.#understood.has(passage) && !this.problems.has(passage),
    );
    this.#callOff(rest.filter(isCalledOff));
    const end = this.drafts.at(-1)?.passages.at(-1)?.end ?? -1;
    const blocks = new Set(
      this.drafts.flatMap((draft) => draft.passages.map((passage) => passage.block)),
    );
    const stopping = new Set(this.drafts.flatMap((draft) => draft.targets));
    let begun = 0;
    for (const passage of rest) {
      while (begun < this.drafts.length && startOf(this.drafts[begun] as Draft) < passage.start)
        begun++;
      const before = this.drafts[begun - 1];
      if (passage.tooLong) this.#report([passage], 'too_long');
      else if (isDenial(passage)) this.#report([passage], 'not_an_outage');
      else if (before && isExtension(passage)) {
        before.period = { ...before.period, approximate: true };
        this.#report([passage], 'extension_unclear');
      } else {
        const { known, unknown } = passage.systems;
        const near =
          passage.start < end || blocks.has(passage.block) || (before && refersBack(passage));
        const same =
          !unknown && (stopping.has('all') || [...known].every((system) => stopping.has(system)));
        if (!near || !same || pointsElsewhere(passage)) this.#report([passage], 'period_missing');
      }
    }
  }

  /**
   * Drops the drafts that the passages call off. A passage before all periods concerns all of them;
   * a later one concerns those of its block, or the only one.
   */
  #callOff(passages: readonly Passage[]): void {
    if (passages.length === 0) return;
    const [first] = this.drafts;
    const all =
      this.drafts.length === 1 ||
      passages.some((passage) => first && passage.start < startOf(first));
    const blocks = new Set(passages.map((passage) => passage.block));
    this.#drop(
      (draft) => all || draft.passages.some(({ block }) => blocks.has(block)),
      'called_off',
    );
    this.#report(passages, 'called_off');
  }
}

const startOf = (draft: Draft): number => (draft.passages[0] as Passage).start;

function isPeriod(written: WrittenPeriod): boolean {
  const [start] = written;
  return (
    written.length === 2 ||
    (written.length === 1 && start.day !== undefined && start.hour === 'all-day')
  );
}

/** Returns why the dates of a passage are not those of an outage, or not clearly. */
function refusalOf(passage: Passage): NoticeProblem | undefined {
  if (isCalledOff(passage)) return 'called_off';
  if (isRecurring(passage)) return 'recurring';
  if (isDayByDay(passage)) return 'hours_unclear';
  if (isNoOutage(passage)) return 'not_an_outage';
  if (isExclusion(passage)) return 'target_unclear';
  return undefined;
}

/** Returns what a lone time lacks to form a period. */
function problemOfLoneTime(time: PlacedTime, passages: readonly Passage[]): NoticeProblem {
  const before = passages[0]?.plain.slice(0, time.from) ?? '';
  const after = passages.at(-1)?.plain.slice(time.to) ?? '';
  if (/^ ?(?:\(予定\))? ?(?:から|より|以降|~|- ?$)/.test(after)) return 'end_missing';
  if (/^ ?(?:\(予定\))? ?(?:まで|迄)/.test(after) || /~ ?$/.test(before)) return 'start_missing';
  if (!time.day) return 'date_missing';
  return time.hour === undefined && passages.some((passage) => passage.mentionsOutage)
    ? 'hours_missing'
    : 'stray_date';
}
