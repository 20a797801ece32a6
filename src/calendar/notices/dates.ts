import { dateOfDay, dayNumber } from '../../foundation/time.js';

/** A day as it is written; omitted parts are undefined. */
export interface WrittenDay {
  readonly year?: number | undefined;
  readonly month?: number | undefined;
  readonly day?: number | undefined;
  /** Days after the start, for 同日 and 翌日. */
  readonly after?: number | undefined;
  /** 0 for Sunday. */
  readonly weekday?: number | undefined;
}

/** A day, an hour, or a broken or incomplete date, with its place in the normalised text. */
export interface Token {
  readonly from: number;
  readonly to: number;
  readonly day?: WrittenDay | undefined;
  /** Seconds from the start of the day, or the whole day (終日). */
  readonly hour?: number | 'all-day' | undefined;
  readonly approximate: boolean;
  /** The half of the day that was written with an hour (午前, PM); omitted if none was. */
  readonly half?: 'am' | 'pm' | 'noon' | undefined;
  /** `vague`: a month or a year alone. `broken`: looks like a date or an hour but is invalid. */
  readonly kind: 'day' | 'hour' | 'vague' | 'broken';
}

/** A day, an hour, or a day with its hour, as written. */
export type WrittenTime = Pick<Token, 'day' | 'hour' | 'half' | 'approximate'>;

const WEEKDAYS = '日月火水木金土';
const HOUR = 3_600;
const DAY = 24 * HOUR;
// NFKC takes quadratic time to sort a long row of combining marks, so they are removed first,
// together with invisible characters and private ones, which mark times here. The voicing marks of
// kana stay.
const MARKS = /(?![\u3099\u309a])[\p{M}\p{Cf}\p{Co}]/gu;
const TILDES = /[〜∼∽∿⁓〰]/g;
// Not ー, which is also a letter.
const DASHES = /[‐‑‒–—―−─━→⇒]/g;
const ADDRESSES = /https?:[!-~]*/g;

// Brackets that NFKC keeps apart.
const OPENING = /[《〈{“«⟨]/g;
const CLOSING = /[》〉}”»⟩]/g;

/**
 * Normalises a text to one width of letters, one tilde, one dash and single spaces. Removes web
 * addresses, because their numbers are not dates.
 */
export function normalize(text: string): string {
  return text
    .replace(MARKS, '')
    .normalize('NFKC')
    .replace(TILDES, '~')
    .replace(DASHES, '-')
    .replace(OPENING, '<')
    .replace(CLOSING, '>')
    .replace(ADDRESSES, ' ')
    .replace(/\s+/g, ' ');
}

