import type { Catalog } from '../../catalog/catalog.js';
import type { AnnouncementTarget } from '../scopes.js';
import { evidenceOf } from './evidence.js';
import type { Names } from './names.js';

/** What the words of a scope (戸籍関係情報のみ, 番号31、87, 初回利用時) mean. */
export interface Scope {
  /** What they name in the catalogue; empty if they name nothing of it. */
  readonly targets: readonly AnnouncementTarget<Catalog>[];
  /** Whether `targets` are all details but those it names. */
  readonly inverted: boolean;
  /** Whom it concerns, if not everybody. */
  readonly limit: 'first-use' | 'some-sources' | null;
  /** Whether it only gets slow. */
  readonly slow: boolean;
  /** Whether they name data outside the catalogue. */
  readonly outside: boolean;
  /** Whether nobody could place some of the words. */
  readonly unknown: boolean;
  /** Whether they say that everything is meant. */
  readonly whole: boolean;
}

// Data of the administration that table 2.5-5 does not name.
const OUTSIDE =
  '戸籍(?:関係|の?附票|謄抄?本|抄本|証明書?|電子証明書)?|不動産登記|商業登記|法人登記|登記|自動車(?:登録|検査)|車検証?|運転免許証?|在留(?:カード|資格)|旅券|パスポート|薬剤|調剤|診療|医療費通知|特定健診|電子処方箋|電子カルテ|国税|所得税|相続税|学籍|出入国|国家資格|選挙人名簿';
