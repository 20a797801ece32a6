// 結果やエラーの文: SDK の explain に、銀行のお問い合わせ先を添える。
import {
  type Explainable,
  explain,
  type ItemAnswer,
  type Language,
  type Service,
} from 'myna-selfinfo';

const contacts = {
  ja: {
    name: 'みほん銀行 ローン受付係',
    phone: '0120-000-000',
  },
  en: {
    name: 'Mihon Bank, Loan desk',
    phone: '0120-000-000',
  },
} as const;

/** 結果やエラーの文。失敗の文はお問い合わせ先で終わる。now: いまの時刻。「1分ほどおいて」のように案内するため。 */
export function say(value: Explainable<Service>, language: Language, now: number): string {
  return explain(value, language, { contact: contacts[language], clock: { now: () => now } });
}

/** 1つの項目の文。画面に並ぶので、お問い合わせ先は付けない。 */
export const sayItem = (item: ItemAnswer, language: Language, now: number): string =>
  explain(item, language, { clock: { now: () => now } });
