import type { Language } from '../../foundation/language.js';
import { dateOfDay, dayStart, HOUR_MS } from '../../foundation/time.js';
import type { State } from '../results.js';
import { AXIS, EDGE, type Sheet, SIZE, textAt } from './paper-texts.js';
import type { PictureDay } from './picture.js';
import { dayInk, fills, marks, rule } from './svg-parts.js';
import { ink, rounded } from './svg-text.js';
import { holidayMark, monthName, shortMonthName, weekdayName } from './wording.js';

const LABEL = 72;
const CELL = (EDGE.right - EDGE.left - LABEL) / 31;
const TALLEST = 34;
/** The height of the weekday in a cell. The rest is the 24 hours of its day. */
const WEEKDAY = 13;

/** Draws twelve months downwards and their days across. */
export function drawMonths({ days, lang }: Sheet, top: number, bottom: number): string {
  const height = rounded(Math.min(TALLEST, (bottom - top - AXIS) / 12));
  const y = top + AXIS;
  const axis = Array.from({ length: 31 }, (_, index) =>
    textAt(
      cellAt(index) + CELL / 2,
      y - 5,
      SIZE,
      String(index + 1),
      `text-anchor="middle" fill="${ink.soft}"`,
    ),
  );
  return [
    ...axis,
    ...months(days).map((month, index) =>
      drawMonth(month, rounded(y + index * height), height, index === 0, lang),
    ),
  ].join('');
}

function cellAt(index: number): number {
  return EDGE.left + LABEL + index * CELL;
}

function months(days: readonly PictureDay[]): PictureDay[][] {
  const all: PictureDay[][] = [];
  for (const day of days) {
    if (day.date === 1) all.push([]);
    all.at(-1)?.push(day);
  }
  return all;
}

function drawMonth(
  days: readonly PictureDay[],
  y: number,
  height: number,
  isFirst: boolean,
  lang: Language,
): string {
  const { day } = days[0] as PictureDay;
  const name =
    isFirst || dateOfDay(day).month === 1 ? monthName(day, lang) : shortMonthName(day, lang);
  const end = rounded(cellAt(days.length));
  return [
    textAt(EDGE.left + LABEL - 6, y + height / 2 + 4.5, SIZE, name, 'text-anchor="end"'),
    ...days.map((each, index) => drawCell(each, cellAt(index), y, height, lang)),
    ...days.map((_, index) =>
      rule(`M${rounded(cellAt(index))} ${y}V${rounded(y + height)}`, index === 0),
    ),
    rule(`M${end} ${y}V${rounded(y + height)}`, true),
    rule(`M${EDGE.left} ${rounded(y + height)}H${end}`, true),
  ].join('');
}

function drawCell(day: PictureDay, x: number, y: number, height: number, lang: Language): string {
  const weekday = day.holiday
    ? holidayMark[lang]
    : weekdayName(day.weekday, lang).slice(0, lang === 'ja' ? 1 : 2);
  const [middle, blockY, blockHeight] = [x + CELL / 2, y + WEEKDAY, rounded(height - WEEKDAY)];
  const hours = day.segments.map(({ startMs, endMs, state }) => {
    const [from, to] = [startMs, endMs].map(
      (ms) => ((ms - dayStart(day.day)) / HOUR_MS / 24) * CELL,
    ) as [number, number];
    return `<rect x="${rounded(x + from)}" y="${blockY}" width="${rounded(to - from)}" height="${blockHeight}" fill="${fills[state]}"/>\n`;
  });
  const state = worstOutage(day);
  const base = blockY + blockHeight / 2 + 4.5;
  const plate = `<rect x="${rounded(middle - 6.5)}" y="${rounded(base - 11)}" width="13" height="13" rx="3" fill="#ffffff"/>\n`;
  return [
    ...hours,
    textAt(middle, y + 11, SIZE, weekday, `text-anchor="middle" fill="${dayInk(day)}"`),
    state === null ? '' : plate + textAt(middle, base, SIZE, marks[state], 'text-anchor="middle"'),
  ].join('');
}

/** Returns the worst state of a day, apart from operating hours; null if there is none. */
function worstOutage({ segments }: PictureDay): State | null {
  const outages = segments.filter(({ routine, state }) => !routine && state !== 'open');
  if (outages.length === 0) return null;
  return outages.some(({ state }) => state === 'closed') ? 'closed' : 'uncertain';
}
