/** Where on the journey an error arose. */
export type Stage =
  | 'configuration'
  | 'calendar'
  | 'consent'
  | 'callback'
  | 'token'
  | 'request'
  | 'result'
  | 'answer'
  | 'store'
  | 'vault'
  | 'kiosk'
  | 'sandbox';

/**
 * What the failed step may have changed at the other side: nothing, something, or nobody can tell.
 */
export type Effect = 'none' | 'applied' | 'unknown';

/**
 * Whether the same step may be taken again, and from when (ISO 8601 with offset) if the other side
 * said so.
 */
export interface Retry {
  readonly safe: boolean;
  readonly notBefore?: string;
}

/**
 * What the other side said, as far as it may be repeated: HTTP status, machine code, request id.
 */
export interface Upstream {
  readonly status?: number;
  readonly code?: string;
  readonly requestId?: string;
}

export interface ErrorRow {
  readonly stage: Stage;
  readonly effect: Effect;
  readonly retrySafe: boolean;
  readonly en: string;
  readonly ja: string;
}

const programmer = { effect: 'none', retrySafe: false } as const;

// `{path}` names the option or the place in the data, `{expected}` what would have been right.
// Neither ever holds a value.
/** The error table. `docs/troubleshooting.md` is held against it. */
export const errorTable = {
  unknown_option: {
    ...programmer,
    stage: 'configuration',
    en: 'Unknown option: {path}. {expected}',
    ja: '不明なオプションです: {path}。{expected}',
  },
  missing_option: {
    ...programmer,
    stage: 'configuration',
    en: 'Option {path} is required. {expected}',
    ja: 'オプション {path} は必須です。{expected}',
  },
  invalid_option: {
    ...programmer,
    stage: 'configuration',
    en: 'Option {path} is not valid. {expected}',
    ja: 'オプション {path} の値が正しくありません。{expected}',
  },
  package_missing: {
    ...programmer,
    stage: 'configuration',
    en: 'The package {path} is not installed. {expected}',
    ja: 'パッケージ {path} がインストールされていません。{expected}',
  },
  invalid_environment: {
    ...programmer,
    stage: 'configuration',
    en: '{path} is not an environment made by sandboxEnvironment, connectionCheckEnvironment or productionEnvironment.',
    ja: '{path} は sandboxEnvironment、connectionCheckEnvironment、productionEnvironment のいずれかで作成した環境ではありません。',
  },
  unverified_profile: {
    ...programmer,
    stage: 'configuration',
    en: 'Production refuses this wire profile: {path} is not confirmed by the interface specification.',
    ja: '本番環境ではこの通信プロファイルを使用できません。{path} がインターフェイス仕様書で確認されていません。',
  },
  item_code_required: {
    ...programmer,
    stage: 'configuration',
    en: 'Production requires the TM code of every item: {path} has none.',
    ja: '本番環境では全項目に特定個人情報名コード（TM）が必要です。{path} にありません。',
  },
  injected_transport_refused: {
    ...programmer,
    stage: 'configuration',
    en: 'Production refuses an injected transport: remove {path}.',
    ja: '本番環境では通信手段の差し替えはできません。{path} を外してください。',
  },
  insecure_tls: {
    ...programmer,
    stage: 'configuration',
    en: 'Server certificates must be verified outside the sandbox: remove {path}.',
    ja: 'サンドボックス以外ではサーバ証明書の検証を無効にできません。{path} を外してください。',
  },
  invalid_credential: {
    ...programmer,
    stage: 'configuration',
    en: '{path} cannot be read. {expected}',
    ja: '{path} を読み取れません。{expected}',
  },
  key_certificate_mismatch: {
    ...programmer,
    stage: 'configuration',
    en: 'The private key {path} does not belong to the certificate beside it.',
    ja: '秘密鍵 {path} が証明書と対応していません。',
  },
  unknown_detail: {
    ...programmer,
    stage: 'configuration',
    en: '{path} names no detail of table 2.5-5. {expected}',
    ja: '{path} は表2.5-5の分野詳細にありません。{expected}',
  },
  unknown_server: {
    ...programmer,
    stage: 'configuration',
    en: '{path} names no server of tables 2.5-1 to 2.5-4. {expected}',
    ja: '{path} は表2.5-1〜2.5-4のサーバにありません。{expected}',
  },
  not_a_holder: {
    ...programmer,
    stage: 'configuration',
    en: '{path}: table 2.5-5 does not name this server as a holder of this detail.',
    ja: '{path}: 表2.5-5では、このサーバはこの分野詳細を保有していません。',
  },
  invalid_date: {
    ...programmer,
    stage: 'configuration',
    en: '{path} is not a calendar date in the form YYYY-MM-DD.',
    ja: '{path} は YYYY-MM-DD 形式の正しい日付ではありません。',
  },
  invalid_instant: {
    ...programmer,
    stage: 'configuration',
    en: '{path} is not an instant: give a Date, a luxon DateTime, epoch milliseconds, an ISO string with offset, or a JST day YYYY-MM-DD.',
    ja: '{path} は時刻として解釈できません。Date、luxon の DateTime、エポックミリ秒、オフセット付き ISO 文字列、または日本時間の日付 YYYY-MM-DD で指定してください。',
  },
  range_reversed: {
    ...programmer,
    stage: 'configuration',
    en: '{path} ends before it starts.',
    ja: '{path} の終了が開始より前です。',
  },
  outside_calendar: {
    ...programmer,
    stage: 'calendar',
    en: '{path} lies outside the span this calendar vouches for. {expected}',
    ja: '{path} はこのカレンダーが保証する期間の外です。{expected}',
  },
  consent_declined: {
    ...programmer,
    stage: 'callback',
    en: 'The citizen declined.',
    ja: '利用者が同意しませんでした。',
  },
  callback_rejected: {
    ...programmer,
    stage: 'callback',
    en: 'The callback cannot be accepted; upstream.code says why.',
    ja: 'コールバックを受け付けられません。理由は upstream.code にあります。',
  },
  token_refused: {
    stage: 'token',
    effect: 'applied',
    retrySafe: false,
    en: 'The portal refused the code; a new consent is needed.',
    ja: 'マイナポータルが認可コードを拒否しました。新たな同意が必要です。',
  },
  grant_expired: {
    ...programmer,
    stage: 'request',
    en: 'This grant has expired: ask for a new consent.',
    ja: 'この同意の有効期限が切れました。新たな同意を得てください。',
  },
  unknown_item: {
    ...programmer,
    stage: 'request',
    en: '{path} is not an item of this service.',
    ja: '{path} はこのサービスの項目ではありません。',
  },
  inquiry_not_registered: {
    ...programmer,
    stage: 'request',
    en: '{path}: this inquiry method is not registered for this item.',
    ja: '{path}: この照会方法はこの項目に登録されていません。',
  },
  latest_not_declared: {
    ...programmer,
    stage: 'request',
    en: "{path}: 'latest' needs the item's latestBy, the field that decides which record is the latest.",
    ja: '{path}: 最新情報指定には、最新判定を行う取得項目（latestBy）の申し出が必要です。',
  },
  grant_used: {
    ...programmer,
    stage: 'request',
    en: 'This grant has paid for its one request: every use needs a consent of its own.',
    ja: 'この同意は使用済みです。利用の都度、新たな同意が必要です。',
  },
  foreign_grant: {
    ...programmer,
    stage: 'request',
    en: '{path} was not issued by this client.',
    ja: '{path} はこのクライアントが発行したものではありません。',
  },
  invalid_retrieval: {
    ...programmer,
    stage: 'result',
    en: '{path} is not a retrieval of this service.',
    ja: '{path} はこのサービスの照会票（Retrieval）ではありません。',
  },
  retrieval_gone: {
    ...programmer,
    stage: 'result',
    en: 'This retrieval has expired, was discarded, or its store does not hold it.',
    ja: 'この照会は期限切れか破棄済みで、ストアに存在しません。',
  },
  client_closed: {
    ...programmer,
    stage: 'configuration',
    en: 'This client is closed.',
    ja: 'このクライアントは終了しています。',
  },
  retention_ended: {
    ...programmer,
    stage: 'answer',
    en: 'The consented retention period has ended: the data may no longer be read.',
    ja: '同意を得た保持期間が終了したため、情報を読み出せません。',
  },
  record_invalid: {
    stage: 'answer',
    effect: 'applied',
    retrySafe: false,
    en: 'A record does not fit the schema of its item at {path}.',
    ja: 'レコードが項目のスキーマに適合しません: {path}。',
  },
  signing_failed: {
    stage: 'token',
    effect: 'none',
    retrySafe: false,
    en: '{path} gave no signature for the client assertion; nothing was sent. {expected}',
    ja: '{path} からクライアントアサーションの署名を得られませんでした。何も送信していません。{expected}',
  },
  connection_failed: {
    stage: 'token',
    effect: 'none',
    retrySafe: true,
    en: 'No connection could be made; nothing was sent.',
    ja: '接続できませんでした。何も送信していません。',
  },
  server_not_trusted: {
    stage: 'token',
    effect: 'none',
    retrySafe: false,
    en: "The server's certificate was not accepted; nothing was sent.",
    ja: 'サーバ証明書を検証できませんでした。何も送信していません。',
  },
  certificate_refused: {
    stage: 'token',
    effect: 'none',
    retrySafe: false,
    en: 'The other side refused the client certificate, or wants one.',
    ja: '相手側がクライアント証明書を拒否したか、クライアント証明書の提示を求めています。',
  },
  proxy_refused: {
    stage: 'token',
    effect: 'none',
    retrySafe: false,
    en: 'The proxy refused the tunnel; nothing was sent to the portal. {expected}',
    ja: 'プロキシがトンネルを拒否しました。マイナポータルには何も送信していません。{expected}',
  },
  connection_closed: {
    stage: 'token',
    effect: 'unknown',
    retrySafe: false,
    en: 'The other side closed the connection before answering. With TLS 1.3 a rejected client certificate looks like this.',
    ja: '応答の前に相手側が接続を閉じました。TLS 1.3 ではクライアント証明書が拒否された場合もこのように見えます。',
  },
  answer_lost: {
    stage: 'request',
    effect: 'unknown',
    retrySafe: false,
    en: 'The request was sent, its answer was lost. It is never sent twice; ask for a new consent.',
    ja: '要求は送信しましたが、応答を受け取れませんでした。再送はしません。新たな同意を得てください。',
  },
  timed_out: {
    stage: 'token',
    effect: 'unknown',
    retrySafe: false,
    en: 'No complete answer came in time.',
    ja: '時間内に応答が完了しませんでした。',
  },
  aborted: {
    stage: 'token',
    effect: 'unknown',
    retrySafe: false,
    en: 'The caller aborted the call.',
    ja: '呼び出し側が処理を中断しました。',
  },
  response_invalid: {
    stage: 'token',
    effect: 'unknown',
    retrySafe: false,
    en: 'The answer breaks the protocol: {expected}',
    ja: '応答が規約に反しています: {expected}',
  },
  process_mismatch: {
    stage: 'result',
    effect: 'unknown',
    retrySafe: false,
    en: 'The answer belongs to another process id; nothing of it was kept.',
    ja: '別の処理IDに対する応答のため破棄しました。',
  },
  overloaded: {
    stage: 'request',
    effect: 'none',
    retrySafe: true,
    en: 'As many calls as the client allows are under way; nothing was sent.',
    ja: '同時に実行できる呼び出しの上限に達しています。何も送信していません。',
  },
  upstream_refused: {
    stage: 'request',
    effect: 'none',
    retrySafe: false,
    en: 'The portal refused the call.',
    ja: 'マイナポータルが要求を拒否しました。',
  },
  upstream_unavailable: {
    stage: 'request',
    effect: 'none',
    retrySafe: true,
    en: 'The portal cannot take the call now.',
    ja: 'マイナポータルは現在要求を受け付けられません。',
  },
  upstream_failed: {
    stage: 'request',
    effect: 'unknown',
    retrySafe: false,
    en: 'The portal reported an error of its own.',
    ja: 'マイナポータル側でエラーが発生しました。',
  },
  store_key_exists: {
    ...programmer,
    stage: 'store',
    en: 'The store already holds, or has held, this key.',
    ja: 'このキーは既に保管されています。',
  },
  store_full: {
    stage: 'store',
    effect: 'none',
    retrySafe: true,
    en: 'The store holds as many entries as it may; nothing was dropped for this one.',
    ja: 'ストアの件数が上限に達しています。既存のデータは削除していません。',
  },
  store_failed: {
    stage: 'store',
    effect: 'none',
    retrySafe: true,
    en: 'The store could not be read or written.',
    ja: 'ストアの読み書きに失敗しました。',
  },
  foreign_answer: {
    ...programmer,
    stage: 'vault',
    en: '{path} is not an answer of this service, as it came from the client or from a vault.',
    ja: '{path} は、クライアントまたは保管庫から得た、このサービスの回答ではありません。',
  },
  reference_unknown: {
    ...programmer,
    stage: 'answer',
    en: 'The vault holds nothing under this reference: it never did, or the period has ended and it was swept.',
    ja: 'この参照番号で保管している情報はありません。保管したことがないか、保持期間の終了後に消去済みです。',
  },
  data_erased: {
    ...programmer,
    stage: 'answer',
    en: 'What this reference stood for was erased.',
    ja: 'この参照番号の情報は消去済みです。',
  },
  purpose_refused: {
    ...programmer,
    stage: 'vault',
    en: 'The data may be used for the consented purpose only, and this is another.',
    ja: '同意を得た目的以外には利用できません。',
  },
  record_damaged: {
    ...programmer,
    stage: 'vault',
    en: 'The record and its key do not belong together, or one of them was changed; nothing of it was read.',
    ja: 'レコードと鍵が対応していないか、改変されています。内容は一切読み出していません。',
  },
  format_unsupported: {
    ...programmer,
    stage: 'vault',
    en: '{path} names a newer format than this version of the package knows; nothing was changed.',
    ja: '{path} は、このバージョンが対応していない新しい形式を示しています。何も変更していません。',
  },
  key_unknown: {
    ...programmer,
    stage: 'vault',
    en: 'The key that this was sealed or wrapped with is not among the keys at hand.',
    ja: '暗号化に使われた鍵が、手元の鍵の中にありません。',
  },
  key_unavailable: {
    stage: 'vault',
    effect: 'none',
    retrySafe: true,
    en: 'The key provider could not wrap or unwrap a data key.',
    ja: '鍵プロバイダでデータ鍵を処理できませんでした。',
  },
  clock_jumped: {
    ...programmer,
    stage: 'vault',
    en: 'The clock is more than 24 hours ahead of the latest instant the vault has seen; nothing was erased. If the clock is right, say so by confirmClock.',
    ja: '時計が、保管庫の確認した最新の時刻より24時間を超えて進んでいます。何も消去していません。時計が正しい場合は confirmClock で確認してください。',
  },
  kiosk_action_refused: {
    ...programmer,
    stage: 'kiosk',
    en: 'The session does not take {path} in this state; nothing was changed.',
    ja: '現在の状態では {path} を受け付けません。何も変更していません。',
  },
  sandbox_refused: {
    ...programmer,
    stage: 'sandbox',
    en: 'The sandbox refused: {expected}',
    ja: 'サンドボックスが拒否しました: {expected}',
  },
} as const satisfies Record<string, ErrorRow>;

/** The stable machine code of a {@link SelfInfoError}. */
export type SelfInfoErrorCode = keyof typeof errorTable;
