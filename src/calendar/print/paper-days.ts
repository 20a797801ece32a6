import type { Language } from '../../foundation/language.js';
import { dayStart, HOUR_MS } from '../../foundation/time.js';
import { AXIS, EDGE, type Sheet, SIZE, textAt } from './paper-texts.js';
import type { DaySegment, PictureDay } from './picture.js';
import { dayInk, fills, marks, rule } from './svg-parts.js';
import { ink, rounded, textWidth } from './svg-text.js';
import { holidayMark, timeName, weekdayName } from './wording.js';

const ROWS = 16;
const TALLEST = 24;
const GUTTER = 18;
const COLUMN = (EDGE.right - EDGE.left - GUTTER) / 2;
const DAY_SIZE = 16;
const HOUR = 6;
/** From the left edge of a column. */
const AT: Readonly<Record<Language, { holiday: number; bar: number }>> = {
  ja: { holiday: 48, bar: 68 },
  en: { holiday: 64, bar: 88 },
};

/** Draws the days of a month in two columns: the day, its 24 hours, and their outages in words. */
export function drawDays(sheet: Sheet, top: number, bottom: number): string {
  const height = rounded(Math.min(TALLEST, (bottom - top - AXIS) / ROWS));
  const y = top + AXIS;
  return [0, 1]
    .map((column) => {
      const x = EDGE.left + column * (COLUMN + GUTTER);
      const days = sheet.days.slice(column * ROWS, (column + 1) * ROWS);
      return drawColumn(days, { x, y, height }, sheet.lang);
    })
    .join('');
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

function drawColumn(days: readonly PictureDay[], { x, y, height }: Place, lang: Language): string {
  const bar = x + AT[lang].bar;
  const bottom = rounded(y + days.length * height);
  const rows = days.map((day, index) => ({ day, top: rounded(y + index * height) }));
  return [
    ...[0, 6, 12, 18, 24].map((hour) =>
      textAt(
        bar + hour * HOUR,
        y - 5,
        SIZE,
        String(hour),
        `text-anchor="middle" fill="${ink.soft}"`,
      ),
    ),
    ...rows.flatMap(({ day, top }) =>
      day.segments.map((each) => drawSegment(each, day, bar, top, height)),
    ),
    ...rows.map(({ day, top }) =>
      rule(`M${x} ${rounded(top + height)}H${rounded(x + COLUMN)}`, day.weekday === 0),
    ),
    ...[0, 6, 12, 18, 24].map((hour) =>
      rule(`M${bar + hour * HOUR} ${y}V${bottom}`, hour % 12 === 0),
    ),
    ...rows.map(({ day, top }) => drawDay(day, { x, y: top + height / 2 + 5.7, height }, lang)),
  ].join('');
}

function drawSegment(
  { startMs, endMs, state }: DaySegment,
  { day }: PictureDay,
  bar: number,
  y: number,
  height: number,
): string {
  const [from, to] = [startMs, endMs].map((ms) => ((ms - dayStart(day)) / HOUR_MS) * HOUR) as [
    number,
    number,
  ];
  return `<rect x="${rounded(bar + from)}" y="${y}" width="${rounded(to - from)}" height="${height}" fill="${fills[state]}"/>\n`;
}

function drawDay(day: PictureDay, { x, y }: Place, lang: Language): string {
  const fill = `fill="${dayInk(day)}"`;
  const bar = x + AT[lang].bar;
  const hours = bar + 24 * HOUR + 10;
  const { size, text } = fitted(hoursOfDay(day, lang), x + COLUMN - hours, lang);
  return [
    textAt(x + 21, y, DAY_SIZE, String(day.date), `text-anchor="end" ${fill}`),
    textAt(x + 27, y, DAY_SIZE, weekdayName(day.weekday, lang), fill),
    day.holiday ? textAt(x + AT[lang].holiday, y, SIZE, holidayMark[lang], fill) : '',
    textAt(hours, y, size, text),
  ].join('');
}

/**
 * Returns the hours of a day as large as fits. If they do not all fit, it drops the open ones
 * first, because the bar shows them, and marks that there are more.
 */
function fitted(
  hours: readonly string[],
  width: number,
  lang: Language,
): { size: number; text: string } {
  const outages = hours.filter((each) => !each.startsWith(marks.open));
  for (const each of [hours, outages]) {
    const text = each.join(' ');
    const size = Math.min(DAY_SIZE, Math.floor((2 * width) / textWidth(text, 1)) / 2);
    if (size >= SIZE) return { size, text };
  }
  const more = lang === 'ja' ? ' ほか' : ' …';
  const kept = [...outages];
  while (kept.length > 1 && textWidth(kept.join(' ') + more, SIZE) > width) kept.pop();
  return { size: SIZE, text: kept.join(' ') + more };
}

/**
 * Returns the outages of a day with their hours, e.g. `△ 0–22` and `× 22–24`. On a day with
 * operating hours it also returns the open ones. A day in one state has only that state.
 */
export function hoursOfDay({ day, segments }: PictureDay, lang: Language): string[] {
  const allDay = lang === 'ja' ? '終日' : 'all day';
  const spans = joined(segments);
  const [first] = spans;
  if (first !== undefined && spans.length === 1) return [`${marks[first.state]} ${allDay}`];
  const hasHours = segments.some(({ routine }) => routine);
  return spans
    .filter(({ state, routine }) => !routine && (state !== 'open' || hasHours))
    .map(({ startMs, endMs, state }) => {
      const hours = [startMs, endMs].map((ms) => timeName(ms, day)).join('–');
      return `${marks[state]} ${hours.replace(WHOLE_HOURS, '$1–$2')}`;
    });
}

const WHOLE_HOURS = /^(\d+):00–(\d+):00$/;

type Stretch = Pick<DaySegment, 'startMs' | 'endMs' | 'state' | 'routine'>;

/** Joins neighbours of one state. A day that is closed throughout is one stretch. */
function joined(segments: readonly DaySegment[]): Stretch[] {
  const isClosed = segments.every(({ state }) => state === 'closed');
  const spans: Stretch[] = [];
  for (const segment of segments) {
    const last = spans.at(-1);
    if (last?.state === segment.state && (isClosed || last.routine === segment.routine))
      spans[spans.length - 1] = { ...last, endMs: segment.endMs };
    else spans.push(segment);
  }
  return spans;
}
