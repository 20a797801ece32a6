import { CANNOT, CAUSES } from './evidence.js';
import type { Names } from './names.js';
import { withoutStrangers } from './systems.js';
import { ZONES } from './zones.js';

// Courtesy and verbs, before words are taken one by one.
const PHRASES =
  /(?:ご|お)?(?:迷惑|不便|面倒|心配|手数|理解|協力|了承|承知|容赦|注意|留意|確認|参照|連絡|覧|知らせ|詫び|待ち|願い)[^、。|]*(?:ます|ません|ください|下さい|です|まで)|(?:ありがとう|有難う|申し訳|何卒|恐れ入り|恐縮|よろしく|宜しく|誠に|大変|日頃|平素|いつも)[^、。|]*|(?:詳しくは|詳細は)[^、。|]*|(?:応答|レスポンス|画面|結果|情報|データ)?(?:を|が|は|に)?(?:返せ|返[らりさ]|受け付けられ|使え|使用でき|つながら|繋がら|動か|開け|お使いに|お使い(?:いただけ|頂け)|ご覧(?:に|いただけ)|届か|届け|得られ|行え|行われ|受けられ|見られ)/g;
// What a notice of a whole stop may say beside its period. Longer words first.
const NOUNS =
  /^記$|お願い|お断り|経緯|経過|関連リンク|リンク|免責|よくある(?:ご)?質問|FAQ|目次|ホーム|トップ|先頭|一覧|履歴|参考|資料|その他|補足|凡例|前へ|次へ|戻る|利用規約|プライバシーポリシー|お?問い?合わ?せ先?|バージョンアップ|プラットフォーム|シャットダウン|データセンター|ファームウェア|スケジュール|自己情報取得|ネットワーク|ソフトウェア|データベース|ヘルプデスク|ミドルウェア|ハードウェア|アップデート|メンテナンス|特定個人情報|セキュリティ|バックアップ|全サービス|リクエスト|稼[働動]|プログラム|厚生労働省|デジタル庁|サーバー?|レスポンス|ステータス|まるごと|メニュー|サポート|入れ替え|引き続き|インフラ|取りやめ|サービス|見込み?|時間帯?|見合わせ|ポータル|ご?案内|予備日?|お知らせ|トラブル|個人情報|システム|手続き?|切り替え|タイトル|年末年始|ならびに|取り止め|クラウド|リリース|ログイン|変更後?|アクセス|ストップ|接続確認|注意事項|自己情報|お休み|見通し|曜日?|または|並びに|開発者|API|総務省|知らせ|連絡先|短時間|全停止|お客様|方々?|メンテ|関係者|ダウン|ホスト|不具合|済み?|皆さま|エラー|丸ごと|および|どおり|追って|送受信|データ|メール|サイト|改めて|すべて|利用者|ページ|パッチ|代替日|不稼働|全機能|見合せ|標準時|事業者|可能性|再起動|皆さん|おそれ|長時間|関連|適用|休み|目安|年末|区分|現在|以下|参照|閉塞|終日|実施|調整|事象|切替|現象|切断|速報|更新|OS|年始|運用|要因|解消|自動|深夜|点検|下記|処理|機能|原因|全日|情報|今後|翌日|詳細|内容|関係|週末|要求|前後|以後|保守|左記|異常|変動|目的|政府|平日|定期|表題|かつ|向け|設備|業務|作業|発表|恐れ|続報|不通|対応|調査|遮断|理由|暫時|国民|完了|窓口|応答|順次|正午|全断|時間|範囲|都合|増強|通り|移行|電力|状態|強化|順延|日程|予告|定例|入替|電源|改良|開始|通知|停電|断続|取得|構成|回復|概要|全部|臨時|程度|背景|場合|照会|早朝|事項|緊急|又は|種類|最短|再掲|発生|通常|明日|種別|短縮|表示|継続|進展|中止|不可|増設|日本|運転|影響|期日|瞬断|事前|再開|最大|全面|本番|休日|以前|日中|画面|備考|制限|閲覧|電気|障害|設定|同日|完全|送信|月曜|確認|以降|全体|検証|皆様|途絶|最新|公開|掲載|一切|回線|全国|対処|期間|休止|最長|環境|別途|重要|電話|故障|受信|状況|担当|告知|及び|整備|件名|移転|夜間|修正|平常|法定|延長|機械|措置|全て|交換|強制|上記|午後|寸断|利用|日時|施設|連携|追記|未明|毎週|合計|当庁|至急|本文|通信|変更|暫定|一時|断絶|解除|不能|当日|機器|毎月|予定|接続|並行|以上|注意|本日|最終|作成|新着|終了|対象|構築|使用|中断|確定|計画|結果|未定|実行|平素|日間|受付|時刻|進捗|祝日|提供|導入|分間|分類|症状|工事|今回|DB|停止|更改|訂正|改修|各位|午前|改善|期限|復旧|検知|閉鎖|移設|次回|基盤|件|次|等|頃|時|約|各|第|化|同|版|報|際|回|完|元|月|様|日|番|用|水|先|下|他|計|旨|金|間|帯|木|前|当|祝|後|仮|年|翌|火|全|本|毎|号|中|点|枠|上|目|者|内|秒|側|土|的|分/g;
