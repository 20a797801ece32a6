import { splitBrackets } from './clauses.js';
import { type Evidence, evidenceOf } from './evidence.js';
import type { Names } from './names.js';
import type { Passage } from './passages.js';
import { isCalledOff, SCOPE_LABEL } from './phrases.js';
import { type BracketMeaning, meaningOf } from './remarks.js';
import { type Scope, saysPart } from './scope-words.js';
import { namesAny } from './systems.js';

/** What the passages around a period say: that something stops, another kind of period, or nothing. */
export type Around = 'yes' | 'may' | 'slow' | 'other' | 'none';

/** The scope that a passage near a period states. */
export type Scoped = Extract<BracketMeaning, { kind: 'scope' }> & {
  readonly passage: Passage;
  /** Whether it stands below the period. */
  readonly below: boolean;
};

const LABEL_END = /(?:期間|日時|時間帯?|日程|日|時)(?: ?:.{0,40})?$/;
const LEADING_BRACKET = /^[※*・ ]*[([【〔<](?<words>[^。()[\]【】〔〕<>]+)[)\]】〕>]/;
const LONGEST_SCOPE = 80;

/** Finds what stands around the periods of one section: evidence of a stop, and its scope. */
export class ContextFinder {
  readonly #section: readonly Passage[];
  readonly #periods: ReadonlySet<Passage>;
  readonly #names: Names;
  readonly #above: Around[] = [];
  readonly #below: Around[] = [];
  /** Scopes stated above, for a whole section or block. */
  readonly #scopes: (Scoped | undefined)[] = [];
  readonly #lines = new Map<Passage, Around>();
  readonly #meanings = new Map<Passage, Scoped | undefined>();
  /** Whether the headings and introductions of the section speak of a stop. */
  readonly announces: boolean;
  /** Whether they say only "the system" or "the service" of what stops. */
  readonly generic: boolean;

  /**
   * @param periods - the passages that hold part of a period.
   * @param api - the heading above that names the API, if it is not in the section.
   * @param page - whether a heading further up speaks of a stop.
   */
  constructor(
    section: readonly Passage[],
    periods: ReadonlySet<Passage>,
    names: Names,
    api: Passage | undefined,
    page: boolean,
  ) {
    this.#section = section;
    this.#periods = periods;
    this.#names = names;
    let state: Around = page ? 'yes' : 'none';
    let announces = false;
    let block: number | undefined;
    const ofHeading = api && !section.includes(api) ? this.#scopeAbove(api) : undefined;
    let scope = ofHeading;
    let begun = false;
    for (const [index, passage] of section.entries()) {
      if (passage.block !== block && begun) scope = ofHeading;
      block = passage.block;
      this.#above.push(state);
      this.#scopes.push(scope);
      if (periods.has(passage)) {
        begun = true;
        continue;
      }
      state = this.#next(state, passage, index);
      announces ||= state === 'yes';
      scope = this.#scopeAbove(passage) ?? scope;
    }
    this.announces = announces;
    this.generic = section.some(
      (passage) => passage.systems.generic && saidBy(evidenceOf(passage.marked)) !== 'none',
    );
    this.#findBelow();
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
    let said = this.#lines.get(passage);
    if (said === undefined) {
      const evidence = evidenceOf(splitBrackets(passage.marked).bare);
      said = evidence.other ? 'none' : saidBy(evidence);
      this.#lines.set(passage, said);
    }
    return said;
  }

