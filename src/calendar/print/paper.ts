import type { Catalog } from '../../catalog/catalog.js';
import { invalidOption, SelfInfoError } from '../../foundation/errors.js';
import { fingerprint } from '../../foundation/fingerprint.js';
import type { Language } from '../../foundation/language.js';
import { checkText, readKeys } from '../../foundation/options.js';
import { dateOfDay, dayNumber, dayOf, type Instant, toEpochMs } from '../../foundation/time.js';
import type { Calendar } from '../calendar.js';
import type { Target } from '../targets.js';
import { drawDays, hoursOfDay } from './paper-days.js';
import { drawMonths } from './paper-months.js';
import { drawBottom, drawTop, PAGE, type Sheet } from './paper-texts.js';
import { checkInside, type DaySpan, monthStart, panelOf } from './picture.js';
import { textures } from './svg-parts.js';
import { FONTS, ink, xml } from './svg-text.js';
import {
  checkLang,
  dayName,
  disclaimer,
  eraName,
  monthName,
  nameOfTarget,
  publicNameOfTarget,
  reasonLine,
  stateNames,
} from './wording.js';

/**
 * Options of {@link toPaperSvg}: either a month or a year, and how to print it.
 *
 * @example
 * ```ts
 * import type { PaperOptions } from 'myna-selfinfo/calendar';
 * const options: PaperOptions[] = [
 *   { month: '2026-12', paper: 'a3', note: 'みほん銀行 本店営業部 03-0000-0000' },
 *   { month: '2026-12', audience: 'public' },
 *   { year: '2026-04', lang: 'en' }, // April 2026 to March 2027
 * ];
 * ```
 */
export interface PaperOptions {
  /** The month, `YYYY-MM`. */
  readonly month?: string;
  /** The year, `YYYY`; or the first of twelve months, `YYYY-MM`. */
  readonly year?: string;
  /** The size of the paper, in landscape. Default: `a4`. */
  readonly paper?: 'a4' | 'a3';
  /**
   * The readers. `public` leaves out the systems' names, the tables and the guideline.
   * Default: `staff`.
   */
  readonly audience?: 'staff' | 'public';
  /** A line at the foot, e.g. the branch and its telephone number. Default: none. */
  readonly note?: string;
  /** The date on which it was made, a JST day. Default: today. */
  readonly madeAt?: Instant;
  /** Language of the texts. Default: `ja`. */
  readonly lang?: Language;
}

const papers = {
  a4: { width: 297, height: 210 },
  a3: { width: 420, height: 297 },
} as const;

/**
 * Draws a month or a year of one target as one sheet of paper for the wall, in landscape. On A4 the
 * days of a month are set in 16 points and no text in less than 12. On A3 everything is 1.4 times
 * as large. A month names the hours of every closure and uncertain time. The sheet says what the
 * marks mean, when it was made, and by which version of the guideline.
 *
 * The SVG has the size of the paper, and browsers print it on one page. It needs no script, font or
 * network. The same arguments, `madeAt` included, give the same text.
 *
 * @param calendar - the calendar, announcements included.
 * @param target - what to draw; `{ allOf }` for items that are requested together.
 * @param options - the month or year, the paper, the readers, the language.
 * @returns the text of the SVG.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `outside_calendar`,
 * `invalid_instant`, `unknown_detail`, `unknown_server`, `not_a_holder`; TypeError.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { createCalendar, toPaperSvg } from 'myna-selfinfo/calendar';
 * const svg = toPaperSvg(createCalendar(), 'local-tax', { month: '2026-12', paper: 'a3' });
 * writeFileSync('2026-12.svg', svg);
 * ```
 */
