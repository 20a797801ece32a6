import { ink, rounded, textWidth, xml } from '../calendar/print/svg-text.js';
import { dayName, weekdayName } from '../calendar/print/wording.js';
import type { Text } from '../calendar/rules.js';
import type { Language } from '../foundation/language.js';
import { dateOfDay, parseDay } from '../foundation/time.js';
import type { Plan, PlannedStep } from './plan.js';
import {
  conditionOf,
  dateName,
  isUndated,
  procedureNames,
  shortNames,
  spanText,
  type TextStyle,
} from './wording.js';

/** Sizes of the chart. On A4 paper in landscape one unit is about 0.78 points. */
export const GANTT = { width: 1000, left: 24, line: 21, size: 13.5 };

/** Positions of the days. */
export interface GanttScale {
  readonly x: number;
  readonly top: number;
  /** The first day, and the day after the last. */
  readonly from: number;
  readonly to: number;
  /** The width of a day. */
  readonly unit: number;
}

const fills = { provider: '#1f4e79', agency: '#b9cce0', done: '#ffffff', freeze: '#f3d9d6' };
const keys = {
  provider: { ja: '事業者', en: 'provider' },
  agency: { ja: 'デジタル庁、運営主体', en: 'Digital Agency, operator' },
  done: { ja: '済', en: 'done' },
  slack: { ja: '余裕日数', en: 'days to spare' },
  freeze: { ja: '凍結期間', en: 'freeze' },
} as const satisfies Record<string, Text>;

/** Draws the bars, the days to spare, the due dates and the last day. */
export function drawBars(
  plan: Plan,
  style: TextStyle,
  scale: GanttScale,
): { svg: string; bottom: number; lines: string[] } {
  const parts: string[] = [];
  const lines: string[] = [];
  let { top: y } = scale;
  let phase = '';
  for (const step of plan.steps) {
    if (step.phase[style.lang] !== phase) {
      phase = step.phase[style.lang];
      parts.push(heading(phase, y));
      y += GANTT.line;
    }
    const line = describe(step, style);
    lines.push(line);
    parts.push(`<g><title>${xml(line)}</title>\n${drawStep(step, style, scale, y)}</g>\n`);
    y += GANTT.line;
  }
  parts.push(drawGoal(plan, style, scale, y));
  lines.push(`${procedureNames[plan.procedure].goal[style.lang]}: ${dateName(plan.goal, style)}`);
  const bottom = y + GANTT.line;
  return { svg: drawFreezes(plan, scale, bottom) + parts.join(''), bottom, lines };
}

/** Draws the key of the chart on one line. */
export function swatches(plan: Plan, lang: Language, y: number): string {
  const shown = (Object.keys(keys) as (keyof typeof keys)[]).filter(
    (key) =>
      (key !== 'freeze' || plan.blackout.length > 0) &&
      (key !== 'done' || plan.steps.some(({ done }) => done)),
  );
  let x = GANTT.left;
  return shown
    .map((key) => {
      const sample = key === 'slack' ? slackLine(x, x + 26, y - 5) : box(key, x, y - 11, 26, 12);
      const words = `<text x="${rounded(x + 32)}" y="${y}">${keys[key][lang]}</text>\n`;
      x += 32 + textWidth(keys[key][lang], GANTT.size) + 26;
      return sample + words;
    })
    .join('');
}

function box(key: keyof typeof fills, x: number, y: number, width: number, height: number): string {
  const dash = key === 'done' ? ' stroke-dasharray="3 2"' : '';
  const stroke = key === 'freeze' ? 'none' : fills.provider;
  return `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}" fill="${fills[key]}" stroke="${stroke}" stroke-width="0.9"${dash}/>\n`;
}

function slackLine(from: number, to: number, y: number): string {
  return `<path d="M${rounded(from)} ${rounded(y)}H${rounded(to)}M${rounded(to)} ${rounded(y - 4)}v8" stroke="${ink.soft}" stroke-width="1.6" fill="none"/>\n`;
}

function heading(phase: string, y: number): string {
  const { left, line, width } = GANTT;
  return (
    `<rect x="${left}" y="${rounded(y + 2)}" width="${width - 2 * left}" height="${line - 4}" fill="#eef2f6"/>\n` +
    `<text x="${left + 4}" y="${rounded(y + line / 2 + 4.5)}" font-weight="700">${xml(phase)}</text>\n`
  );
}

