import type { Catalog } from '../../catalog/catalog.js';
import { fingerprint } from '../../foundation/fingerprint.js';
import type { Language } from '../../foundation/language.js';
import { dayStart, HOUR_MS } from '../../foundation/time.js';
import type { Calendar } from '../calendar.js';
import type { Target } from '../targets.js';
import {
  buildPicture,
  type DaySegment,
  type Panel,
  type Picture,
  type PictureDay,
  type PictureOptions,
} from './picture.js';
import { bestMark, dayInk, fills, marks, rule, swatch, textures } from './svg-parts.js';
import { FONTS, ink, rounded, textWidth, wrapped, xml } from './svg-text.js';
import {
  bestHoursName,
  disclaimer,
  holidayMark,
  legend,
  type Reason,
  reasonLine,
  spanName,
  stateNames,
  states,
  timeName,
  weekdayName,
} from './wording.js';

// Sizes are in units of a panel that is 720 wide. On A4 paper one unit is about 0.75 points.
const WIDTH = 720;
const GRID = { x: 96, y: 100, hour: 25 };
const LEFT = 24;
const RIGHT = GRID.x + 24 * GRID.hour;
const REASON_SIZE = 11.5;
const A4 = { width: 190, height: 277 };

/**
 * Draws the operating hours of targets as an SVG, to print or to show: days downwards, hours
 * across. The states differ in texture and lightness, not only in hue. Outages have a mark (○ △ ×)
 * and their hours. Below a month, a bar marks the hours that are open on most days. Each segment has
 * its reasons as `<title>`, and a list below holds all reasons.
 *
 * The SVG needs no script, style sheet, font or network, and can be put into an HTML page
 * unchanged. The same arguments give the same text. A month of one target fills an A4 page in
 * portrait, of two targets an A4 page in landscape; print more targets in separate files.
 *
 * @param calendar - the calendar, announcements included.
 * @param targets - what to draw; one panel each.
 * @param options - the month or week, and the language.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `invalid_date`,
 * `outside_calendar`, `unknown_detail`, `unknown_server`, `not_a_holder`; TypeError.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { createCalendar, toSvg } from 'myna-selfinfo/calendar';
 * const svg = toSvg(createCalendar(), ['local-tax'], { month: '2026-12' });
 * writeFileSync('2026-12.svg', svg);
 * ```
 */