const OUTSIDE_SCOPE = new RegExp(`(?:${OUTSIDE})(?:関係|関連|に関する)?(?:情報|データ)?`, 'g');
const OUTSIDE_SUBJECT = new RegExp(
  `(?<![\\p{sc=Han}\\p{sc=Katakana}ー])(?:${OUTSIDE})(?:関係|関連|に関する|の)?(?:情報|データ)?(?=(?:は|が|について|に限り|のみ|だけ|(?:の|を|に係る)(?:取得|照会|提供|ご?利用|停止|情報)))`,
  'u',
);
const NUMBERS =
  /(?:特定個人情報(?:名)?(?:の)?|情報|項目)?(?:番号|項番|コード|No\.?|№|#)(?:が|は|の)? ?[:=]? ?(?:No\.?|#|第)?\d{1,3}(?!\d)(?:番|号)?(?:(?:[ 、,・と/&]|及び|および|並びに|ならびに|又は|または|や)+(?:番号|No\.?|#)? ?\d{1,3}(?!\d)(?:番|号)?)*|(?<!\d)\d{1,3}(?:[ 、,・と/&]+\d{1,3})*番/gi;
// In a sentence, other things have numbers too: 電話番号, エラーコード.
const NUMBERS_IN_SENTENCE = new RegExp(
  `(?<![\\p{sc=Han}\\p{sc=Katakana}ー#.])(?=(?:特定個人情報(?:名)?の?|情報|項目)?(?:番号|項番))(?:${NUMBERS.source})|TM\\d{14}(?!\\d)`,
  'giu',
);
const CODES = /TM(\d{14})(?!\d)/gi;
const FIRST_USE =
  /(?:初回|初めて|はじめて|新規)(?:の(?!み))?(?:ご)?(?:利用|ログイン|取得|連携|登録|使用|アクセス|ご?利用時)?(?:に|を)?(?:ご?利用|取得|なさ|さ)?(?:れる|する|になる)?(?:時|際|の方|の場合|の利用者|者|方)?/g;
// Those who have fetched before: everybody but the first-use ones.
const REPEAT_USE =
  /(?:[2二]回目以[降後](?:の|に)?(?:ご?利用|取得|連携|ログイン)?|(?:既に|すでに|過去に|以前に?|これまでに?)(?:1度|一度)?(?:でも)?(?:ご?利用|取得|連携|ログイン|登録)(?:した|された|し(?:て)?いる|されている|いただいた|いただいている|中|済み?|実績|経験)?(?:こと)?(?:が|の)?(?:ある|あり|お持ち)?の?)(?:方々?|人|場合|利用者|皆様|皆さま)?/g;
const SOME =
  /(?:一部|特定|複数|いくつか)の?(?:情報)?(?:の)?(?:取得先|保有機関|保有先|提供元|提供機関|提供者|照会先|連携先|機関|団体|サーバー?|中間サーバー?|情報提供者|取得元|接続先|データソース)/g;
const SOME_OF = /一部の?$/;
const SLOW = /遅く|遅延|遅れ|時間(?:が|を|の)(?:かか|掛か|要)|低下/;
const WHOLE =
  /全国|(?:すべて|全て|全)の?(?:機能|サービス|項目|情報|システム|API|手続き?|取得先|利用者|ご?利用)?|全体|全面|全部|(?:ご?利用|お使い)(?:いただいている|の|中の)?(?:全ての|すべての)?(?:皆様|皆さま|方々?|事業者様?|お客様)/g;
// 停止の対象外 is a denial.
const EXCEPT = /以外|を?除[くき外いかけ]|(?<!(?:停止|休止|中断|障害)の?)対象外/;
const FILLER =
  /となります|になります|です|ます|特定個人情報(?:名)?|情報|データ|関係|関連|に関する|に係る|における|について|のみ|だけ|に限[るりっ](?:ます|て)?|影響|なお|ただし|但し|また|限定|(?:を|に|の)?対象(?:とする|です|となります|者|範囲)?|範囲|影響(?:を受ける|があります|あり)?|ご?利用|取得|照会|連携|提供|機能|サービス|場合|こと|もの|部分|項目|番号|自己情報取得(?: ?API)?|API|本|当|分|は|が|を|の|に|も|で|と|や|等|から|へ|より|際|時|など|及び|および|並びに|ならびに|又は|または|かつ|します|しています|いたします|致します|となります|になります|です|ます|予定|あり(?:ます)?|ございます|が?あり|なる|する|[\s、,。.・:;/&※*|~()[\]「」『』【】〔〕<>"'■□◆◇●◎▼▽★☆▶▷►\uE001\uE002-]/g;
const UNAFFECTED =
  /(?:へ|に|に対する)?(?:の)?(?:影響|支障)(?:は|が|も|を)?(?:一切|特に)?(?:受け(?:ません|ない|ず)|及び?(?:ません|ばない|ぼしません)|(?:あり|ござい|生じ|出)ません|な[いし]|無[いし])|停止(?:し|いたし|致し)(?:ません|ない)|停止せず|(?:停止|休止|中断|障害)の?対象外/g;
const AFFECTED = /影響(?:は|が|を|も)?(?:あり|ある|及[びぶ]|出|生じ|受け)(?:ます|る)?/g;
const STATED = /停止|休止|中断|閉塞|不可|不能|メンテナンス|保守|障害|不具合|事象|発生/g;
const RUNNING =
  /(?:通常(?:どおり|通り))?(?:ご?利用|取得|照会|接続)?(?:(?<!不)可能?|いただけます|いただける|できます|できる|稼働|継続)/g;

/** Returns whether a sentence is about data outside the catalogue. */
export function isOutside(text: string): boolean {
  return OUTSIDE_SUBJECT.test(text);
}

/** Returns whether words say that only part is meant, so that they must not be ignored. */
export function saysPart(text: string): boolean {
  return /のみ|(?<!いた|頂)だけ(?!でなく)|に限[るりっ]|限定|一部|以外|除[くき外い]|対象外|初回|初めて|はじめて|[2二]回目以[降後]/.test(
    text,
  );
}

/** Returns the items whose numbers (番号31、87) or codes a text states. */
function itemsIn(text: string): AnnouncementTarget<Catalog>[] {
  const numbers = [...text.matchAll(NUMBERS)].flatMap(([list]) =>
    [...list.matchAll(/\d{1,3}/g)].map(([number]) => number),
  );
  const codes = [...text.matchAll(CODES)].map(([, digits]) => digits as string);
  return [...numbers, ...codes].map(
    (digits) => ({ item: `TM${digits.padStart(14, '0')}` }) as const,
  );
}

/** Returns the items that a sentence names, and the sentence without them. */
export function itemsInSentence(text: string): {
  readonly items: readonly AnnouncementTarget<Catalog>[];
  readonly rest: string;
} {
  const items: AnnouncementTarget<Catalog>[] = [];
  const rest = text.replace(NUMBERS_IN_SENTENCE, (words) => {
    items.push(...itemsIn(words));
    return '\n';
  });
  return { items, rest };
}

/** Returns where a text states item numbers. */
export function itemSpans(text: string): { from: number; to: number }[] {
  return [...text.matchAll(NUMBERS)].map(({ 0: list, index }) => ({
    from: index,
    to: index + list.length,
  }));
}

/** Reads the words of a scope against the catalogue. */
export function parseScope(words: string, names: Names): Scope {
  const { runs, stop } = evidenceOf(words);
  const slow = SLOW.test(words);
  const items = itemsIn(words);
  let rest = words.replace(CODES, ' ').replace(NUMBERS, ' ');
  const repeatUse = matches(REPEAT_USE, rest);
  rest = rest.replace(REPEAT_USE, ' ');
  const firstUse = repeatUse || matches(FIRST_USE, rest);
  rest = rest.replace(FIRST_USE, ' ');
  const except = EXCEPT.test(words) !== repeatUse;
  let some = matches(SOME, rest);
  rest = rest.replace(SOME, ' ');
  const targets: AnnouncementTarget<Catalog>[] = [...items];
  if (names.hasScope.test(rest))
    for (const [named, pattern] of names.scopes)
      rest = rest.replace(pattern, (_, ...groups) => {
        const at = groups.find((group) => typeof group === 'number') as number;
        if (SOME_OF.test(rest.slice(0, at))) some = true;
        targets.push(...named);
        return '\n';
      });
  if (some) rest = rest.replace(/一部の?(?=\n)/g, ' ');
  const outside = matches(OUTSIDE_SCOPE, rest);
  rest = rest.replace(OUTSIDE_SCOPE, ' ');
  const whole = matches(WHOLE, rest);
  rest = leftOver(rest.replace(WHOLE, ' ').replace(EXCEPT, ' '));
  const scope: Scope = {
    targets: unique(targets),
    inverted: false,
    limit: firstUse ? 'first-use' : some ? 'some-sources' : null,
    slow: slow && stop !== 'yes',
    outside,
    // Words that say nothing at all are not known either.
    unknown: rest !== '' || !(targets.length > 0 || outside || firstUse || some || slow || whole),
    whole: whole && targets.length === 0 && !outside && !firstUse && !some,
  };
  const inverted = !some && except !== (runs && stop === 'no' && !slow);
  return inverted ? butThese(scope, names) : scope;
}

/** "All but these", which only a list of details can express. */
function butThese(scope: Scope, names: Names): Scope {
  const given = new Set<string | null>(
    scope.targets.map((target) =>
      typeof target === 'object' && 'detail' in target ? target.detail : null,
    ),
  );
  const expressible =
    given.size > 0 && !given.has(null) && !scope.outside && !scope.unknown && !scope.limit;
  return expressible
    ? {
        ...scope,
        inverted: true,
        targets: names.details
          .filter((id) => !given.has(id))
          .map((id) => ({ detail: id }) as AnnouncementTarget<Catalog>),
      }
    : { ...scope, targets: [], outside: false, unknown: true, whole: false };
}

/** Returns what is left of words without all those that carry no meaning here. */
function leftOver(words: string): string {
  return words
    .replace(
      /(?:でき|いただけ|頂け|出来|使え|され|られ)(?:ません|ない|なくなります?|なくなる)|(?:応答|レスポンス|表示|処理|動作|結果)?(?:が|の|に)?(?:遅く|遅延|遅れ|時間(?:が|を|の)(?:かか|掛か|要)(?:り|る|し)?|低下)/g,
      ' ',
    )
    .replace(UNAFFECTED, ' ')
    .replace(AFFECTED, ' ')
    .replace(RUNNING, ' ')
    .replace(STATED, ' ')
    .replace(FILLER, '');
}

const matches = (pattern: RegExp, text: string): boolean => text.search(pattern) >= 0;

function unique(targets: readonly AnnouncementTarget<Catalog>[]): AnnouncementTarget<Catalog>[] {
  return [...new Map(targets.map((target) => [JSON.stringify(target), target])).values()];
}
