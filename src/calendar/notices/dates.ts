import { DAY_MS, dateOfDay, dayNumber, dayOf, dayStart } from '../../foundation/time.js';

/** Why dates and hours that stand there do not make a period. */
export type DateProblem =
  | 'unreadable_date'
  | 'weekday_mismatch'
  | 'year_unclear'
  | 'date_missing'
  | 'hours_missing'
  | 'hours_unclear'
  | 'end_before_start'
  | 'implausible_period';

/** A day as it is written; what is left out is undefined. */
interface WrittenDay {
  readonly year?: number | undefined;
  readonly month?: number | undefined;
  readonly day?: number | undefined;
  /** Days after the start, for 同日 and 翌日. */
  readonly after?: number | undefined;
  /** 0 for Sunday. */
  readonly weekday?: number | undefined;
}

/** A day, an hour or a date that is broken or incomplete, where it stands in a normalised text. */
export interface Token {
  readonly from: number;
  readonly to: number;
  readonly day?: WrittenDay;
  /** Seconds from the start of the day, or 終日. */
  readonly hour?: number | 'all-day';
  readonly approximate: boolean;
  /** `vague`: a month or a year alone. `broken`: it looks like a date or an hour and is none. */
  readonly kind: 'day' | 'hour' | 'vague' | 'broken';
}

/** A day, an hour, or a day with its hour. */
export type Moment = Pick<Token, 'day' | 'hour' | 'approximate'>;

/** A period that was read. */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
  readonly approximate: boolean;
}

const WEEKDAYS = '日月火水木金土';
const HOUR = 3_600;
const DAY = 24 * HOUR;
// The longest stop seen, over a New Year, took days; one of more than a month is more likely
// misread, or the end of a service.
const LONGEST_DAYS = 31;
const FARTHEST_DAYS = 3 * 366;
// Notices come weeks or months ahead and stay up for weeks: without a year, a day is taken for the
// one within this reach, and no year has two of them.
const DAYS_BEHIND = 90;
const DAYS_AHEAD = 180;

// Sorting a long row of combining marks takes NFKC quadratic time, so they go first, and with them
// what is invisible; the voicing marks of kana stay.
const MARKS = /(?![\u3099\u309a])[\p{M}\p{Cf}]/gu;
const TILDES = /[〜∼∽∿⁓〰]/g;
// Not ー, which is a letter, too.
const DASHES = /[‐‑‒–—―−─━→⇒]/g;
const ADDRESSES = /https?:[!-~]*/g;

/**
 * A text with one width of letters, one tilde, one dash and single spaces; web addresses, whose
 * numbers are no dates, are left out.
 */
export function normalize(text: string): string {
  return text
    .replace(MARKS, '')
    .normalize('NFKC')
    .replace(TILDES, '~')
    .replace(DASHES, '-')
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
  '(?<half1>午前|午後|[AP]M|早朝|未明|朝|昼|夕方|夜|深夜)?',
  String.raw`(?:(?<!\d[:.]?)(?<h>\d{1,2})(?::(?<i1>\d{2})(?::(?<s>\d{2}))?(?![\d:])| ?時(?!間)(?:(?<half>半)| ?(?<i2>\d{1,2}) ?分(?!間))?)|(?<noon>正午|零時))`,
  `(?<half2>[AP]M)?(?<about3>${ABOUT})?`,
].join(' ?');
const VAGUE = String.raw`(?:(?:令和|平成|昭和) ?(?:元|\d{1,2})|(?<!\d)\d{4}) ?年(?:度| ?\d{1,2} ?月(?! ?\d))?|(?<!\d)\d{1,2} ?月(?! ?\d)`;
const BROKEN = String.raw`(?<!\d)\d{1,20}(?: ?(?:年|月|時(?!間)|日(?![間本以前後目程分]))|:\d{0,20}|/\d{1,20})`;
const TOKEN = new RegExp(
  `(?<all>終日)|(?:${DAYS})${WEEKDAY}(?: ?(?<about1>${ABOUT}))?|${HOURS}|(?<vague>${VAGUE})|(?<broken>${BROKEN})`,
  'giu',
);

type Groups = Readonly<Record<string, string | undefined>>;

