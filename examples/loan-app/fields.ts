// 取得した情報を申込フォームの欄にする。それぞれの値に出どころを添え、申込者の情報かどうかを確かめる。
import { housingLoan, type ItemKey, type LoanAnswer } from './service.js';
import { withCommas } from './typing.js';

/** 利用者が確かめ、修正できる欄。 */
export type FieldKey = 'salary' | 'total' | 'deductions' | 'pension' | 'people';

export interface Field {
  /** input 要素の name と id。 */
  readonly name: string;
  readonly key: FieldKey;
  /** 取得項目。 */
  readonly column: string;
  /** 取得した値。記載がないときと、取得しなかったときは undefined。0 とは違うので、0 にしてはならない。 */
  readonly fetched: string | undefined;
  /** 取得した値がないときに、入力が必要か。 */
  readonly required: boolean;
}

/** 1つの機関の1つの記録。取得しなかった項目では、利用者が入力する1組の欄。 */
export interface Group {
  readonly item: ItemKey;
  /** どの機関の、いつ時点の情報か。 */
  readonly source: { readonly holder: string; readonly asOf: string } | undefined;
  /** 値を修正しない取得項目。課税年度など。 */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly fields: readonly Field[];
}

interface Columns {
  readonly facts: readonly string[];
  readonly fields: readonly (readonly [key: FieldKey, column: string, required: boolean])[];
}

/** フォームに使う取得項目。保有機関が返しても、審査に要らない項目は使わない。 */
const used: Readonly<Record<ItemKey, Columns>> = {
  income: {
    facts: ['課税年度'],
    fields: [
      ['salary', '給与収入金額', true],
      ['total', '合計所得金額', true],
      ['deductions', '所得控除合計額', false],
    ],
  },
  pension: { facts: ['年金種別'], fields: [['pension', '年金額', false]] },
  household: { facts: ['世帯主氏名', '続柄'], fields: [['people', '世帯員数', false]] },
};

export const itemKeys = Object.keys(used) as ItemKey[];

/** フォームの欄。reveal() は、同意いただいた期間が過ぎるとエラーになる。画面に出すたびに呼び、値を保存しない。 */
export function groupsOf(answer: LoanAnswer | undefined): readonly Group[] {
  return itemKeys.flatMap((item): Group[] => {
    const records = answer === undefined ? [] : recordsOf(answer, item);
    if (records.length > 0)
      return records.map(({ source, values }, index) => ({
        ...emptyGroup(item, index),
        source,
        facts: used[item].facts.map((name) => ({ name, value: String(values.get(name) ?? '') })),
        fields: emptyGroup(item, index).fields.map((field) => ({
          ...field,
          fetched: textIn(values.get(field.column)),
        })),
      }));
    return [emptyGroup(item, 0)];
  });
}

function emptyGroup(item: ItemKey, index: number): Group {
  const fields = used[item].fields.map(([key, column, required]) => ({
    ...{ name: `${key}-${index}`, key, column, required },
    fetched: undefined,
  }));
  return { item, source: undefined, facts: [], fields };
}

type Values = ReadonlyMap<string, string | number | null | undefined>;

function recordsOf({ items }: LoanAnswer, key: ItemKey) {
  const item = items[key];
  if (item.status !== 'present') return [];
  return item.reveal().map(({ holder, asOf, fields }) => {
    const values: Values = new Map(Object.entries(fields));
    const day = asOf ?? String(values.get(housingLoan.items[key].latestBy) ?? '');
    return { source: { holder, asOf: day }, values };
  });
}

const textIn = (value: string | number | null | undefined) =>
  value === null || value === undefined ? undefined : withCommas(String(value));

/** 取得した記録の保有機関、時点、取得項目。値は含まない。 */
export const providedBy = (groups: readonly Group[]) =>
  groups.flatMap(({ item, source, facts, fields }) => {
    if (source === undefined) return [];
    const filled = fields.filter(({ fetched }) => fetched !== undefined);
    const columns = [...facts.map(({ name }) => name), ...filled.map(({ column }) => column)];
    return [{ item, ...source, columns }];
  });

/** 取得した記録が一つでもあるか。 */
export const hasRecords = (groups: readonly Group[]) =>
  groups.some(({ source }) => source !== undefined);

/** 収入の金額が一つでも読み取れたか。該当なしや未申告は、収入がないこととは違う。 */
export const hasAmounts = (groups: readonly Group[]) =>
  groups.some(({ fields }) =>
    fields.some(({ key, fetched }) => key !== 'people' && key !== 'deductions' && fetched),
  );

/** 所得の申告のない年度があるか。 */
export const isUnfiled = (groups: readonly Group[]) =>
  groups.some(
    ({ item, source, fields }) =>
      item === 'income' &&
      source !== undefined &&
      fields.some(({ key, fetched }) => key === 'total' && fetched === undefined),
  );

/**
 * 取得した情報が申込者のものか。API はそれを保証しない: 分かるのは、誰かがこのブラウザでカードと暗証番号を使ったことだけ。
 * サンドボックスの情報では世帯主の氏名しか比べられない。実際のデータレイアウトに住所や生年月日があれば、それも比べる。
 */
export function compareNames(
  answer: LoanAnswer,
  applicant: string,
): 'same' | 'different' | 'unknown' {
  const { household } = answer.items;
  if (household.status !== 'present') return 'unknown';
  const own = household.reveal().filter(({ fields }) => fields.続柄 === '世帯主');
  if (own.length === 0) return 'unknown';
  return own.some(({ fields }) => plain(fields.世帯主氏名) === plain(applicant))
    ? 'same'
    : 'different';
}

/** 全角と半角、空白の違いは無視する。 */
const plain = (name: string) => name.normalize('NFKC').replaceAll(/\s/gu, '');
