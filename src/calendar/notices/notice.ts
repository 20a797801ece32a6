import { dayOf } from '../../foundation/time.js';
import type { ClauseReader, ClauseWords } from './clause-reader.js';
import type { Clause } from './clauses.js';
import { ContextFinder } from './contexts.js';
import { type Effect, effectsOf, type ReadPeriod, type Refusal } from './effects.js';
import { isHarmlessDate, isOfEvents } from './harmless.js';
import type { Names } from './names.js';
import { NoticeProblems } from './notice-problems.js';
import type { Passage } from './passages.js';
import { extendPeriod, type Period, resolvePeriod, shiftPeriod } from './periods.js';
import { isEndUnknown, isExtension, isRecurring } from './phrases.js';
import type { NoticeProblem } from './problems.js';
import type { ScopeLines } from './scope-lines.js';
import type { Section } from './sections.js';
import { TargetFinder } from './targets.js';
import { type Draft, parseUndated } from './undated.js';
import { isPeriod, type PlacedTime, type WrittenPeriod } from './written-periods.js';
import { commonShift, shiftOf } from './zones.js';

/** A stop: what it does, when, and the words that say so. */
export interface Outage {
  readonly effects: readonly Effect[];
  readonly period: Period;
  readonly source: string;
}

/** What the parser knows when it comes to a notice. */
export interface NoticeInput {
  /** The passages of the whole text. */
  readonly all: readonly Passage[];
  /** Index in `all` of the first passage of the notice. */
  readonly from: number;
  readonly section: Section;
  /** The written periods that start in the notice. */
  readonly periods: readonly WrittenPeriod[];
  /** Those of the whole text, by the passages they are in. */
  readonly clauses: ClauseReader;
  readonly lines: ScopeLines;
  readonly publishedDay: number;
  readonly names: Names;
  /** Whether a heading further up speaks of a stop. */
  readonly page: boolean;
  /** By how many hours the dates of the page move, as it says itself; null if that is not clear. */
  readonly shift: number | null;
}

/** What one notice says. */
export interface Notice {
  readonly outages: readonly Outage[];
  readonly problems: NoticeProblems;
  /** Whether its headings and introductions speak of a stop. */
  readonly announces: boolean;
}

/** Parses one notice, one period a step. */
export function* parseNotice(input: NoticeInput): Generator<void, Notice> {
  const parser = new NoticeParser(input);
  for (const period of input.periods) {
    parser.addPeriod(period);
    yield;
  }
  parser.dropHoursApart();
  const { problems, announces } = parser;
  const drafts = parseUndated(input.section.passages, parser.drafts, parser.understood, problems);
  const outages = drafts.map(({ passages, effects, period, extension, scopes }) => ({
    effects,
    period,
    source: [...new Set([...passages, ...scopes, ...(extension ? [extension] : [])])]
      .map((passage) => passage.text)
      .join('\n'),
  }));
  return { outages, problems, announces };
}

class NoticeParser {
  drafts: Draft[] = [];
  readonly problems = new NoticeProblems();
  /** The passages that are part of a period, or state its scope. */
  readonly understood = new Set<Passage>();
  readonly #input: NoticeInput;
  readonly #targets: TargetFinder;
  readonly #contexts: ContextFinder;
  /** The passages with an hour that has no day. */
  readonly #hoursAlone = new Set<Passage>();
  readonly #read = new Map<Clause, ReadPeriod>();
  /** By how many hours the dates of the notice move, if it names a zone elsewhere. */
  readonly #shift: number | null;
  /** Whether it is a list of events, which says nothing of a stop or of a system of ours. */
  readonly #events: boolean;
  #anchorDay: number;

  constructor(input: NoticeInput) {
    this.#input = input;
    const { all, section, periods, lines, page } = input;
    this.#anchorDay = input.publishedDay;
    const shift = commonShift(section.passages);
    this.#shift = shift === undefined ? input.shift : shift;
    const dated = periods.filter(isPeriod);
    const starts = new Set(dated.map(([start]) => all[start.first] as Passage));
    const parts = new Set(dated.flatMap((written) => this.#passagesOf(written)));
    const [heading, ...rest] = section.passages;
    const events =
      !page && !section.api && heading && isOfEvents(heading.plain) && !parts.has(heading);
    this.#events = Boolean(events) && !rest.some(({ mentionsOutage }) => mentionsOutage);
    this.#targets = new TargetFinder(section.passages, starts, section.api, (passage) =>
      lines.namesHolders(passage),
    );
    this.#contexts = new ContextFinder(section.passages, parts, lines, section.api, page);
  }

  get announces(): boolean {
    return this.#contexts.announces;
  }

  #passagesOf(written: WrittenPeriod): readonly Passage[] {
    const last = (written.at(-1) as PlacedTime).last;
    return this.#input.all.slice(written[0].first, last + 1);
  }

  addPeriod(written: WrittenPeriod): void {
    const passages = this.#passagesOf(written);
    if (!written[0].day) for (const passage of passages) this.#hoursAlone.add(passage);
    if (this.#events) return;
    const refusal = this.#refusalOf(written, passages);
    if (refusal) this.problems.add(passages, refusal.problem, refusal.period, refusal.words);
    else for (const passage of passages) this.understood.add(passage);
  }

  /** Adds a draft, or extends the last one. Returns the problem if neither is possible. */
  #refusalOf(written: WrittenPeriod, passages: readonly Passage[]): Refusal | undefined {
    if (written.some((time) => time.broken)) return { problem: 'unreadable_date' };
    if (written.length > 2) return { problem: 'hours_unclear' };
    const problem = isPeriod(written) ? undefined : this.#loneTime(written[0], passages);
    return isPeriod(written) ? this.#addDraft(written, passages) : problem && { problem };
  }

