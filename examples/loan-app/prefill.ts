// 取得した値の入ったフォームを、封印して渡し、戻ってきた値を確かめる。封印があるので、取得した値と、利用者が修正した値とを取り違えない。
import { randomBytes } from 'node:crypto';
import { type Clock, createMemoryStore } from 'myna-selfinfo';
import { createPrefill, type JudgedField } from 'myna-selfinfo/prefill';
import type { Group } from './fields.js';
import { housingLoan, type ItemKey, type LoanAnswer } from './service.js';
import { digitsOf } from './typing.js';

export type Judged = Readonly<Record<string, JudgedField<ItemKey>>>;

/** 送信されたフォーム。 */
export interface Submitted {
  /** どの回答の、どのセッションのフォームか。 */
  readonly binding: string;
  readonly seal: unknown;
  readonly groups: readonly Group[];
  /** 欄に入っていた文字。欄がなければ undefined。 */
  readonly typedIn: (name: string) => string | undefined;
}

export type Prefill = ReturnType<typeof createLoanPrefill>;

/** ここでは起動のたびに作る鍵とメモリ。本番では、鍵はすべてのインスタンスで同じものに、store は client と同じ共有のものにする。 */
export function createLoanPrefill({ clock }: { readonly clock?: Clock }) {
  const prefill = createPrefill({
    service: housingLoan,
    form: 'application',
    keys: { current: 'example', keys: { example: randomBytes(32).toString('base64url') } },
    store: createMemoryStore(),
    // 全角とカンマの違いは、修正ではない。
    normalize: digitsOf,
    ...(clock && { clock }),
  });
  return {
    /** フォームを表示するとき: 取得した値と出どころに封印を付ける。 */
    async seal(binding: string, { terms }: LoanAnswer, groups: readonly Group[]): Promise<string> {
      const fields = sealed(groups);
      // 記載のある値が一つもない（未申告など）。封印するものがない。
      if (fields.length === 0) return '';
      return prefill.seal({ sessionBinding: binding, terms, fields: Object.fromEntries(fields) });
    },
    /** フォームが戻ってきたとき。何度でも呼べる。 */
    judge: async (form: Submitted): Promise<Judged> =>
      sealed(form.groups).length === 0 ? {} : prefill.judge(asReceived(form)),
    /** 申し込むとき: この封印は、これで使えなくなる。 */
    accept: async (form: Submitted): Promise<Judged> =>
      sealed(form.groups).length === 0 ? {} : prefill.accept(asReceived(form)),
  };
}

function sealed(groups: readonly Group[]) {
  return groups.flatMap(({ item, source, fields }) =>
    fields.flatMap(({ name, column, fetched }) =>
      fetched === undefined || source === undefined
        ? []
        : [[name, { value: fetched, origin: { item, field: column, ...source } }] as const],
    ),
  );
}

function asReceived({ binding, seal, groups, typedIn }: Submitted) {
  const fields = Object.fromEntries(sealed(groups).map(([name]) => [name, typedIn(name)]));
  return { sessionBinding: binding, seal, fields };
}

/** 受け付けられない封印があれば、その理由。 */
export function brokenSeal(judged: Judged): 'replayed' | 'expired' | 'forged' | undefined {
  for (const { state } of Object.values(judged))
    if (state !== 'unchanged' && state !== 'edited') return state;
  return undefined;
}
