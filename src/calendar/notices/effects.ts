import type { Catalog } from '../../catalog/catalog.js';
import type { AnnouncementLimit, AnnouncementTarget } from '../scopes.js';
import type { ClauseWords } from './clause-reader.js';
import type { Around } from './contexts.js';
import { CAUSES, type Evidence, evidenceOf } from './evidence.js';
import type { Names } from './names.js';
import { unexplained } from './ordinary.js';
import type { Period } from './periods.js';
import { isChange } from './phrases.js';
import type { NoticeProblem } from './problems.js';
import { isRow, meaningOf } from './remarks.js';
import { type Scoped, type ScopeLines, understands, withoutSystems } from './scope-lines.js';
import { itemSpans, parseScope, type Scope, saysPart } from './scope-words.js';
import { isRehearsal, type NamedSystems, namedSystems, namesAny } from './systems.js';

/** What a stop does to a target. */
export interface Effect {
  readonly target: AnnouncementTarget<Catalog>;
  readonly state: 'closed' | 'uncertain' | 'slow';
  readonly limit: AnnouncementLimit | null;
}

/** Why a period was not understood, or not completely. */
export interface Refusal {
  readonly problem: NoticeProblem;
  readonly period?: Period;
  readonly words?: string;
}

/** What is known of a period. */
export interface PeriodFacts {
  /** Its own clause. */
  readonly words: ClauseWords;
  /** What stands around it. */
  readonly around: Around;
  readonly scopes: readonly Scoped[];
  readonly lines: ScopeLines;
  readonly named: NamedSystems | 'nothing' | 'unclear';
  /** The scope of the passage that names it. */
  readonly namedScope: readonly Scoped[];
  /** Whether the notice says "the system" or "the service" of what stops. */
  readonly generic: boolean;
  readonly names: Names;
}

/** What a period does. Without effects, the first note says why. */
export interface ReadPeriod {
  readonly effects: readonly Effect[];
  readonly notes: readonly Refusal[];
  /** The scopes on other lines that were used. */
  readonly scopes: readonly Scoped[];
}

interface Candidate {
  readonly scope: Scope;
  readonly words: string;
}

/** Decides what a period does: nothing, unless a period, evidence of a stop and a system meet. */
export function effectsOf(facts: PeriodFacts): ReadPeriod {
  const { words, names } = facts;
  if (isRehearsal(words.text)) return refused('unknown_system');
  const own = ownScopes(facts);
  const used = usedScopes(facts, own);
  const candidates = [...own.brackets, ...own.bare, ...used];
  const stop = stopOf(facts, own, candidates);
  const found = baseOf(facts, own.rest);
  // A name that is no scope here may still be a stranger's.
  const base = found === 'target_unclear' ? baseOf(facts, words.bare) : found;
  if (typeof stop === 'object')
    return refused(base === 'unknown_system' && !isOther(words) ? base : stop.refused);
  if (typeof base === 'string') return refused(base);
  const notes: Refusal[] = [];
  if (base.named.unknown) notes.push({ problem: 'unknown_system' });
  if (stopsMore(words, base, names)) notes.push({ problem: 'target_unclear' });
  if (isChange(words.text)) notes.push({ problem: 'called_off' });
  const result = scopedEffects(stop, base, candidates, facts);
  return { effects: result.effects, notes: [...result.notes, ...notes], scopes: used };
}

/** Returns whether the rest of the line says that another of our systems stops too. */
function stopsMore({ beside }: ClauseWords, { targets }: Base, names: Names): boolean {
  if (targets.includes('all')) return false;
  return beside.some((clause) => {
    const { stop, runs } = evidenceOf(clause);
    const { known } = namedSystems(clause, names);
    return stop !== 'no' && !runs && [...known].some((id) => !targets.includes(id as 'all'));
  });
}

/** Returns the scopes on other lines that count: the nearest ones, and whom they concern. */
function usedScopes({ words, scopes, namedScope, names }: PeriodFacts, own: OwnScopes): Scoped[] {
  const scoped = own.brackets.length + own.bare.length > 0;
  const used = scopes.filter(({ place }) => place === 'below' || (place === 'above' && !scoped));
  const narrowed = scoped || used.length > 0;
  // A later list may only repeat what the periods say themselves.
  for (const one of scopes)
    if (one.place === 'later' && (!narrowed || (one.scope.limit && one.scope.targets.length === 0)))
      used.push(one);
  // A label may narrow what it names: 対象：住基ネット（…のみ）.
  if (!scoped && !namesAny(namedSystems(words.bare, names)))
    for (const near of namedScope)
      if (!used.some(({ passage }) => passage === near.passage)) used.push(near);
  return used;
}

