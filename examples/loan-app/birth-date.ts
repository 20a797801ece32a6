// 生年月日: 西暦でも元号でも入力できる。日付として正しいか、元号の期間に入るかを確かめる。
import { DateTime } from 'luxon';

/** 元号の初日。翌日以降の元号が始まる前の日までが、その元号。 */
const eras = {
  western: { first: '0001-01-01', last: '9999-12-31', offset: 0 },
  reiwa: { first: '2019-05-01', last: '9999-12-31', offset: 2018 },
  heisei: { first: '1989-01-08', last: '2019-04-30', offset: 1988 },
  showa: { first: '1926-12-25', last: '1989-01-07', offset: 1925 },
  taisho: { first: '1912-07-30', last: '1926-12-24', offset: 1911 },
} as const;

export type Era = keyof typeof eras;
export const eraNames = Object.keys(eras) as Era[];

export interface DateParts {
  readonly era: string;
  readonly year: string;
  readonly month: string;
  readonly day: string;
}

export type DateFault = 'birthEra' | 'birthYear' | 'birthMonth' | 'birthDay' | 'birthUnreal';

/** 年月日の欄を読み取る。正しければ YYYY-MM-DD、誤りがあれば、誤りとその欄。 */
export function readDate(
  parts: DateParts,
): { readonly date: string } | { readonly at: keyof DateParts; readonly why: DateFault } {
  const era = eraNames.find((name) => name === parts.era);
  if (era === undefined) return { at: 'era', why: 'birthEra' };
  const year = /^元$/.test(parts.year) && era !== 'western' ? 1 : wholeNumber(parts.year, 4);
  const month = wholeNumber(parts.month, 2);
  const day = wholeNumber(parts.day, 2);
  if (year === undefined) return { at: 'year', why: 'birthYear' };
  if (month === undefined || month > 12) return { at: 'month', why: 'birthMonth' };
  if (day === undefined || day > 31) return { at: 'day', why: 'birthDay' };
  const at = DateTime.fromObject({ year: year + eras[era].offset, month, day }, { zone: 'utc' });
  if (!at.isValid) return { at: 'day', why: 'birthUnreal' };
  const date = at.toISODate();
  if (date < eras[era].first || date > eras[era].last) return { at: 'year', why: 'birthEra' };
  return { date };
}

/** その日の満年齢。 */
export function ageOn(birthDate: string, day: DateTime): number {
  return Math.floor(day.diff(DateTime.fromISO(birthDate, { zone: day.zone }), 'years').years);
}

/** 西暦の年を、元号の年で書く。例: 1989-03-31 は平成元年。 */
export function eraOf(date: string): { readonly era: Era; readonly year: number } {
  const era = eraNames.find((name) => name !== 'western' && date >= eras[name].first) ?? 'western';
  return { era, year: Number(date.slice(0, 4)) - eras[era].offset };
}

function wholeNumber(text: string, digits: number): number | undefined {
  const value = text.length <= digits && /^\d+$/.test(text) ? Number(text) : 0;
  return value === 0 ? undefined : value;
}
