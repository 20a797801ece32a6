import { CANNOT, evidenceOf } from './evidence.js';

// Taken out before the rest is read: courtesy, legal lines, and help for single users.
const GREETING =
  /ご?(?:迷惑|不便|心配|面倒|足労)(?:と?ご?(?:迷惑|不便|心配))?(?:を|お)?(?:お?かけ|お?掛け)[^。]*|(?:お詫び|おわび|深謝|陳謝)[^。]*|申し訳[^。]*(?:ません|おりません)|ご?(?:理解|了承|協力|承知)[^。]{0,30}(?:願い|幸い|ください|下さい)[^。]*|お待たせ[^。]*|(?:ありがとう|有難う|御礼|お礼)[^。]*/g;
const LEGAL =
  /責任を負|責めを負|負いかね|免責|保証(?:する|いたし|しま|でき|され)|無断(?:で)?(?:転載|複製|使用|引用)|禁じ|禁止|著作権|利用規約|プライバシー|個人情報保護|知的財産|予告なく|copyright|all rights/i;
const SINGLE = /個別(?:の|に)|お電話での|メールでの|内容によって/;
const SINGLE_REPLY = /(?:お答え|回答|返信|対応|案内|受け).{0,30}(?:かね|でき|られ)|ご遠慮/;
// Courtesy and legal lines may still say that something fails.
const STRONG =
  /停止|障害|休止|中断|不具合|ご?利用(?:でき|いただけ|頂け)ません|取得|接続|ログイン|表示/;
const CONDITION =
  /(?:でき|いただけ|出来|開か|届か|つながら|表示され|分から|わから|お持ちで|ご存じで)ない(?:場合は|ときは|時は|方は|場合$|とき$|方$|方へ|場合の|ときの)(?=.{0,40}(?:こちら|ご覧|ご確認|参照|FAQ|よくある|ヘルプ|ご相談|お問い?合わせ|方法|ページ|手順|対処|$))|(?:費用|料金|手数料|通信料|追加料金).{0,20}かかりません|必要(?:は|が)?(?:あり|ござい)ません|(?:ではありません|でなければなりません|なければなりません|ても(?:構い|かまい)ません|差し支えありません)/gi;
// Names of pages, as in a menu: メンテナンス・障害情報.
const MENU =
  /^(?:[\s・/|>»›:*■□◆◇●○▼▲★【】()[\]<>-]|メンテナンス|保守|障害|停止|運用|稼[働動]|状況|システム|サービス|API|開発者|サイト|ページ|ポータル|マイナポータル|お知らせ|重要|緊急|情報|一覧|予定|実績|について|に関する|の|ご案内|トップ|ホーム|ヘルプ|お?問い?合わせ?|FAQ|よくある(?:ご)?質問|過去|最新|履歴|カレンダー|アーカイブ|関連|リンク|メニュー|検索|ログイン|ログアウト|会員|登録|新着|カテゴリー?|戻る|次へ|前へ|先頭へ|もっと見る|詳細|詳しく|はこちら|こちら|を見る|する|English|更新|PDF|KB|RSS|\d+)+$/i;

// 障害情報 is the name of a page, 障害のお知らせ is news.
const STOPPING = /障害|停止|メンテナンス|保守/;
const PAGE_NAME = /(?:情報|一覧|予定|履歴|カレンダー|アーカイブ)[^\p{L}\p{N}]*$/u;

