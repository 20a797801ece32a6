/** The last instant that is written with a year of four digits. */
const LAST_MS = Date.parse('9999-12-31T23:59:59+09:00');

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const NAME = '(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?';
// The three forms of a date (RFC 9110, 5.6.7). The weekday says nothing that the date does not say.
const FIXED =
  /^[a-z]{3}, (?<day>\d{1,2}) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) gmt$/i;
const RFC_850 =
  /^[a-z]{6,9}, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) gmt$/i;
const ASCTIME =
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/i;
/** A comma between two values: not the one after the weekday of a date. */
const BETWEEN_VALUES = new RegExp(`(?<!^\\s*${NAME}|,\\s*${NAME}),`, 'i');

/**
 * Parses Retry-After to epoch milliseconds from `now` on: seconds or a date, or the longest of
 * several. Returns undefined when it holds neither. However far off the instant is, the server is
 * not called before.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const instants = value
    .split(BETWEEN_VALUES)
    .map((one) => parseOne(one.trim(), now))
    .map((at) => Math.max(now, Math.min(LAST_MS, at)))
    .filter((at) => !Number.isNaN(at));
  return instants.length === 0 ? undefined : Math.max(...instants);
}

function parseOne(value: string, now: number): number {
  if (/^\d+$/.test(value)) return now + Number(value) * 1_000;
  const parts = (FIXED.exec(value) ?? RFC_850.exec(value) ?? ASCTIME.exec(value))?.groups;
  if (!parts) return Number.NaN;
  const { year = '', month = '', day = '', time = '' } = parts;
  const monthIndex = MONTHS.indexOf(month.toLowerCase());
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  const years = year.length === 2 ? fullYear(Number(year), now) : Number(year);
  // Years below 100 would count from 1900.
  const start = new Date(0);
  start.setUTCFullYear(years, monthIndex, Number(day));
  // A day that does not exist becomes another one. A leap second is the next minute.
  const exists = start.getUTCMonth() === monthIndex && start.getUTCDate() === Number(day);
  if (monthIndex < 0 || !exists || hours > 23 || minutes > 59 || seconds > 60) return Number.NaN;
  return start.getTime() + ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}

/** Returns the year of two digits that is at most 50 years ahead (RFC 9110, 5.6.7). */
function fullYear(digits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + digits;
  return year > thisYear + 50 ? year - 100 : year;
}