const ERAS: Readonly<Record<string, number>> = {
  令和: 2018,
  R: 2018,
  平成: 1988,
  H: 1988,
  昭和: 1925,
  S: 1925,
};
const DAYS = [
  String.raw`(?:(?<era1>令和|平成|昭和|西暦|(?<![a-z])[RHS](?=\d)) ?)?(?<!\d)(?<y1>元|\d{1,4}) ?年 ?(?<m1>\d{1,2}) ?月 ?(?<d1>\d{1,2}) ?日`,
  String.raw`(?<![a-z])(?<era2>[RHS])(?<y2>\d{1,2})(?<s2>[/.-])(?<m2>\d{1,2})\k<s2>(?<d2>\d{1,2})(?!\d)`,
  String.raw`(?<!\d[/.]?)(?<y3>\d{4})(?<s3>[/.-])(?<m3>\d{1,2})\k<s3>(?<d3>\d{1,2})(?!\d)`,
  String.raw`(?<!\d ?)(?<![\d元] ?年 ?)(?<m4>\d{1,2}) ?月 ?(?<d4>\d{1,2}) ?日`,
  String.raw`(?<![\d/])(?<m5>\d{1,2})/(?<d5>\d{1,2})(?![\d/])`,
  String.raw`(?<![\d月] ?)(?<d6>\d{1,2}) ?日(?![間本以前後目程分])`,
  String.raw`(?<after>翌々日|翌日|翌朝|同日|当日|翌(?= ?(?:午前|午後)? ?\d)(?! ?\d{1,2} ?[月/日]))`,
].join('|');
const WEEKDAY = `(?: ?[([〔【<] ?(?<w1>[${WEEKDAYS}])(?:曜日?)? ?(?:[・,/、]? ?(?:祝日?|休日?|振休?))? ?[)\\]〕】>]| ?(?<w2>[${WEEKDAYS}])曜日?)?`;
const ABOUT = '頃|ごろ|ころ|前後|過ぎ|すぎ';
const HOURS = [
  '(?<about2>約|およそ)?',
  '(?<half1>午前|午後|[AP]M|早朝|未明|朝|お?昼の?|夕方|夜|深夜)?',
  String.raw`(?:(?<!\d[:.]?|(?:UTC|GMT) ?[+-] ?|\d ?\+ ?)(?<h>\d{1,2})(?: ?: ?(?<i1>\d{2})(?::(?<s>\d{2}))?(?!:?\d| ?[年月日分人件個項回](?!\p{sc=Han}))| ?時(?!間)(?:(?<half>半)| ?(?<i2>\d{1,2}) ?分(?!間))?)|(?<noon>正午|零時))`,
  `(?<half2>[AP]M)?(?<about3>${ABOUT})?`,
].join(' ?');
const VAGUE = String.raw`(?:(?:令和|平成|昭和) ?(?:元|\d{1,2})|(?<!\d)\d{4}) ?年(?:度| ?\d{1,2} ?月(?! ?\d))?|(?<!\d)\d{1,2} ?月(?! ?\d)`;
// +00:00 after an hour is a zone.
const BROKEN = String.raw`(?<!\d|:\d{2} ?\+)\d{1,20}(?: ?(?:年|月|時(?!間)|日(?![間本以前後目程分]))|:\d{0,20}|/\d{1,20})`;
const DAY_PARTS = `(?:${DAYS})${WEEKDAY}(?: ?(?<about1>${ABOUT}))?`;
// A match with many named groups is slow. So one expression finds a token, and another reads the
// parts of a day or an hour at the same place.
const withoutNames = (pattern: string): string => pattern.replace(/\(\?<(?![=!]|s\d>)\w+>/g, '(?:');
const TOKEN = new RegExp(
  `(?<day>${withoutNames(DAY_PARTS)})|(?<hour>終日|${withoutNames(HOURS)})|(?<vague>${VAGUE})|${BROKEN}`,
  'giu',
);
const DAY_AT = new RegExp(DAY_PARTS, 'iuy');
const HOUR_AT = new RegExp(`(?<all>終日)|${HOURS}`, 'iuy');

type Groups = Readonly<Record<string, string | undefined>>;

/** Fast, unlike TOKEN, in the many texts without a date or an hour. */
const MAY_HAVE_TOKEN = /[\d元終正零翌同当]/;

/** Parses the dates and hours of a normalised text, from left to right. */
export function parseTokens(text: string): Token[] {
  if (!MAY_HAVE_TOKEN.test(text)) return [];
  return Array.from(text.matchAll(TOKEN), (match) => {
    const { day, hour, vague } = match.groups as Groups;
    const from = match.index;
    const to = from + match[0].length;
    if (hour !== undefined) return hourToken(from, to, groupsAt(HOUR_AT, text, from));
    if (day !== undefined) return dayToken(from, to, groupsAt(DAY_AT, text, from));
    return { from, to, approximate: false, kind: vague === undefined ? 'broken' : 'vague' };
  });
}

function groupsAt(pattern: RegExp, text: string, from: number): Groups {
  pattern.lastIndex = from;
  return pattern.exec(text)?.groups as Groups;
}

function hourToken(from: number, to: number, groups: Groups): Token {
  const hour = groups.all ? 'all-day' : secondsOf(groups);
  const approximate = Boolean(groups.about2 ?? groups.about3);
  return hour === undefined
    ? { from, to, approximate, kind: 'broken' }
    : {
        from,
        to,
        approximate,
        kind: 'hour',
        hour,
        half: groups.noon === '正午' ? 'noon' : halfOf(groups.half1 ?? groups.half2),
      };
}

function dayToken(from: number, to: number, groups: Groups): Token {
  const day = writtenDay(groups);
  const approximate = Boolean(groups.about1);
  return day
    ? { from, to, approximate, kind: 'day', day }
    : { from, to, approximate, kind: 'broken' };
}

function writtenDay(groups: Groups): WrittenDay | undefined {
  const name = groups.w1 ?? groups.w2;
  const weekday = name === undefined ? undefined : WEEKDAYS.indexOf(name);
  if (groups.after) return { after: { 翌々日: 2, 同日: 0, 当日: 0 }[groups.after] ?? 1, weekday };
  const month = numberOf(groups.m1 ?? groups.m2 ?? groups.m3 ?? groups.m4 ?? groups.m5);
  const day = numberOf(groups.d1 ?? groups.d2 ?? groups.d3 ?? groups.d4 ?? groups.d5 ?? groups.d6);
  const year = yearOf(groups.era1 ?? groups.era2, groups.y1 ?? groups.y2 ?? groups.y3);
  // 2000 was a leap year, so 29 February is valid here.
  if (
    year === null ||
    (month ?? 1) > 12 ||
    dayFrom(year ?? 2000, month ?? 1, day ?? 0) === undefined
  )
    return undefined;
  return { year, month, day, weekday };
}

/** Returns undefined when no year is written, null when the number cannot be a year. */
function yearOf(era: string | undefined, year: string | undefined): number | undefined | null {
  if (year === undefined) return undefined;
  const base = era === undefined ? undefined : ERAS[era.toUpperCase()];
  if (base !== undefined) return base + (year === '元' ? 1 : Number(year));
  return /^\d{4}$/.test(year) ? Number(year) : null;
}

const numberOf = (digits: string | undefined): number | undefined =>
  digits === undefined ? undefined : Number(digits);

function secondsOf(groups: Groups): number | undefined {
  if (groups.noon) return groups.noon === '正午' ? 12 * HOUR : 0;
  const hour = hourOf(Number(groups.h), groups.half1 ?? groups.half2);
  const minute = groups.half ? 30 : Number(groups.i1 ?? groups.i2 ?? 0);
  const second = Number(groups.s ?? 0);
  if (hour === undefined || minute > 59 || second > 59) return undefined;
  const seconds = hour * HOUR + minute * 60 + second;
  return seconds > DAY ? undefined : seconds;
}

// People read 午前12時 and 午後12時 in two ways, and disagree about which night 5日深夜0時 is in.
function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (/午前|AM|早朝|未明|朝/i.test(half)) return hour < 12 ? hour : undefined;
  if (/午後|PM/i.test(half)) return hour < 12 ? hour + 12 : undefined;
  if (/昼/.test(half)) return hour < 6 ? hour + 12 : hour >= 11 && hour < 18 ? hour : undefined;
  if (/夕方/.test(half) && hour > 2 && hour < 8) return hour + 12;
  if (half === '夜' && hour > 5 && hour < 12) return hour + 12;
  return hour >= 12 ? hour : undefined;
}

