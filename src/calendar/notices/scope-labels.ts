import type { Names } from './names.js';
import type { Passage } from './passages.js';

/** A passage below a label that says what stops: 影響範囲, and 公金受取口座 on the next line. */
export interface LabelValue {
  /** The words of the label. */
  readonly label: string;
  /** Whether it is sure to be a value, so that words that nobody knows count too. */
  readonly certain: boolean;
}

const WHAT = '(?:範囲|情報|項目|機能|データ|内容|業務|手続き?|サービス|システム|API|もの|者)';
const HOW =
  '(?:する|される|できない|できなくなる|いただけない|いただけなくなる|不可の?|不能の?|となる|を受ける|がある|が及ぶ|の)';
const LABEL = `(?:(?:停止|休止|中断|利用|影響|該当|適用|メンテナンス|実施|取得|照会)*${HOW}?(?:対象|影響)(?:と(?:なる|する)|の|を受ける|がある|が及ぶ)?${WHAT}*名?|(?:ご?利用|停止|休止|中断|取得|照会|影響|該当)${HOW}${WHAT}名?|(?:停止|影響|該当|適用|利用|取得)*範囲|(?:停止|該当)(?:項目|機能)|該当情報|(?:停止|影響|該当)?(?:区域|地域|エリア|機関|団体)名?|情報|項目|機能|内容|備考)`;
const START = String.raw`^[^\p{L}\p{N}]*(?:\d{1,2}[.)] ?)?`;
const FOLLOWS = '(?:以下|次|下記)(?:の|に)?(?:とおり|通り|情報|項目|機能|もの|示す)[^:]{0,12}';
const ALONE = new RegExp(
  `${START}(?<label>${LABEL})(?:[^\\p{L}\\p{N}]*|(?:は|が|:) ?${FOLLOWS}[。:]?)$`,
  'u',
);
const WITH_VALUE = new RegExp(
  `${START}(?<label>${LABEL})(?: ?[:|\\])】>=-]+ ?| (?![:(])|は、? ?)(?<value>[^\\s|].*)$|${START}(?<subject>(?:ご?利用|停止|休止|中断|取得|照会|影響|対象)${HOW}のは、? ?)(?<said>.+)$`,
  'u',
);
// Too loose for a value on the next line, or without a colon.
const LOOSE = /^(?:情報|項目|機能|内容|備考|影響)$/;
const OTHER_LABEL =
  /^[^\p{L}\p{N}]*(?:\d{1,2}[.)] ?)?(?:[\p{L}\p{N}]{1,12} ?:|[\p{L}]{0,8}(?:日時|期間|時間帯?|日程|理由|原因|備考|内容|連絡先|お?問い?合わ?せ先?|その他|経緯|対応)[^\p{L}\p{N}]*$)/u;
const MARK = /^[■□◆◇●○◎▼▽★☆◯▶▷►【#<・*※-]|^\(?\d{1,2}[.)]/;
const MOST_VALUES = 50;
const LONGEST_VALUE = 80;

/** Returns the label and the value of a passage like 対象情報：… or 影響を受けるのは…です. */
export function labelledValue({
  marked,
}: Passage): { readonly label: string; readonly value: string } | undefined {
  const groups = WITH_VALUE.exec(marked)?.groups;
  if (!groups) return undefined;
  if (groups.said !== undefined) return { label: groups.subject as string, value: groups.said };
  const { label, value } = groups as { label: string; value: string };
  if (isLabelAlone(marked) || (LOOSE.test(label) && !/^[^:]*:/.test(marked))) return undefined;
  return { label, value };
}

/** Returns whether a text is only a label, whose value stands below. */
export function isLabelAlone(text: string): boolean {
  return ALONE.test(text);
}

/** Finds the values of all labels whose value stands below them, perhaps after a blank line. */
export function labelValues(
  passages: readonly Passage[],
  names: Names,
): ReadonlyMap<Passage, LabelValue> {
  const found = new Map<Passage, LabelValue>();
  for (const [index, { plain }] of passages.entries()) {
    const label = plain.length <= LONGEST_VALUE ? ALONE.exec(plain)?.groups?.label : undefined;
    if (label === undefined || (LOOSE.test(label) && label !== '影響')) continue;
    const [first] = passages.slice(index + 1, index + 2);
    const mark = first && MARK.exec(first.plain)?.[0];
    for (const next of passages.slice(index + 1, index + 1 + MOST_VALUES)) {
      if (next.block !== first?.block || !isValue(next, plain, names)) break;
      const certain = next === first || (mark !== undefined && next.plain.startsWith(mark));
      found.set(next, { label, certain });
    }
  }
  return found;
}

function isValue({ plain, tokens, systems }: Passage, label: string, names: Names): boolean {
  if (plain.length > LONGEST_VALUE || tokens.some(({ kind }) => kind !== 'vague')) return false;
  const mark = MARK.exec(plain)?.[0];
  const system = systems.known.size > 0 || (systems.unknown && !names.hasScope.test(plain));
  if (mark !== undefined && (mark === MARK.exec(label)?.[0] || system)) return false;
  return !OTHER_LABEL.test(plain) && !ALONE.test(plain) && !WITH_VALUE.test(plain);
}
