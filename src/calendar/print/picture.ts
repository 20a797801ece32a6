import type { Catalog } from '../../catalog/catalog.js';
import { invalidOption, SelfInfoError } from '../../foundation/errors.js';
import type { Language } from '../../foundation/language.js';
import { checkText, readKeys } from '../../foundation/options.js';
import { dateOfDay, dayNumber, dayStart, HOUR_MS, parseDay } from '../../foundation/time.js';
import type { Calendar } from '../calendar.js';
import { outsideCalendar } from '../engine/questions.js';
import type { SpanMs } from '../engine/timeline.js';
import type { Segment, Span, State } from '../results.js';
import type { Target } from '../targets.js';
import {
  type Audience,
  checkLang,
  dayName,
  monthName,
  nameOfTarget,
  type Reason,
  reasonsOf,
} from './wording.js';

/**
 * Options of a picture: either a month or a week, and the language.
 *
 * @example
 * ```ts
 * import type { PictureOptions } from 'myna-selfinfo/calendar';
 * const options: PictureOptions[] = [{ month: '2026-12' }, { week: '2026-12-14', lang: 'en' }];
 * ```
 */
export interface PictureOptions {
  /** The month, `YYYY-MM`. */
  readonly month?: string;
  /** The first JST day of seven, `YYYY-MM-DD`. */
  readonly week?: string;
  /** Language of the texts. Default: `ja`. */
  readonly lang?: Language;
}

/** A segment, cut at the ends of a day. */
export interface DaySegment extends SpanMs {
  readonly state: State;
  /** Closed throughout by operating hours alone, which repeat every day or week. */
  readonly routine: boolean;
  /** The reasons that reach into this segment. */
  readonly reasons: readonly Reason[];
}

/** A day and its segments, without gaps. */
export interface PictureDay {
  readonly day: number;
  readonly date: number;
  /** From 0 for Sunday. */
  readonly weekday: number;
  readonly holiday: boolean;
  readonly segments: readonly DaySegment[];
}

/** The part of a picture that shows one target. */
export interface Panel {
  readonly name: string;
  readonly days: readonly PictureDay[];
  /** All reasons, each once. */
  readonly reasons: readonly Reason[];
  /** The best hours of a month; null for a week, and where no hour is better than another. */
  readonly best: BestHours | null;
}

/** The hours of the day that are open on most days. */
export interface BestHours {
  /** The hours, from 0 to 23, in order. */
  readonly hours: readonly number[];
  /** On how many days each of them is open throughout. */
  readonly days: number;
}

/** A picture of a month or week, whether it is drawn as SVG or as text. */
export interface Picture {
  readonly lang: Language;
  /** The name of the month or week. */
  readonly period: string;
  readonly panels: readonly Panel[];
}

/**
 * Builds the model of a picture.
 *
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `invalid_date`,
 * `outside_calendar`, and as `membersOf`; TypeError.
 */
export function buildPicture(
  calendar: Calendar<Catalog>,
  targets: readonly Target<Catalog>[],
  options: PictureOptions,
): Picture {
  options = readKeys(options, 'options', {
    month: true,
    week: true,
    lang: true,
  } satisfies Record<keyof PictureOptions, true>);
  const { lang = 'ja' } = options;
  checkLang(lang, 'options.lang');
  if (!Array.isArray(targets)) throw new TypeError('targets must be an array.');
  if (targets.length === 0)
    throw invalidOption('targets', { en: 'It must not be empty.', ja: '空の値は指定できません。' });
  const names = Array.from(targets, (target: Target<Catalog>, index) =>
    nameOfTarget(target, `targets[${index}]`, lang, calendar.catalog),
  );
  const { from, to, period } = periodOf(calendar, options, lang);
  const panels = names.map((name, index): Panel => {
    const panel = panelOf(calendar, targets[index] as Target<Catalog>, { from, to }, lang);
    return { ...panel, name, best: options.month === undefined ? null : panel.best };
  });
  return { lang, period, panels };
}

/** Days from `from` up to, but not including, `to`. */
export interface DaySpan {
  readonly from: number;
  readonly to: number;
}

/** Builds the data to draw for a checked target. */
export function panelOf(
  calendar: Calendar<Catalog>,
  target: Target<Catalog>,
  { from, to }: DaySpan,
  lang: Language,
  audience: Audience = 'staff',
): Omit<Panel, 'name'> {
  const segments = calendar.segments(target, dayStart(from), dayStart(to));
  const days = daysOf(calendar, segments, from, to, lang);
  return { days, reasons: reasonsOf(segments, lang, audience), best: bestHoursOf(days) };
}