/** Returns the half of the day, if the word says only that. */
function halfOf(word: string | undefined): Token['half'] {
  if (word === undefined) return undefined;
  if (/午前|AM/i.test(word)) return 'am';
  return /午後|PM|昼/i.test(word) ? 'pm' : undefined;
}

const NEGLIGIBLE = /[\s,、:;()[\]「」『』【】|]|予定|日本時間|JST|UTC|GMT|開始|終了|の|に|翌年|翌/g;

/** Returns whether a day and an hour belong together, by the text between them. */
export function isDayHourGap(gap: string): boolean {
  return /^(?:(?:停止|実施|作業)?時間帯?|時刻)?$/.test(gap.replace(NEGLIGIBLE, ''));
}

/** Returns whether two times form a period, by the text between them. */
export function isPeriodGap(gap: string): boolean {
  return /^(?:(?:から|より|以降)?[~ー-]{1,3}|から|より)$/.test(gap.replace(NEGLIGIBLE, ''));
}

/**
 * Returns the day number of a date, or undefined when there is no such day. Month 13 is the next
 * January.
 */
export function dayFrom(year: number, month: number, day: number): number | undefined {
  const wanted = month === 13 ? { year: year + 1, month: 1 } : { year, month };
  const number = dayNumber(wanted.year, wanted.month, day);
  const date = dateOfDay(number);
  return date.year === wanted.year && date.month === wanted.month && date.day === day
    ? number
    : undefined;
}
