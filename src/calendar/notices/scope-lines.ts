import { splitBrackets } from './clauses.js';
import { CAUSES, evidenceOf } from './evidence.js';
import type { Names } from './names.js';
import { unexplained } from './ordinary.js';
import type { Passage } from './passages.js';
import { isCalledOff, isCourtesy } from './phrases.js';
import { type BracketMeaning, meaningOf } from './remarks.js';
import { type LabelValue, labelledValue } from './scope-labels.js';
import { itemSpans, parseScope, type Scope, saysPart } from './scope-words.js';
import { isRehearsal, namedSystems, namesAny } from './systems.js';

type ScopeMeaning = Extract<BracketMeaning, { kind: 'scope' }>;

/** The scope that a passage near a period states. */
export type Scoped = ScopeMeaning & {
  readonly passage: Passage;
  /** Where it stands: above the period, on the lines below it, or in a later block. */
  readonly place: 'above' | 'below' | 'later';
};

const LEADING_BRACKET = /^[※*・ ]*[([【〔<](?<words>[^。()[\]【】〔〕<>]+)[)\]】〕>]/;
// A line of nothing but one bracket, which may lack its end.
const WHOLE_BRACKET =
  /^[※*・ ]*[([【〔<「『"](?<words>[^。()[\]【】〔〕<>「」『』"]+)[)\]】〕>」』"]?[。 ]*$/;
// A bracket that is a line of its own: 【ぺけぺけ】.
const LONE_BRACKET = /^[【<《](?<words>[^【】<>《》]+)[】>》]$/;
const QUOTES = /「([^「」]*)」|『([^『』]*)』|"([^"]*)"/g;
const SENTENCE =
  /(?:。|ます|です|ません|ました|でした|ください|下さい|[。、]$|こと|する|した)[\s。]*$/;
const LONGEST_SCOPE = 80;
const LONGEST_NAME = 30;
const UNKNOWN: Scope = {
  targets: [],
  inverted: false,
  limit: null,
  slow: false,
  outside: false,
  unknown: true,
  whole: false,
};

/** Reads the scopes that stand outside the clauses of periods: labels, lines and sentences. */
export class ScopeLines {
  readonly #names: Names;
  readonly #values: ReadonlyMap<Passage, LabelValue>;
  readonly #read = new Map<Passage, ScopeMeaning | undefined>();

  constructor(names: Names, values: ReadonlyMap<Passage, LabelValue>) {
    this.#names = names;
    this.#values = values;
  }

  /** Returns whether a passage is the value of a label above it. */
  isValue(passage: Passage): boolean {
    return this.#values.has(passage);
  }

