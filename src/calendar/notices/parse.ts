import { invalidOption, SelfInfoError } from '../../foundation/errors.js';
import { readKeys } from '../../foundation/options.js';
import { dayOf, formatInstant, type Instant, toEpochMs } from '../../foundation/time.js';
import type { Announcement } from '../announcements.js';
import type { Text } from '../rules.js';
import { type Notice, type Outage, parseNotice } from './notice.js';
import { type Passage, splitPassages } from './passages.js';
import { type NoticeProblem, problemTexts } from './problems.js';
import { splitSections } from './sections.js';
import { parseWrittenPeriods } from './written-periods.js';

/** Options of {@link parseNotices}. */
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
 * The result of {@link parseNotices}: the outages, and every passage that was not understood. Check
 * both: an empty `announcements` does not mean that none was announced.
 */
export interface Notices {
  /** The outages, in the order of the text. */
  readonly announcements: readonly NoticedOutage[];
  /** The passages not understood, in the order of the text. */
  readonly notUnderstood: readonly NotUnderstood[];
}

const MAX_LENGTH = 1_048_576;
const MAX_PASSAGES = 20_000;
const MAX_OUTAGES = 1_000;
const MAX_PREFIX = 100;

/**
 * Parses outage notices (停止・メンテナンスのお知らせ) into announcements for the calendar. Takes text, not HTML.
 * Does not trust the text: the work grows only with its length.
 *
 * Every passage (a line, or a sentence of it) that mentions an outage, a date or an hour is in an
 * announcement, in `notUnderstood`, or in both. Passages with neither are ignored, because they
 * cannot say when something stops. A month or year alone is not a date. A sentence that only
 * introduces a period ("stops as follows") or refers back to it ("during this time") is part of its
 * announcement.
 *
 * - An omitted year is derived from `publishedAt` and the weekday. A weekday that contradicts its
 *   date rejects the whole period.
 * - Systems are recognised by the guideline's names. 自己情報取得API, and a notice that names no system,
 *   mean `all`. A notice about any other system is in `notUnderstood`.
 * - An outage that is over (【解消済】, 【復旧】) is still an outage. One that is called off (中止) is not: it
 *   is in `notUnderstood` as `called_off`. If it was added to a calendar before, it stays in force
 *   there. If a notice changes a period (変更, 訂正), all its periods close, and it is in
 *   `notUnderstood` as well.
 * - An id consists of target and start. An outage announced again with another end and a later
 *   `publishedAt` replaces the earlier one.
 *
 * Guideline section 2.5 states planned outages only in principle (原則). No format of notices is
 * published, so all of this is our reading.
 *
 * @param text - the text: at most 1,048,576 UTF-16 units, 20,000 lines and sentences, 1,000
 * outages.
 * @param options - `publishedAt`, and the start of the ids.
 * @throws SelfInfoError `invalid_option` when the text is too long or `idPrefix` is invalid,
 * `missing_option`, `unknown_option`, `invalid_instant`, `invalid_date`; TypeError for a wrong
 * JavaScript type.
 * @example
 * ```ts
 * import { createCalendar } from 'myna-selfinfo/calendar';
 * import { parseNotices } from 'myna-selfinfo/notices';
 * const text = '自己情報取得API 9月5日(土) 0:00 〜 9月7日(月) 0:00';
 * const { announcements, notUnderstood } = parseNotices(text, { publishedAt: '2026-08-20' });
 * const calendar = createCalendar({ announced: announcements });
 * console.log(calendar.isOpen('local-tax', '2026-09-06')); // false
 * for (const { line, reason } of notUnderstood) console.warn(line, reason.ja);
 * ```
 */
export function parseNotices(text: string, options: NoticesOptions): Notices {
  if (typeof text !== 'string') throw new TypeError('text must be a string.');
  const { publishedMs, idPrefix } = checkOptions(options);
  if (text.length > MAX_LENGTH)
    throw invalidOption('text', {
      en: `At most ${MAX_LENGTH} UTF-16 units.`,
      ja: `${MAX_LENGTH} 文字（UTF-16）以内で指定してください。`,
    });
  const passages = splitPassages(text, MAX_PASSAGES);
  if (!passages)
    throw invalidOption('text', {
      en: `At most ${MAX_PASSAGES} lines and sentences.`,
      ja: `行と文は合わせて ${MAX_PASSAGES} 個以内で指定してください。`,
    });
  const { outages, problems } = parseSections(passages, dayOf(publishedMs));
  const announcements = announce(outages, idPrefix, formatInstant(publishedMs));
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
function parseSections(passages: readonly Passage[], publishedDay: number): Notice {
  const outages: Outage[] = [];
  const problems = new Map<Passage, NoticeProblem>();
  const periods = parseWrittenPeriods(passages);
  let index = 0;
  let next = 0;
  for (const section of splitSections(passages)) {
    const [from, end] = [next, index + section.length];
    while (next < periods.length && (periods[next]?.[0].first as number) < end) next++;
    const own = periods.slice(from, next);
    const notice = parseNotice(passages, index, section, own, publishedDay);
    for (const outage of notice.outages) outages.push(outage);
    for (const [passage, problem] of notice.problems) problems.set(passage, problem);
    index = end;
  }
  return { outages, problems };
}

/** Returns one announcement for each target and start. Of two, the longer one counts. */
function announce(
  outages: readonly Outage[],
  idPrefix: string,
  announcedAt: string,
): NoticedOutage[] {
  const byId = new Map<string, NoticedOutage>();
  for (const { targets, period, source } of outages) {
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
