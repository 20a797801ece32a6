import type { Language } from '../../foundation/language.js';
import { dateOfDay } from '../../foundation/time.js';
import type { State } from '../results.js';
import type { Text } from '../rules.js';
import type { BestHours, PictureDay } from './picture.js';
import { marks, swatch } from './svg-parts.js';
import { ink, rounded, textWidth, wrapped, xml } from './svg-text.js';
import {
  type Audience,
  bestHoursName,
  eraName,
  plain,
  type Reason,
  reasonLine,
  shortDisclaimer,
  states,
} from './wording.js';

/** A4 in landscape, in points, and the margin that no printer needs. */
export const PAGE = { width: 842, height: 595, margin: 24 };
/** The edges of the drawing. */
export const EDGE = { left: PAGE.margin, right: PAGE.width - PAGE.margin };
/** The size of texts, in points, and the height of their lines. */
export const SIZE = 12;
const LINE = 14.5;

/** Content of a sheet. */
export interface Sheet {
  readonly name: string;
  readonly period: string;
  readonly days: readonly PictureDay[];
  readonly reasons: readonly Reason[];
  readonly best: BestHours | null;
  readonly audience: Audience;
  readonly note: string | undefined;
  /** The JST day on which it was made. */
  readonly madeOn: number;
  readonly lang: Language;
}

const subtitles: Readonly<Record<Audience, Text>> = {
  staff: {
    ja: 'マイナポータルから自己情報を取得できる日時（日本時間）',
    en: 'When self-information can be retrieved from Mynaportal (Japan time)',
  },
  public: {
    ja: 'マイナポータルからの情報の取得をご利用いただける日時',
    en: 'When your information can be retrieved from Mynaportal (Japan time)',
  },
};

const meanings: Readonly<Record<Audience, Readonly<Record<State, Text>>>> = {
  staff: {
    open: { ja: '取得できます', en: 'available' },
    uncertain: { ja: '取得できないことがあります', en: 'may not be available' },
    closed: { ja: '取得できません', en: 'not available' },
  },
  public: {
    open: { ja: 'ご利用いただけます', en: 'available' },
    uncertain: { ja: 'ご利用いただけないことがあります', en: 'may not be available' },
    closed: { ja: 'ご利用いただけません', en: 'not available' },
  },
};

/** The meaning of △ for each kind of reader, and what to do then. */
const advice: Readonly<Record<Audience, Text>> = {
  staff: {
    ja: '△は、停止するかどうか事前に分からない時間帯です。取得できないときは、時間をおくか、書類でのお手続きをご案内ください。',
    en: '△: it is not known beforehand whether it works. If it fails, suggest a later time or paper documents.',
  },
  public: {
    ja: '△の時間帯に取得できなかったときは、時間をおいてもう一度お試しください。書類のご提出でもお手続きいただけます。',
    en: '△: if it does not work, please try again later. You can also hand in documents instead.',
  },
};

/** Draws name, period, date and the key. */
export function drawTop(sheet: Sheet): { svg: string; bottom: number } {
  const { name, period, audience, lang } = sheet;
  const periodWidth = textWidth(period, PERIOD_SIZE);
  const svg = [
    ...fitted(capitalized(plain(name), lang), EDGE.right - EDGE.left - periodWidth - 24),
    textAt(EDGE.right, 43, PERIOD_SIZE, period, 'text-anchor="end" font-weight="700"'),
    textAt(EDGE.left, 62, SIZE, subtitles[audience][lang]),
    textAt(EDGE.right, 62, SIZE, madeName(sheet), 'text-anchor="end"'),
  ];
  let x = EDGE.left;
  for (const state of states) {
    const text = `${marks[state]} ${meanings[audience][state][lang]}`;
    svg.push(swatch(state, x, 71, 28, 14), textAt(x + 34, 83, SIZE, text));
    x = rounded(x + 34 + textWidth(text, SIZE) + 24);
  }
  let y = 83;
  for (const line of wrapped(advice[audience][lang], EDGE.right - EDGE.left, SIZE)) {
    y += LINE + 1;
    svg.push(textAt(EDGE.left, y, SIZE, line));
  }
  return { svg: svg.join(''), bottom: y + 4 };
}

const PERIOD_SIZE = 21;

/** Writes the name as large as fits, or on two lines. The title has the whole name. */
function fitted(name: string, width: number): string[] {
  const size = Math.min(24, Math.floor(width / textWidth(name, 1)));
  if (size >= 14) return [textAt(EDGE.left, 43, size, name, 'font-weight="700"')];
  const lines = wrapped(name, width - 14, 14);
  const [first = '', second = ''] = lines;
  const rest = lines.length > 2 ? `${second}…` : second;
  return [textAt(EDGE.left, 29, 14, first, BOLD), textAt(EDGE.left, 46, 14, rest, BOLD)];
}

