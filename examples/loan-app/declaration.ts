// 所得のフォームの内容: 取得した値か、本人が修正したか、本人が入力したか。
import type { SealedOrigin } from 'myna-selfinfo/prefill';
import type { Field, FieldKey, Group } from './fields.js';
import type { Judged } from './prefill.js';
import type { ItemKey } from './service.js';
import { digitsOf, withCommas } from './typing.js';

/** フォームに記入されたもの。取得したままの値は含まない。 */
export interface Draft {
  readonly seal: string;
  /** 欄の name ごとの、本人が修正または入力した文字。 */
  readonly values: Readonly<Record<string, string>>;
}

export type Origin = SealedOrigin<ItemKey>;

/** 1つの欄の内容。 */
export interface Entry {
  readonly name: string;
  readonly key: FieldKey;
  readonly item: Group['item'];
  readonly state: 'fetched' | 'edited' | 'declared';
  /** 本人が修正または入力した値。取得したままの値は、保管庫だけに置く。 */
  readonly value?: string;
  /** 取得した値の出どころ。値は含まない。 */
  readonly origin?: Origin;
}

export type FormFaultName = 'amountEmpty' | 'amountWrong' | 'peopleEmpty' | 'peopleWrong';

export interface FormFault {
  readonly at: string;
  readonly key: FieldKey;
  readonly why: FormFaultName;
}

/** フォームから、取得した値と異なるもの、取得しなかったものだけを控える。 */
export function readDraft(
  groups: readonly Group[],
  seal: string,
  typedIn: (name: string) => string | undefined,
): Draft {
  const values = groups.flatMap(({ fields }) =>
    fields.flatMap(({ name, fetched }) => {
      const value = typedIn(name);
      const isAsFetched = value !== undefined && fetched !== undefined && isSame(value, fetched);
      return isAsFetched ? [] : [[name, value ?? ''] as const];
    }),
  );
  return { seal, values: Object.fromEntries(values) };
}

const isSame = (value: string, fetched: string) => digitsOf(value) === digitsOf(fetched);

/** 控えと取得した値とを合わせて、フォームの値に戻す。 */
export const valueIn =
  (groups: readonly Group[], { values }: Draft) =>
  (name: string) =>
    values[name] ?? fieldNamed(groups, name)?.fetched;

const fieldNamed = (groups: readonly Group[], name: string): Field | undefined =>
  groups.flatMap(({ fields }) => fields).find((field) => field.name === name);

/** 記入の誤り。 */
export function findFaults(groups: readonly Group[], { values }: Draft): readonly FormFault[] {
  return groups.flatMap(({ fields }) =>
    fields.flatMap(({ name, key, required, fetched }): FormFault[] => {
      const value = values[name];
      if (value === undefined) return [];
      const isPeople = key === 'people';
      const digits = digitsOf(value);
      if (digits === '')
        return required || fetched !== undefined
          ? [{ at: name, key, why: isPeople ? 'peopleEmpty' : 'amountEmpty' }]
          : [];
      const isRight = isPeople ? /^([1-9]|[12]\d|30)$/.test(digits) : /^\d{1,12}$/.test(digits);
      return isRight ? [] : [{ at: name, key, why: isPeople ? 'peopleWrong' : 'amountWrong' }];
    }),
  );
}

/** 申込みに残す内容。judged は封印を確かめた結果で、取得した値でない欄は含まない。 */
export function entriesOf(
  groups: readonly Group[],
  { values }: Draft,
  judged: Judged,
): readonly Entry[] {
  return groups.flatMap(({ item, fields }) =>
    fields.flatMap(({ name, key }): Entry[] => {
      const field = judged[name];
      if (field?.state === 'unchanged')
        return [{ name, key, item, state: 'fetched', origin: field.origin }];
      const value = withCommas(digitsOf(field?.value ?? values[name] ?? ''));
      if (field?.state === 'edited')
        return [{ name, key, item, state: 'edited', value, origin: field.origin }];
      return value === '' ? [] : [{ name, key, item, state: 'declared', value }];
    }),
  );
}
