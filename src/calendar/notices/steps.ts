import { invalidOption, SelfInfoError } from '../../foundation/errors.js';
import { readKeys } from '../../foundation/options.js';
import { dayOf, formatInstant, type Instant, toEpochMs } from '../../foundation/time.js';
import type { Announcement } from '../announcements.js';
import type { Text } from '../rules.js';
import { type Notice, type Outage, parseNotice } from './notice.js';
import { buildPassage, type Passage, type Place, splitPassages } from './passages.js';
import { type NoticeProblem, problemTexts } from './problems.js';
import { splitSections } from './sections.js';
import { parseWrittenPeriods } from './written-periods.js';

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

/** An outage from a notice: an announcement that always closes, with instants as ISO strings. */
export interface NoticedOutage extends Announcement {
  /** Never `open`: the parser does not believe a text that says that a server runs. */
  readonly state: 'closed';
  /** Start, ISO 8601 at +09:00. */
  readonly start: string;
  /**
   * End, itself not included, ISO 8601 at +09:00. If the outage may be extended (延長), the latest
   * end that the notice names.
   */
  readonly end: string;
  /** `publishedAt`, ISO 8601 at +09:00. */
  readonly announcedAt: string;
}

/**
 * A passage that was not fully understood. A person has to read it, because it may be an outage.
 */
export interface NotUnderstood {
  /** The passage, unchanged. */
  readonly text: string;
  /** The reason: a stable code, and a sentence in Japanese and English. */
  readonly reason: Text & { readonly code: NoticeProblem };
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
export interface Notices {
  /** The outages, in the order of the text. */
  readonly announcements: readonly NoticedOutage[];
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
): Generator<void, Notices> {
  if (typeof text !== 'string') throw new TypeError('text must be a string.');
  const { publishedMs, idPrefix } = checkOptions(options);
  const passages: Passage[] = [];
  for (const place of placesIn(text, limits)) {
    passages.push(buildPassage(place));
    yield;
  }
  const { outages, problems } = yield* parseSections(passages, dayOf(publishedMs));
  const announcements = yield* announce(outages, idPrefix, formatInstant(publishedMs));
  if (announcements.length > MAX_OUTAGES)
    throw invalidOption('text', {
      en: `At most ${MAX_OUTAGES} outages.`,
      ja: `停止は ${MAX_OUTAGES} 件以内で指定してください。`,
    });
  const notUnderstood = passages.flatMap((passage) => {
    const code = problems.get(passage);
    const { text, line, start, end } = passage;
    return code === undefined
      ? []
      : [{ text, reason: { code, ...problemTexts[code] }, line, start, end }];
  });
  return { announcements, notUnderstood };
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

/** Parses each section with the written periods that start in it. */
function* parseSections(
  passages: readonly Passage[],
  publishedDay: number,
): Generator<void, Notice> {
  const outages: Outage[] = [];
  const problems = new Map<Passage, NoticeProblem>();
  const periods = parseWrittenPeriods(passages);
  let index = 0;
  let next = 0;
  for (const section of splitSections(passages)) {
    const [from, end] = [next, index + section.length];
    while (next < periods.length && (periods[next]?.[0].first as number) < end) next++;
    const own = periods.slice(from, next);
    const notice = yield* parseNotice(passages, index, section, own, publishedDay);
    for (const outage of notice.outages) outages.push(outage);
    for (const [passage, problem] of notice.problems) problems.set(passage, problem);
    index = end;
  }
  return { outages, problems };
}

/** Returns one announcement for each target and start. Of two, the longer one counts. */
function* announce(
  outages: readonly Outage[],
  idPrefix: string,
  announcedAt: string,
): Generator<void, NoticedOutage[]> {
  const byId = new Map<string, NoticedOutage>();
  for (const { targets, period, source } of outages) {
    yield;
    const { startMs, endMs, approximate } = period;
    const [start, end] = [formatInstant(startMs), formatInstant(endMs)];
    for (const target of targets) {
      const id = `${idPrefix}:${target}:${start}`;
      const known = byId.get(id);
      if (known && known.end >= end) continue;
      byId.set(id, {
        id,
        target,
        state: 'closed',
        start,
        end,
        ...(approximate && { approximate }),
        announcedAt,
        source,
      });
    }
  }
  return [...byId.values()];
}
