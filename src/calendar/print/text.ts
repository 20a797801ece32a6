import type { Catalog } from '../../catalog/catalog.js';
import type { Language } from '../../foundation/language.js';
import { dayStart, HOUR_MS } from '../../foundation/time.js';
import type { Calendar } from '../calendar.js';
import type { State } from '../results.js';
import type { Target } from '../targets.js';
import { type BestHours, buildPicture, type PictureDay, type PictureOptions } from './picture.js';
import {
  bestHoursName,
  disclaimer,
  holidayMark,
  legend,
  reasonLine,
  states,
  weekdayName,
} from './wording.js';

const glyphs: Readonly<Record<State, string>> = { open: '.', uncertain: '?', closed: '#' };
const HALF_HOUR_MS = HOUR_MS / 2;

/**
 * Draws the picture of {@link toSvg} as plain text for a terminal: one line a day and one character
 * a half hour. `.` is open, `?` uncertain and `#` closed; the worst state of the half hour counts.
 * Below a month, `^` marks the hours that are open on most days.
 * No character's width depends on the terminal.
 *
 * @param calendar - the calendar, announcements included.
 * @param targets - what to draw; one block each.
 * @param options - the month or week, and the language.
 * @throws as {@link toSvg}.
 * @example
 * ```ts
 * import { createCalendar, toText } from 'myna-selfinfo/calendar';
 * const options = { week: '2026-12-14', lang: 'en' } as const;
 * console.log(toText(createCalendar(), ['pension@pension-service'], options));
 * ```
 */
export function toText<C extends Catalog>(
  calendar: Calendar<C>,
  targets: readonly Target<C>[],
  options: PictureOptions,
): string {
  const { lang, period, panels } = buildPicture(calendar, targets, options);
  const margin = ' '.repeat(12);
  const hours = Array.from({ length: 8 }, (_, index) => String(index * 3).padEnd(6)).join('');
  const key = states.map((state) => `${glyphs[state]} ${legend[state][lang]}`).join('   ');
  const blocks = panels.map(({ name, days, reasons, best }) => [
    `${name}  ${period}`,
    '',
    `${margin}${hours}24`,
    ...days.map((day) => `${dayLabel(day, lang)}${halfHours(day)}`),
    ...(best ? [`${margin}${bestMarks(best)}`.trimEnd()] : []),
    '',
    `${margin}${key}`,
    '',
    ...(best ? [`^ ${bestHoursName(best, days.length, lang)}`] : []),
    ...reasons.map((reason) => `${glyphs[reason.state]} ${reasonLine(reason, lang)}`),
  ]);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n\n')}\n\n${disclaimer[lang]}\n`;
}

/** Returns a label of twelve columns; a Japanese character takes two. */
function dayLabel({ date, weekday, holiday }: PictureDay, lang: Language): string {
  const mark = holiday ? holidayMark[lang] : lang === 'ja' ? '  ' : '   ';
  return ` ${String(date).padStart(2)} ${weekdayName(weekday, lang)} ${mark}${lang === 'ja' ? '   ' : ' '}`;
}

function bestMarks({ hours }: BestHours): string {
  return Array.from({ length: 24 }, (_, hour) => (hours.includes(hour) ? '^^' : '  ')).join('');
}

function halfHours({ day, segments }: PictureDay): string {
  return Array.from({ length: 48 }, (_, index) => {
    const start = dayStart(day) + index * HALF_HOUR_MS;
    const inside = segments.filter(
      (segment) => segment.startMs < start + HALF_HOUR_MS && segment.endMs > start,
    );
    return glyphs[states[Math.max(...inside.map(({ state }) => states.indexOf(state)))] as State];
  }).join('');
}