const refused = (problem: NoticeProblem): ReadPeriod => ({
  effects: [],
  notes: [{ problem }],
  scopes: [],
});

interface OwnScopes {
  readonly brackets: readonly Candidate[];
  /** From the words outside brackets. */
  readonly bare: readonly Candidate[];
  /** The brackets that are no scope. */
  readonly remarks: string;
  /** The words outside brackets that may name a system. */
  readonly rest: string;
}

function ownScopes({ words, names, lines }: PeriodFacts): OwnScopes {
  const { bare, brackets, beside } = words;
  const found: Candidate[] = [];
  for (const text of beside) {
    const meaning = lines.beside(text);
    if (meaning) found.push(meaning);
  }
  let remarks = '';
  const cells = bare.includes('|') ? bare.split('|').filter((cell) => isCell(cell, names)) : [];
  for (const text of [...brackets.map((bracket) => bracket.text), ...cells]) {
    const meaning = meaningOf(text, names);
    if (meaning.kind === 'scope') found.push(meaning);
    else remarks += ` ${text}`;
  }
  const text = withoutSystems(bare, names);
  if (cells.length > 0) {
    const others = bare.split('|').filter((cell) => !cells.includes(cell));
    return { brackets: found, bare: [], remarks, rest: others.join('|') };
  }
  if (!saysPart(text)) {
    const alone = bareNames(text, names);
    // With a particle, they say themselves what stops.
    const named = new Set(
      alone.map(({ words: name }) => name).filter((name) => !/[はがをもにでへ]/.test(name)),
    );
    const rest = bare.replace(PARTS, (part) => (named.has(part) ? ' ' : part));
    return { brackets: found, bare: alone, remarks, rest };
  }
  const scope = parseScope(
    text.replace(/[^\uE002]*(?:ため|により|に伴い|につき)[、,]?/, ' '),
    names,
  );
  const stated = { scope, words: text.replace(/[\uE001\uE002]+/g, ' ').trim() };
  return { brackets: found, bare: [stated], remarks, rest: bare };
}