function capitalized(name: string, lang: Language): string {
  return lang === 'ja' ? name : name.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

const BOLD = 'font-weight="700"';

function madeName({ madeOn, audience, lang }: Sheet): string {
  const { year, month, day } = dateOfDay(madeOn);
  const era = eraName(year, lang);
  const made =
    lang === 'ja'
      ? `作成日 ${year}年（${era}）${month}月${day}日`
      : `Made on ${year}-${two(month)}-${two(day)} (${era})`;
  if (audience === 'public') return made;
  return lang === 'ja' ? `${made}　自己情報取得API ガイドライン 2.2版` : `${made}, guideline v2.2`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/**
 * Draws the reasons, the best hours, the disclaimer and the note. Reasons for which there is no
 * room are counted.
 *
 * @param top - the lower edge of the part above the grid.
 * @param grid - the least height of the grid.
 * @returns the SVG and its upper edge.
 */
export function drawBottom(sheet: Sheet, top: number, grid: number): { svg: string; top: number } {
  const { lang, best, days, note } = sheet;
  const width = EDGE.right - EDGE.left;
  const last = wrapped(shortDisclaimer[lang], width, SIZE).map(row(null, ink.soft));
  const noteLines =
    note === undefined
      ? []
      : clipped(wrapped(plain(note), width, SIZE), 2).map(row(null, ink.text));
  const first =
    best === null || days.length > 31
      ? []
      : [row(null, ink.text)(bestHoursName(best, days.length, lang), 0)];
  const room = Math.floor((PAGE.height - PAGE.margin - top - AXIS - grid - GAP) / LINE);
  const left = room - first.length - last.length - noteLines.length;
  const rows = [...first, ...reasonRows(sheet, left), ...last, ...noteLines];
  const y = PAGE.height - PAGE.margin - rows.length * LINE;
  const svg = rows.map(({ mark, text, fill }, index) => {
    const base = y + (index + 1) * LINE - 4;
    const indent = mark === null ? 0 : INDENT;
    return [
      mark !== null && mark !== '' ? swatch(mark, EDGE.left, base - 10, 16, 11) : '',
      textAt(EDGE.left + indent, base, SIZE, text, `fill="${fill}"`),
    ].join('');
  });
  return { svg: svg.join(''), top: y - GAP };
}

/** The height of the hours or days above the grid. */
export const AXIS = 18;
const GAP = 8;
const INDENT = 22;

/** A line below the grid. A mark of '' continues the line above; null begins at the edge. */
interface Row {
  readonly mark: State | '' | null;
  readonly text: string;
  readonly fill: string;
}

const row =
  (mark: Row['mark'], fill: string) =>
  (text: string, index: number): Row => ({
    mark: mark !== null && index > 0 ? '' : mark,
    text,
    fill,
  });

function reasonRows({ reasons, lang, days }: Sheet, room: number): Row[] {
  const width = EDGE.right - EDGE.left - INDENT;
  const each = reasons.map((reason) => {
    // A year counts the days of a monthly rule instead of listing them.
    const { when } = reason;
    const shown =
      days.length > 31 && when.length > 2 ? { ...reason, when: [times(when, lang)] } : reason;
    return clipped(wrapped(reasonLine(shown, lang), width, SIZE), 2).map(
      row(reason.state, ink.text),
    );
  });
  let used = each.reduce((sum, lines) => sum + lines.length, 0);
  if (used <= room) return each.flat();
  const kept = [...each];
  while (kept.length > 0 && used > room - 1) used -= (kept.pop() as Row[]).length;
  const more = reasons.length - kept.length;
  const text = lang === 'ja' ? `ほか${more}件の理由があります。` : `and ${more} more reasons.`;
  return [...kept.flat(), row('', ink.text)(text, 0)];
}

function times(when: readonly string[], lang: Language): string {
  return lang === 'ja' ? `年${when.length}回` : `${when.length} times`;
}

function clipped(lines: readonly string[], most: number): string[] {
  return lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most - 1), `${(lines[most - 1] as string).slice(0, -1)}…`];
}

/** Writes a text at its baseline. */
export function textAt(x: number, y: number, size: number, text: string, more = ''): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" font-size="${size}"${more && ` ${more}`}>${xml(text)}</text>\n`;
}
