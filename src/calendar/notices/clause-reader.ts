import {
  type Bracket,
  type Clause,
  PERIOD,
  type Place,
  splitBrackets,
  splitClauses,
} from './clauses.js';
import { type Evidence, evidenceOf } from './evidence.js';
import type { Passage } from './passages.js';
import { isCalledOff, isDayByDay, isRecurring } from './phrases.js';
import type { NoticeProblem } from './problems.js';
import { isReserve } from './remarks.js';
import { isPeriod, type PlacedTime, type WrittenPeriod } from './written-periods.js';

/** The words of a period's own clause. */
export interface ClauseWords {
  /** The same for periods that share a clause of one passage; null for others. */
  readonly clause: Clause | null;
  /** Without what stands in brackets. */
  readonly bare: string;
  readonly brackets: readonly Bracket[];
  /** The end of what stands before it in its line. */
  readonly before: string;
  /** The clauses beside it in its line that hold no period: ただし…は取得できます. */
  readonly beside: readonly string[];
  /** The clause as a whole. */
  readonly text: string;
  /** What stands beside the period, where a zone may be named. */
  readonly zone: string;
  readonly evidence: Evidence;
  /** Why its words rule a stop out. */
  readonly refusal: NoticeProblem | undefined;
}

// As far back as a name may stand in the same line.
const LINE_BEFORE = 200;

interface Read {
  readonly marked: string;
  readonly clauses: readonly Clause[];
}

/** Reads the clauses of passages in which periods stand. */
export class ClauseReader {
  readonly #all: readonly Passage[];
  readonly #places = new Map<number, Place[]>();
  readonly #read = new Map<number, Read>();
  /** Periods that share a clause share its words. */
  readonly #words = new Map<Clause, Omit<ClauseWords, 'zone'>>();

  /** @param periods - the written periods of the whole text. */
  constructor(all: readonly Passage[], periods: readonly WrittenPeriod[]) {
    this.#all = all;
    for (const written of periods) {
      if (!isPeriod(written)) continue;
      const [start, end] = [written[0], written.at(-1) as PlacedTime];
      for (let index = start.first; index <= end.last; index++) {
        const { plain } = all[index] as Passage;
        const place = {
          from: index === start.first ? start.from : 0,
          to: index === end.last ? end.to : plain.length,
        };
        this.#places.set(index, [...(this.#places.get(index) ?? []), place]);
      }
    }
  }

  #passage(index: number): Read {
    let read = this.#read.get(index);
    if (!read) {
      const places = this.#places.get(index) ?? [];
      let marked = '';
      let end = 0;
      const text = (this.#all[index] as Passage).marked;
      for (const { from, to } of places) {
        marked += text.slice(end, from) + PERIOD.repeat(to - from);
        end = to;
      }
      marked += text.slice(end);
      read = { marked, clauses: splitClauses(marked, places) };
      this.#read.set(index, read);
    }
    return read;
  }

  /** Returns the words of the clause in which a period stands. */
  wordsOf(written: WrittenPeriod): ClauseWords {
    const [start, end] = [written[0], written.at(-1) as PlacedTime];
    const before = this.#passage(start.first).marked.slice(0, start.from);
    const { marked } = this.#passage(end.last);
    const zone = `${before.slice(-8)} ${this.#gap(start, end)} ${/^.{0,24}/u.exec(marked.slice(end.to).split(PERIOD)[0] as string)?.[0] ?? ''}`;
    const reserve = isReserve(/[^、。\uE002]{0,14}$/u.exec(before)?.[0] ?? '');
    const words = this.#clauseWords(start, end);
    return { ...words, zone, refusal: reserve ? 'reserve_day' : words.refusal };
  }

  #gap(start: PlacedTime, end: PlacedTime): string {
    return start.first === end.last
      ? (this.#all[start.first] as Passage).marked.slice(start.from, end.to)
      : '';
  }

  #clauseWords(start: PlacedTime, end: PlacedTime): Omit<ClauseWords, 'zone'> {
    const clause = this.#clauseAt(start.first, start.from);
    const known = start.first === end.last ? this.#words.get(clause) : undefined;
    if (known) return known;
    const beside = start.first === end.last ? this.#beside(start.first, clause) : [];
    const parts = [ledBy(this.#textOf(start.first, clause), beside)];
    for (let index = start.first + 1; index <= end.last; index++)
      parts.push(this.#textOf(index, this.#clauseAt(index, index === end.last ? end.from : 0)));
    const text = parts.join('\n');
    const { bare, brackets } = splitBrackets(text);
    const before = this.#passage(start.first).marked.slice(0, clause.from).slice(-LINE_BEFORE);
    const shared = start.first === end.last ? clause : null;
    const words = {
      clause: shared,
      bare,
      brackets,
      before,
      beside,
      text,
      evidence: evidenceOf(bare),
      refusal: refusalOf(text),
    };
    if (start.first === end.last) this.#words.set(clause, words);
    return words;
  }

  #beside(index: number, clause: Clause): string[] {
    const { clauses } = this.#passage(index);
    const texts = clauses.map((one) => this.#textOf(index, one));
    const own = clauses.indexOf(clause);
    const next = texts.findIndex((text, at) => at > own && text.includes(PERIOD));
    const first = texts.findIndex((text) => text.includes(PERIOD));
    return [
      ...(first === own ? texts.slice(0, own) : []),
      ...texts.slice(own + 1, next < 0 ? texts.length : next),
    ];
  }

  #clauseAt(index: number, at: number): Clause {
    const { clauses } = this.#passage(index);
    return clauses.find(({ to }) => at < to) ?? (clauses.at(-1) as Clause);
  }

  #textOf(index: number, { from, to }: Clause): string {
    return this.#passage(index).marked.slice(from, to);
  }
}

const LED = /^[^\p{L}\p{N}]*\uE002+[^\p{L}\p{N}]*(?:の間|間|中)?(?:は|に|も)?[、,: ]*/u;

/**
 * A period at the start of a sentence is for all its clauses. If the first says that something runs,
 * the one counts that says that something stops.
 */
function ledBy(text: string, beside: readonly string[]): string {
  const led = beside.length > 0 ? LED.exec(text)?.[0] : undefined;
  if (led === undefined) return text;
  const own = evidenceOf(text);
  if (!own.runs || own.stop !== 'no') return text;
  const stops = beside.filter((clause) => {
    const { stop, runs } = evidenceOf(clause);
    return (stop === 'yes' || stop === 'weak') && !runs;
  });
  return stops.length === 0 ? text : `${led}${stops.join('')}`;
}

/** Returns why the dates of a clause are not those of a stop, or not clearly. */
function refusalOf(text: string): NoticeProblem | undefined {
  if (isCalledOff(text)) return 'called_off';
  if (isRecurring(text)) return 'recurring';
  if (isDayByDay(text)) return 'hours_unclear';
  return undefined;
}