export function toPaperSvg<C extends Catalog>(
  calendar: Calendar<C>,
  target: Target<C>,
  options: PaperOptions,
): string {
  const { sheet, paper, days } = readSheet(calendar, target, options);
  const top = drawTop(sheet);
  const bottom = drawBottom(sheet, top.bottom, days === 'month' ? ROWS_OF_MONTH : ROWS_OF_YEAR);
  const draw = days === 'month' ? drawDays : drawMonths;
  const { width, height } = papers[paper];
  const title = `${sheet.name} ${sheet.period}`;
  const description = descriptionOf(sheet);
  const id = `p${fingerprint(`${title} ${description}`)}`;
  const body = [top.svg, draw(sheet, top.bottom, bottom.top), bottom.svg].join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:lang="${sheet.lang}" lang="${sheet.lang}" role="img" aria-labelledby="${id}-title ${id}-desc"`,
    ` viewBox="0 0 ${PAGE.width} ${PAGE.height}" width="${width}mm" height="${height}mm" font-family="${FONTS}" fill="${ink.text}">\n`,
    `<title id="${id}-title">${xml(title)}</title>\n<desc id="${id}-desc">${xml(description)}</desc>\n`,
    `<style>@page{size:${width}mm ${height}mm;margin:0}</style>\n`,
    `<defs>\n${textures.replaceAll('id="', `id="${id}-`)}</defs>\n<rect width="${PAGE.width}" height="${PAGE.height}" fill="#ffffff"/>\n`,
    `${body.replaceAll('url(#', `url(#${id}-`)}</svg>\n`,
  ].join('');
}

/** The least height of the grid below its axis: 16 days side by side with the rest; 12 months. */
const ROWS_OF_MONTH = 16 * 17.5;
const ROWS_OF_YEAR = 12 * 26.5;

function readSheet(
  calendar: Calendar<Catalog>,
  target: Target<Catalog>,
  options: PaperOptions,
): { sheet: Sheet; paper: keyof typeof papers; days: 'month' | 'year' } {
  options = readKeys(options, 'options', {
    month: true,
    year: true,
    paper: true,
    audience: true,
    note: true,
    madeAt: true,
    lang: true,
  } satisfies Record<keyof PaperOptions, true>);
  const { paper = 'a4', audience = 'staff', lang = 'ja', note } = options;
  checkLang(lang, 'options.lang');
  checkOneOf(paper, 'options.paper', ['a4', 'a3']);
  checkOneOf(audience, 'options.audience', ['staff', 'public']);
  if (note !== undefined) checkText(note, 'options.note');
  const madeMs =
    options.madeAt === undefined ? Date.now() : toEpochMs(options.madeAt, 'options.madeAt');
  const nameFor = audience === 'staff' ? nameOfTarget : publicNameOfTarget;
  const name = nameFor(target, 'target', lang, calendar.catalog);
  const { span, period } = periodOf(calendar, options, lang);
  const panel = panelOf(calendar, target, span, lang, audience);
  const sheet = { ...panel, name, period, audience, note, madeOn: dayOf(madeMs), lang };
  return { sheet, paper, days: options.month === undefined ? 'year' : 'month' };
}

function checkOneOf(value: string, path: string, names: readonly string[]): void {
  if (names.includes(value)) return;
  throw invalidOption(path, {
    en: `It must be ${names.join(' or ')}.`,
    ja: `${names.join(' か ')} を指定してください。`,
  });
}

function periodOf(
  calendar: Calendar<Catalog>,
  { month, year }: PaperOptions,
  lang: Language,
): { span: DaySpan; period: string } {
  if (month === undefined && year === undefined)
    throw new SelfInfoError('missing_option', {
      path: 'options.month',
      expected: {
        en: 'Pass options.month or options.year.',
        ja: 'options.month か options.year を指定してください。',
      },
    });
  if (month !== undefined && year !== undefined)
    throw invalidOption('options.year', {
      en: 'Pass either month or year, not both.',
      ja: 'month か year のどちらか一方を指定してください。',
    });
  const path = month === undefined ? 'options.year' : 'options.month';
  const from = month === undefined ? yearStart(year) : monthStart(month, path);
  const first = dateOfDay(from);
  const to = dayNumber(first.year, first.month + (month === undefined ? 12 : 1), 1);
  checkInside(calendar, { from, to }, path);
  return {
    span: { from, to },
    period: month === undefined ? yearName(from, lang) : monthTitle(from, lang),
  };
}

function yearStart(year: unknown): number {
  const path = 'options.year';
  checkText(year, path);
  if (!/^\d{4}(-(0[1-9]|1[0-2]))?$/.test(year))
    throw invalidOption(path, {
      en: 'It must have the form YYYY or YYYY-MM.',
      ja: 'YYYY か YYYY-MM の形式で指定してください。',
    });
  return monthStart(year.length === 4 ? `${year}-01` : year, path);
}

function monthTitle(day: number, lang: Language): string {
  const { year, month } = dateOfDay(day);
  return lang === 'ja'
    ? `${year}年（${eraName(year, lang)}）${month}月`
    : `${monthName(day, lang)} (${eraName(year, lang)})`;
}

/** Names twelve months: a year, a fiscal year from April, or the first and the last month. */
function yearName(from: number, lang: Language): string {
  const { year, month } = dateOfDay(from);
  const era = eraName(year, lang);
  if (month === 1) return lang === 'ja' ? `${year}年（${era}）` : `${year} (${era})`;
  if (month === 4 && lang === 'ja') return `${year}年度（${era}度）`;
  const last = dayNumber(year, month + 11, 1);
  return [from, last].map((day) => monthTitle(day, lang)).join(lang === 'ja' ? '〜' : ' – ');
}

/** Returns the description for screen readers, with the reasons that do not fit on the sheet. */
function descriptionOf({ days, reasons, lang, audience }: Sheet): string {
  const listed = days.flatMap((day) => {
    const isOpen = day.segments.every(({ state }) => state === 'open');
    const hours = hoursOfDay(day, lang);
    return isOpen ? [] : [`${dayName(day.day, lang)}: ${hours.join(' ')}`];
  });
  const rows = reasons.map(
    (reason) => `${stateNames[reason.state][lang]}: ${reasonLine(reason, lang)}`,
  );
  return [...listed, ...rows, ...(audience === 'staff' ? [disclaimer[lang]] : [])].join('\n');
}
