/** What the words of a clause say about a stop. */
export interface Evidence {
  /**
   * `yes`: it stops. `weak`: maintenance or a fault, which means a stop if nothing else is said.
   * `may`: it may stop. `slow`: it gets slow. `no`: none of these.
   */
  readonly stop: 'yes' | 'weak' | 'may' | 'slow' | 'no';
  /** Whether it says that something runs, or that nothing stops. */
  readonly runs: boolean;
  /** Whether it says that nothing stops (停止しません). */
  readonly denied: boolean;
  /** Whether it is about another kind of period, like opening hours or applications. */
  readonly other: boolean;
}

const POLITE = '(?:し|いたし|致し|行い|行われ|行わ|され|実施し|実施され|予定し)';

// 停止しません, 停止の予定はありません, 停止なし, 停止せず. Read first: the rest of the clause may say more.
const DENIAL = new RegExp(
  `無停止|ノンストップ|(?:停止|休止|中断|メンテナンス|保守|作業|実施|中止|瞬断|障害|不具合)(?:する|を伴う)?(?:の?(?:予定|こと|影響))?[はをがも:]? ?(?:${POLITE}(?:て(?:い|お)[りる]?)?(?:ません|ない|なかった|ず)|(?:て(?:い|お)り)?ません|せず|させず|(?:予定して)?おりません|(?:あり|ござい|生じ|発生し)ません|なし|無し|なくな[りっる]|(?:を)?(?:伴わ|伴い(?:ません|ま せん))(?:ない|ず)?)|止まりません|止まらない|止めず|影響(?:は|が|も|を)?(?:一切|特に)?(?:ありません|ございません|ない|なし|無し|受けません|及びません|生じません)|支障(?:は|が)?(?:ありません|ない|なし)|変わら(?:ず|ない)|変わりなく|問題なく|(?:停止|休止|障害)(?:の)?対象外`,
  'g',
);
// 8:00再開, 終了後は通常どおりご利用いただけます: what comes after the end says nothing about the period.
const AFTERWARDS =
  /\uE001 ?(?:頃|ごろ|以降|以後)?(?:に|より|から|以降|を目途に|には|は)?[、,]? ?(?:順次)?(?:サービス|運用|稼働|利用|提供)?(?:を|が|は|の)?(?:再開|復旧|復帰|解消|回復|解除|終了|完了)(?:予定|見込み?|済み?)?|(?:終了|完了|停止|作業|メンテナンス|再開|復旧)(?:後|次第|以降)[^、。]{0,8}[、,]?[^、。]{0,30}(?:ます|可能?|稼働|再開|通常(?:どおり|通り))|その後[^。]{0,30}(?:ます|可能|稼働)|\uE001 ?(?:以降|より後|からは)[^、。]{0,20}(?:ます|可能?|稼働|通常(?:どおり|通り))/g;
// "Y is down because of a failure of X" is about Y.
export const CAUSES =
  /(?:[^、。,はが\uE001\uE002\n()]|\([^()\uE001\uE002]{0,40}\)){1,80}?(?:ため|為(?=[、 に])|により|によって|による|に伴う?い?|に伴って|にともない|につき|の影響(?:で|を受け(?:て)?)?|を受け(?:て)?|に起因(?:する|して)?|が原因(?:で|の|と))[、,]?/gu;
// メンテナンスのため says that the system itself is maintained.
const OWN_CAUSE =
  /^[\s()（）・]*(?:システム|サービス|定期|緊急|臨時|計画|定例|の)*(?:メンテナンス|保守|点検|障害|停止|休止|不具合|作業)(?:の|の実施の|実施の)?(?:ため|為|により|による|に伴い|につき)/;
const RESUMED = /(?:再開|復旧|復帰|解消|回復|解除)(?:予定|見込み?|済み?)?/g;

/**
 * Negated ability, passive and success, by form: 使えません, 表示されない, つながらず, 応答しない.
 */
export const CANNOT =
  /(?:れ|でき|出来|届い|動い|開い|繋がっ|つながっ|返っ|戻っ|終わっ|立っ|効い|(?:安定|反映|完了|応答|復旧|解消|稼働|回復)し)て(?:い|お[りら]?)(?:ませ[んぬ]|ない|なかっ|ず)|(?:(?<!かもし|含ま|問わ|知ら|保証さ|限ら|妨げら|欠か[させ]|数えき|忘|[^だ]い|くだ|られてい)[えけせてねべめれげぜ]|でき|出来|(?<=画面が|表示が|一覧が|ページが|結果が)出|つなが[らり]|繋が[らり]|返[らり]|返って[来きこ]|戻[らり]|戻って[来きこ]|帰って[来きこ]|立ち上が[らり]|切り替わ[らり]|届[かき]|動[かき]|開[かき]|働[かき]|効[かき]|見つか[らり]|終わ[らり]|始ま[らり]|映[らり]|通[らり]|回[らり]|進[まみ]|(?:応答|動作|起動|反映|完了|接続|作動|機能|送信|受信|返答|回答|稼働|稼動|運転|運用|提供|公開|取得|処理|更新|到達|成立|成功|遷移|表示|同期|安定|定着)(?:を|が|は)?(?:し(?:て(?:い|お(?:り|ら))?)?|いたし|致し|行い|行わ))(?:ませ[んぬ]|ない(?!し)|なかっ|なく|ず(?![つれらっ]))/;

