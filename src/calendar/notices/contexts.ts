import { splitBrackets } from './clauses.js';
import { type Evidence, evidenceOf } from './evidence.js';
import type { Passage } from './passages.js';
import { isCalledOff } from './phrases.js';
import { labelledValue } from './scope-labels.js';
import { type Scoped, type ScopeLines, understands } from './scope-lines.js';
import { namesAny } from './systems.js';

/** What the passages around a period say: that something stops, another kind of period, or nothing. */
export type Around = 'yes' | 'may' | 'slow' | 'other' | 'none';

const LABEL_END = /(?:期間|日時|時間帯?|日程|日|時)(?: ?:.{0,40})?$/;

/** Finds what stands around the periods of one section: evidence of a stop, and its scope. */
export class ContextFinder {
  readonly #section: readonly Passage[];
  readonly #periods: ReadonlySet<Passage>;
  readonly #lines: ScopeLines;
  readonly #above: Around[] = [];
  readonly #below: Around[] = [];
  /** Scopes stated above, for a whole section or block. */
  readonly #scopes: (readonly Scoped[])[] = [];
  /** Scopes stated in later blocks, for the blocks of periods above them. */
  readonly #later = new Map<number, Scoped[]>();
  #first: number | undefined;
  #labelled: boolean | undefined;
  #named: boolean | undefined;
  /** The blocks below a period that are nothing but names. */
  readonly #bare = new Set<number>();
  readonly #said = new Map<Passage, Around>();
  /** Whether the headings and introductions of the section speak of a stop. */
  readonly announces: boolean;
  /** Whether they say only "the system" or "the service" of what stops. */
  readonly generic: boolean;

  /**
   * @param periods - the passages that hold part of a period.
   * @param lines - reads the scopes of passages.
   * @param api - the heading above that names the API, if it is not in the section.
   * @param page - whether a heading further up speaks of a stop.
   */
  constructor(
    section: readonly Passage[],
    periods: ReadonlySet<Passage>,
    lines: ScopeLines,
    api: Passage | undefined,
    page: boolean,
  ) {
    this.#section = section;
    this.#periods = periods;
    this.#lines = lines;
    let state: Around = page ? 'yes' : 'none';
    let announces = false;
    let block: number | undefined;
    const ofHeading = api && !section.includes(api) ? this.scopeIn(api) : [];
    let scope = ofHeading;
    let begun = false;
    let left = false;
    for (const [index, passage] of section.entries()) {
      // Labels above the first period show that those below it are for the next one.
      if (passage.block !== block && begun && !(this.#labelsFirst && left)) {
        scope = ofHeading;
        left = true;
      }
      block = passage.block;
      this.#above.push(state);
      this.#scopes.push(scope);
      if (periods.has(passage)) {
        begun = true;
        left = false;
        continue;
      }
      // A scope on the next lines is not for the periods below it.
      if (begun && !left && !this.#namesFirst && this.#lines.below(passage)) continue;
      state = this.#next(state, passage, index);
      announces ||= state === 'yes';
      const stated = this.#isBareAbove(index) ? this.#bareScope(passage) : this.scopeIn(passage);
      const before = section[index - 1];
      const list = before && scope.at(-1)?.passage === before && this.#isListed(index);
      if (stated.length > 0) scope = list ? [...scope, ...stated] : stated;
    }
    this.announces = announces;
    this.generic = section.some(
      (passage) => passage.systems.generic && saidBy(evidenceOf(passage.marked)) !== 'none',
    );
    this.#findBelow();
    this.#findLater();
    if (!this.#labelsFirst) this.#findLast();
  }

  #isListed(index: number): boolean {
    const passage = this.#section[index] as Passage;
    return this.#lines.isValue(passage) || this.#isBareAbove(index);
  }

  /** Returns whether a line holds nothing but names, for the period directly below. */
  #isBareAbove(index: number): boolean {
    const [passage, next] = this.#section.slice(index, index + 2) as [Passage, Passage?];
    if (index === 0 || next?.block !== passage.block || this.#lines.isValue(passage)) return false;
    if (labelledValue(passage) || !this.#lines.isBare(passage)) return false;
    return this.#periods.has(next) || this.#lines.isBare(next);
  }

  #bareScope(passage: Passage): readonly Scoped[] {
    const meaning = this.#lines.below(passage);
    return meaning ? [{ ...meaning, passage, place: 'above' }] : [];
  }

  /** Whether a label that says what stops stands above the first period. */
  get #labelsFirst(): boolean {
    this.#first ??= this.#section.findIndex((passage) => this.#periods.has(passage));
    this.#labelled ??= this.#section.some(
      (passage, index) =>
        index > 0 && index < (this.#first as number) && this.#lines.later(passage) !== undefined,
    );
    return this.#labelled;
  }

  /** Whether a scope stands directly above the first period: so do those of the others. */
  get #namesFirst(): boolean {
    if (this.#named === undefined) {
      const first = this.#section.findIndex((passage) => this.#periods.has(passage));
      this.#named = first > 0 && this.#isAbovePeriod(first - 1);
    }
    return this.#named;
  }