function drawStep(step: PlannedStep, style: TextStyle, scale: GanttScale, y: number): string {
  const middle = y + GANTT.line / 2;
  const { lang } = style;
  const name = `${step.id} ${step[lang]}`;
  const room = scale.x - GANTT.left - 12;
  const squeeze =
    textWidth(name, GANTT.size) > room
      ? ` textLength="${rounded(room)}" lengthAdjust="spacingAndGlyphs"`
      : '';
  const label = `<text x="${GANTT.left + 4}" y="${rounded(middle + 4.5)}"${squeeze}>${xml(name)}</text>\n`;
  if (isUndated(step))
    return `${label}<text x="${rounded(scale.x)}" y="${rounded(middle + 4.5)}" fill="${ink.soft}">${keys.done[lang]}</text>\n`;
  const [start, end, late] = [step.earliest.start, step.earliest.end, step.latest.end].map((date) =>
    parseDay(date, 'day'),
  ) as [number, number, number];
  const at = (day: number): number => scale.x + (day - scale.from) * scale.unit;
  const kind = step.done ? 'done' : step.actors.includes('provider') ? 'provider' : 'agency';
  const width = Math.max(at(end + 1) - at(start), 4);
  const spare = late > end ? slackLine(at(end + 1), at(late + 1), middle) : '';
  const bar = box(kind, at(start), middle - 6.5, width, 13);
  const due = step.done ? `${keys.done[lang]} ${shortDate(end, lang)}` : shortDate(late, lang);
  return (
    label +
    spare +
    bar +
    dueLabel(due, at(start), Math.max(at(late + 1), at(start) + width), middle)
  );
}

/** Writes a due date behind a bar, or in front of it where the paper ends. */
function dueLabel(due: string, from: number, to: number, middle: number): string {
  const fits = to + 5 + textWidth(due, GANTT.size) <= GANTT.width - 6;
  const [x, anchor] = fits ? [to + 5, 'start'] : [from - 5, 'end'];
  return `<text x="${rounded(x)}" y="${rounded(middle + 4.5)}" text-anchor="${anchor}" paint-order="stroke" stroke="#ffffff" stroke-width="3">${due}</text>\n`;
}

function drawGoal(plan: Plan, style: TextStyle, scale: GanttScale, y: number): string {
  const goal = parseDay(plan.goal, 'plan.goal');
  const [x, middle] = [
    rounded(scale.x + (goal - scale.from + 0.5) * scale.unit),
    y + GANTT.line / 2,
  ];
  const name = procedureNames[plan.procedure].goal[style.lang];
  return (
    `<text x="${GANTT.left + 4}" y="${rounded(middle + 4.5)}" font-weight="700">${xml(name)}</text>\n` +
    `<path d="M${x} ${rounded(middle - 7)}l7 7l-7 7l-7 -7z" fill="${ink.sunday}"/>\n` +
    dueLabel(shortDate(goal, style.lang), x - 7, x + 7, middle)
  );
}

function drawFreezes(plan: Plan, { x, from, to, unit, top }: GanttScale, bottom: number): string {
  return plan.blackout
    .map((freeze) => {
      const first = Math.max(parseDay(freeze.from, 'day'), from);
      const last = Math.min(parseDay(freeze.to, 'day') + 1, to);
      if (last <= first) return '';
      return box('freeze', x + (first - from) * unit, top, (last - first) * unit, bottom - top);
    })
    .join('');
}

/** Returns a date without its year: `3/15(月)`, or `Mon 15 Mar`. */
function shortDate(day: number, lang: Language): string {
  if (lang === 'en') return dayName(day, lang);
  const { month, day: date, weekday } = dateOfDay(day);
  return `${month}/${date}(${weekdayName(weekday, lang)})`;
}

function describe(step: PlannedStep, style: TextStyle): string {
  const { lang } = style;
  const name = `${step.id} ${step[lang]}${conditionOf(step, lang)}`;
  const span = isUndated(step)
    ? keys.done[lang]
    : spanText({ start: step.earliest.start, end: step.latest.end }, style);
  return `${name}: ${span}, ${shortNames(step.actors, lang)}`;
}