/** The dates and hours of a normalised text, from left to right. */
export function readTokens(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map((match) => {
    const groups = match.groups as Groups;
    const place = {
      from: match.index,
      to: match.index + match[0].length,
      approximate: Boolean(groups.about1 ?? groups.about2 ?? groups.about3),
    };
    if (groups.all) return { ...place, kind: 'hour', hour: 'all-day' };
    if (groups.vague) return { ...place, kind: 'vague' };
    if (groups.h ?? groups.noon) {
      const hour = secondsOf(groups);
      return hour === undefined ? { ...place, kind: 'broken' } : { ...place, kind: 'hour', hour };
    }
    const day = groups.broken ? undefined : writtenDay(groups);
    return day ? { ...place, kind: 'day', day } : { ...place, kind: 'broken' };
  });
}

function writtenDay(groups: Groups): WrittenDay | undefined {
  const name = groups.w1 ?? groups.w2;
  const weekday = name === undefined ? undefined : WEEKDAYS.indexOf(name);
  if (groups.after) return { after: { 翌々日: 2, 同日: 0, 当日: 0 }[groups.after] ?? 1, weekday };
  const month = numberOf(groups.m1 ?? groups.m2 ?? groups.m3 ?? groups.m4 ?? groups.m5);
  const day = numberOf(groups.d1 ?? groups.d2 ?? groups.d3 ?? groups.d4 ?? groups.d5 ?? groups.d6);
  const year = yearOf(groups.era1 ?? groups.era2, groups.y1 ?? groups.y2 ?? groups.y3);
  // 2000 had a 29 February.
  if (
    year === null ||
    (month ?? 1) > 12 ||
    dayFrom(year ?? 2000, month ?? 1, day ?? 0) === undefined
  )
    return undefined;
  return { year, month, day, weekday };
}

/** Undefined when none is written, null when it cannot be one. */
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

// 午前12時 and 午後12時 are read both ways by different people, and whose night "5日深夜0時" is, too.
function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (/午前|AM|早朝|未明|朝/i.test(half)) return hour < 12 ? hour : undefined;
  if (/午後|PM/i.test(half)) return hour < 12 ? hour + 12 : undefined;
  return hour >= 12 ? hour : undefined;
}

const NEGLIGIBLE = /[\s,、:;()[\]「」『』【】|]|予定|日本時間|JST|開始|終了|の|に|翌年|翌/g;

/** Whether what stands between a day and an hour leaves them together. */
export function joins(gap: string): boolean {
  return /^(?:(?:停止|実施|作業)?時間帯?|時刻)?$/.test(gap.replace(NEGLIGIBLE, ''));
}

/** Whether what stands between two moments makes them a period. */
export function spans(gap: string): boolean {
  return /^(?:(?:から|より|以降)?[~ー-]{1,3}|から|より)$/.test(gap.replace(NEGLIGIBLE, ''));
}

/** The moment of a day and an hour that stand together. */
export function together(day: Moment, hour: Moment): Moment {
  return { ...day, ...hour, approximate: day.approximate || hour.approximate };
}

/**
 * The period between two moments, or of one 終日; `anchorDay` is a day near which a start without a
 * year lies.
 */
export function readPeriod(
  start: Moment,
  end: Moment,
  anchorDay: number,
  publishedDay: number,
): Period | DateProblem {
  if (!start.day || start.day.after !== undefined) return 'date_missing';
  // A day without hours before an hour without a day: whose hour it is cannot be told.
  if (start.hour === undefined && !end.day) return 'hours_missing';
  const startDay = startOf(start.day, end.day, anchorDay);
  if (typeof startDay === 'string') return startDay;
  const endDay = endOf(end, startDay, start.hour);
  if (typeof endDay === 'string') return endDay;
  const startMs = dayStart(startDay) + secondsFrom(start) * 1_000;
  const endMs = endInstant(end, endDay);
  if (endMs <= startMs) return 'end_before_start';
  if (isTooLong(startMs, endMs) || Math.abs(startDay - publishedDay) > FARTHEST_DAYS)
    return 'implausible_period';
  // Days without hours are counted in full, the widest reading.
  const wide = start.hour === undefined || end.hour === undefined;
  const allDay = start.hour === 'all-day' || end.hour === 'all-day';
  return { startMs, endMs, approximate: start.approximate || end.approximate || (wide && !allDay) };
}

