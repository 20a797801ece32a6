import { type Catalog, checkCatalog, type PublishedCatalog } from '../../catalog/catalog.js';
import { invalidOption, SelfInfoError } from '../../foundation/errors.js';
import { readKeys } from '../../foundation/options.js';
import { dayOf, formatInstant, type Instant, toEpochMs } from '../../foundation/time.js';
import type { Text } from '../rules.js';
import { announce, type NoticedOutage } from './announce.js';
import { ClauseReader } from './clause-reader.js';
import { type Names, namesOf } from './names.js';
import { type Notice, type Outage, parseNotice } from './notice.js';
import type { Problem } from './notice-problems.js';
import { buildPassage, type Passage, type Place, splitPassages } from './passages.js';
import { type NoticeProblem, problemTexts } from './problems.js';
import { labelValues } from './scope-labels.js';
import { ScopeLines } from './scope-lines.js';
import { type Section, splitSections } from './sections.js';
import { parseWrittenPeriods, type WrittenPeriod } from './written-periods.js';
import { commonShift, isForPage } from './zones.js';

/** Options of `parseNotices`. */
export interface NoticesOptions {
  /**
   * When the text was published or last changed; if that is unknown, when it was fetched. Supplies
   * a year that the text omits, and becomes `announcedAt`.
   */
  readonly publishedAt: Instant;
  /** Start of every id, to keep pages apart: 1 to 100 characters. Default: `notice`. */
  readonly idPrefix?: string;
}

/** A period of a passage that was not understood, ISO 8601 at +09:00. */
export interface NoticedPeriod {
  /** Start. */
  readonly start: string;
  /** End, itself not included. */
  readonly end: string;
}

/**
 * A passage that was not fully understood. A person has to read it, because it may be an outage.
 */
export interface NotUnderstood {
  /** The passage, unchanged. */
  readonly text: string;
  /** The reason: a stable code, and a sentence in Japanese and English. */
  readonly reason: Text & { readonly code: NoticeProblem };
  /** The period it is about, if it states one that can be read. */
  readonly period?: NoticedPeriod;
  /** With `scope_unknown` and `outside_catalog`: the words of the scope, normalised. */
  readonly scope?: string;
  /** The line of the passage, starting at 1. */
  readonly line: number;
  /** Where it starts in the text, in UTF-16 units. */
  readonly start: number;
  /** Where it ends in the text, itself not included, in UTF-16 units. */
  readonly end: number;
}

/**
 * The result of `parseNotices`: the outages, and every passage that was not understood. Check
 * both: an empty `announcements` does not mean that none was announced.
 */
export interface Notices<C extends Catalog = PublishedCatalog> {
  /** The outages, in the order of the text. */
  readonly announcements: readonly NoticedOutage<C>[];
  /** The passages not understood, in the order of the text. */
  readonly notUnderstood: readonly NotUnderstood[];
}

/** How long a text may be: in UTF-16 units, and in lines and sentences. */
interface Limits {
  readonly units: number;
  readonly passages: number;
}

/**
 * Several times the longest pages of notices, which have some hundred lines. Parsing them takes
 * some ten milliseconds, in which nothing else runs.
 */
export const PAGE: Limits = { units: 65_536, passages: 1_000 };
export const LONG: Limits = { units: 1_048_576, passages: 20_000 };
const MAX_OUTAGES = 1_000;
const MAX_PREFIX = 100;

/** Parses a text, one passage, period or outage a step. */
export function* parseSteps(
  text: string,
  options: NoticesOptions,
  limits: Limits,
  catalog?: Catalog,
): Generator<void, Notices<Catalog>> {
  if (typeof text !== 'string') throw new TypeError('text must be a string.');
  const { publishedMs, idPrefix } = checkOptions(options);
  const names = namesOf(checkCatalog(catalog, 'catalog'));
  const passages: Passage[] = [];
  for (const place of placesIn(text, limits)) {
    passages.push(buildPassage(place, names));
    yield;
  }
  const { outages, problems } = yield* parseSections(passages, names, dayOf(publishedMs));
  const announcements = yield* announce(outages, idPrefix, formatInstant(publishedMs));
  if (announcements.length > MAX_OUTAGES)
    throw invalidOption('text', {
      en: `At most ${MAX_OUTAGES} outages.`,
      ja: `停止は ${MAX_OUTAGES} 件以内で指定してください。`,
    });
  const notUnderstood = passages.flatMap((passage) =>
    (problems.get(passage) ?? []).map((problem) => entryOf(passage, problem)),
  );
  return { announcements, notUnderstood };
}

