import { normalize, readTokens, type Token } from './dates.js';
import { type NamedSystems, namedSystems } from './systems.js';

/** A line of the text, or a sentence of it. */
export interface Passage {
  /** As it stands in the text, without the space around it. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** Passages without an empty line between them have the same number. */
  readonly block: number;
  /** Normalised; empty when the passage is too long to be read. */
  readonly plain: string;
  readonly tokens: readonly Token[];
  readonly systems: NamedSystems;
  /** It has a word that speaks of an outage. */
  readonly smells: boolean;
  readonly tooLong: boolean;
}

// A page of notices has some hundred lines; a line of this length is no line.
const MAX_PASSAGE = 2_000;

const SMELL =
  /停止|休止|中断|メンテ|保守|点検|障害|不具合|トラブル|つながりにく|繋がりにく|ダウン|停電|復旧|解消|中止|取りやめ|休業|閉塞|縮退|切替|切り替え|移行作業|工事|延長|遅れ|遅延|エラー|異常|制限|見合わせ|閉鎖|止ま[らりるっ]|止め|ストップ|お休み|(?:つなが|繋が)ら|しづらい|しにくい|かね(?:ます|る)|(?:いただけ|頂け|でき|出来|使え|なれ)(?:ません|ない|ず|なく|なくな)|不可|不能|[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日|maintenance|outage|down(?:time)?\b|unavailable|suspen|interrupt|offline/i;

/**
 * Splits a text into passages, at line ends and after 。; undefined when there are more than `max`
 * of them.
 */
export function splitPassages(text: string, max: number): Passage[] | undefined {
  const passages: Passage[] = [];
  let line = 0;
  let block = 0;
  for (const row of text.matchAll(
    /([^\n\r\v\f\u0085\u2028\u2029]*)(?:\r\n|[\n\r\v\f\u0085\u2028\u2029]|$)/g,
  )) {
    line++;
    const content = row[1] as string;
    if (content.trim() === '') block++;
    for (const sentence of content.matchAll(/[^。｡]+[。｡]*/g)) {
      const trimmed = sentence[0].trim();
      if (trimmed === '') continue;
      if (passages.length === max) return undefined;
      const start = row.index + sentence.index + sentence[0].indexOf(trimmed);
      passages.push(
        buildPassage({ text: trimmed, start, end: start + trimmed.length, line, block }),
      );
    }
  }
  return passages;
}

function buildPassage(place: Pick<Passage, 'text' | 'start' | 'end' | 'line' | 'block'>): Passage {
  const tooLong = place.text.length > MAX_PASSAGE;
  const plain = tooLong ? '' : normalize(place.text).trim();
  const tokens = readTokens(plain);
  return {
    ...place,
    plain,
    tokens,
    systems: namedSystems(without(tokens, plain)),
    smells: tooLong || SMELL.test(plain),
    tooLong,
  };
}

function without(tokens: readonly Token[], plain: string): string {
  const ends = [0, ...tokens.map((token) => token.to)];
  return [...tokens.map((token) => token.from), plain.length]
    .map((from, index) => plain.slice(ends[index], from))
    .join('\n');
}

/** Whether it holds a date or an hour, or something that looks like one. */
function isDated(passage: Passage): boolean {
  return passage.tokens.some((token) => token.kind !== 'vague');
}

const MARKED = /^[■□◆◇●○◎▼▽★☆◯▶▷►【#<]/;
const LABEL =
  /^[^\p{L}\p{N}]*(?:\d{1,2}[.)] ?)?(?:停止|休止|メンテナンス|作業|実施|計画|影響|対象|利用|不可|できない|発生|障害|復旧|予定|該当|サービス|システム){0,4}(?:の|となる|する)?(?:期間|日時|時間|日程|予定|範囲|対象|サービス|システム名?|機能|内容|理由|原因|備考|連絡先|お?問い?合わ?せ先?)(?!\p{L})/u;
const TITLE = /(?:お知らせ|について|ご案内|情報|お詫び)(?:\([^)]{0,20}\))? ?$/;
const LONGEST_TITLE = 80;

/**
 * The notices of a text, each with its heading: runs of passages between one heading and the next.
 */
export function splitSections(passages: readonly Passage[]): Passage[][] {
  const sections: Passage[][] = [];
  let onlyHeadings = false;
  for (const [index, passage] of passages.entries()) {
    const heading = isHeading(passage, passages[index - 1]);
    // A heading below a heading belongs to it.
    if (sections.length === 0 || (heading && !onlyHeadings)) sections.push([]);
    sections.at(-1)?.push(passage);
    onlyHeadings = heading;
  }
  return sections;
}

function isHeading(passage: Passage, before: Passage | undefined): boolean {
  if (passage.plain.length > LONGEST_TITLE || LABEL.test(passage.plain)) return false;
  const named = passage.systems.known.size > 0 || passage.systems.unknown;
  if (MARKED.test(passage.plain)) return passage.smells || named || !isDated(passage);
  return (
    TITLE.test(passage.plain) &&
    !isDated(passage) &&
    (before === undefined || before.block !== passage.block || isDated(before))
  );
}

const TARGET_LABEL =
  /^[^\p{L}\p{N}]*(?:\d{1,2}[.)] ?)?(?:停止|利用|影響|該当|メンテナンス|実施){0,2}(?:する|できない|となる|を受ける|の)?(?:対象|影響)?の?(?:対象|範囲|システム|サービス|機能)名?(?!\p{L})/u;

