import type { Catalog } from '../../catalog/catalog.js';
import type { AnnouncementTarget } from '../scopes.js';
import { CAUSES } from './evidence.js';
import type { Names } from './names.js';
import { isOutside, itemsInSentence, parseScope } from './scope-words.js';

/** The systems that a piece of text names. */
export interface NamedSystems {
  /** Systems of the catalogue, or `all`. */
  readonly known: ReadonlySet<string>;
  /** Details and items of the catalogue, narrower than a system. */
  readonly parts: readonly AnnouncementTarget<Catalog>[];
  /** Whether it says "all services" or "all systems". */
  readonly everything: boolean;
  /** Whether it names data that is not in the catalogue, like 戸籍. */
  readonly outside: boolean;
  /** Whether it names part of a known system that nobody knows: マイナポータルの添付機能. */
  readonly unknownPart: boolean;
  /** Whether it names a system that is not ours, or names one too loosely. */
  readonly unknown: boolean;
  /** Whether it says only "the system" or "the service". */
  readonly generic: boolean;
}

// Other APIs and services beside ours, whatever words follow: 全機能, すべて.
const SIBLINGS =
  /民間送達サービス|法人設立(?:ワンストップ)?(?:サービス|関連|機能)?|社会保険・税(?:の?手続)?(?:き)?|(?:医療保険情報取得|電子申請等?|PMH(?:情報)?連携|利用者登録等?|属性連携設定|お知らせ(?:情報)?登録|代理人情報取得|手続情報登録)(?: ?API)?|(?:[\p{sc=Han}\p{sc=Katakana}ー々a-z0-9・/]{1,40}|(?<!\p{L})\p{sc=Hiragana}{2,20}) ?API/giu;
const HAS_SIBLING = /API|民間送達|法人設立|社会保険|取得|申請|PMH|登録|設定/i;
const AND = '(?:及び|および|並びに|ならびに|と|、|,|・|/)';
const OURS_IN_LIST = new RegExp(
  `自己情報取得 ?API ?${AND} ?[^\\s、。はがをの(]{1,30}API|API ?${AND} ?自己情報取得 ?API`,
  'i',
);
const GENERIC_API = /^(?:本|当|各種?|同|全て?の?|対象|該当|自己情報取得|公開|提供|Web|REST) ?API$/i;

// SYSTEM: kanji, katakana and Latin letters that end like the name of a system. STRANGERS: services
// with another ending, and institutions that hold data, when the system is not named.
const ENDING =
  'システム|サーバー?|サービス|ネットワーク|ポータル|基盤|アプリ|メッシュ|サイト|プラットフォーム|クラウド|e-?Tax|eLTAX|e-?Gov';
const SYSTEM = new RegExp(`([\\p{sc=Han}\\p{sc=Katakana}ーa-z0-9]{0,30})(?:${ENDING})`, 'giu');
// ほげシステム is a name, but not in すべてのシステム, またシステム.
const KANA_SYSTEM = new RegExp(
  `(?<![\\p{L}ー\\uE001-\\uE003])(\\p{sc=Hiragana}{2,20})(?:${ENDING})`,
  'giu',
);
const KANA_WORDS =
  /^(?:なお|また|ただし|および|ならびに|さらに|このたび|このため|そのため|いずれも?|すべて|あらゆる|まで|から|より|かつ|もし|ご|お)*(?:[^\n]*[のなるたいがはをにで])?$/;
// Fast, unlike SYSTEM, in the many texts without such a name.
const HAS_SYSTEM = new RegExp(ENDING, 'iu');
const STRANGERS =
  /ねんきんネット|コンビニ交付|gBiz ?ID|GビズID|マイナ保険証|マイナポイント|公的個人認証|JPKI|ぴったりサービス|もっとつながる|電子私書箱|年金機構|ハローワーク|職業安定局|労働基準局|地共済|国共済|私学共済|私学事業団|医療保険者|災害補償基金|LGWAN|オンライン資格確認|e-?Gov|e-?Tax|eLTAX|J-LIS|Jアラート|レセプト|電子処方箋|デジタル認証|スマホ用電子証明書|証明書交付|引越し|(?<!自)在留|gBiz|jGrants|Jグランツ|GEPS|AWS|Azure|NTT|データセンター|ヘルプデスク|コールセンター|窓口/i;
const EVERY_STRANGER = new RegExp(STRANGERS.source, 'gi');
// Words before "system" that are not a name: 本システム, 対象サービス, 臨時システム(メンテナンス).
const GENERIC =
  /本|当|各種?|同|全て?|関[係連]|対象|停止|利用|該当|一部|提供|影響|臨時|定期|緊急|計画|メンテナンス|障害|オンライン|Web|ウェブ|行政|情報|保守|点検|重要|夜間|休日|年末年始|計画停止|月|日|時|分|年|第/giu;