  /** Returns whether a passage states a scope, directly above a period. */
  #isAbovePeriod(index: number): boolean {
    const [passage, next] = this.#section.slice(index, index + 2) as [Passage, Passage?];
    if (!next || !this.#periods.has(next) || next.block !== passage.block) return false;
    const meaning = this.#lines.below(passage);
    return meaning !== undefined && understands(meaning.scope);
  }

  #next(state: Around, passage: Passage, index: number): Around {
    // Nothing is called off forward, but what is called off is no evidence of a stop.
    if (isCalledOff(passage.plain)) return index === 0 ? 'none' : state;
    const evidence = evidenceOf(passage.marked);
    const said = saidBy(evidence);
    if (said === 'none') {
      const next = this.#section[index + 1];
      const label =
        index === 0 || (next && this.#periods.has(next)) || LABEL_END.test(passage.plain);
      const other = (evidence.other || evidence.runs) && passage.plain.length <= 40;
      return label && other && !evidence.denied ? 'other' : state;
    }
    if (evidence.other && !namesAny(passage.systems)) return state;
    // 「メンテナンス」 above and 「つながりにくくなります」 below: the one that says more counts.
    if (said === 'yes' && evidence.stop === 'weak' && (state === 'may' || state === 'slow'))
      return state;
    return state === 'yes' && said !== 'yes' && !this.#weakSoFar(index) ? state : said;
  }