function entryOf(
  { text, line, start, end }: Passage,
  { code, period, words }: Problem,
): NotUnderstood {
  return {
    text,
    reason: { code, ...problemTexts[code] },
    ...(period && {
      period: { start: formatInstant(period.startMs), end: formatInstant(period.endMs) },
    }),
    ...(words !== null && { scope: words }),
    line,
    start,
    end,
  };
}

function placesIn(text: string, { units, passages }: Limits): readonly Place[] {
  if (text.length > units)
    throw invalidOption('text', {
      en: `At most ${units} UTF-16 units.`,
      ja: `${units} 文字（UTF-16）以内で指定してください。`,
    });
  const places = splitPassages(text, passages);
  if (places) return places;
  throw invalidOption('text', {
    en: `At most ${passages} lines and sentences.`,
    ja: `行と文は合わせて ${passages} 個以内で指定してください。`,
  });
}

function checkOptions(options: unknown): { publishedMs: number; idPrefix: string } {
  const given = readKeys(options, 'options', {
    publishedAt: true,
    idPrefix: true,
  } satisfies Record<keyof NoticesOptions, true>);
  const { publishedAt, idPrefix = 'notice' } = given;
  if (publishedAt === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.publishedAt' });
  const publishedMs = toEpochMs(publishedAt as Instant, 'options.publishedAt');
  if (typeof idPrefix !== 'string') throw new TypeError('options.idPrefix must be a string.');
  if (idPrefix.trim() === '' || idPrefix.length > MAX_PREFIX)
    throw invalidOption('options.idPrefix', {
      en: `1 to ${MAX_PREFIX} characters.`,
      ja: `1〜${MAX_PREFIX} 文字で指定してください。`,
    });
  return { publishedMs, idPrefix };
}

/** Returns the shift of the zone that a page states for all its dates. */
function pageShift(
  sections: readonly Section[],
  periods: readonly WrittenPeriod[],
  all: readonly Passage[],
): number | null {
  const dated = new Set(periods.map(([start]) => all[start.first] as Passage));
  const stating = sections.flatMap(({ passages }) => {
    const alone = !passages.some((passage) => dated.has(passage));
    return passages.filter((passage) => alone || isForPage(passage));
  });
  const shift = commonShift(stating);
  return shift === undefined ? 0 : shift;
}

/** Parses each section with the written periods that start in it. */
function* parseSections(
  all: readonly Passage[],
  names: Names,
  publishedDay: number,
): Generator<void, { outages: Outage[]; problems: Map<Passage, readonly Problem[]> }> {
  const outages: Outage[] = [];
  const problems = new Map<Passage, readonly Problem[]>();
  const periods = parseWrittenPeriods(all);
  const clauses = new ClauseReader(all, periods);
  let from = 0;
  let next = 0;
  let page = false;
  const values = labelValues(all, names);
  const lines = new ScopeLines(names, values);
  const sections = splitSections(all, names, values);
  const shift = pageShift(sections, periods, all);
  for (const section of sections) {
    const [first, end] = [next, from + section.passages.length];
    while (next < periods.length && (periods[next]?.[0].first as number) < end) next++;
    const notice: Notice = yield* parseNotice({
      all,
      from,
      section,
      periods: periods.slice(first, next),
      clauses,
      lines,
      publishedDay,
      names,
      page: page && section.api !== undefined,
      shift,
    });
    for (const outage of notice.outages) outages.push(outage);
    for (const [passage, list] of notice.problems.entries()) problems.set(passage, list);
    // A page names its APIs one after the other, below a title that says what is announced.
    if (!section.headedByApi && !section.inherits) page = notice.announces;
    from = end;
  }
  return { outages, problems };
}