// Words that stand before は and が and name no system.
const WORDS =
  /現在|今後|本日|明日|昨日|当日|今週|来週|今月|来月|今年|来年|当時|方法|手順|手続き?|名称|同様|同時|一時|順次|本|当|各種?|同|全て?|全|上記|下記|以下|次|今回|前回|年末年始|年末|年始|夜間|深夜|早朝|週末|休日|祝日|平日|期間|日時|時間帯?|時刻|開始|終了|予定|日程|作業|実施|影響|範囲|対象|詳細|内容|理由|原因|状況|事象|現象|場合|可能性|計画|定期|臨時|緊急|通常|停止|休止|中断|閉塞|メンテナンス|メンテ|保守|点検|工事|障害|不具合|トラブル|復旧|再開|提供|運用|稼[働動]|運転|処理|業務|利用者?|取得|照会|問合せ?|接続|連携|閲覧|参照|表示|応答|通信|送信|受信|送受信|通知|ログイン|アクセス|画面|要求|結果|返答|リクエスト|レスポンス|データ|情報|一部|全部|全体|全面|皆様|皆さま|皆さん|お客様|方々?|国民|住民|市民|事業者|開発者|担当者?|管理者?|デジタル庁|総務省|厚生労働省|政府|国|機器|機械|設備|回線|電源|電力|法定|サーバー?|ネットワーク|データベース|ソフトウェア|ハードウェア|プログラム|バックアップ|バージョンアップ|アップデート|更新|増強|増設|移設|改修|入替|交換|移行|切替|対応|措置|機能|システム|サービス|サイト|ポータル|ページ|件|旨|間|分|日|月|年|時|頃|際|点|者|先|元|側|中|前|後|以外|内|外|別|他|等|的|用|部|毎|再|新|旧|主|副|第|約|最大|最長|最短|程度|以上|以降|以前|未満|完了|見込|合計|全国|予告|告知|公表|掲載|案内|注意|重要|実績|基準|原則|オンライン|インターネット|環境|本番|[0-9〇一二三四五六七八九十]+|[a-z]$|・/giu;

// An outage of the test environment does not affect the service, unless the notice names both.
const REHEARSAL = /(?:接続確認|検証|テスト|試験|開発|ステージング)用?環境|スタブ|サンドボックス/;
const BOTH = /本番|含[むめみ]|及び|および|並びに|とも/;

// Only alone, not as in マイナポータルのすべてのサービス.
const EVERYTHING = /(?<!の)(?:すべての?|全ての?|全)(?:サービス|システム)(?:全体)?/;

const OURS = '\uE003';
const NOUN = '[\\p{sc=Han}\\p{sc=Katakana}ー々a-z0-9・_-]{2,40}';
const SUBJECT = new RegExp(
  `(${NOUN})(?= ?(?:は|が|も(?=停止|ご?利用)|において|におきまして|にて|では|に関し(?!て)))`,
  'giu',
);
const OWNER = new RegExp(
  `(${NOUN})の(?=(?:サービス|システム|ご?利用|提供|運用|稼働|全?機能|計画|定期|臨時|緊急|停止|休止|メンテ|保守|点検|障害|不具合))`,
  'giu',
);
const HAS_SUBJECT = /[はがのも]|に[おて]|で/;
const PART = new RegExp(
  `${OURS} ?(?:の|における|のうち、?|内の|上の|にある)((?:[^\\s、。:\\uE001-\\uE003はがを]|はじめ){1,40})`,
  'u',
);

/** Returns whether a text is only about an environment for tests. */
export function isRehearsal(text: string): boolean {
  return REHEARSAL.test(text) && !BOTH.test(text);
}

/** Finds the systems named in a normalised text whose dates and hours are marked. */
export function namedSystems(text: string, names: Names): NamedSystems {
  if (isRehearsal(text)) return { ...NONE, unknown: true };
  const effect = text.replace(CAUSES, ' ');
  const found = findSystems(effect, names);
  if (effect === text || namesAny(found)) return found;
  const causes = findSystems(text, names);
  return { ...causes, everything: found.everything, generic: found.generic || causes.generic };
}

const NONE: NamedSystems = {
  known: new Set(),
  parts: [],
  everything: false,
  outside: false,
  unknownPart: false,
  unknown: false,
  generic: false,
};

/** Returns whether a text names something, known or not. */
export function namesAny(named: NamedSystems): boolean {
  const { known, parts, everything, outside, unknown, unknownPart } = named;
  return known.size > 0 || parts.length > 0 || everything || outside || unknown || unknownPart;
}

