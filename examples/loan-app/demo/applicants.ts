// デモで申し込む人と、その人の申込書の見本。

import type { Language } from 'myna-selfinfo';
import { personas } from 'myna-selfinfo/sandbox';
import type { Typed } from '../application.js';
import { eraOf } from '../birth-date.js';

export type Bilingual = Readonly<Record<Language, string>>;

/** 人物の id ごとに、フリガナと、見られるもの。 */
export const people: Readonly<Record<string, Bilingual & { readonly kana: string }>> = {
  hanako: {
    kana: 'バンゴウ ハナコ',
    ja: '所得も世帯もそろっている',
    en: 'income and household are there',
  },
  mover: {
    kana: 'ミホン ウツル',
    ja: '転居した: 2つの市町の情報',
    en: 'moved: two municipalities',
  },
  pensioner: {
    kana: 'ミホン マツコ',
    ja: '年金が3機関、応答に時間がかかる',
    en: 'pensions from three holders, slow',
  },
  'taro-unfiled': { kana: 'ミホン タロウ', ja: '未申告', en: 'tax not filed' },
  newcomer: { kana: 'ミホン アラタ', ja: '該当する情報がない', en: 'nothing on record' },
  'one-of-two-closed': {
    kana: 'ミホン カタホウ',
    ja: '年金の一部の機関が停止中',
    en: 'one pension holder closed',
  },
  'closed-city': {
    kana: 'ミホン ヤスミ',
    ja: '市のサーバが停止中',
    en: 'the city’s server is closed',
  },
  failing: { kana: 'ミホン アヤマリ', ja: '所得の取得に失敗する', en: 'income fails' },
  'another-person': {
    kana: 'ベツジン イチロウ',
    ja: 'ほかの人の申込みにこのカードを使うと、別人の情報と分かる',
    en: 'use this card for somebody else’s application',
  },
  'locked-card': {
    kana: 'ミホン ロック',
    ja: 'カードがロックされている',
    en: 'the card is locked',
  },
};

/** その人の申込書の見本。 */
export function exampleOf(id: string): Partial<Typed> {
  const { name = '', birthDate = '1989-03-31' } =
    personas.find((persona) => persona.id === id) ?? {};
  const { era, year } = eraOf(birthDate);
  const [, month = '', day = ''] = birthDate.split('-').map((part) => String(Number(part)));
  // 完済のときの年齢の上限に収まる年数。
  const longest = 85 - (2026 - Number(birthDate.slice(0, 4)));
  return {
    ...{ name, kana: people[id]?.kana ?? '', era, year: String(year), month, day },
    ...{ postcode: '100-0000', address: '見本県見本市見本1-2-3 みほん荘101' },
    ...{ phone: '090-0000-0000', email: 'hanako@example.com' },
    ...{ work: 'employee', employer: '見本商事株式会社', annualIncome: '520' },
    ...{ amount: '3,500', years: String(Math.min(35, longest)) },
  };
}