function periodOf(
  calendar: Calendar<Catalog>,
  { month, week }: PictureOptions,
  lang: Language,
): { from: number; to: number; period: string } {
  if (month === undefined && week === undefined) {
    throw new SelfInfoError('missing_option', {
      path: 'options.month',
      expected: {
        en: 'Pass options.month or options.week.',
        ja: 'options.month か options.week を指定してください。',
      },
    });
  }
  if (month !== undefined && week !== undefined) {
    throw invalidOption('options.week', {
      en: 'Pass either month or week, not both.',
      ja: 'month か week のどちらか一方を指定してください。',
    });
  }
  const path = month === undefined ? 'options.week' : 'options.month';
  const from = month === undefined ? parseDay(week as string, path) : monthStart(month, path);
  const { year, month: number } = dateOfDay(from);
  const to = month === undefined ? from + 7 : dayNumber(year, number + 1, 1);
  checkInside(calendar, { from, to }, path);
  if (month !== undefined) return { from, to, period: monthName(from, lang) };
  const days = [from, to - 1].map((day) => dayName(day, lang)).join(lang === 'ja' ? '〜' : ' – ');
  return {
    from,
    to,
    period: lang === 'ja' ? `${year}年${days}` : `${days} ${dateOfDay(to - 1).year}`,
  };
}

/**
 * Checks that a calendar covers the days.
 *
 * @throws SelfInfoError `outside_calendar`.
 */
export function checkInside(
  { fromMs, toMs }: Calendar<Catalog>,
  { from, to }: DaySpan,
  path: string,
): void {
  if (dayStart(from) < fromMs || dayStart(to) > toMs) throw outsideCalendar(path, fromMs, toMs);
}

/**
 * Reads a month `YYYY-MM` as its first day.
 *
 * @throws SelfInfoError `invalid_option`; TypeError.
 */
export function monthStart(month: unknown, path: string): number {
  checkText(month, path);
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw invalidOption(path, {
      en: 'It must have the form YYYY-MM.',
      ja: 'YYYY-MM 形式で指定してください。',
    });
  return parseDay(`${month}-01`, path);
}

function daysOf(
  calendar: Calendar<Catalog>,
  segments: readonly Segment[],
  from: number,
  to: number,
  lang: Language,
): PictureDay[] {
  const days: PictureDay[] = [];
  for (let day = from, first = 0; day < to; day++) {
    const [start, end] = [dayStart(day), dayStart(day + 1)];
    while ((segments[first] as Segment).endMs <= start) first++;
    const inDay: DaySegment[] = [];
    for (let index = first; index < segments.length; index++) {
      const segment = segments[index] as Segment;
      if (segment.startMs >= end) break;
      inDay.push(cutToDay(segment, start, end, lang));
    }
    const { day: date, weekday } = dateOfDay(day);
    days.push({ day, date, weekday, holiday: calendar.isHoliday(start), segments: inDay });
  }
  return days;
}

function bestHoursOf(days: readonly PictureDay[]): BestHours | null {
  const counts = Array.from({ length: 24 }, (_, hour) =>
    days.reduce((sum, day) => sum + (isOpenIn(day, hour) ? 1 : 0), 0),
  );
  const most = Math.max(...counts);
  const hours = counts.flatMap((count, hour) => (count === most ? [hour] : []));
  return most === 0 || hours.length === counts.length ? null : { hours, days: most };
}

function isOpenIn({ day, segments }: PictureDay, hour: number): boolean {
  const startMs = dayStart(day) + hour * HOUR_MS;
  return segments.every(
    (segment) =>
      segment.state === 'open' || segment.endMs <= startMs || segment.startMs >= startMs + HOUR_MS,
  );
}

function cutToDay(segment: Segment, start: number, end: number, lang: Language): DaySegment {
  const [startMs, endMs] = [Math.max(segment.startMs, start), Math.min(segment.endMs, end)];
  const touches = (span: Span): boolean => span.startMs < endMs && span.endMs > startMs;
  const causes = segment.causes.filter(touches);
  const undone = segment.undone.filter(touches);
  const closing = causes.filter(
    (cause) => cause.state === 'closed' && cause.startMs <= startMs && cause.endMs >= endMs,
  );
  const routine =
    segment.state === 'closed' &&
    closing.length > 0 &&
    closing.every((cause) => cause.kind === 'hours');
  const reasons = reasonsOf([{ causes, undone }], lang);
  return { startMs, endMs, state: segment.state, routine, reasons };
}
