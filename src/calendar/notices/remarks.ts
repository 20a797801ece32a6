import { evidenceOf } from './evidence.js';
import type { Names } from './names.js';
import { isWork } from './ordinary.js';
import { isCalledOff, isExtension } from './phrases.js';
import { parseScope, type Scope, saysPart } from './scope-words.js';
import { namedSystems } from './systems.js';
import { ZONES } from './zones.js';

// Words in brackets that say nothing about what stops.
const REMARK =
  /(?:でき|いただけ|頂け|出来|使え)(?:ません|ない|なくなります|ます|る)|しました|いたしました|いたします|します|となります|になります|です|訂正|修正|変更|時刻|未定|調整中|重要|緊急|至急|注意|お知らせ|ご案内|予告|再掲|追記|更新|新着|new|第\d+報|続報|最新|臨時|定期|計画|予定|見込み?|目安|暫定|仮|確定|日本(?:標準)?時間|[A-Z]{2,4}時間|JST|UTC|GMT|協定世界時|時間|解消|復旧|対応|調査|継続|発生|完了|終了|開始|再開|済み?|中|終日|最大|最長|作業|状況|進捗|により|によって|に応じて|前後|早まる|早めに|場合|こと|可能性|おそれ|が?あり(?:ます)?|ございます|ため|多少|程度|所要|約|休日|祝日?|振替|夜間|深夜|早朝|未明|年末年始|年末|年始|週末|翌日?|当日|毎|計|停止|休止|中断|閉塞|メンテナンス|保守|点検|障害|不具合|システム|サービス|全(?:て|面|体|部)?の?(?:機能|サービス|システム)?|すべての?(?:機能|サービス)?|利用|運用|稼[働動]|通常|どおり|通り|平常|不可|不能|可能|可|実施|影響|詳細|内容|理由|備考|期間|日時|別途|こちら|参照|頃|から|まで|より|以降|以前|後|前|ご|お|を|に|は|が|の|で|も|と|し|ます|ました|する|した|取得|含[むみ]|本番環境|接続確認環境|検証環境|及び|および|月|火|水|木|金|土|日|曜|年|回|件|[0-9+:.-]|[○◯〇×✕◎]|[\s\uE001\uE002、,。・/;~*※|!?()[\]]/gi;

/** What words in brackets, in a cell or on the next line mean for a period. */
export type BracketMeaning =
  | { readonly kind: 'remark' }
  | { readonly kind: 'scope'; readonly scope: Scope; readonly words: string };

const MAY_CHANGE =
  /^[^、。]{0,20}(?:中止|変更|延期|短縮|前後)(?:と?なる|に|する|される)?(?:場合|こと|可能性)/;

const NOTHING: BracketMeaning = { kind: 'remark' };

/** Reads words in brackets: a remark (予定, 停止, 日本時間), or the scope of the stop. */
export function meaningOf(words: string, names: Names): BracketMeaning {
  const part = saysPart(words);
  // 年 and 金 are remarks, 年金 is a name.
  if (!part && !names.hasScope.test(words) && words.replace(REMARK, '') === '') return NOTHING;
  if (
    MAY_CHANGE.test(words) ||
    isCalledOff(words) ||
    (!part && (isExtension(words) || isReserve(words)))
  )
    return NOTHING;
  const systems = namedSystems(words, names);
  const scope = parseScope(words, names);
  if (!part && isAlias(words, systems.known, names)) return aliasOf(words, systems.known, names);
  if (!part && scope.unknown && (isCause(words) || isWork(words, names))) return NOTHING;
  if (scope.whole && !scope.unknown) return NOTHING;
  return { kind: 'scope', scope, words };
}

/** Another name of what stops: 中間サーバー・プラットフォーム（地方公共団体中間サーバー）. */
function isAlias(words: string, known: ReadonlySet<string>, names: Names): boolean {
  if (known.size === 0) return false;
  let rest = words;
  for (const [, pattern] of names.systems) rest = rest.replace(pattern, '');
  return !names.hasScope.test(rest) && rest.replace(REMARK, '') === '';
}

/** Another name of the whole service says nothing; one of a server may narrow the stop to it. */
function aliasOf(words: string, known: ReadonlySet<string>, names: Names): BracketMeaning {
  let rest = words;
  for (const [, pattern] of names.systems) rest = rest.replace(pattern, '');
  // 住基ネットは稼働 is a remark.
  const alone = /^(?:[\s・、,/]|及び|および|と|等)*$/.test(rest);
  if (!alone || known.has('all') || known.has('mynaportal')) return NOTHING;
  const scope: Scope = {
    targets: [...known],
    inverted: false,
    limit: null,
    slow: false,
    outside: false,
    unknown: false,
    whole: false,
  };
  return { kind: 'scope', scope, words };
}

const isCause = (words: string): boolean => /(?:ため|により|に伴う?い?|につき|の影響)$/.test(words);

/** Returns whether words say that a day is only a reserve (予備日, 又は). */
export function isReserve(words: string): boolean {
  return /予備日?|代替日|順延|又は|または|もしくは|若しくは|あるいは/.test(words);
}

const ROW =
  /です|となります|します|いたします|とおり|停止|休止|中断|閉塞|メンテナンス|保守|点検|作業|実施|計画|定期|臨時|緊急|影響|対象|不可|発生|障害|復旧|予定|システム|サービス|API|機能|利用|ご|できない|期間|日時|時間帯?|時刻|日程|日|開始|終了|詳細|次|以下|上記|下記|第|回|目|件|年|月|分|にかけて|から|まで|間|にて|より|に|は|の|で|を|通り|予告|重要|お知らせ|変更後?|訂正|再掲|後|前|頃|No\.?|及び|および|並びに|又は|または|もしくは|予備日?|[0-9A-C]|[①-⑳]|[\s\uE001\uE002、,。・/;:~*※|!?()[\]{}<>■□◆◇●▼▽★☆▶▷►#+=_«»›>✓-]/gi;

/** Returns whether a clause holds nothing but a period and labels, like a row of a table. */
export function isRow(bare: string, names: Names): boolean {
  let rest = bare.replace(ZONES, ' ');
  if (names.hasSystem.test(rest))
    for (const [, pattern] of names.systems) rest = rest.replace(pattern, ' ');
  if (rest.replace(ROW, '') === '') return true;
  // Names of others may stand in the row too: they decide which system stops, not whether.
  return namedSystems(rest, names).unknown && evidenceOf(rest).stop === 'no' && rest.length < 60;
}
