import type { Passage } from './passages.js';

const TARGET_LABEL =
  /^[^\p{L}\p{N}]*(?:\d{1,2}[.)] ?)?(?:停止|利用|影響|該当|メンテナンス|実施){0,2}(?:する|できない|となる|を受ける|の)?(?:対象|影響)?の?(?:対象|範囲|システム|サービス|機能)名?(?!\p{L})/u;

/** Returns whether a passage is a label that says which systems are affected (対象：…). */
export function isTargetLabel({ plain }: Passage): boolean {
  return TARGET_LABEL.test(plain);
}

/**
 * Returns whether it thanks or says whom to ask. The systems it names are not the affected ones.
 */
export function isCourtesy({ plain }: Passage): boolean {
  return /ありがとう|有難う|お?問い?合わ?せ|ご不明|ヘルプデスク|コールセンター|電話/.test(plain);
}

/** Returns whether it is about recurring days, like a table of operating hours. */
export function isRecurring(plain: string): boolean {
  return /毎[日週月年朝晩]|隔週|平日|土日祝|第 ?[1-5一二三四五] ?[・,]?[1-5一二三四五]? ?[月火水木金土日]/.test(
    plain,
  );
}

/** Returns whether each of its days has separate hours. */
export function isDayByDay(plain: string): boolean {
  return /各日|連日|それぞれ|いずれも/.test(plain);
}

/**
 * Returns whether it cancels or moves an outage. "May be called off" does not count, and neither
 * does a service that ends (サービスの中止).
 */
export function isCalledOff(plain: string): boolean {
  const word =
    /中止|取り?やめ|取り?止め|取り?消|見送|延期|撤回|キャンセル|(?:停止|休止|メンテナンス|保守|作業|予定|計画|必要)(?:の(?:予定|必要))?(?:は|が|も)?[、,]? ?(?:不要|必要なく|(?:無|な)くな[りっ])|(?:実施|停止|休止|中断)し(?:ない|ません)(?:こと|で)|(?:実施|停止|休止|中断)されない|予定で(?:した|あった)が/.exec(
      plain,
    );
  if (!word) return false;
  const [before, after] = [plain.slice(0, word.index), plain.slice(word.index)];
  return (
    !/^[^。]{0,16}(?:場合|こと|可能性|おそれ|恐れ)/.test(after) &&
    !/(?:サービス|提供|利用|運用|業務|受付|取扱い?|公開|配信|稼働)[のをがは]?(?:一時的?に?|全面的?に?)?$/.test(
      before,
    )
  );
}

/** Returns whether one of its periods replaces another (変更, 訂正); which one is not clear. */
export function isChange(plain: string): boolean {
  return /[にへと](?:日程)?変更|変更[前後]|訂正|(?<!\p{L})誤(?!\p{L})/u.test(plain);
}

/** Returns whether it says that the end is unknown. */
export function isEndUnknown(plain: string): boolean {
  return /未定|調整中/.test(plain);
}

/** Returns whether it says that an outage lasts, or may last, longer. */
export function isExtension(plain: string): boolean {
  return /延長|延び|伸び|長引|遅れる|最大|最長/.test(plain);
}

/** Returns whether it names a system to exclude it. */
export function isExclusion({ plain }: Passage): boolean {
  return /以外|除[くき外]|除い/.test(plain);
}

/**
 * Returns whether it says more about an outage than a period nearby can: that the outage continues,
 * or that details are elsewhere.
 */
export function pointsElsewhere({ plain }: Passage): boolean {
  return /(?:発生|停止|継続|実施|中断|休止|調査|対応)(?:し(?:て)?(?:い|お)(?:ます|る|り)|中(?:です|$|。))|復旧(?:作業|の見込|時[期刻])|当面|未定|調整中|決まり次第|別途|追って|こちら|リンク|別紙|PDF|ご覧|ご参照|ご確認/i.test(
    plain,
  );
}

/** Returns whether it refers back to an outage mentioned before: この間, 期間中. */
export function refersBack({ plain }: Passage): boolean {
  return /上記|この間|その間|期間中|メンテナンス中|停止中は|作業中|当該|本メンテナンス|本作業/.test(
    plain,
  );
}

/** Returns whether it says when the text was written. That date never belongs to a period. */
export function isDateline({ plain }: Passage): boolean {
  return /掲載|公開|更新|発表|作成|公表/.test(plain);
}