function findSystems(text: string, names: Names): NamedSystems {
  const known = new Set<string>();
  let sibling = false;
  let generic = false;
  let rest = HAS_SIBLING.test(text)
    ? text.replace(SIBLINGS, (name) => {
        if (/自己情報取得 ?API$/i.test(name)) return name.slice(name.indexOf('自己情報取得'));
        if (GENERIC_API.test(name) || KANA_WORDS.test(name.replace(/ ?API$/i, ''))) generic = true;
        else sibling = true;
        return '\n';
      })
    : text;
  const everything = EVERYTHING.test(rest);
  if (names.hasSystem.test(rest))
    for (const [id, pattern] of names.systems)
      rest = rest.replace(pattern, () => {
        known.add(id);
        return OURS;
      });
  // A portal named before another API only says whose API it is, and so do words like すべて.
  if (sibling) known.delete('mynaportal');
  // Beside another one in a list, ours stops as well.
  if (sibling && !OURS_IN_LIST.test(text)) known.delete('all');
  // Words in brackets are scopes, which are read apart.
  const outer = rest.replace(/\([^()]*\)/g, ' ');
  const { items } = itemsInSentence(outer);
  const parts = sibling ? [] : [...items, ...partsIn(outer, names)];
  const withoutItems = items.length > 0 ? itemsInSentence(rest).rest : rest;
  const part = known.size > 0 ? partOf(withoutItems, names) : 'whole';
  const outside = isOutside(outer);
  const strangers = sibling
    ? 'unknown'
    : strangersIn(withoutItems.replace(names.inSentence, '\n'), outside);
  return {
    known: known.has('all') ? new Set(['all']) : new Set(names.ids.filter((id) => known.has(id))),
    everything: everything && !sibling,
    parts: part !== 'whole' && part !== 'unknown' ? [...parts, ...part] : parts,
    outside,
    unknownPart: part === 'unknown' && parts.length === 0 && !outside,
    unknown: strangers === 'unknown',
    generic: generic || strangers === 'generic',
  };
}

function partsIn(text: string, names: Names): AnnouncementTarget<Catalog>[] {
  if (!names.hasScope.test(text)) return [];
  return [...text.matchAll(names.inSentence)].flatMap(({ 0: name, index }) =>
    OWNED.test(text.slice(0, index)) ? [] : parseScope(name, names).targets,
  );
}

// Data of others: e-Taxの地方税.
const OWNED =
  /(?:e-?Tax|eLTAX|e-?Gov|ねんきんネット|コンビニ交付|gBiz ?ID|GビズID|マイナ保険証|マイナポイント|ぴったりサービス|レセプト|電子処方箋|オンライン資格確認|LGWAN) ?の? ?$/i;

/** Reads 「マイナポータルの…」: part of a system, or all of it. */
function partOf(
  text: string,
  names: Names,
): 'whole' | 'unknown' | readonly AnnouncementTarget<Catalog>[] {
  const part = PART.exec(text)?.[1];
  if (part === undefined || part.includes(OURS) || part.replace(WORDS, '') === '') return 'whole';
  const name = part.replace(/^(?:ご|お|すべての?|全ての?)/, '');
  const noun = new RegExp(`^${NOUN}`, 'iu').exec(name)?.[0] ?? name;
  if (noun.replace(WORDS, '') === '') return 'whole';
  const { targets, unknown } = parseScope(noun, names);
  return unknown || targets.length === 0 ? 'unknown' : targets;
}

/** Returns whether a text without known names holds the name of another system. */
function strangersIn(rest: string, outside: boolean): 'unknown' | 'generic' | 'none' {
  if (STRANGERS.test(rest)) return 'unknown';
  let generic = false;
  if (HAS_SYSTEM.test(rest))
    for (const [, before = ''] of rest.matchAll(KANA_SYSTEM))
      if (!KANA_WORDS.test(before)) return 'unknown';
  if (HAS_SYSTEM.test(rest))
    for (const [, before = ''] of rest.matchAll(SYSTEM)) {
      if (before.replace(GENERIC, '') !== '') return 'unknown';
      generic = true;
    }
  const free = rest.replace(new RegExp(`${OURS} ?(?:の|における)[^はが、。]*`, 'gu'), OURS);
  if (!outside && HAS_SUBJECT.test(free))
    for (const pattern of [SUBJECT, OWNER])
      for (const [, noun = ''] of free.matchAll(pattern))
        if (noun.replace(WORDS, '') !== '') return 'unknown';
  return generic ? 'generic' : 'none';
}

/** Removes the names of all systems, ours and others. */
export function withoutStrangers(text: string, names: Names): string {
  let rest = text;
  if (names.hasSystem.test(rest))
    for (const [, pattern] of names.systems) rest = rest.replace(pattern, ' ');
  if (HAS_SIBLING.test(rest)) rest = rest.replace(SIBLINGS, ' ');
  rest = rest.replace(EVERY_STRANGER, ' ');
  return HAS_SYSTEM.test(rest) ? rest.replace(SYSTEM, ' ').replace(KANA_SYSTEM, ' ') : rest;
}