/** Whether it says, as its label, which systems are meant: 対象：…. */
export function isTargetLabel({ plain }: Passage): boolean {
  return TARGET_LABEL.test(plain);
}

/** Whether it thanks or says whom to ask: the systems it names are not those that stop. */
export function isCourtesy({ plain }: Passage): boolean {
  return /ありがとう|有難う|お?問い?合わ?せ|ご不明|ヘルプデスク|コールセンター|電話/.test(plain);
}

/** Whether it speaks of days that come again, as tables of operating hours do. */
export function isRecurring({ plain }: Passage): boolean {
  return /毎[日週月年朝晩]|隔週|平日|土日祝|第 ?[1-5一二三四五] ?[・,]?[1-5一二三四五]? ?[月火水木金土日]/.test(
    plain,
  );
}

/** Whether each of its days has hours of its own. */
export function isDayByDay({ plain }: Passage): boolean {
  return /各日|連日|それぞれ|いずれも/.test(plain);
}

/** Whether it says that nothing stops: 停止しません, 停止の予定はありません, 停止なし. */
export function isDenial({ plain }: Passage): boolean {
  return /無停止|(?:停止|休止|中断|メンテナンス|保守|作業|実施)(?:する)?(?:の?予定|こと)?[はをがも]?(?:(?:実施)?(?:し|いたし|致し|行い|行われ|され)ません|(?:あり|ござい)ません|(?:実施)?(?:し|行わ|行われ|され)ない|なし|無し|なくな[りっる])/.test(
    plain,
  );
}

/** Whether it says of a period that it is none in which something stops. */
export function isNoOutage(passage: Passage): boolean {
  const { plain } = passage;
  if (isDenial(passage)) return true;
  if (
    /(?:いただけ|頂け|でき|使え)ません|(?:停止|休止|中断)(?:し|いたし|致し|となり)ます/.test(plain)
  )
    return false;
  if (/影響(?:は|が)?(?:ありません|ございません|ない|なし)|通常(?:どおり|通り)/.test(plain))
    return true;
  return !passage.smells && isOtherPeriod(passage);
}

/** Whether it is about another kind of period: opening hours, an application period. */
export function isOtherPeriod({ plain }: Passage): boolean {
  return /受付|申込|申し込み|申請期間|募集|開催|説明会|セミナー|会議|営業|運用(?:時間|日)|稼働(?:時間|日)|(?:利用|サービス|提供)(?:可能)?時間|利用可能|(?:いただけ|頂け|でき)ます|窓口|お?問い?合わ?せ|コールセンター|電話|掲載期間|公開期間/.test(
    plain,
  );
}

/**
 * Whether it says that an outage does not take place, or not then; not that one may be called off,
 * nor that a service is.
 */
export function isCalledOff({ plain }: Passage): boolean {
  const word = /中止|取り?やめ|取り?止め|取り?消|見送|延期|撤回/.exec(plain);
  if (!word) return false;
  const [before, after] = [plain.slice(0, word.index), plain.slice(word.index)];
  return (
    !/^[^。]{0,16}(?:場合|こと|可能性|おそれ|恐れ)/.test(after) &&
    !/(?:サービス|提供|利用|運用|業務|受付|取扱い?)[のをがは]?(?:一時的?に?|全面的?に?)?$/.test(
      before,
    )
  );
}

/**
 * Whether one of its periods takes the place of another: it says 変更 or 訂正, but not which of them
 * holds.
 */
export function isChange({ plain }: Passage): boolean {
  return /[にへと](?:日程)?変更|変更[前後]|訂正|(?<!\p{L})誤(?!\p{L})/u.test(plain);
}

/** Whether it says that the end is not known. */
export function isEndUnknown({ plain }: Passage): boolean {
  return /未定|調整中/.test(plain);
}

/** Whether it says that an outage lasts, or may last, longer. */
export function isExtension({ plain }: Passage): boolean {
  return /延長|延び|伸び|長引|遅れる|最大|最長/.test(plain);
}

/** Whether it names a system in order to leave it out. */
export function isExclusion({ plain }: Passage): boolean {
  return /以外|除[くき外]|除い/.test(plain);
}

/**
 * Whether what it says of an outage cannot have been said by a period nearby: it goes on, or is
 * told elsewhere.
 */
export function pointsElsewhere({ plain }: Passage): boolean {
  return /(?:発生|停止|継続|実施|中断|休止|調査|対応)(?:し(?:て)?(?:い|お)(?:ます|る|り)|中(?:です|$|。))|復旧(?:作業|の見込|時[期刻])|当面|未定|調整中|決まり次第|別途|追って|こちら|リンク|別紙|PDF|ご覧|ご参照|ご確認/i.test(
    plain,
  );
}

/** Whether it speaks of the outage told before: この間, 期間中. */
export function refersBack({ plain }: Passage): boolean {
  return /上記|この間|その間|期間中|メンテナンス中|停止中は|作業中|当該|本メンテナンス|本作業/.test(
    plain,
  );
}

/** Whether it says when the text was written, a date no period may take up. */
export function isDateline({ plain }: Passage): boolean {
  return /掲載|公開|更新|発表|作成|公表/.test(plain);
}
