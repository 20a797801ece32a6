import type { Language } from '../../foundation/language.js';
import { dayStart, HOUR_MS } from '../../foundation/time.js';
import type { Calendar } from '../calendar.js';
import type { State } from '../results.js';
import type { Text } from '../rules.js';
import type { Target } from '../targets.js';
import {
  layOut,
  type Panel,
  type PictureOptions,
  type Piece,
  type Row,
  type Sheet,
} from './text.js';
import {
  disclaimer,
  fingerprint,
  type Note,
  spanName,
  stateNames,
  timeName,
  weekdayName,
} from './wording.js';

const states: readonly State[] = ['open', 'uncertain', 'closed'];
// What the branch reads: the state's name, and what to make of it.
const legend: Readonly<Record<State, Text>> = {
  open: stateNames.open,
  uncertain: { ja: '不確定（停止の可能性あり）', en: 'uncertain (perhaps closed)' },
  closed: stateNames.closed,
};
const holidayMark: Text = { ja: '祝', en: 'hol' };

// Sizes are in units of a panel 720 wide, which an A4 sheet shows at about three quarters of a
// point each.
const WIDTH = 720;
const GRID = { x: 96, y: 100, hour: 25 };
const LEFT = 24;
const RIGHT = GRID.x + 24 * GRID.hour;
const NOTE_SIZE = 11.5;
const A4 = { width: 190, height: 277 };

const ink = {
  text: '#1f2933',
  soft: '#52606d',
  line: '#c3cad3',
  saturday: '#1a4f9c',
  sunday: '#a3221f',
};
const marks: Readonly<Record<State, string>> = { open: '○', uncertain: '△', closed: '×' };

/**
 * Draws when targets run, as an SVG to print or to show: for each target the days downwards and the
 * hours across. The three states differ in texture and in lightness, not in hue alone; outages
 * carry their mark (○ △ ×) and hours, each stretch its reasons as a `<title>`, and all reasons
 * stand below in writing.
 *
 * The text needs no script, style sheet, font or network, is the same for the same arguments, and
 * may stand in an HTML page as it is. One target of a month fills an A4 sheet upright, two fill one
 * lying; print more than two as a file each.
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
 * writeFileSync('2026-12.svg', toSvg(createCalendar(), ['local-tax'], { month: '2026-12' }));
 * ```
 */
