import type { Language } from '../foundation/language.js';
import { own } from '../foundation/own.js';
import type { ShapeStep } from './shape.js';

/** What each kind of difference means. `{s}` is what came, `{e}` what was expected. */
const TEXTS = {
  status: {
    en: 'status {s}, expected {e}',
    ja: 'ステータスが{s}です（想定: {e}）',
  },
  'media-type': { en: 'media type {s}, expected {e}', ja: 'メディアタイプが{s}です（想定: {e}）' },
  charset: { en: 'charset {s}, expected {e}', ja: '文字コードが{s}です（想定: {e}）' },
  coding: { en: 'content coding {s}, expected {e}', ja: '圧縮方式が{s}です（想定: {e}）' },
  body: { en: 'body is {s}, expected {e}', ja: '本文が{s}です（想定: {e}）' },
  'header-missing': { en: 'this header never came', ja: 'このヘッダーがありません' },
  'member-missing': { en: 'this member never came', ja: 'この項目がありません' },
  'member-sometimes': {
    en: 'this member came only sometimes, expected {e}',
    ja: 'この項目がない場合があります（想定: {e}）',
  },
  'member-unknown': { en: 'this member is unknown', ja: '未知の項目です' },
  'member-respelled': {
    en: 'this member is spelt {s}',
    ja: 'この項目の綴りは{s}です',
  },
  'member-moved': { en: 'this member is at {s}', ja: 'この項目は{s}にあります' },
  'member-twice': {
    en: 'an object has a member twice',
    ja: '同じ項目が2回あるオブジェクトがあります',
  },
  type: { en: 'is {s}, expected {e}', ja: '型が{s}です（想定: {e}）' },
  'number-as-text': { en: 'a number came as text', ja: '数値が文字列になっています' },
  'text-as-number': { en: 'a text came as a number', ja: '文字列が数値になっています' },
  'inexact-number': {
    en: 'a JavaScript number cannot hold this number exactly',
    ja: 'JavaScript の数値では正確に表せない数値です',
  },
  null: { en: 'is null, expected {e}', ja: 'null です（想定: {e}）' },
  'single-for-list': {
    en: 'a single {s} came instead of a list',
    ja: '配列ではなく、単独の{s}です',
  },
  'list-for-single': {
    en: 'a list came instead of a single {e}',
    ja: '単独の{e}ではなく、配列です',
  },
  deeper: { en: 'is nested deeper than 20 levels', ja: '入れ子が20段を超えています' },
  pattern: { en: 'has the pattern {s}, expected {e}', ja: '形式が{s}です（想定: {e}）' },
  length: {
    en: 'has {s} characters, expected at most {e}',
    ja: '長さが{s}文字です（上限: {e}）',
  },
  word: { en: 'an unknown word: {s}', ja: '未知の語です（形式: {s}）' },
  item: { en: 'an item that was not requested', ja: '照会していない項目です' },
  'schema-missing': {
    en: 'the record schema reads this field, but it never came',
    ja: 'レコードのスキーマにある項目ですが、応答にありません',
  },
  'schema-unknown': {
    en: 'the record schema does not read this field',
    ja: 'レコードのスキーマにない項目です',
  },
  'schema-refused': {
    en: 'the record schema refuses {s}',
    ja: 'レコードのスキーマが{s}を受け付けません',
  },
  'latest-missing': {
    en: 'latestBy names this field, but it did not always come',
    ja: 'latestBy に指定した項目ですが、応答にない場合があります',
  },
  'imitation-lacks': { en: 'the imitation lacks: {s}', ja: '比較先の記録にありません: {s}' },
  'imitation-only': { en: 'only the imitation has: {s}', ja: '比較先の記録にしかありません: {s}' },
} as const satisfies Record<string, Readonly<Record<Language, string>>>;

/** Words of `seen` and `expected` in Japanese. */
const WORDS: Readonly<Record<string, string>> = {
  message: '応答',
  header: 'ヘッダー',
  member: '項目',
  'member twice': '同じ項目が2回',
  'sometimes absent': 'ない場合あり',
  text: '文字列',
  integer: '整数',
  decimal: '小数',
  boolean: '真偽値',
  list: '配列',
  object: 'オブジェクト',
  number: '数値',
  'inexact number': '正確に表せない数値',
  empty: '空',
  unreadable: '読み取れない形式',
  large: '大きすぎる本文',
  other: 'その他',
  none: 'なし',
};

/** What comes before a word of the profile, a pattern or a charset, in Japanese. */
const PREFIXES: Readonly<Record<string, string>> = {
  word: '語',
  text: '文字列',
  charset: '文字コード',
};

function inLanguage(words: string, lang: Language): string {
  if (lang === 'en') return words;
  return words
    .split(', ')
    .map((one) => {
      const [first = '', ...rest] = one.split(' ');
      const prefix = own(PREFIXES, first);
      return own(WORDS, one) ?? (prefix && rest.length > 0 ? [prefix, ...rest].join(' ') : one);
    })
    .join('、');
}

/** The kind of a difference. */
export type ShapeDifferenceKind = keyof typeof TEXTS;

/** A difference between a recording and what was expected. Holds no value. */
export interface ShapeDifference {
  readonly kind: ShapeDifferenceKind;
  readonly step: ShapeStep;
  readonly status: number;
  /** Where: `status`, `headers.NAME`, or a path such as `body.selfPersonalData[].item_code`. */
  readonly place: string;
  /** The entry of the profile or the item of the service that it contradicts, if there is one. */
  readonly entry?: string;
  readonly seen?: string;
  readonly expected?: string;
}

/**
 * Writes differences as lines of text, one for each.
 *
 * @param differences - what a comparison returned.
 * @param lang - `ja` or `en`.
 * @example
 * ```ts
 * import { compareShapes, describeDifferences, type ShapeRecording } from 'myna-selfinfo/shapes';
 * function print(real: ShapeRecording, imitation: ShapeRecording) {
 *   console.log(describeDifferences(compareShapes(real, imitation), 'ja'));
 * }
 * ```
 */
export function describeDifferences(
  differences: readonly ShapeDifference[],
  lang: Language,
): string {
  return differences
    .map(({ kind, step, status, place, entry, seen = '', expected = '' }) => {
      const text = TEXTS[kind][lang]
        .replace('{s}', () => inLanguage(seen, lang))
        .replace('{e}', () => inLanguage(expected, lang));
      return `${step} ${status} ${place}: ${text}${entry === undefined ? '' : ` [${entry}]`}\n`;
    })
    .join('');
}
