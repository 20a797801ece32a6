import { FONTS, ink, rounded, textWidth, wrapped, xml } from '../calendar/print/svg-text.js';
import { monthName, plain } from '../calendar/print/wording.js';
import { fingerprint } from '../foundation/fingerprint.js';
import { dateOfDay, dayNumber, formatDay, parseDay } from '../foundation/time.js';
import { drawBars, GANTT, type GanttScale, swatches } from './gantt.js';
import type { Plan } from './plan.js';
import {
  checkTextOptions,
  headline,
  type PlanTextOptions,
  plainDate,
  shortfallText,
  spanText,
  type TextStyle,
  titleOf,
} from './wording.js';

const A4 = { width: 277, height: 190 };
const SIZE = { title: 21, head: 14.5, text: 13.5, small: 12.5 };

const notes = {
  ja: '所要期間には、ガイドラインの目安と本ライブラリの仮定を含みます。デジタル庁が保証する日程ではありません。',
  en: 'Some lead times are estimates of the guideline or assumptions of this SDK. The Digital Agency does not guarantee these dates.',
} as const;

/**
 * Draws a plan as a Gantt chart in SVG, to print on A4 in landscape or to show: a line for each
 * step with its bar and its due date, and the days to spare as a thin line behind the bar. Steps of
 * the provider and of the agencies differ in lightness, not only in hue.
 *
 * The SVG needs no script, style sheet, font or network, and can be put into an HTML page
 * unchanged. The same arguments give the same text.
 *
 * @param plan - the plan.
 * @param options - language, name of the service, and Japanese era.
 * @throws SelfInfoError `unknown_option`, `invalid_option`; TypeError.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { planOnboarding, toSvg } from 'myna-selfinfo/onboarding';
 * writeFileSync('onboarding.svg', toSvg(planOnboarding({ goLive: '2027-04-01' })));
 * ```
 */