export function toSvg(
  calendar: Calendar,
  targets: readonly Target[],
  options: PictureOptions,
): string {
  const sheet = layOut(calendar, targets, options);
  const drawn = sheet.panels.map((panel) => drawPanel(panel, sheet));
  const columns = Math.ceil(Math.sqrt(drawn.length));
  const lines = Array.from({ length: Math.ceil(drawn.length / columns) }, (_, line) =>
    drawn.slice(line * columns, (line + 1) * columns),
  );
  const heights = lines.map((line) => Math.max(...line.map(({ height }) => height)));
  const [width, height] = [columns * WIDTH, heights.reduce((sum, each) => sum + each, 0)];
  const [paper, other] = width > height ? [A4.height, A4.width] : [A4.width, A4.height];
  const scale = Math.min(paper / width, other / height);
  const title = `${sheet.panels.map(({ name }) => name).join(sheet.lang === 'ja' ? '、' : ', ')} ${sheet.period}`;
  const told = description(sheet);
  // Several pictures may stand in one page, where ids are shared.
  const id = `m${fingerprint(`${title} ${told}`)}`;
  const groups = lines.flatMap((line, row) => {
    const y = heights.slice(0, row).reduce((sum, each) => sum + each, 0);
    return line.map(
      ({ svg }, column) =>
        `<g transform="translate(${column * WIDTH} ${y})">\n${svg.replaceAll('url(#', `url(#${id}-`)}</g>`,
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:lang="${sheet.lang}" lang="${sheet.lang}" role="img" aria-labelledby="${id}-title ${id}-desc"`,
    ` viewBox="0 0 ${width} ${height}" width="${rounded(width * scale)}mm" height="${rounded(height * scale)}mm"`,
    ` font-family="'Noto Sans CJK JP','Noto Sans JP','Hiragino Sans','Yu Gothic',Meiryo,sans-serif" font-size="13" fill="${ink.text}">\n`,
    `<title id="${id}-title">${xml(title)}</title>\n<desc id="${id}-desc">${xml(told)}</desc>\n`,
    `<defs>\n${textures.replaceAll('id="', `id="${id}-`)}</defs>\n<rect width="${width}" height="${height}" fill="#ffffff"/>\n`,
    `${groups.join('\n')}\n</svg>\n`,
  ].join('');
}

// Light, middle and dark ground; none, thin stripes far apart, and a dense grid on it.
const textures = `<pattern id="uncertain" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="8" height="8" fill="#fdf6e0"/><path d="M0 0V8" stroke="#c0913a" stroke-width="1.8"/></pattern>
<pattern id="closed" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="5" height="5" fill="#d3d9e0"/><path d="M0 0H5M0 0V5" stroke="#8593a3" stroke-width="1.1"/></pattern>
`;
const fills: Readonly<Record<State, string>> = {
  open: '#f3faf6',
  uncertain: 'url(#uncertain)',
  closed: 'url(#closed)',
};

function drawPanel(panel: Panel, { lang, period }: Sheet): { svg: string; height: number } {
  const height = panel.rows.length > 7 ? 23 : 46;
  const bottom = GRID.y + panel.rows.length * height;
  const rows = panel.rows.map((row, index) => ({
    row,
    above: panel.rows[index - 1],
    y: GRID.y + index * height,
  }));
  const notes = drawNotes(panel.notes, bottom + 28, lang);
  const svg = [
    heading(panel.name, period, lang),
    ...rows.flatMap(({ row, y }) => [
      dayLabel(row, y + height / 2, lang),
      ...row.pieces.map((piece) => drawPiece(piece, row.day, y, height, lang)),
    ]),
    // A week ends with its Sunday, as business weeks do.
    ...rows.map(({ row, y }) => rule(`M${LEFT} ${y + height}H${RIGHT}`, row.weekday === 0)),
    ...Array.from({ length: 25 }, (_, hour) =>
      rule(`M${GRID.x + hour * GRID.hour} ${GRID.y}V${bottom}`, hour % 6 === 0),
    ),
    ...rows.flatMap(({ row, above, y }) =>
      row.pieces.map((piece) => drawLabel(piece, row, above, y + height / 2)),
    ),
    notes.svg,
  ];
  return { svg: svg.join(''), height: notes.bottom };
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

function swatch(state: State, x: number, y: number, width: number, height: number): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fills[state]}" stroke="${ink.soft}" stroke-width="0.8"/>\n`;
}

function rule(path: string, strong: boolean): string {
  return `<path d="${path}" stroke="${ink.text}" stroke-width="${strong ? 1 : 0.6}" stroke-opacity="${strong ? 0.5 : 0.14}"/>\n`;
}

function dayLabel(row: Row, middle: number, lang: Language): string {
  const fill =
    row.weekday === 0 || row.holiday ? ink.sunday : row.weekday === 6 ? ink.saturday : ink.text;
  const at = (x: number, size: number, anchor: string, text: string): string =>
    `<text x="${x}" y="${middle + 4.5}" font-size="${size}" text-anchor="${anchor}" fill="${fill}">${text}</text>\n`;
  const holiday = row.holiday ? at(GRID.x - 6, 10, 'end', holidayMark[lang]) : '';
  return (
    at(LEFT + 18, 13, 'end', String(row.date)) +
    at(LEFT + 24, 12, 'start', weekdayName(row.weekday, lang)) +
    holiday
  );
}

function drawPiece(
  { startMs, endMs, state, notes }: Piece,
  day: number,
  y: number,
  height: number,
  lang: Language,
): string {
  const [from, to] = [across(startMs, day), across(endMs, day)];
  const told = [
    `${spanName(startMs, endMs, lang)} ${stateNames[state][lang]}`,
    ...notes.map((note) => noteText(note, lang)),
  ].join('\n');
  return `<rect x="${from}" y="${y}" width="${rounded(to - from)}" height="${height}" fill="${fills[state]}"><title>${xml(told)}</title></rect>\n`;
}

/**
 * The mark and the hours, where they say more than the ground does: not on days open throughout,
 * nor outside operating hours.
 */
function labelOf({ startMs, endMs, state, routine }: Piece, row: Row): string {
  if (routine || (state === 'open' && row.pieces.length === 1)) return '';
  const hours = [startMs, endMs].map((ms) => timeName(ms, row.day).replace(':00', ''));
  return `${marks[state]} ${hours.join('–')}`;
}

/** Writes the label of a piece, once for days below each other that are alike. */
function drawLabel(piece: Piece, row: Row, above: Row | undefined, middle: number): string {
  const label = labelOf(piece, row);
  if (label === '' || above?.pieces.some((other) => labelOf(other, above) === label)) return '';
  const [from, to] = [across(piece.startMs, row.day), across(piece.endMs, row.day)];
  const text = [label, marks[piece.state]].find((each) => textWidth(each, 12) + 8 <= to - from);
  if (text === undefined) return '';
  const [x, width] = [rounded((from + to) / 2), rounded(textWidth(text, 12) + 10)];
  const plate = `<rect x="${rounded(x - width / 2)}" y="${middle - 8.5}" width="${width}" height="17" rx="3" fill="${piece.state === 'open' ? fills.open : '#ffffff'}"/>`;
  return `<g pointer-events="none">${plate}<text x="${x}" y="${middle + 4.3}" font-size="12" text-anchor="middle">${text}</text></g>\n`;
}

function across(ms: number, day: number): number {
  return rounded(GRID.x + ((ms - dayStart(day)) / HOUR_MS) * GRID.hour);
}

function drawNotes(
  notes: readonly Note[],
  top: number,
  lang: Language,
): { svg: string; bottom: number } {
  const parts: string[] = [];
  let y = top;
  const write = (text: string, x: number, fill: string): void => {
    for (const line of wrapped(text, RIGHT - x, NOTE_SIZE)) {
      parts.push(
        `<text x="${x}" y="${y}" font-size="${NOTE_SIZE}" fill="${fill}">${xml(line)}</text>\n`,
      );
      y += 16;
    }
  };
  for (const note of notes) {
    parts.push(swatch(note.state, LEFT, y - 10, 16, 11));
    write(noteText(note, lang), LEFT + 24, ink.text);
    y += 2;
  }
  y += 4;
  write(disclaimer[lang], LEFT, ink.soft);
  return { svg: parts.join(''), bottom: y };
}

/** What the picture says to those who do not see it: how it is laid out, and the reasons. */
function description(sheet: Sheet): string {
  const { lang } = sheet;
  const layout =
    lang === 'ja'
      ? '縦に日、横に0時から24時まで（日本時間）。'
      : 'Days downwards, 0:00 to 24:00 across (Japan time).';
  const reasons = sheet.panels.map(({ name, notes }) =>
    [
      `${name}:`,
      ...notes.map((note) => `${stateNames[note.state][lang]}: ${noteText(note, lang)}`),
    ].join('\n'),
  );
  return [layout, ...reasons, disclaimer[lang]].join('\n');
}

function noteText({ when, text }: Note, lang: Language): string {
  return when.length === 0
    ? text
    : `${when.join(lang === 'ja' ? '、' : ', ')}${lang === 'ja' ? '　' : ': '}${text}`;
}

const glyphs: Readonly<Record<State, string>> = { open: '.', uncertain: '?', closed: '#' };
const CELL_MS = HOUR_MS / 2;

/**
 * Draws the same as {@link toSvg} in plain text for a terminal: a line for each day, a character
 * for each half hour, `.` open, `?` uncertain, `#` closed (the worst of the half hour). No
 * character's width depends on the terminal.
 *
 * @param calendar - the calendar, announcements included.
 * @param targets - what to draw; one block each.
 * @param options - the month or week, and the language.
 * @throws as {@link toSvg}.
 * @example
 * ```ts
 * import { createCalendar, toText } from 'myna-selfinfo/calendar';
 * console.log(toText(createCalendar(), ['pension@pension-service'], { week: '2026-12-14', lang: 'en' }));
 * ```
 */
export function toText(
  calendar: Calendar,
  targets: readonly Target[],
  options: PictureOptions,
): string {
  const { lang, period, panels } = layOut(calendar, targets, options);
  const margin = ' '.repeat(12);
  const hours = Array.from({ length: 8 }, (_, index) => String(index * 3).padEnd(6)).join('');
  const key = states.map((state) => `${glyphs[state]} ${legend[state][lang]}`).join('   ');
  const blocks = panels.map(({ name, rows, notes }) => [
    `${name}  ${period}`,
    '',
    `${margin}${hours}24`,
    ...rows.map((row) => `${rowLabel(row, lang)}${cells(row)}`),
    '',
    `${margin}${key}`,
    '',
    ...notes.map((note) => `${glyphs[note.state]} ${noteText(note, lang)}`),
  ]);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n\n')}\n\n${disclaimer[lang]}\n`;
}

/** Twelve columns; a Japanese character takes two. */
function rowLabel({ date, weekday, holiday }: Row, lang: Language): string {
  const mark = holiday ? holidayMark[lang] : lang === 'ja' ? '  ' : '   ';
  return ` ${String(date).padStart(2)} ${weekdayName(weekday, lang)} ${mark}${lang === 'ja' ? '   ' : ' '}`;
}

function cells({ day, pieces }: Row): string {
  return Array.from({ length: 48 }, (_, index) => {
    const start = dayStart(day) + index * CELL_MS;
    const inside = pieces.filter((piece) => piece.startMs < start + CELL_MS && piece.endMs > start);
    return glyphs[states[Math.max(...inside.map(({ state }) => states.indexOf(state)))] as State];
  }).join('');
}

/**
 * About how wide a text is: Japanese characters are square, others a little more than half of that.
 */
function textWidth(text: string, size: number): number {
  return [...text].reduce((sum, character) => sum + (character > '\u2e7f' ? 1 : 0.52), 0) * size;
}

// A Japanese character or a word, with the brackets and stops that may not be parted from it.
const WORD = /[（「(]*(?:[^\s\0-\u2e7f（「、。」）〜]|[^\s\u2e80-\uffff()]+)[、。」）)〜]*|./gu;

/** Lines no wider than a width; broken at blanks, and between Japanese characters. */
function wrapped(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(WORD) ?? []) {
    if (line !== '' && textWidth(line + word, size) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    if (line !== '' || word.trim() !== '') line += word;
  }
  return [...lines, line];
}

function xml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