/** The end of a period that may last until a later moment. */
export function extendPeriod(period: Period, until: Moment): Period | DateProblem {
  const endDay = until.day ? endOf(until, dayOf(period.startMs), undefined) : dayOf(period.endMs);
  if (typeof endDay === 'string') return endDay;
  const written = endInstant(until, endDay);
  const endMs = !until.day && written < period.endMs ? written + DAY_MS : written;
  if (isTooLong(period.startMs, endMs)) return 'implausible_period';
  return { ...period, endMs: Math.max(endMs, period.endMs), approximate: true };
}

const isTooLong = (startMs: number, endMs: number): boolean =>
  endMs - startMs > LONGEST_DAYS * DAY_MS;

const secondsFrom = ({ hour }: Moment): number => (typeof hour === 'number' ? hour : 0);

const endInstant = ({ hour }: Moment, day: number): number =>
  dayStart(day) + (typeof hour === 'number' ? hour : DAY) * 1_000;

/** The day number of the start. */
function startOf(
  start: WrittenDay,
  end: WrittenDay | undefined,
  anchorDay: number,
): number | DateProblem {
  const { year, month, day } = start;
  if (month === undefined || day === undefined) return 'date_missing';
  if (year !== undefined) return fitting(dayFrom(year, month, day), start.weekday);
  if (end?.year !== undefined && end.month !== undefined && end.day !== undefined) {
    const endDay = dayFrom(end.year, end.month, end.day);
    const same = dayFrom(end.year, month, day);
    if (endDay === undefined) return 'unreadable_date';
    return fitting(
      same !== undefined && same <= endDay ? same : dayFrom(end.year - 1, month, day),
      start.weekday,
    );
  }
  const around = dateOfDay(anchorDay).year;
  const candidates = [around - 1, around, around + 1]
    .map((candidate) => dayFrom(candidate, month, day))
    .filter((candidate) => candidate !== undefined);
  const near = candidates.find(
    (candidate) => candidate >= anchorDay - DAYS_BEHIND && candidate <= anchorDay + DAYS_AHEAD,
  );
  if (near !== undefined) return fitting(near, start.weekday);
  if (start.weekday === undefined) return 'year_unclear';
  const far = candidates.filter(
    (candidate) =>
      Math.abs(candidate - anchorDay) <= 366 && dateOfDay(candidate).weekday === start.weekday,
  );
  return far.length === 1 ? (far[0] as number) : 'weekday_mismatch';
}

/** The day number of the end: what it leaves out is taken from the start. */
function endOf(end: Moment, startDay: number, startHour: Moment['hour']): number | DateProblem {
  const start = dateOfDay(startDay);
  if (!end.day) {
    const next =
      typeof end.hour === 'number' && typeof startHour === 'number' && end.hour < startHour;
    return startDay + (next ? 1 : 0);
  }
  const { year, month, day, after, weekday } = end.day;
  if (after !== undefined) return fitting(startDay + after, weekday);
  if (day === undefined) return 'unreadable_date';
  if (month === undefined)
    return fitting(dayFrom(start.year, start.month + (day < start.day ? 1 : 0), day), weekday);
  if (year !== undefined) return fitting(dayFrom(year, month, day), weekday);
  const same = dayFrom(start.year, month, day);
  const next = same !== undefined && same >= startDay ? same : dayFrom(start.year + 1, month, day);
  // Nearly a year later: the end stands before the start.
  return same !== next && next !== undefined && next - startDay > LONGEST_DAYS
    ? 'end_before_start'
    : fitting(next, weekday);
}

function fitting(day: number | undefined, weekday: number | undefined): number | DateProblem {
  if (day === undefined) return 'unreadable_date';
  return weekday === undefined || dateOfDay(day).weekday === weekday ? day : 'weekday_mismatch';
}

/**
 * The day number of a date, with month 13 as January after; undefined when there is no such day.
 */
function dayFrom(year: number, month: number, day: number): number | undefined {
  const wanted = month === 13 ? { year: year + 1, month: 1 } : { year, month };
  const number = dayNumber(wanted.year, wanted.month, day);
  const date = dateOfDay(number);
  return date.year === wanted.year && date.month === wanted.month && date.day === day
    ? number
    : undefined;
}