export function toSvg(plan: Plan, options: PlanTextOptions = {}): string {
  const style = checkTextOptions(plan, options);
  const { lang, name } = style;
  const title = titleOf(plan, lang, name === undefined ? undefined : plain(name));
  const head = drawHead(plan, title, style);
  const scale = scaleOf(plan, style, head.bottom + 34);
  const bars = drawBars(plan, style, scale);
  const foot = drawNotes(plan, style, bars.bottom + 26);
  const { width } = GANTT;
  const height = foot.bottom + 8;
  const shrink = Math.min(A4.width / width, A4.height / height);
  const id = `g${fingerprint(JSON.stringify([plan, style]))}`;
  const description = bars.lines.join('\n');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:lang="${lang}" lang="${lang}" role="img" aria-labelledby="${id}-title ${id}-desc"`,
    ` viewBox="0 0 ${width} ${rounded(height)}" width="${rounded(width * shrink)}mm" height="${rounded(height * shrink)}mm"`,
    ` font-family="${FONTS}" font-size="${SIZE.text}" fill="${ink.text}">\n`,
    `<title id="${id}-title">${xml(title)}</title>\n<desc id="${id}-desc">${xml(description)}</desc>\n`,
    `<rect width="${width}" height="${rounded(height)}" fill="#ffffff"/>\n`,
    ...[head.svg, drawAxis(scale, style, bars.bottom), bars.svg, foot.svg],
    '</svg>\n',
  ].join('');
}

function drawHead(plan: Plan, title: string, style: TextStyle): { svg: string; bottom: number } {
  const { left, width } = GANTT;
  const size = Math.min(SIZE.title, (width - 2 * left) / textWidth(title, 1));
  const facts = headline(plan, style)
    .map(([label, text]) => `${label}: ${text}`)
    .join(style.lang === 'ja' ? '　' : '; ');
  const parts = [
    text(left, 36, title, size, ' font-weight="700"'),
    text(left, 62, facts, SIZE.head),
  ];
  let bottom = 62;
  for (const line of shortfallText(plan, style).flatMap((each) => fitted(each, SIZE.text))) {
    bottom += 20;
    parts.push(text(left, bottom, line, SIZE.text, ` fill="${ink.sunday}"`));
  }
  const keys = swatches(plan, style.lang, bottom + 24);
  return { svg: parts.join('') + keys, bottom: bottom + 24 };
}

function fitted(line: string, size: number): string[] {
  return wrapped(line, GANTT.width - 2 * GANTT.left, size);
}

/** Returns the positions of the days, from the first day of a week to some days after the last. */
function scaleOf(plan: Plan, { lang }: TextStyle, top: number): GanttScale {
  const days = plan.steps.flatMap(({ earliest, latest, done }) =>
    done?.on === null ? [] : [earliest.start, latest.end].map((day) => parseDay(day, 'day')),
  );
  const names = plan.steps.map((step) => textWidth(`${step.id} ${step[lang]}`, SIZE.text));
  const x = GANTT.left + Math.min(Math.max(...names), 400) + 18;
  const [from, to] = [Math.min(...days), parseDay(plan.goal, 'plan.goal') + 1];
  return { x, top, from, unit: (GANTT.width - GANTT.left - 76 - x) / Math.max(to - from, 1), to };
}

/**
 * Draws a line for each month, with its name, and with its year where there is room for it; where
 * months are too narrow, every third.
 */
function drawAxis(scale: GanttScale, style: TextStyle, bottom: number): string {
  const { from, to, x, unit, top } = scale;
  const first = dateOfDay(from);
  const step = unit * 30 < 46 ? 3 : 1;
  const parts: string[] = [];
  let named = 0;
  for (let index = 0; ; index += step) {
    const month = dayNumber(first.year, first.month + index, 1);
    if (month >= to) return parts.join('');
    const [start, end] = [
      Math.max(month, from),
      Math.min(dayNumber(first.year, first.month + index + step, 1), to),
    ];
    const at = x + (start - from) * unit;
    parts.push(
      `<path d="M${rounded(at)} ${rounded(top - 22)}V${rounded(bottom)}" stroke="${ink.text}" stroke-opacity="0.25"/>\n`,
    );
    const { year } = dateOfDay(month);
    const withYear = monthLabel(month, year !== named, style);
    const name = [withYear, monthLabel(month, false, style)].find(
      (label) => end === to || textWidth(label, SIZE.small) + 8 <= (end - start) * unit,
    );
    if (name === undefined) continue;
    parts.push(text(at + 4, top - 9, name, SIZE.small, ` fill="${ink.soft}"`));
    if (name === withYear) named = year;
  }
}

function monthLabel(month: number, withYear: boolean, { lang, era }: TextStyle): string {
  const name = monthName(month, lang);
  if (withYear) return era ? plainDate(formatDay(month), { era }).replace(/\d+日$/, '') : name;
  return lang === 'ja' ? name.replace(/^\d+年/, '') : name.replace(/ \d+$/, '');
}

function drawNotes(plan: Plan, style: TextStyle, top: number): { svg: string; bottom: number } {
  const { lang } = style;
  const freezes = plan.blackout.map(({ from, to }) => spanText({ start: from, end: to }, style));
  const freeze = lang === 'ja' ? '凍結期間' : 'Freeze';
  const lines = [
    ...(freezes.length === 0 ? [] : [`${freeze}: ${freezes.join(lang === 'ja' ? '、' : ', ')}`]),
    notes[lang],
  ].flatMap((each) => fitted(each, SIZE.small));
  const svg = lines.map((line, index) =>
    text(GANTT.left, top + index * 18, line, SIZE.small, ` fill="${ink.soft}"`),
  );
  return { svg: svg.join(''), bottom: top + lines.length * 18 };
}

function text(x: number, y: number, words: string, size: number, more = ''): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" font-size="${rounded(size)}"${more}>${xml(words)}</text>\n`;
}
