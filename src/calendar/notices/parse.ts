import type { Catalog, PublishedCatalog } from '../../catalog/catalog.js';
import { LONG, type Notices, type NoticesOptions, PAGE, parseSteps } from './steps.js';

/** Passages, periods and outages that are read before other work gets its turn. */
const STEPS_AT_ONCE = 50;

/**
 * Parses outage notices (停止・メンテナンスのお知らせ) into announcements for the calendar. Takes text, not HTML.
 * Does not trust the text: the work grows only with its length. Takes the text of a page, because
 * nothing else runs meanwhile; {@link parseLongNotices} takes longer ones.
 *
 * A period closes only if its own clause, or the label, heading or table row that it stands under,
 * says that something stops, and names a system. A period that is not understood is in
 * `notUnderstood`, with its start and end. A passage without a period is reported if it may say that
 * something fails. Greetings, legal lines, menus and dates of update are passed over. A sentence that
 * only introduces a period ("stops as follows") or refers back to it ("during this time") is part of
 * its announcement.
 *
 * - A scope in brackets, on the next line or in a label narrows a stop: to details, items (番号31),
 *   holders, first use or some sources. A scope that nobody can place never closes anything: it makes
 *   an `uncertain` announcement, and an entry `scope_unknown`.
 * - An omitted year is derived from `publishedAt` and the weekday. A weekday that contradicts its
 *   date rejects the whole period.
 * - Systems are recognised by the names of the catalogue. 自己情報取得API, 本システム and the like mean `all`.
 *   A notice about any other system is in `notUnderstood`.
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
 * @param text - the text: at most 65,536 UTF-16 units, 1,000 lines and sentences, 1,000 outages.
 * @param options - `publishedAt`, and the start of the ids.
 * @param catalog - what `extendCatalog` returned. Default: the guideline's.
 * @throws SelfInfoError `invalid_option` when the text is too long or `idPrefix` is invalid,
 * `missing_option`, `unknown_option`, `invalid_instant`, `invalid_date`; TypeError for a wrong
 * JavaScript type.
 * @example
 * ```ts
 * import { createCalendar } from 'myna-selfinfo/calendar';
 * import { parseNotices } from 'myna-selfinfo/notices';
 * const text = '自己情報取得APIの停止 10月13日(火) 23:50 〜 10月14日(水) 8:00（公金受取口座のみ）';
 * const { announcements, notUnderstood } = parseNotices(text, { publishedAt: '2026-10-01' });
 * const calendar = createCalendar({ announced: announcements });
 * console.log(calendar.isOpen('public-funds-account', '2026-10-14T03:00+09:00')); // false
 * for (const { line, reason } of notUnderstood) console.warn(line, reason.ja);
 * ```
 */
export function parseNotices<C extends Catalog = PublishedCatalog>(
  text: string,
  options: NoticesOptions,
  catalog?: C,
): Notices<C>;
export function parseNotices(
  text: string,
  options: NoticesOptions,
  catalog?: Catalog,
): Notices<Catalog> {
  const steps = parseSteps(text, options, PAGE, catalog);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Parses outage notices like {@link parseNotices}, from longer texts such as an archive of many
 * pages. Other work of the process runs in between.
 *
 * @param text - the text: at most 1,048,576 UTF-16 units, 20,000 lines and sentences, 1,000
 * outages.
 * @param options - `publishedAt`, and the start of the ids.
 * @param catalog - what `extendCatalog` returned. Default: the guideline's.
 * @throws SelfInfoError as {@link parseNotices}, as a rejection.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parseLongNotices } from 'myna-selfinfo/notices';
 * const archive = await readFile('notices-of-2026.txt', 'utf8');
 * const { announcements } = await parseLongNotices(archive, { publishedAt: '2026-08-20' });
 * ```
 */
export function parseLongNotices<C extends Catalog = PublishedCatalog>(
  text: string,
  options: NoticesOptions,
  catalog?: C,
): Promise<Notices<C>>;
export async function parseLongNotices(
  text: string,
  options: NoticesOptions,
  catalog?: Catalog,
): Promise<Notices<Catalog>> {
  const steps = parseSteps(text, options, LONG, catalog);
  for (let step = 1; ; step++) {
    const { done, value } = steps.next();
    if (done) return value;
    if (step % STEPS_AT_ONCE === 0) await nextTurn();
  }
}

/** Waits for a turn of the event loop, in a browser too, and with fake timers. */
function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const arrived = () => {
      port1.close();
      resolve();
    };
    port1.addEventListener('message', arrived);
    port1.start();
    port2.postMessage(undefined);
  });
}