export function toSvg<C extends Catalog>(
  calendar: Calendar<C>,
  targets: readonly Target<C>[],
  options: PictureOptions,
): string {
  const picture = buildPicture(calendar, targets, options);
  const drawn = picture.panels.map((panel) => drawPanel(panel, picture));
  const columns = Math.ceil(Math.sqrt(drawn.length));
  const lines = Array.from({ length: Math.ceil(drawn.length / columns) }, (_, line) =>
    drawn.slice(line * columns, (line + 1) * columns),
  );
  const heights = lines.map((line) => Math.max(...line.map(({ height }) => height)));
  const [width, height] = [columns * WIDTH, heights.reduce((sum, each) => sum + each, 0)];
  const [paper, other] = width > height ? [A4.height, A4.width] : [A4.width, A4.height];
  const scale = Math.min(paper / width, other / height);
  const title = `${picture.panels.map(({ name }) => name).join(picture.lang === 'ja' ? '、' : ', ')} ${picture.period}`;
  const description = descriptionOf(picture);
  // One page may hold several pictures, and they share its ids.
  const id = `m${fingerprint(`${title} ${description}`)}`;
  const groups = lines.flatMap((line, row) => {
    const y = heights.slice(0, row).reduce((sum, each) => sum + each, 0);
    return line.map(
      ({ svg }, column) =>
        `<g transform="translate(${column * WIDTH} ${y})">\n${svg.replaceAll('url(#', `url(#${id}-`)}</g>`,
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:lang="${picture.lang}" lang="${picture.lang}" role="img" aria-labelledby="${id}-title ${id}-desc"`,
    ` viewBox="0 0 ${width} ${height}" width="${rounded(width * scale)}mm" height="${rounded(height * scale)}mm"`,
    ` font-family="${FONTS}" font-size="13" fill="${ink.text}">\n`,
    `<title id="${id}-title">${xml(title)}</title>\n<desc id="${id}-desc">${xml(description)}</desc>\n`,
    `<defs>\n${textures.replaceAll('id="', `id="${id}-`)}</defs>\n<rect width="${width}" height="${height}" fill="#ffffff"/>\n`,
    `${groups.join('\n')}\n</svg>\n`,
  ].join('');
}

function drawPanel(panel: Panel, { lang, period }: Picture): { svg: string; height: number } {
  const height = panel.days.length > 7 ? 23 : 46;
  const bottom = GRID.y + panel.days.length * height;
  const days = panel.days.map((day, index) => ({
    day,
    above: panel.days[index - 1],
    y: GRID.y + index * height,
  }));
  const best = panel.best && bestHoursName(panel.best, panel.days.length, lang);
  const reasons = drawReasons(panel.reasons, best, bottom + 28, lang);
  const svg = [
    heading(panel.name, period, lang),
    ...days.flatMap(({ day, y }) => [
      dayLabel(day, y + height / 2, lang),
      ...day.segments.map((segment) => drawSegment(segment, day.day, y, height, lang)),
    ]),
    // A week ends with its Sunday, as business weeks do.
    ...days.map(({ day, y }) => rule(`M${LEFT} ${y + height}H${RIGHT}`, day.weekday === 0)),
    ...Array.from({ length: 25 }, (_, hour) =>
      rule(`M${GRID.x + hour * GRID.hour} ${GRID.y}V${bottom}`, hour % 6 === 0),
    ),
    ...days.flatMap(({ day, above, y }) =>
      day.segments.map((segment) => drawLabel(segment, day, above, y + height / 2)),
    ),
    ...(panel.best?.hours ?? []).map((hour) =>
      bestMark(GRID.x + hour * GRID.hour, bottom + 2, GRID.hour),
    ),
    reasons.svg,
  ];
  return { svg: svg.join(''), height: reasons.bottom };
}

function heading(name: string, period: string, lang: Language): string {
  const size = Math.min(21, rounded((21 * (RIGHT - LEFT)) / textWidth(name, 21)));
  const parts = [
    `<text x="${LEFT}" y="36" font-size="${size}" font-weight="700">${xml(name)}</text>\n`,
  ];
  parts.push(`<text x="${LEFT}" y="65" font-size="16">${xml(period)}</text>\n`);
  let x = RIGHT;
  for (const state of states.toReversed()) {
    const text = `${marks[state]} ${legend[state][lang]}`;
    x = rounded(x - textWidth(text, 12.5));
    parts.push(
      `${swatch(state, x - 32, 53, 26, 15)}<text x="${x}" y="65" font-size="12.5">${text}</text>\n`,
    );
    x -= 54;
  }
  for (let hour = 0; hour <= 24; hour += 3) {
    parts.push(
      `<text x="${GRID.x + hour * GRID.hour}" y="${GRID.y - 7}" font-size="11.5" text-anchor="middle" fill="${ink.soft}">${hour}</text>\n`,
    );
  }
  return parts.join('');
}

function dayLabel(day: PictureDay, middle: number, lang: Language): string {
  const fill = dayInk(day);
  const at = (x: number, size: number, anchor: string, text: string): string =>
    `<text x="${x}" y="${middle + 4.5}" font-size="${size}" text-anchor="${anchor}" fill="${fill}">${text}</text>\n`;
  const holiday = day.holiday ? at(GRID.x - 6, 10, 'end', holidayMark[lang]) : '';
  return (
    at(LEFT + 18, 13, 'end', String(day.date)) +
    at(LEFT + 24, 12, 'start', weekdayName(day.weekday, lang)) +
    holiday
  );
}

function drawSegment(
  { startMs, endMs, state, reasons }: DaySegment,
  day: number,
  y: number,
  height: number,
  lang: Language,
): string {
  const [from, to] = [across(startMs, day), across(endMs, day)];
  const title = [
    `${spanName(startMs, endMs, lang)} ${stateNames[state][lang]}`,
    ...reasons.map((reason) => reasonLine(reason, lang)),
  ].join('\n');
  return `<rect x="${from}" y="${y}" width="${rounded(to - from)}" height="${height}" fill="${fills[state]}"><title>${xml(title)}</title></rect>\n`;
}

/**
 * Returns mark and hours for a segment, or nothing where they only repeat the texture: on days open
 * throughout, and outside operating hours.
 */
function labelOf({ startMs, endMs, state, routine }: DaySegment, day: PictureDay): string {
  if (routine || (state === 'open' && day.segments.length === 1)) return '';
  const hours = [startMs, endMs].map((ms) => timeName(ms, day.day).replace(':00', ''));
  return `${marks[state]} ${hours.join('–')}`;
}

/** Draws the label of a segment, unless the day above has the same one. */
function drawLabel(
  segment: DaySegment,
  day: PictureDay,
  above: PictureDay | undefined,
  middle: number,
): string {
  const label = labelOf(segment, day);
  if (label === '' || above?.segments.some((other) => labelOf(other, above) === label)) return '';
  const [from, to] = [across(segment.startMs, day.day), across(segment.endMs, day.day)];
  const mark = marks[segment.state];
  // Two hours have room for their label only in a smaller size.
  const fits = [
    { text: label, size: 12, space: 8 },
    { text: label.replace(' ', ''), size: 11, space: 4 },
    { text: mark, size: 12, space: 8 },
  ].find(({ text, size, space }) => textWidth(text, size) + space <= to - from);
  if (fits === undefined) return '';
  const { text, size } = fits;
  const x = rounded((from + to) / 2);
  const width = rounded(Math.min(textWidth(text, size) + 10, to - from));
  const fill = segment.state === 'open' ? fills.open : '#ffffff';
  const plate = `<rect x="${rounded(x - width / 2)}" y="${middle - 8.5}" width="${width}" height="17" rx="3" fill="${fill}"/>`;
  return `<g pointer-events="none">${plate}<text x="${x}" y="${middle + 4.3}" font-size="${size}" text-anchor="middle">${text}</text></g>
`;
}

function across(ms: number, day: number): number {
  return rounded(GRID.x + ((ms - dayStart(day)) / HOUR_MS) * GRID.hour);
}

function drawReasons(
  reasons: readonly Reason[],
  best: string | null,
  top: number,
  lang: Language,
): { svg: string; bottom: number } {
  const parts: string[] = [];
  let y = top;
  const write = (text: string, x: number, fill: string): void => {
    for (const line of wrapped(text, RIGHT - x, REASON_SIZE)) {
      parts.push(
        `<text x="${x}" y="${y}" font-size="${REASON_SIZE}" fill="${fill}">${xml(line)}</text>\n`,
      );
      y += 16;
    }
  };
  if (best !== null) {
    parts.push(bestMark(LEFT, y - 7, 16));
    write(best, LEFT + 24, ink.text);
    y += 2;
  }
  for (const reason of reasons) {
    parts.push(swatch(reason.state, LEFT, y - 10, 16, 11));
    write(reasonLine(reason, lang), LEFT + 24, ink.text);
    y += 2;
  }
  y += 4;
  write(disclaimer[lang], LEFT, ink.soft);
  return { svg: parts.join(''), bottom: y };
}

/** Returns the description for screen readers: the layout and the reasons. */
function descriptionOf(picture: Picture): string {
  const { lang } = picture;
  const layout =
    lang === 'ja'
      ? '縦に日、横に0時から24時まで（日本時間）。'
      : 'Days downwards, 0:00 to 24:00 across (Japan time).';
  const reasons = picture.panels.map(({ name, reasons, best, days }) =>
    [
      `${name}:`,
      ...(best ? [bestHoursName(best, days.length, lang)] : []),
      ...reasons.map((reason) => `${stateNames[reason.state][lang]}: ${reasonLine(reason, lang)}`),
    ].join('\n'),
  );
  return [layout, ...reasons, disclaimer[lang]].join('\n');
}
