/** The upper ends of the bands of lengths. 64, 1,024, 2,048 and 8,192 are limits of the client. */
const ENDS = [0, 3, 7, 15, 31, 64, 256, 1_024, 2_048, 8_192] as const;
const COUNTS = [0, 1, 9, 99, 999] as const;
const LONGEST = 8_192;

/**
 * Returns the band of a length, such as `4-7`. A band has at least three lengths, because the exact
 * length of a surname or the digits of an amount say something about a person.
 */
export function lengthBand(length: number): string {
  return bandOf(length, ENDS);
}

/** Returns the band of a number of elements: `0`, `1`, `2-9`, `10-99`, `100-999` or `1000+`. */
export function countBand(count: number): string {
  return bandOf(count, COUNTS);
}

function bandOf(value: number, ends: readonly number[]): string {
  let first = 0;
  for (const end of ends) {
    if (value <= end) return first === end ? String(end) : `${first}-${end}`;
    first = end + 1;
  }
  return `${first}+`;
}

/** Returns the bands of lengths and of counts, in order: a recording has no others. */
export const BANDS: readonly string[] = [
  ...new Set([...[...ENDS, LONGEST + 1].map(lengthBand), ...[...COUNTS, 1_000].map(countBand)]),
];

/** Returns the greatest length of a band. */
export function endOf(band: string): number {
  return band.endsWith('+') ? Number.POSITIVE_INFINITY : Number(band.split('-').at(-1));
}

const YEAR = '(?:1[89]|2[01])\\d\\d';
const MONTH = '(?:0[1-9]|1[0-2])';
const DAY = '(?:0[1-9]|[12]\\d|3[01])';
const TIME = '[0-2]\\d:[0-5]\\d(?::[0-6]\\d(?:\\.\\d{1,9})?)?';
const ERA = '(?:令和|平成|昭和|大正|明治|[RHSTM])';

/** The patterns of texts. The first that fits is that of a text. Each holds no part of it. */
const TABLE = [
  ['empty', /^$/],
  ['blank', /^\s+$/],
  ['control', /[\p{Cc}\p{Cs}]/u],
  ['uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
  ['TM+digits{14}', /^TM\d{14}$/],
  ['YYYY', new RegExp(`^${YEAR}$`)],
  ['YYYYMM', new RegExp(`^${YEAR}${MONTH}$`)],
  ['YYYYMMDD', new RegExp(`^${YEAR}${MONTH}${DAY}$`)],
  ['YYYY-MM', new RegExp(`^${YEAR}-${MONTH}$`)],
  ['YYYY-MM-DD', new RegExp(`^${YEAR}-${MONTH}-${DAY}$`)],
  ['YYYY/MM/DD', new RegExp(`^${YEAR}/${MONTH}/${DAY}$`)],
  ['YYYYMMDDhhmmss', new RegExp(`^${YEAR}${MONTH}${DAY}[0-2]\\d[0-5]\\d[0-6]\\d$`)],
  ['date-time', new RegExp(`^${YEAR}-${MONTH}-${DAY}[T ]${TIME}$`)],
  ['date-time+offset', new RegExp(`^${YEAR}-${MONTH}-${DAY}T${TIME}(?:Z|[+-]\\d\\d:?\\d\\d)$`)],
  ['http-date', /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/],
  ['era-date', new RegExp(`^${ERA}(?:元|\\d{1,2})[年.-]?(?:\\d{1,2}[月.-]?(?:\\d{1,2}日?)?)?$`)],
  ['digits', /^\d+$/],
  ['number', /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$/],
  ['boolean', /^(?:true|false)$/i],
  ['url', /^https?:\/\//i],
  ['urn', /^urn:/i],
  ['jwt', /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/],
  ['upper', /^[A-Z][A-Z0-9_-]*$/],
  ['lower', /^[a-z][a-z0-9_.-]*$/],
  ['mixed', /^[\w.~-]+$/],
  // The characters of a bearer token (RFC 6750, 2.1).
  ['base64', /^[\w.~+/-]+=*$/],
  ['visible', /^[\x21-\x7e]+$/],
  ['ascii', /^[\x20-\x7e]+$/],
  ['full-width', /^[０-９Ａ-Ｚａ-ｚ－．，]+$/],
  ['half-width-kana', /^[ -~｡-ﾟ]+$/],
  ['kana', /^[ぁ-んァ-ヶー・\s]+$/],
  ['text', /^/],
] as const satisfies readonly (readonly [string, RegExp])[];

/** The pattern of a text: its form, and nothing of what it says. */
export type TextPattern = (typeof TABLE)[number][0] | 'long';

/** All patterns, in the order in which they are tried. */
export const PATTERNS: readonly TextPattern[] = [...TABLE.map(([name]) => name), 'long'];

/** Returns the pattern of a text. One of more than 8,192 characters is `long`. */
export function patternOf(text: string): TextPattern {
  if (text.length > LONGEST) return 'long';
  for (const [name, pattern] of TABLE) if (pattern.test(text)) return name;
  return 'text';
}