  #loneTime(time: PlacedTime, passages: readonly Passage[]): NoticeProblem | undefined {
    const { refusal } = this.#input.clauses.wordsOf([time]);
    if (refusal) return refusal;
    if (this.#isResumption(time)) return undefined;
    if (passages.some((passage) => isExtension(passage.plain))) return this.#extend(time, passages);
    const problem = problemOfLoneTime(time, passages);
    const harmless = passages.every(({ plain }) => isHarmlessDate(plain));
    return problem === 'stray_date' && harmless ? undefined : problem;
  }

  /** 停止（8:00再開） repeats the end of the period before. */
  #isResumption({ first, last, to }: PlacedTime): boolean {
    const passage = this.#input.all[last] as Passage;
    return (
      first === last &&
      this.drafts.at(-1)?.passages.at(-1) === passage &&
      /^ ?(?:頃|ごろ|に|より|から|以降)*(?:順次)?(?:サービス|運用|稼働|利用|提供)?(?:を|が|は)?(?:再開|復旧)/.test(
        passage.plain.slice(to),
      )
    );
  }

  /** Reads what a clause does once, however many periods it has. */
  #effectsOf(
    words: ClauseWords,
    passages: readonly Passage[],
    first: number,
    last: number,
  ): ReadPeriod {
    const known = words.clause && this.#read.get(words.clause);
    if (known) return known;
    const found = this.#targets.around(passages);
    const read = effectsOf({
      words,
      around: this.#contexts.evidenceAround(first, last, passages),
      scopes: this.#contexts.scopesAround(first, last),
      lines: this.#input.lines,
      named: typeof found === 'string' ? found : found.systems,
      namedScope: typeof found === 'string' ? [] : this.#contexts.scopeIn(found.passage),
      generic: this.#contexts.generic,
      names: this.#input.names,
    });
    if (words.clause) this.#read.set(words.clause, read);
    return read;
  }

  #addDraft(written: WrittenPeriod, passages: readonly Passage[]): Refusal | undefined {
    const [start, end = start] = written;
    const words = this.#input.clauses.wordsOf(written);
    if (words.refusal === 'recurring' || words.refusal === 'hours_unclear')
      return { problem: words.refusal };
    const { publishedDay, from } = this.#input;
    const resolved = resolvePeriod(start, end, this.#anchorDay, publishedDay);
    if (typeof resolved === 'string') return { problem: resolved };
    const named = shiftOf(words.zone);
    const shift = named === undefined ? this.#shift : named;
    if (shift === null) return { problem: 'hours_unclear' };
    const period = shift === 0 ? resolved : shiftPeriod(resolved, shift);
    if (words.refusal) return { problem: words.refusal, period };
    const [first, last] = [start.first - from, end.last - from];
    const read = this.#effectsOf(words, passages, first, last);
    for (const note of read.notes) this.problems.add(passages, note.problem, period, note.words);
    for (const { passage } of read.scopes) this.understood.add(passage);
    if (read.effects.length === 0) return { ...(read.notes[0] as Refusal), period };
    this.#push(
      written,
      passages,
      period,
      read.effects,
      read.scopes.map(({ passage }) => passage),
    );
    return undefined;
  }

  #push(
    [start, end = start]: WrittenPeriod,
    passages: readonly Passage[],
    period: Period,
    effects: readonly Effect[],
    scopes: readonly Passage[],
  ): void {
    if (passages.some(({ plain }) => isEndUnknown(plain)))
      this.problems.add(passages, 'end_missing');
    this.drafts.push({
      passages,
      effects,
      scopes,
      lacksHours: start.hour === undefined || end.hour === undefined,
      period,
    });
    // Days without a year are near the last day that had one.
    if (start.day?.year !== undefined || end.day?.year !== undefined)
      this.#anchorDay = dayOf(period.startMs);
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
    const apart = (draft: Draft) =>
      draft.lacksHours && draft.passages.some((passage) => this.#hoursAlone.has(passage));
    for (const { passages } of this.drafts.filter(apart))
      this.problems.add(passages, 'hours_unclear');
    this.drafts = this.drafts.filter((draft) => !apart(draft));
  }
}

/** Returns what a lone time lacks to form a period. */
function problemOfLoneTime(time: PlacedTime, passages: readonly Passage[]): NoticeProblem {
  const before = passages[0]?.plain.slice(0, time.from) ?? '';
  const after = passages.at(-1)?.plain.slice(time.to) ?? '';
  if (/^ ?(?:\(予定\))? ?(?:から|より|以降|~|- ?$)/.test(after)) return 'end_missing';
  if (/^ ?(?:\(予定\))? ?(?:まで|迄)/.test(after) || /~ ?$/.test(before)) return 'start_missing';
  if (passages.some(({ plain, mentionsOutage }) => mentionsOutage && isRecurring(plain)))
    return 'recurring';
  if (!time.day) return 'date_missing';
  return time.hour === undefined && passages.some((passage) => passage.mentionsOutage)
    ? 'hours_missing'
    : 'stray_date';
}