const PARTS = /[^\s\uE001\uE002、,:;・/|~"'-]+/g;

// 停止番号31, but not 電話番号03.
const STOP_BEFORE = /(?:停止|休止|中断|閉塞|不可|メンテナンス)$/;

/** Returns the scopes that stand in a clause without brackets or a particle: 停止 公金受取口座. */
function bareNames(text: string, names: Names): Candidate[] {
  const found: Candidate[] = [];
  for (const { from, to } of itemSpans(text)) {
    const words = text.slice(from, to);
    if (STOP_BEFORE.test(text.slice(0, from)))
      found.push({ scope: parseScope(words, names), words });
  }
  for (const [words] of text.replace(CAUSES, ' ').matchAll(PARTS)) {
    // 医療保険情報取得API is the name of another API.
    if (/API/i.test(words) || itemSpans(words).length > 0) continue;
    const scope = parseScope(words, names);
    if (understands(scope) && (scope.targets.length > 0 || scope.outside))
      found.push({ scope, words });
  }
  return found;
}

function isCell(cell: string, names: Names): boolean {
  const text = cell.trim();
  if (text === '' || /[\uE001\uE002]/.test(text)) return false;
  const meaning = meaningOf(text, names);
  if (meaning.kind === 'scope' && understands(meaning.scope) && !names.hasSystem.test(text))
    return true;
  const named = namedSystems(text, names);
  return !named.generic && !namesAny({ ...named, outside: false, parts: [] });
}

// Whom to ask may be closed while the system runs.
const OTHER_SUBJECT =
  /(?:窓口|ヘルプデスク|コールセンター|サポート(?:デスク|センター)?|電話(?:対応)?|お?問い?合わ?せ(?:対応|先|受付)?|事務局|説明会|セミナー|研修|講習|審査|(?<!コンビニ)交付|配布|受付|営業)(?:業務|対応|時間)?(?:は|を|の|が)/;

const isOther = ({ evidence, bare }: ClauseWords): boolean =>
  evidence.other || OTHER_SUBJECT.test(bare);

/** Returns how something stops, or why nothing does. */
function stopOf(
  { words, around, names, named }: PeriodFacts,
  { remarks, bare, rest }: OwnScopes,
  candidates: readonly Candidate[],
): 'yes' | 'may' | 'slow' | { readonly refused: NoticeProblem } {
  const own = remarks === '' ? words.evidence : evidenceOf(`${words.bare} ${remarks}`);
  if (OTHER_SUBJECT.test(words.bare) || (own.denied && own.stop === 'weak'))
    return { refused: 'not_an_outage' };
  const some = candidates.filter(({ scope }) => scope.limit === 'some-sources');
  const partial = some.length > 0;
  if (own.stop !== 'no') {
    if (own.runs && !partial && !bare.some(({ scope }) => understands(scope)))
      return { refused: 'target_unclear' };
    if (own.other && !namesOurs(words.bare, names) && named === 'nothing')
      return { refused: 'target_unclear' };
    return own.stop === 'weak' ? 'yes' : own.stop;
  }
  // 一部の取得先のみ利用可能 says that the others stop.
  const others = own.runs || some.some((one) => evidenceOf(one.words).runs);
  if (partial && (others || around === 'yes')) return 'yes';
  return inherited(own, rest, around, bare, candidates, names);
}

/** A clause that only holds a period, or a period and its scope, takes the word from its notice. */
function inherited(
  own: Evidence,
  text: string,
  around: Around,
  bare: readonly Candidate[],
  candidates: readonly Candidate[],
  names: Names,
): 'yes' | 'may' | 'slow' | { readonly refused: NoticeProblem } {
  if (own.runs || own.other) return { refused: 'not_an_outage' };
  if (candidates.some(({ scope }) => scope.slow)) return 'slow';
  const row = isRow(text, names) || namedSystems(text, names).parts.length > 0;
  if (!row && !bare.some(({ scope }) => understands(scope))) return { refused: 'not_an_outage' };
  return around === 'none' || around === 'other' ? { refused: 'not_an_outage' } : around;
}

function namesOurs(text: string, names: Names): boolean {
  const { known, parts } = namedSystems(text, names);
  return known.size > 0 || parts.length > 0;
}

interface Base {
  /** What stops, if no scope narrows it. */
  readonly targets: readonly AnnouncementTarget<Catalog>[];
  readonly named: NamedSystems;
}

/** Returns which system stops: the one of the period's own clause, or else of its notice. */
function baseOf({ words, named, generic, names }: PeriodFacts, rest: string): Base | NoticeProblem {
  const own = namedSystems(rest, names);
  const context =
    lineBefore(words.before, names) ?? (typeof named === 'string' ? undefined : named);
  const foreign = context !== undefined && isForeign(context);
  if (isForeign(own)) return 'unknown_system';
  // マイナポータル以外: the scope is unknown, and may be anything.
  if (own.known.size > 0 && excludesSystem(words.bare, names))
    return { targets: ['all'], named: own };
  if (own.known.size > 0)
    return { targets: [...own.known] as AnnouncementTarget<Catalog>[], named: own };
  // すべての機能 of another API are not ours.
  if (foreign) return 'unknown_system';
  if (own.everything) return { targets: ['all'], named: own };
  const near = namesAny(own) ? own : (context ?? own);
  if (context && (context.known.size > 0 || context.everything)) {
    const targets = context.everything ? ['all'] : [...context.known];
    return { targets: targets as AnnouncementTarget<Catalog>[], named: near };
  }
  if (namesAny(near)) return { targets: ['all'], named: near };
  return named !== 'unclear' && (generic || own.generic)
    ? { targets: ['all'], named: near }
    : 'target_unclear';
}

function excludesSystem(bare: string, names: Names): boolean {
  return names.systems.some(([, pattern]) =>
    new RegExp(`(?:${pattern.source})(?:以外|を?除)`).test(bare),
  );
}

/** A name earlier in the line holds for the next period, unless its clause says that it runs. */
function lineBefore(before: string, names: Names): NamedSystems | undefined {
  if (before.trim() === '') return undefined;
  const { stop, runs } = evidenceOf(before);
  const line = namedSystems(before, names);
  if (line.known.size === 0 || (runs && stop === 'no')) return undefined;
  return { ...line, parts: [], outside: false, unknownPart: false };
}

function isForeign({
  unknown,
  known,
  parts,
  outside,
  everything,
  unknownPart,
}: NamedSystems): boolean {
  return (
    unknown && known.size === 0 && parts.length === 0 && !outside && !everything && !unknownPart
  );
}

const STATES = { yes: 'closed', may: 'uncertain', slow: 'slow' } as const;

function scopedEffects(
  stop: 'yes' | 'may' | 'slow',
  { targets: base, named }: Base,
  candidates: readonly Candidate[],
  { words: { bare, beside }, names }: PeriodFacts,
): { readonly effects: readonly Effect[]; readonly notes: readonly Refusal[] } {
  const scopes = candidates.map(({ scope }) => scope);
  const targets = narrowest(named.parts, scopes);
  const unplaced =
    candidates.find(({ scope }) => scope.unknown)?.words ?? (named.unknownPart ? bare : undefined);
  const narrowed = targets.length > 0 || scopes.some(({ limit, outside }) => limit || outside);
  const words =
    unplaced ??
    (isNarrower(targets, base) && !isContradicted(targets, scopes)
      ? narrowed || named.outside || stop !== 'yes'
        ? undefined
        : [bare, ...beside].map((text) => unexplained(text, names)).find(Boolean)
      : (candidates[0]?.words ?? bare));
  if (words !== undefined) {
    const effects = base.map(
      (target) => ({ target, state: 'uncertain', limit: 'unknown-scope' }) as const,
    );
    return { effects, notes: [{ problem: 'scope_unknown', words: clean(words) }] };
  }
  const outside = named.outside || scopes.some((scope) => scope.outside);
  const notes: Refusal[] = outside
    ? [
        {
          problem: 'outside_catalog',
          words: clean(candidates.find(({ scope }) => scope.outside)?.words ?? bare),
        },
      ]
    : [];
  const limits = new Set(scopes.map(({ limit }) => limit));
  const limit = limits.has('some-sources')
    ? 'some-sources'
    : limits.has('first-use')
      ? 'first-use'
      : null;
  const slow = stop === 'slow' || (stop === 'yes' && scopes.some((scope) => scope.slow));
  const state = slow ? 'slow' : limit ? 'uncertain' : STATES[stop];
  const stopping = targets.length > 0 ? targets : outside ? [] : base;
  const unique = new Map(stopping.map((target) => [JSON.stringify(target), target]));
  return { effects: [...unique.values()].map((target) => ({ target, state, limit })), notes };
}

/** Adds up what scopes name. "All but these" only takes away, if something else is named. */
function narrowest(
  parts: readonly AnnouncementTarget<Catalog>[],
  scopes: readonly Scope[],
): readonly AnnouncementTarget<Catalog>[] {
  const stated = [
    ...parts,
    ...scopes.flatMap(({ inverted, targets }) => (inverted ? [] : targets)),
  ];
  const rests = scopes.filter(({ inverted }) => inverted).map(({ targets }) => targets);
  const left = stated.length > 0 ? stated : (rests[0] ?? []);
  return left.filter((target) => rests.every((rest) => !isDetail(target) || holds(rest, target)));
}

/** Whether what is named to stop is also named to run. */
const isContradicted = (
  targets: readonly AnnouncementTarget<Catalog>[],
  scopes: readonly Scope[],
): boolean => targets.length === 0 && scopes.some(({ inverted }) => inverted);

const isDetail = (target: AnnouncementTarget<Catalog>): boolean =>
  typeof target === 'object' && 'detail' in target;

const holds = (
  list: readonly AnnouncementTarget<Catalog>[],
  target: AnnouncementTarget<Catalog>,
): boolean => list.some((one) => JSON.stringify(one) === JSON.stringify(target));

/** A detail of one server cannot be expressed: it would stop at every holder. */
function isNarrower(
  targets: readonly AnnouncementTarget<Catalog>[],
  base: readonly AnnouncementTarget<Catalog>[],
): boolean {
  if (targets.length === 0 || base.includes('all') || base.includes('mynaportal')) return true;
  return targets.every((target) => base.includes(target));
}

const clean = (words: string): string => words.replace(/[\uE001\uE002\n]+/g, ' ').trim();