  #weakSoFar(index: number): boolean {
    return this.#section
      .slice(Math.max(0, index - 4), index)
      .every((passage) => evidenceOf(passage.marked).stop !== 'yes');
  }

  #findBelow(): void {
    let below: Around = 'none';
    let block: number | undefined;
    for (let index = this.#section.length - 1; index >= 0; index--) {
      const passage = this.#section[index] as Passage;
      if (passage.block !== block) below = 'none';
      block = passage.block;
      this.#below[index] = below;
      if (this.#periods.has(passage) || isCalledOff(passage.plain)) below = 'none';
      else {
        const said = saidBy(evidenceOf(passage.marked));
        if (said !== 'none') below = said;
      }
    }
  }

  /**
   * Returns what the rest of its line, the passages above, or those below say about a period from one
   * index to another.
   */
  evidenceAround(first: number, last: number, own: readonly Passage[]): Around {
    const line = own.length === 1 ? this.#line(own[0] as Passage) : 'none';
    if (line !== 'none') return line;
    const above = this.#above[first] ?? 'none';
    return above === 'none' ? (this.#below[last] ?? 'none') : above;
  }

  #line(passage: Passage): Around {
    let said = this.#said.get(passage);
    if (said === undefined) {
      const evidence = evidenceOf(splitBrackets(passage.marked).bare);
      said = evidence.other ? 'none' : saidBy(evidence);
      this.#said.set(passage, said);
    }
    return said;
  }

  /** Finds the scopes in blocks without a period, for the periods above them. */
  #findLater(): void {
    const dated = new Set([...this.#periods].map(({ block }) => block));
    let above: number[] = [];
    let stated = false;
    const labelsFirst = this.#labelsFirst;
    for (const [index, passage] of this.#section.entries()) {
      const { block } = passage;
      if (dated.has(block)) {
        if (stated && !labelsFirst) above = [];
        stated = false;
        if (above.at(-1) !== block) above = labelsFirst ? [block] : [...above, block];
        continue;
      }
      const meaning = this.#laterAt(index, above.at(-1));
      if (!meaning) continue;
      stated = true;
      for (const one of above) {
        const list = this.#later.get(one) ?? [];
        list.push({ ...meaning, passage, place: 'later' });
        this.#later.set(one, list);
      }
    }
  }

  /** Finds a label below the periods of a block. If it is the only one, it is for all of them. */
  #findLast(): void {
    const dated = new Set<number>();
    const labels = this.#section.filter((passage) => {
      if (this.#periods.has(passage)) dated.add(passage.block);
      if (!dated.has(passage.block)) return false;
      return labelledValue(passage) !== undefined || this.#lines.isValue(passage);
    });
    const [label] = labels;
    const meaning = label && labels.length === 1 && this.#lines.later(label);
    if (meaning)
      this.#later.set(label.block, [
        ...(this.#later.get(label.block) ?? []),
        { ...meaning, passage: label, place: 'later' },
      ]);
  }

  #laterAt(index: number, above: number | undefined): ReturnType<ScopeLines['later']> {
    const passage = this.#section[index] as Passage;
    const meaning = this.#lines.later(passage);
    if (meaning || above === undefined) return meaning;
    // A block of nothing but names, directly below the period.
    const before = this.#section[index - 1] as Passage;
    if (before.block === above && this.#isBareBlock(index)) this.#bare.add(passage.block);
    if (this.#bare.has(passage.block)) return this.#lines.below(passage);
    const alone = this.#section[index + 1]?.block !== passage.block;
    return before.block === above && alone ? this.#lines.near(passage) : undefined;
  }

  #isBareBlock(from: number): boolean {
    const { block } = this.#section[from] as Passage;
    for (let index = from; this.#section[index]?.block === block; index++)
      if (!this.#lines.isBare(this.#section[index] as Passage)) return false;
    return true;
  }

  /** Returns the scopes on the next lines, or else above, and those in later blocks. */
  scopesAround(first: number, last: number): Scoped[] {
    const found: Scoped[] = [];
    const own = this.#section[last];
    for (let index = last + 1; index < this.#section.length && index <= last + 6; index++) {
      const passage = this.#section[index] as Passage;
      if (passage.block !== own?.block || this.#periods.has(passage)) break;
      if (this.#namesFirst && this.#isAbovePeriod(index)) break;
      const meaning =
        this.#lines.below(passage) ?? (index === last + 1 ? this.#lines.near(passage) : undefined);
      if (meaning) found.push({ ...meaning, passage, place: 'below' });
    }
    const near = found.length === 0 ? this.#scopesAbove(first) : found;
    return [...near, ...(own ? (this.#later.get(own.block) ?? []) : [])];
  }

  #scopesAbove(first: number): readonly Scoped[] {
    const stated = this.#scopes[first] ?? [];
    const [before, own] = this.#section.slice(Math.max(0, first - 1), first + 1);
    if (stated.length > 0 || first < 2 || before?.block !== own?.block) return stated;
    const passage = before as Passage;
    // What is understood was the scope of the period above. Words that nobody knows count for both.
    if (this.#periods.has(passage) || this.#lines.isBare(passage)) return stated;
    const meaning = this.#lines.near(passage);
    return meaning ? [{ ...meaning, passage, place: 'above' }] : stated;
  }

  /** Returns the scope that a heading, a label or an introduction states. */
  scopeIn(passage: Passage): readonly Scoped[] {
    const meaning = this.#periods.has(passage) ? undefined : this.#lines.above(passage);
    return meaning ? [{ ...meaning, passage, place: 'above' }] : [];
  }
}

function saidBy({ stop, runs }: Evidence): Around {
  if (stop === 'no' || runs) return 'none';
  return stop === 'weak' ? 'yes' : stop;
}
