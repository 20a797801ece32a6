import { invalidOption, SelfInfoError } from '../../foundation/errors.js';
import { checkKeys } from '../../foundation/options.js';
import { dayOf, formatInstant, type Instant, toEpochMs } from '../../foundation/time.js';
import type { Announcement } from '../announcements.js';
import type { Text } from '../rules.js';
import { type Passage, splitPassages, splitSections } from './passages.js';
import { type NoticeProblem, problemTexts } from './problems.js';
import { readRuns } from './runs.js';
import { type Outage, readNotice } from './sections.js';

/** Options of {@link parseNotices}. */
export interface NoticesOptions {
  /**
   * When the text was published or last changed; if that is not known, when it was fetched. Tells
   * the year where the text leaves it out, and becomes `announcedAt`.
   */
  readonly publishedAt: Instant;
  /** What the ids start with, to keep pages apart: 1 to 100 characters; default `notice`. */
  readonly idPrefix?: string;
}

/**
 * An outage that was read: an announcement that always closes, its instants as ISO strings at
 * +09:00.
 */
export interface NoticedOutage extends Announcement {
  /** Never `open`: that a server runs is not believed from a text. */
  readonly state: 'closed';
  /** Start, ISO 8601 at +09:00. */
  readonly start: string;
  /**
   * End, itself not included, ISO 8601 at +09:00; with "may be extended until" (延長) the latest one
   * named.
   */
  readonly end: string;
  /** `publishedAt`, ISO 8601 at +09:00. */
  readonly announcedAt: string;
}

/**
 * A passage that was not, or not wholly, understood. A person has to read it: it may be an outage.
 */
export interface NotUnderstood {
  /** The passage as it stands in the text. */
  readonly text: string;
  /** Why, as a stable code and as a sentence in Japanese and English. */
  readonly reason: Text & { readonly code: NoticeProblem };
  /** The line on which it stands, from 1. */
  readonly line: number;
  /** Where it starts in the text, in UTF-16 units. */
  readonly start: number;
  /** Where it ends in the text, itself not included, in UTF-16 units. */
  readonly end: number;
}

/**
 * What was read from a text: the outages, and every passage not understood. Both count: no outages
 * is not the same as none announced.
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
 * Reads outage notices (停止・メンテナンスのお知らせ) as announcements for the calendar. Takes text, not HTML;
 * trusts none of it: the work grows with its length alone.
 *
 * Every passage (a line, or a sentence of it) that speaks of an outage, or holds a date or an hour,
 * ends up in an announcement or in `notUnderstood`, or both. What has neither a word for an outage
 * nor a date is passed over: it cannot say when something stops. A month or year alone is no date.
 * A sentence that only introduces a period ("stops as follows") or looks back at it ("during this
 * time") counts as part of its announcement.
 *
 * - A year left out is told from `publishedAt` and the weekday; a weekday that contradicts its date
 *   refuses the whole period.
 * - `mynaportal` and the other systems are known by the guideline's names; 自己情報取得API and a notice
 *   that names no system mean `all`; a notice about another system is not understood.
 * - An outage that is over (【解消済】, 【復旧】) is one all the same. One called off (中止) is not: it is in
 *   `notUnderstood` as `called_off`, and it stays in force where it was added before. Where a
 *   notice changes a period (変更, 訂正), all that it names close, and it is in `notUnderstood` too.
 * - An id is made of target and start: an outage announced again with another end, and a later
 *   `publishedAt`, takes the place of the earlier one.
 *
 * Guideline section 2.5, whose planned outages are stated in principle (原則); no notice format is
 * published, so all of this is our reading.
 *
 * @param text - the text: at most 1,048,576 UTF-16 units, 20,000 lines and sentences, 1,000
 * outages.
 * @param options - `publishedAt`, and what ids start with.
 * @throws SelfInfoError `invalid_option` when the text is too long or `idPrefix` is wrong,
 * `missing_option`, `unknown_option`, `invalid_instant`, `invalid_date`; TypeError for a wrong
 * JavaScript type.
 * @example
 * ```ts
 * import { createCalendar } from 'myna-selfinfo/calendar';
 * import { parseNotices } from 'myna-selfinfo/notices';
 * const { announcements, notUnderstood } = parseNotices('自己情報取得API 9月5日(土) 0:00 〜 9月7日(月) 0:00', { publishedAt: '2026-08-20' });
 * const calendar = createCalendar({ announced: announcements });
 * console.log(calendar.isOpen('local-tax', '2026-09-06')); // false
 * for (const { line, text, reason } of notUnderstood) console.warn(line, text, reason.ja);
 * ```
 */
export function parseNotices(text: string, options: NoticesOptions): Notices {
  if (typeof text !== 'string') throw new TypeError('text must be a string.');
  checkKeys(options, 'options', { publishedAt: true, idPrefix: true });
  const { publishedAt, idPrefix = 'notice' } = options;
  if (publishedAt === undefined)
    throw new SelfInfoError('missing_option', { path: 'options.publishedAt' });
  const publishedMs = toEpochMs(publishedAt, 'options.publishedAt');
  if (typeof idPrefix !== 'string') throw new TypeError('options.idPrefix must be a string.');
  if (idPrefix.trim() === '' || idPrefix.length > MAX_PREFIX) {
    throw invalidOption('options.idPrefix', {
      en: `1 to ${MAX_PREFIX} characters.`,
      ja: `1〜${MAX_PREFIX} 文字で指定してください。`,
    });
  }
  if (text.length > MAX_LENGTH)
    throw invalidOption('text', {
      en: `At most ${MAX_LENGTH} UTF-16 units.`,
      ja: `${MAX_LENGTH} 文字（UTF-16）までです。`,
    });
  const passages = splitPassages(text, MAX_PASSAGES);
  if (!passages)
    throw invalidOption('text', {
      en: `At most ${MAX_PASSAGES} lines and sentences.`,
      ja: `行と文は合わせて ${MAX_PASSAGES} 個までです。`,
    });

  const publishedDay = dayOf(publishedMs);
  const outages: Outage[] = [];
  const problems = new Map<Passage, NoticeProblem>();
  const runs = readRuns(passages);
  let index = 0;
  let next = 0;
  for (const section of splitSections(passages)) {
    const from = next;
    while (next < runs.length && (runs[next]?.[0].first as number) < index + section.length) next++;
    const notice = readNotice(passages, index, section, runs.slice(from, next), publishedDay);
    for (const outage of notice.outages) outages.push(outage);
    for (const [passage, problem] of notice.problems) problems.set(passage, problem);
    index += section.length;
  }
  const announcements = announce(outages, idPrefix, formatInstant(publishedMs));
  if (announcements.length > MAX_OUTAGES)
    throw invalidOption('text', {
      en: `At most ${MAX_OUTAGES} outages.`,
      ja: `停止は ${MAX_OUTAGES} 件までです。`,
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

/** One announcement for each target and start: of two the one that lasts longer. */
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
