// 申込書: 利用者が記入する欄、その読み取り、誤り。
import type { DateTime } from 'luxon';
import { ageOn, type DateFault, readDate } from './birth-date.js';
import { digitsOf, hyphened, katakana, textOf, tidy } from './typing.js';

export const fieldNames = [
  ...(['name', 'kana', 'era', 'year', 'month', 'day'] as const),
  ...(['postcode', 'address', 'phone', 'email'] as const),
  ...(['work', 'employer', 'annualIncome', 'amount', 'years'] as const),
] as const;
export type FieldName = (typeof fieldNames)[number];

/** 欄に記入された文字。 */
export type Typed = Readonly<Record<FieldName, string>>;

/** 誤りのない申込書。数字は半角、金額はカンマなし。 */
export interface Application extends Typed {
  /** YYYY-MM-DD */
  readonly birthDate: string;
}

export const works = ['employee', 'official', 'self', 'pension', 'other'] as const;

export const limits = {
  /** 申込みのときの満年齢。 */
  youngest: 18,
  oldest: 79,
  /** 完済のときの満年齢。 */
  ageAtEnd: 85,
  /** 借入額（万円）。 */
  amount: { from: 100, to: 10_000 },
  years: { from: 1, to: 35 },
} as const;

/** 誤りの種類。文言は texts にある。 */
export type FaultName =
  | DateFault
  | 'nameEmpty'
  | 'nameLong'
  | 'kanaEmpty'
  | 'kanaOther'
  | 'birthEmpty'
  | 'birthFuture'
  | 'birthYoung'
  | 'birthOld'
  | 'postcodeEmpty'
  | 'postcodeWrong'
  | 'addressEmpty'
  | 'addressLong'
  | 'phoneEmpty'
  | 'phoneWrong'
  | 'emailEmpty'
  | 'emailWrong'
  | 'workEmpty'
  | 'employerEmpty'
  | 'incomeEmpty'
  | 'incomeWrong'
  | 'amountEmpty'
  | 'amountWrong'
  | 'amountRange'
  | 'yearsEmpty'
  | 'yearsWrong'
  | 'yearsRange'
  | 'yearsAge';

export interface Fault {
  readonly at: FieldName;
  readonly why: FaultName;
  /** 文言に入れる数。 */
  readonly limit?: number;
}

/** フォームから、記入されたままを読み取る。 */
export function readTyped(form: Readonly<Record<string, unknown>>): Typed {
  return Object.fromEntries(fieldNames.map((name) => [name, textOf(form, name)])) as Typed;
}

/** 申込書を確かめる。誤りがなければ application、あれば欄の順の faults。 */
export function checkApplication(
  typed: Typed,
  today: DateTime,
): { readonly application: Application } | { readonly faults: readonly Fault[] } {
  const tidied = tidyUp(typed);
  const birth = readBirthDate(tidied, today);
  const birthDate = 'date' in birth ? birth.date : undefined;
  const faults = [
    ...('date' in birth ? [] : [birth]),
    ...checkPerson(tidied),
    ...checkLoan(tidied, birthDate === undefined ? undefined : ageOn(birthDate, today)),
  ];
  if (birthDate !== undefined && faults.length === 0)
    return { application: { ...tidied, birthDate } };
  return { faults: faults.sort((a, b) => fieldNames.indexOf(a.at) - fieldNames.indexOf(b.at)) };
}

function tidyUp(typed: Typed): Typed {
  const each = (change: (text: string) => string, ...names: FieldName[]) =>
    Object.fromEntries(names.map((name) => [name, change(typed[name])]));
  return {
    ...typed,
    ...each((text) => text.trim(), 'name', 'address', 'employer'),
    ...each(katakana, 'kana'),
    ...each(hyphened, 'phone', 'postcode'),
    ...each(tidy, 'email'),
    ...each(digitsOf, 'year', 'month', 'day', 'annualIncome', 'amount', 'years'),
  };
}

type BirthFault = Fault | { readonly date: string };

function readBirthDate(typed: Typed, today: DateTime): BirthFault {
  if (typed.year === '' && typed.month === '' && typed.day === '')
    return { at: 'year', why: 'birthEmpty' };
  const read = readDate(typed);
  if (!('date' in read)) return read;
  if (read.date > (today.toISODate() ?? '')) return { at: 'year', why: 'birthFuture' };
  const age = ageOn(read.date, today);
  if (age < limits.youngest) return { at: 'year', why: 'birthYoung' };
  if (age > limits.oldest) return { at: 'year', why: 'birthOld' };
  return read;
}

/** 規則ごとに、当てはまる最初の誤り。 */
const firstOf = (at: FieldName, ...rules: (readonly [wrong: boolean, why: FaultName])[]): Fault[] =>
  rules
    .filter(([wrong]) => wrong)
    .slice(0, 1)
    .map(([, why]) => ({ at, why }));

function checkPerson(typed: Typed): Fault[] {
  const { name, kana, postcode, address, phone, email, work, employer, annualIncome } = typed;
  const digits = phone.replaceAll('-', '');
  return [
    ...firstOf('name', [name === '', 'nameEmpty'], [name.length > 60, 'nameLong']),
    ...firstOf(
      'kana',
      [kana === '', 'kanaEmpty'],
      [kana.length > 60 || !/^[ァ-ヶー・\s]+$/u.test(kana), 'kanaOther'],
    ),
    ...firstOf(
      'postcode',
      [postcode === '', 'postcodeEmpty'],
      [!/^\d{3}-?\d{4}$/.test(postcode), 'postcodeWrong'],
    ),
    ...firstOf('address', [address === '', 'addressEmpty'], [address.length > 120, 'addressLong']),
    ...firstOf('phone', [phone === '', 'phoneEmpty'], [!/^0\d{9,10}$/.test(digits), 'phoneWrong']),
    ...firstOf(
      'email',
      [email === '', 'emailEmpty'],
      [email.length > 120 || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email), 'emailWrong'],
    ),
    ...firstOf('work', [!works.some((known) => known === work), 'workEmpty']),
    ...firstOf('employer', [
      employer === '' && (work === 'employee' || work === 'official'),
      'employerEmpty',
    ]),
    ...firstOf(
      'annualIncome',
      [annualIncome === '', 'incomeEmpty'],
      [!/^\d{1,6}$/.test(annualIncome), 'incomeWrong'],
    ),
  ];
}

function checkLoan({ amount, years }: Typed, age: number | undefined): Fault[] {
  const isOutside = (text: string, { from, to }: { readonly from: number; readonly to: number }) =>
    Number(text) < from || Number(text) > to;
  const longest = age === undefined ? limits.years.to : limits.ageAtEnd - age;
  const faults = [
    ...firstOf(
      'amount',
      [amount === '', 'amountEmpty'],
      [!/^\d+$/.test(amount), 'amountWrong'],
      [isOutside(amount, limits.amount), 'amountRange'],
    ),
    ...firstOf(
      'years',
      [years === '', 'yearsEmpty'],
      [!/^\d+$/.test(years), 'yearsWrong'],
      [isOutside(years, limits.years), 'yearsRange'],
      [Number(years) > longest, 'yearsAge'],
    ),
  ];
  return faults.map((fault) => (fault.why === 'yearsAge' ? { ...fault, limit: longest } : fault));
}