const DISTURBED =
  /停止|休止|中断|閉塞|途絶|遮断|寸断|切断|不通|障害(?![者児年保手支福]|の?ある|等級)|不具合|トラブル|エラー|異常|支障|事象|メンテ|保守(?!的|系)|点検|(?:設備|配線|電気|回線)工事|ダウン(?!ロード)|停電|復旧|解消|中止|取り?(?:やめ|止め)|延期|見合わせ|休業|縮退|切替|切り替え|移行作業|延長|遅れ|遅延|遅く|閉鎖|止ま[らりるっ]|止め(?!方)|ストップ|お休み|再起動|瞬断|不安定|安定(?:して)?(?:い|お)(?:ら|り)?(?:ない|ません)|混み合|込み合|混雑|輻輳|断続|途切れ|固ま(?:っ|る|り)|フリーズ|落ち(?:て|ま|た)|重くな|重い状|重たく|反応が|タイムアウト|無応答|応答なし|応答がな|真っ白|白い画面|文字化け|欠落|消失|失敗|誤(?:表示|作動|動作|送信|配信|り)|二重|づらい|づらく|しにく|りにく|えにく|けにく|かね(?:ます|る)|不可|不能|[^可]不良|制限(?:し|され|さ|を|中)|時間(?:が|を)(?:かか|要)|低下|調査中|対応中|原因|影響(?:が|を|は|も)|[×✕✖]|[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日/;
const ENGLISH =
  /maintenance|outage|down(?:time)?\b|unavailable|not (?:be )?available|suspen|interrupt|offline|unable|can ?not|can't|fail|error|not (?:respond|work)|timed? ?out|degrad|disrupt|intermittent/i;
const REFRAIN =
  /(?:お|ご)?(?:控え|遠慮|避け)(?:て|く|い|願|下|を)?(?:ください|下さい|いただ|頂|願い|くだ)|しばらく(?:お待ち|時間|たって|経って|して)|時間を(?:おい|置い|空け|あけ)て|(?:後ほど|のちほど|あらためて|改めて|再度|もう一度)[^。]{0,20}(?:お試し|試し|アクセス|お願い|操作|やり直)|お試し(?:ください|下さい|いただ)|お待ちください|ご注意(?:ください|願)|使わないで|アクセスしないで|操作しないで|送信しないで/;

/**
 * Returns whether a passage may say that something fails: a word for it, a negated verb, or a request
 * to refrain. Greetings, legal lines, menus and help for single users do not count.
 */
export function mayFail(plain: string): boolean {
  if (MENU.test(plain) && (!STOPPING.test(plain) || PAGE_NAME.test(plain))) return false;
  if (isLegal(plain) && !STRONG.test(plain)) return false;
  const rest = plain.replace(GREETING, ' ').replace(CONDITION, ' ');
  return DISTURBED.test(rest) || CANNOT.test(rest) || ENGLISH.test(rest) || REFRAIN.test(rest);
}

const isLegal = (plain: string): boolean =>
  LEGAL.test(plain) || (SINGLE.test(plain) && SINGLE_REPLY.test(plain));

const HARMLESS_DATED =
  /更新|掲載|公開|発行|発表|公表|作成|追加|改[訂定正]|施行|制定|告示|リニューアル|開催|募集|締め?切|納期|提出|申し?込|収集|開館|会議|議事|資料|第\d+回|入札|公告|採用|プレス|報道|ニュース|リリース|バージョン|version|copyright|©/i;
// A title of a list of news, or a row of a table with the day of a version.
const FULL_DATE = String.raw`(?:(?:令和|平成) ?(?:元|\d{1,2})|\d{4}) ?[年/.-] ?\d{1,2} ?[月/.-] ?\d{1,2}日?`;
const DATED_TITLE = new RegExp(
  `^[^\\p{L}\\p{N}]*${FULL_DATE}(?=[ (\\p{L}])|\\| ?${FULL_DATE} ?\\|`,
  'u',
);
const EVENTS = /イベント|催し|行事|講座|教室|開催/;

/** Returns whether a passage with a lone date only says when something harmless was or will be. */
export function isHarmlessDate(plain: string): boolean {
  return (HARMLESS_DATED.test(plain) || DATED_TITLE.test(plain)) && !mayFail(plain);
}

/** Returns whether a heading stands above a list of events. */
export function isOfEvents(plain: string): boolean {
  return EVENTS.test(plain) && !mayFail(plain);
}

// Sentences that say what a service is or does, and names of pages.
const STATEMENT =
  /(?:でき|いただけ|頂け|使え)ます|できる|可能|です。?$|でした。?$|ます。?$|ました。?$|ください。?$|下さい。?$|ましょう。?$|とは|ありがとう|[\p{sc=Han}\p{sc=Katakana}ーA-Za-z0-9)」』]$/u;
const LONGEST_LINE = 80;
const NOT_A_STATEMENT =
  /(?:てい|てお)(?:ない|ません|りません)|おかしい|変です|だめ|ダメ|駄目|苦情|問題|困/;

/**
 * Returns whether a passage that names a system of ours only says what it is or does, or is the name
 * of a page.
 */
export function isStatement(plain: string): boolean {
  if (NOT_A_STATEMENT.test(plain)) return false;
  const { stop, runs } = evidenceOf(plain);
  if (stop !== 'no') return false;
  return runs || STATEMENT.test(plain) || plain.length > LONGEST_LINE;
}