  /** Returns the scope that a passage in the same block below a period states. */
  below(passage: Passage): ScopeMeaning | undefined {
    if (!this.#read.has(passage)) this.#read.set(passage, this.#readBelow(passage));
    return this.#read.get(passage);
  }

  #readBelow(whole: Passage): ScopeMeaning | undefined {
    const passage = this.#withoutOthers(whole);
    const { plain, marked } = passage;
    if (plain.length > LONGEST_SCOPE || isCalledOff(plain)) return undefined;
    const labelled = labelledValue(passage);
    if (labelled) return this.#labelled(passage, labelled.label, labelled.value);
    const value = this.#values.get(whole);
    if (value?.certain) return this.#labelled(passage, value.label, marked);
    // What follows a scope in brackets is a sentence of its own.
    const bracket = (WHOLE_BRACKET.exec(marked) ?? LEADING_BRACKET.exec(marked))?.groups?.words;
    const exception = bracket === undefined ? exceptionIn(marked, this.#names) : undefined;
    if (exception) return exception;
    const meaning = this.#clearest(bracket ?? marked.replace(/^[※*・ ]+/, ''));
    if (meaning.kind === 'remark') return undefined;
    const { scope } = meaning;
    const understood = understands(scope);
    const bracketed = bracket !== undefined;
    // 【お問い合わせ】 stands above whom to ask.
    if (bracketed && scope.unknown && isCourtesy(passage)) return undefined;
    const { stop, runs } = evidenceOf(marked);
    const part =
      saysPart(marked) && (/のみ|だけ|に限|限定/.test(marked) || (stop !== 'no' && !runs));
    const { systems } = passage;
    // Words about part of ours count even if they are not understood.
    if (!bracketed && !understood && (systems.known.size > 0 || systems.unknown)) return undefined;
    const short = understood && (saysPart(marked) || plain.length <= 30);
    return bracketed || short || part || scope.slow ? meaning : undefined;
  }

  /** Returns the scope that a passage in a later block states for the periods above. */
  later(passage: Passage): ScopeMeaning | undefined {
    const meaning = this.below(passage);
    if (!meaning) return undefined;
    const { marked } = passage;
    const stated =
      labelledValue(passage) !== undefined ||
      this.isValue(passage) ||
      saysPart(marked) ||
      WHOLE_BRACKET.test(marked);
    const { stop, runs } = evidenceOf(marked);
    return stated || (runs && stop === 'no') ? meaning : undefined;
  }

  /** Returns the scope that a clause beside the one of a period states. */
  beside(text: string): ScopeMeaning | undefined {
    const words = text.replace(/^[\s、,;]+|[\s、,;]+$/g, '');
    const systems = namedSystems(words, this.#names);
    const passage = { plain: words, marked: words, systems } as Passage;
    const meaning = this.#readBelow(passage);
    const { stop, runs } = evidenceOf(words);
    const stated =
      labelledValue(passage) !== undefined || saysPart(words) || (runs && stop === 'no');
    const listed = meaning !== undefined && understands(meaning.scope) && stop === 'no' && !runs;
    return stated || listed ? meaning : undefined;
  }

  /** Returns whether a passage is a label for holders, which are no systems: 対象：日本年金機構. */
  namesHolders(passage: Passage): boolean {
    if (passage.systems.known.size > 0 || !passage.systems.unknown) return false;
    const meaning =
      labelledValue(passage) || this.isValue(passage) ? this.above(passage) : undefined;
    return meaning !== undefined && understands(meaning.scope) && meaning.scope.targets.length > 0;
  }

  /** Returns whether a passage says nothing but a scope, like 公金受取口座 alone on its line. */
  isBare(passage: Passage): boolean {
    const meaning = this.below(passage);
    return meaning !== undefined && understands(meaning.scope) && passage.plain.length <= 30;
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

  /** Removes the clauses that say that a system runs: 年金、マイナポータルは稼働. */
  #withoutOthers(passage: Passage): Passage {
    const { marked: text } = passage;
    const { hasSystem } = this.#names;
    if (!/[、,]/.test(text) || !hasSystem.test(text)) return passage;
    const clauses = text.split(/[、,]/);
    const kept = clauses.filter((clause) => {
      const { stop, runs } = evidenceOf(clause);
      return !(hasSystem.test(clause) && runs && stop === 'no');
    });
    if (kept.length === 0 || kept.length === clauses.length) return passage;
    const marked = kept.join('、');
    return { ...passage, plain: marked, marked, systems: namedSystems(marked, this.#names) };
  }

  #labelled(passage: Passage, label: string, value: string): ScopeMeaning | undefined {
    const meaning = this.#clearest(value);
    if (meaning.kind === 'remark' || isRehearsal(value)) return undefined;
    const { scope } = meaning;
    const target = /対象|範囲|情報|項目|機能|データ|のは|域|エリア|機関|団体/.test(label);
    const { known, unknown } = passage.systems;
    // In a list, the others are systems too.
    const listed = unknown && /[、,・/]|及び|および|API.*API/.test(value);
    if (scope.unknown && known.size > 0)
      return target && !listed ? this.#besideSystem(value) : undefined;
    return target || saysPart(value) || !scope.unknown ? meaning : undefined;
  }

  /** Reads what stands beside the name of a system: 対象：マイナポータル ぺけぺけ機能. */
  #besideSystem(value: string): ScopeMeaning | undefined {
    const meaning = this.#inBrackets(value, true);
    if (meaning || evidenceOf(value).stop !== 'no') return meaning;
    return this.#withoutSystems(splitBrackets(value).bare, true);
  }

  /** Returns the scope that a heading, a label or an introduction states. */
  above(whole: Passage): ScopeMeaning | undefined {
    const passage = this.#withoutOthers(whole);
    const labelled = labelledValue(passage);
    const value = this.#values.get(whole);
    const scoped = labelled
      ? this.#labelled(passage, labelled.label, labelled.value)
      : value?.certain
        ? this.#labelled(passage, value.label, passage.marked)
        : undefined;
    if (scoped) return scoped;
    const { marked } = passage;
    const found = this.#inBrackets(marked, false);
    if (found || saysPart(splitBrackets(marked).bare))
      return found ?? this.#withoutSystems(splitBrackets(marked).bare, false);
    return this.#inHeading(passage);
  }

  /** Reads a line that names what stops. Words in it that nobody knows may be a scope. */
  #inHeading(passage: Passage): ScopeMeaning | undefined {
    const { marked, systems } = passage;
    const lone = LONE_BRACKET.exec(marked)?.groups?.words;
    if (lone !== undefined && !namesAny(systems)) return this.#strange(lone);
    const { stop, runs } = evidenceOf(marked);
    if (marked.length > LONGEST_SCOPE || runs || isCourtesy(passage)) return undefined;
    if (systems.known.size === 0 && stop === 'no') return undefined;
    const { bare, brackets } = splitBrackets(marked.replace(QUOTES, '($1$2$3)'));
    for (const { text } of brackets) {
      const meaning = this.#strange(text);
      if (meaning) return meaning;
    }
    // Sentences are only introductions.
    return SENTENCE.test(marked) ? undefined : this.#strange(bare);
  }

  /** Returns what words mean that are not only what a notice says anyway. */
  #strange(text: string): ScopeMeaning | undefined {
    const rest = withoutSystems(text.replace(CAUSES, ' '), this.#names);
    // 年 and 金 are ordinary, 年金 is a name.
    const named = this.#names.hasScope.test(rest);
    const words = unexplained(text, this.#names) ?? (named ? rest.trim() : undefined);
    if (words === undefined) return undefined;
    for (const part of [rest, words]) {
      const meaning = meaningOf(part, this.#names);
      if (meaning.kind === 'scope' && understands(meaning.scope)) return meaning;
    }
    return { kind: 'scope', scope: UNKNOWN, words };
  }

  /** Returns the scope that a line of nothing but a name beside a period may be. */
  near(passage: Passage): ScopeMeaning | undefined {
    const { plain, marked, systems, tokens } = passage;
    if (plain.length > LONGEST_NAME || tokens.length > 0 || namesAny(systems)) return undefined;
    if (SENTENCE.test(plain) || /[:@]|https?|※/.test(plain) || isCalledOff(plain)) return undefined;
    if (isCourtesy(passage) || evidenceOf(marked).stop !== 'no') return undefined;
    return this.#strange(marked);
  }

  #inBrackets(text: string, certain: boolean): ScopeMeaning | undefined {
    for (const bracket of splitBrackets(text).brackets) {
      const meaning = this.#withoutSystems(bracket.text, certain);
      if (meaning) return meaning;
    }
    return undefined;
  }

  #withoutSystems(text: string, certain: boolean): ScopeMeaning | undefined {
    const meaning = meaningOf(withoutSystems(text, this.#names), this.#names);
    if (meaning.kind !== 'scope') return undefined;
    return !meaning.scope.unknown || certain || saysPart(text)
      ? { ...meaning, words: text }
      : undefined;
  }
}

// 上記以外 and その他 are what is not meant anyway.
const THE_REST = /(?:上記|これら?|それら?|左記|本件|当該)以外|その他の?/g;

/**
 * Returns the scope of a sentence that says of a part that it runs, or that nothing else is
 * affected: ただし地方税は取得できます, 初回利用時以外は影響ありません. It counts even if it is not understood.
 */
function exceptionIn(marked: string, names: Names): ScopeMeaning | undefined {
  const text = afterSystems(marked, names).replace(THE_REST, ' ');
  const { stop, runs, other } = evidenceOf(text);
  if (!runs || stop !== 'no' || other || isRehearsal(text)) return undefined;
  if (!saysPart(text) && !namesPart(text, names)) return undefined;
  return { kind: 'scope', scope: parseScope(text, names), words: marked };
}

/** Returns what is said after the last system that is the subject of the words. */
function afterSystems(text: string, names: Names): string {
  if (!names.hasSystem.test(text)) return text;
  let rest = text;
  for (const [, pattern] of names.systems) rest = rest.replace(pattern, '\n');
  const [after = ''] = rest.split(/\n ?[はもが]/).slice(-1);
  return after.replaceAll('\n', ' ');
}

function namesPart(text: string, names: Names): boolean {
  if (itemSpans(text).length > 0) return true;
  const scope = names.hasScope.test(text) ? parseScope(text, names) : undefined;
  if (!scope) return false;
  return !scope.unknown || text.search(names.inSentence) >= 0;
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