const TO_STOP = '(?:停止|休止|中断|中止|見合わせ|取り?(?:やめ|止め|止)|見送)';
const STOPS = new RegExp(
  [
    `(?:サービス|提供|稼働|稼動|運用|運転|利用|取得|照会|接続|取扱い?|業務)(?:を|の|が|は)?(?:一時的に|一時|全面的に|全面|終日)?${TO_STOP}`,
    '停止|休止|中断|閉塞|閉鎖|遮断|途絶|寸断|切断|断絶|不通|不可|不能|不稼働|サービス断|全断|ダウン(?!ロード)|ストップ',
    '止ま(?!ら|りません)[りるっ]|止め(?:ます|る|て|させ)|落と(?:します|し)|お休み|見合わせ|停電|使えなく|[×✕✖╳✗]',
    '(?:いただけ|頂け|でき|出来|なれ)かね|かね(?:ます|る)|立ち上がら',
    CANNOT.source,
  ].join('|'),
);
const EVERY_STOP = new RegExp(STOPS.source, 'g');
const ENGLISH_STOPS =
  /outage|down(?:time)?\b|unavailable|not (?:be )?available|suspen|interrupt|offline|shut ?down|stopped/i;
// Not 障害保健福祉, 障害者, 障害年金.
const WEAK =
  /メンテ|保守|点検|障害(?![者児年保手支福]|の?ある|等)|不具合|トラブル|maintenance|ご?利用制限/i;
const MAY = /(?:場合|こと|可能性|おそれ|恐れ|見込み)(?:が|も|は|の)?(?:あり|ござい|ある)/;
const MAYBE =
  /再起動|瞬断|切替|切り替え|移行作業|更新作業|工事|つながりにく|繋がりにく|づらく|づらい|しにく|にくく|にくい|不安定|混み合|込み合|混雑|輻輳|断続|縮退|途切れ|制限/;
const SLOW = /遅く|遅延|遅れ|時間(?:が|を|の)(?:かか|掛か|要)|重くな|低下|slow/i;

const RUNS =
  /可能(?!性)|(?<!不)可(?!能|否|決)|でき(?:る(?!限り|だけ)|ます)|出来(?:る|ます)|(?:いただけ|頂け|戴け)(?:る|ます(?!よう|と幸|と助))|使え(?:る|ます)|(?<!不)稼[働動]|運用(?:中|します|いたします|時間|日|予定|期間)|通常(?:どおり|通り|運用|運転|営業|稼[働動])|平常(?:どおり|通り|運用)|(?:サービス|ご?利用)?提供(?:期間|時間|中|します|いたします|予定|日)|ご?利用(?:期間|時間|可)|再開|復旧|(?:サービス|提供|運用|ご?利用|稼働)(?:の|を)?開始|[○◯〇◎]|オープン|開放|継続して|available|in service|operational|running/i;

const OTHER =
  /受付|受け付け|申込|申し込み|申請期間|申告|募集|公募|開催|説明会|セミナー|会議|営業|窓口|開館|休館|開所|開庁|閉庁|休業|キャンペーン|テスト(?:期間|運用)|試験(?:期間|運用)|試行|実証|移行期間|経過措置|掲載|公開期間|展示|体験|アンケート|意見|パブリックコメント|有効期[限間]|納付|納期|研修|講習|講座|入札|採用|選考|投票|表彰|配布|配信期間|販売|開講|休診|診療|イベント|ヘルプデスク|お?問い?合わ?せ|コールセンター|サポート|電話|保存期間|対象期間|集計期間|契約期間|履行期|準備期間|周知期間/;

const EMPTY: Evidence = { stop: 'no', runs: false, denied: false, other: false };

/** Returns what a normalised clause says. Its times are marked with \uE001 and \uE002. */
export function evidenceOf(text: string): Evidence {
  if (/^[\s\uE001\uE002]*$/.test(text)) return EMPTY;
  const denied = text.search(DENIAL) >= 0;
  const rest = text
    .replace(DENIAL, ' ')
    .replace(AFTERWARDS, ' ')
    .replace(CAUSES, (cause) => (OWN_CAUSE.test(cause) ? cause : ' '));
  const stop = stopOf(rest);
  // Without a stop, "resumes" says that it runs.
  const now = stop === 'no' ? rest : rest.replace(RESUMED, ' ');
  const runs = denied || RUNS.test(now.replace(EVERY_STOP, ' ').replace(ENGLISH_STOPS, ' '));
  return { stop, runs, denied, other: OTHER.test(rest) };
}

function stopOf(text: string): Evidence['stop'] {
  const yes = STOPS.exec(text) ?? ENGLISH_STOPS.exec(text);
  if (yes) {
    const after = text.slice(yes.index + yes[0].length, yes.index + yes[0].length + 24);
    return MAY.test(after.split(/[。、 ]|延長/)[0] as string) ? 'may' : 'yes';
  }
  if (SLOW.test(text)) return 'slow';
  if (MAYBE.test(text)) return 'may';
  return WEAK.test(text) ? 'weak' : 'no';
}

/** Returns whether a clause has a predicate of either kind, so that the next one is another. */
export function hasPredicate(text: string): boolean {
  const { stop, runs, other } = evidenceOf(text);
  return stop !== 'no' || runs || other;
}