const GRAMMAR =
  /早め|早く|させ|でき(?:ません|ない|ず|なく|ます|る)?|いただ[きくけい]|頂[きくけ]|くださ?い?|なり|あらかじめ|つきまして|わたって|において|にわたり|について|に関する|にかけて|をもって|いったん|によって|基づき|いたし|とおり|止まっ|止まる|ただし|ござい|下さい|得ない|関する|により|される|による|しない|ません|なかっ|すでに|に係る|である|に伴う|させて|ました|に関し|止まり|わたり|ところ|います|に伴い|にて|でし|始ま|から|ませ|だっ|止め|いた|係る|この|です|致し|起き|なっ|遅れ|さし|落と|する|生じ|せて|ほか|行っ|うち|なら|変わ|入り|まし|まで|した|終わ|おる|入る|それ|よう|ある|して|長引|伴い|つき|せん|全く|こと|使い|かね|出来|なお|のみ|早ま|なく|ます|ここ|起こ|そう|行う|一旦|その|いる|始め|あり|遅く|なり|これ|かけ|ため|おり|受け|予め|もの|なれ|また|せず|なる|など|行い|既に|行わ|ごろ|され|より|まま|伴う|使う|ない|ほど/g;
const PARTICLES = /[をはがのにでもとへや]/g;
const ENGLISH =
  /(?<![a-z])(?:copyright|all rights reserved|maintenance|scheduled|planned|emergency|service|system|outage|downtime|down|unavailable|available|will be|will|be|is|are|not|during|suspended|suspension|interrupted|stopped|offline|shutdown|from|to|for|of|the|at|on|and|no|new|all|hours?|period|date|notice|JST|UTC|GMT|Ver\.? ?\d*)(?![a-z])/gi;
const COUNTS =
  /^[^\p{L}\p{N}]*\d{1,3}(?=[.) ])|(?:No\.?|第) ?\d+|\d+ ?(?=[回時分日件月年号報次版名つ秒])/giu;
// Alone, they name part of a system: 停止 ログイン機能.
const FUNCTION =
  /^(?:ログイン|画面|表示|閲覧|通知|受付|送信|受信|送受信|メール|電話|手続き?|メニュー|窓口|アクセス|検索)+(?:機能|サービス|業務|処理|画面)?$/;
// 機器更新 in brackets says why.
const WORK =
  /(?:更新|交換|更改|増強|増設|改修|点検|工事|移行|移設|保守|メンテナンス|適用|入替|入れ替え|バージョンアップ|アップデート|停電|作業|切替|切り替え|故障)(?:作業|対応|等|など)?$/;
const NEGATED = new RegExp(CANNOT.source, 'g');
const BETWEEN = /[\s\uE001\uE002、,。:;・/|~"'()[\]【】〔〕<>「」『』-]+/;

/**
 * Returns the first word beside a stop that does not belong to its period, its system, its cause, or
 * what a notice says anyway. It may be a scope: 停止 ぺけぺけ.
 */
export function unexplained(text: string, names: Names): string | undefined {
  const rest = withoutStrangers(text.replace(CAUSES, ' '), names)
    .replace(ZONES, ' ')
    .replace(COUNTS, '')
    .replace(PHRASES, ' ');
  return rest.split(BETWEEN).find((word) => !isOrdinary(word));
}

/** Returns whether words in brackets are only the work for which something stops. */
export function isWork(words: string, names: Names): boolean {
  return WORK.test(words) && unexplained(words, names) === undefined;
}

function isOrdinary(word: string): boolean {
  if (FUNCTION.test(word)) return false;
  const rest = word
    .replace(NEGATED, ' ')
    .replace(NOUNS, ' ')
    .replace(ENGLISH, ' ')
    .replace(GRAMMAR, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ');
  // One sign is the rest of a verb. みかん is more.
  return rest.split(' ').every((part) => {
    const left = part.replace(PARTICLES, '');
    return left === '' || (left.length === 1 && /\p{sc=Hiragana}/u.test(left));
  });
}
