import { SelfInfoError } from '../../foundation/errors.js';
import type { Language } from '../../foundation/language.js';
import { checkKeys, checkText } from '../../foundation/options.js';
import { dateOfDay, dayNumber, dayStart, formatInstant, parseDay } from '../../foundation/time.js';
import type { Calendar } from '../calendar.js';
import type { Segment, Span, State } from '../results.js';
import type { Target } from '../targets.js';
import { checkLang, dayName, monthName, type Note, nameOfTarget, notesOf } from './wording.js';

/**
 * What a picture shows: either a month or a week.
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
  /** Language of the texts. Default `ja`. */
  readonly lang?: Language;
}

/** A stretch of one state within a day. */
export interface Piece {
  readonly startMs: number;
  readonly endMs: number;
  readonly state: State;
  /** Closed all through by operating hours alone, as it comes back every day or week. */
  readonly routine: boolean;
  /** Why; the reasons that reach into this piece. */
  readonly notes: readonly Note[];
}

/** A day and its pieces, gapless. */
export interface Row {
  readonly day: number;
  readonly date: number;
  /** From 0 for Sunday. */
  readonly weekday: number;
  readonly holiday: boolean;
  readonly pieces: readonly Piece[];
}

/** What is to be drawn of one target. */
export interface Panel {
  readonly name: string;
  readonly rows: readonly Row[];
  /** All reasons, each once. */
  readonly notes: readonly Note[];
}

/** What is to be drawn, in whatever way. */
export interface Sheet {
  readonly lang: Language;
  /** The name of the month or week. */
  readonly period: string;
  readonly panels: readonly Panel[];
}

/**
 * Works out what a picture shows.
 *
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `invalid_date`,
 * `outside_calendar`, and as `leavesOf`; TypeError.
 */
export function layOut(
  calendar: Calendar,
  targets: readonly Target[],
  options: PictureOptions,
): Sheet {
  checkKeys(options, 'options', { month: true, week: true, lang: true });
  const { lang = 'ja' } = options;
  checkLang(lang, 'options.lang');
  if (!Array.isArray(targets)) throw new TypeError('targets must be an array.');
  if (targets.length === 0) throw invalid('targets', 'It must not be empty.', '空にはできません。');
  const names = Array.from(targets, (target: Target, index) =>
    nameOfTarget(target, `targets[${index}]`, lang),
  );
  const { from, to, period } = periodOf(calendar, options, lang);
  const panels = names.map((name, index): Panel => {
    const segments = calendar.segments(targets[index] as Target, dayStart(from), dayStart(to));
    return {
      name,
      rows: rowsOf(calendar, segments, from, to, lang),
      notes: notesOf(segments, lang),
    };
  });
  return { lang, period, panels };
}

function periodOf(
  calendar: Calendar,
  { month, week }: PictureOptions,
  lang: Language,
): { from: number; to: number; period: string } {
  if (month === undefined && week === undefined) {
    throw new SelfInfoError('missing_option', {
      path: 'options.month',
      expected: { en: 'Or options.week.', ja: 'options.week でもかまいません。' },
    });
  }
  if (month !== undefined && week !== undefined) {
    throw invalid(
      'options.week',
      'Either month or week.',
      'month か week のどちらか一方を指定してください。',
    );
  }
  const path = month === undefined ? 'options.week' : 'options.month';
  const from = month === undefined ? parseDay(week as string, path) : monthStart(month, path);
  const { year, month: number } = dateOfDay(from);
  const to = month === undefined ? from + 7 : dayNumber(year, number + 1, 1);
  if (dayStart(from) < calendar.fromMs || dayStart(to) > calendar.toMs) {
    const [first, end] = [formatInstant(calendar.fromMs), formatInstant(calendar.toMs)];
    const expected = {
      en: `It reaches from ${first} to before ${end}.`,
      ja: `対象期間は ${first} 以降、${end} より前です。`,
    };
    throw new SelfInfoError('outside_calendar', { path, expected });
  }
  if (month !== undefined) return { from, to, period: monthName(from, lang) };
  const days = [from, to - 1].map((day) => dayName(day, lang)).join(lang === 'ja' ? '〜' : ' – ');
  return {
    from,
    to,
    period: lang === 'ja' ? `${year}年${days}` : `${days} ${dateOfDay(to - 1).year}`,
  };
}

function monthStart(month: unknown, path: string): number {
  checkText(month, path);
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw invalid(path, 'It must have the form YYYY-MM.', 'YYYY-MM 形式で指定してください。');
  return parseDay(`${month}-01`, path);
}

function rowsOf(
  calendar: Calendar,
  segments: readonly Segment[],
  from: number,
  to: number,
  lang: Language,
): Row[] {
  const rows: Row[] = [];
  for (let day = from, first = 0; day < to; day++) {
    const [start, end] = [dayStart(day), dayStart(day + 1)];
    const pieces: Piece[] = [];
    while ((segments[first] as Segment).endMs <= start) first++;
    for (
      let index = first;
      index < segments.length && (segments[index] as Segment).startMs < end;
      index++
    ) {
      const { state, causes, undone, ...segment } = segments[index] as Segment;
      const [startMs, endMs] = [Math.max(segment.startMs, start), Math.min(segment.endMs, end)];
      const touches = (span: Span): boolean => span.startMs < endMs && span.endMs > startMs;
      const inside = { causes: causes.filter(touches), undone: undone.filter(touches) };
      const closing = inside.causes.filter(
        (cause) => cause.state === 'closed' && cause.startMs <= startMs && cause.endMs >= endMs,
      );
      const routine =
        state === 'closed' &&
        closing.length > 0 &&
        closing.every((cause) => cause.kind === 'hours');
      pieces.push({ startMs, endMs, state, routine, notes: notesOf([inside], lang) });
    }
    const { day: date, weekday } = dateOfDay(day);
    rows.push({ day, date, weekday, holiday: calendar.isHoliday(start), pieces });
  }
  return rows;
}

function invalid(path: string, en: string, ja: string): SelfInfoError {
  return new SelfInfoError('invalid_option', { path, expected: { en, ja } });
}