  /** Returns the scopes that stand on the next lines, or else above. */
  scopesAround(first: number, last: number): Scoped[] {
    const found: Scoped[] = [];
    const own = this.#section[last];
    for (let index = last + 1; index < this.#section.length && index <= last + 6; index++) {
      const passage = this.#section[index] as Passage;
      if (passage.block !== own?.block || this.#periods.has(passage)) break;
      const scoped = this.#scopeBelow(passage);
      if (scoped) found.push(scoped);
    }
    const above = this.#scopes[first];
    return found.length === 0 && above ? [{ ...above, below: false }] : found;
  }

  #scopeBelow(passage: Passage): Scoped | undefined {
    if (this.#meanings.has(passage)) return this.#meanings.get(passage);
    const scoped = this.#readBelow(passage);
    this.#meanings.set(passage, scoped);
    return scoped;
  }

  #readBelow(passage: Passage): Scoped | undefined {
    const { plain, marked } = passage;
    if (plain.length > LONGEST_SCOPE || isCalledOff(plain)) return undefined;
    const labelled = SCOPE_LABEL.exec(marked)?.groups?.value;
    if (labelled !== undefined) return this.#labelled(passage, labelled);
    // What follows a scope in brackets is a sentence of its own.
    const bracket = LEADING_BRACKET.exec(marked)?.groups?.words;
    const meaning = this.#clearest(bracket ?? marked.replace(/^[※*・ ]+/, ''));
    if (meaning.kind === 'remark') return undefined;
    const { scope } = meaning;
    const understood = understands(scope);
    const bracketed = bracket !== undefined;
    const { stop, runs } = evidenceOf(marked);
    const part =
      saysPart(marked) && (/のみ|だけ|に限|限定/.test(marked) || (stop !== 'no' && !runs));
    const { systems } = passage;
    // Words about part of ours count even if they are not understood.
    if (!bracketed && !understood && (systems.known.size > 0 || systems.unknown)) return undefined;
    const short = understood && (saysPart(marked) || plain.length <= 30);
    return bracketed || short || part || scope.slow
      ? { ...meaning, passage, below: true }
      : undefined;
  }

  /** Reads the whole line, or else what stands before another sentence in it: …のみ（…は稼働）. */
  #clearest(words: string): BracketMeaning {
    const whole = meaningOf(words, this.#names);
    if (whole.kind === 'remark' || !whole.scope.unknown) return whole;
    const { bare } = splitBrackets(words);
    const head = bare.split(/[、。]/)[0] as string;
    for (const part of [bare.trim(), head.trim()]) {
      const meaning = part === words ? whole : meaningOf(part, this.#names);
      if (meaning.kind === 'scope' && understands(meaning.scope)) return meaning;
    }
    return whole;
  }

  #labelled(passage: Passage, value: string): Scoped | undefined {
    const meaning = this.#clearest(value);
    if (meaning.kind === 'remark') return undefined;
    const { scope } = meaning;
    const target = /対象|範囲|情報|項目|機能/.test(passage.plain.split(':')[0] as string);
    if (scope.unknown && passage.systems.known.size > 0) return undefined;
    return target || saysPart(value) || !scope.unknown
      ? { ...meaning, passage, below: true }
      : undefined;
  }

  /** Returns the scope that a heading, a label or an introduction states. */
  scopeIn(passage: Passage): Scoped | undefined {
    return this.#periods.has(passage) ? undefined : this.#scopeAbove(passage);
  }

  #scopeAbove(passage: Passage): Scoped | undefined {
    const labelled = SCOPE_LABEL.exec(passage.marked)?.groups?.value;
    const scoped = labelled === undefined ? undefined : this.#labelled(passage, labelled);
    if (scoped) return scoped;
    const { bare, brackets } = splitBrackets(passage.marked);
    const words = [...brackets.map(({ text }) => text), ...(saysPart(bare) ? [bare] : [])];
    for (const text of words) {
      const meaning = meaningOf(withoutSystems(text, this.#names), this.#names);
      if (meaning.kind !== 'scope') continue;
      const { scope } = meaning;
      if (!scope.unknown || saysPart(text))
        return { ...meaning, words: text, passage, below: false };
    }
    return undefined;
  }
}

/** Returns whether words name something, or somebody, and nothing that is not known. */
export function understands({ unknown, targets, limit, outside, slow }: Scope): boolean {
  return !unknown && (targets.length > 0 || limit !== null || outside || slow);
}

/** Removes the names of systems, which the scope does not have to explain. */
export function withoutSystems(text: string, names: Names): string {
  if (!names.hasSystem.test(text)) return text;
  let rest = text;
  for (const [, pattern] of names.systems) rest = rest.replace(pattern, ' ');
  return rest;
}

function saidBy({ stop, runs }: Evidence): Around {
  if (stop === 'no' || runs) return 'none';
  return stop === 'weak' ? 'yes' : stop;
}
