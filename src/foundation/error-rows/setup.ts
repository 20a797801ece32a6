import { type ErrorRow, permanent } from '../error-facts.js';

/** Errors in what the program passed: options, credentials, ids of the catalog, dates, test tools. */
export const setupErrors = {
  unknown_option: {
    ...permanent,
    stage: 'configuration',
    en: 'Unknown option: {path}. {expected}',
    ja: '不明なオプションです: {path}。{expected}',
  },
  missing_option: {
    ...permanent,
    stage: 'configuration',
    en: 'Option {path} is required. {expected}',
    ja: 'オプション {path} は必須です。{expected}',
  },
  invalid_option: {
    ...permanent,
    stage: 'configuration',
    en: 'Option {path} is not valid. {expected}',
    ja: 'オプション {path} の値が正しくありません。{expected}',
  },
  package_missing: {
    ...permanent,
    stage: 'configuration',
    en: 'The package {path} is not installed. {expected}',
    ja: 'パッケージ {path} がインストールされていません。{expected}',
  },
  package_unusable: {
    ...permanent,
    stage: 'configuration',
    en: 'The package {path} cannot be used. {expected}',
    ja: 'パッケージ {path} を使用できません。{expected}',
  },
  unsupported_runtime: {
    ...permanent,
    stage: 'configuration',
    en: 'The client does not run on {path}. {expected}',
    ja: 'クライアントは {path} では動作しません。{expected}',
  },
  invalid_environment: {
    ...permanent,
    stage: 'configuration',
    en: '{path} is not an environment. Create it with sandboxEnvironment, connectionCheckEnvironment or productionEnvironment.',
    ja: '{path} は環境ではありません。sandboxEnvironment、connectionCheckEnvironment、productionEnvironment のいずれかで作成してください。',
  },
  invalid_profile: {
    ...permanent,
    stage: 'configuration',
    en: '{path} is already the id of another wire profile. Give the changed profile its own id.',
    ja: '{path} は、別の通信プロファイルがすでに使用している id です。変更したプロファイルには固有の id を指定してください。',
  },
  unverified_profile: {
    ...permanent,
    stage: 'configuration',
    en: 'The interface specification has not confirmed {path}. Production requires a confirmed wire profile. {expected}',
    ja: '{path} はインターフェイス仕様書で未確認です。本番環境では、確認済みの通信プロファイルが必要です。{expected}',
  },
  item_code_required: {
    ...permanent,
    stage: 'configuration',
    en: '{path} is missing. Production requires the TM code of every item.',
    ja: '{path} がありません。本番環境では、すべての項目に特定個人情報名コード（TM）が必要です。',
  },
  injected_transport_refused: {
    ...permanent,
    stage: 'configuration',
    en: 'Production does not allow a custom transport. Remove {path}.',
    ja: '本番環境では通信手段を差し替えられません。{path} を外してください。',
  },
  insecure_tls: {
    ...permanent,
    stage: 'configuration',
    en: 'Server certificates must be verified outside the sandbox. Remove {path}.',
    ja: 'サンドボックス以外ではサーバ証明書の検証を無効にできません。{path} を外してください。',
  },
  invalid_credential: {
    ...permanent,
    stage: 'configuration',
    en: '{path} cannot be used. {expected}',
    ja: '{path} は使用できません。{expected}',
  },
  key_certificate_mismatch: {
    ...permanent,
    stage: 'configuration',
    en: 'The private key {path} does not match its certificate.',
    ja: '秘密鍵 {path} が証明書と対応していません。',
  },
  unknown_detail: {
    ...permanent,
    stage: 'configuration',
    en: '{path} is not a detail of the catalogue (table 2.5-5 and what extendCatalog adds). {expected}',
    ja: '{path} は、カタログ（表2.5-5と extendCatalog による追加）にない分野詳細です。{expected}',
  },
  unknown_server: {
    ...permanent,
    stage: 'configuration',
    en: '{path} is not a server of the catalogue (tables 2.5-1 to 2.5-4 and what extendCatalog adds). {expected}',
    ja: '{path} は、カタログ（表2.5-1〜2.5-4と extendCatalog による追加）にないサーバです。{expected}',
  },
  not_a_holder: {
    ...permanent,
    stage: 'configuration',
    en: '{path} is not a holder of this detail in the catalogue (table 2.5-5 and what extendCatalog adds).',
    ja: '{path} は、カタログ（表2.5-5と extendCatalog による追加）でこの分野詳細の保有サーバではありません。',
  },
  invalid_date: {
    ...permanent,
    stage: 'configuration',
    en: '{path} is not a calendar date in the form YYYY-MM-DD.',
    ja: '{path} は YYYY-MM-DD 形式の正しい日付ではありません。',
  },
  invalid_instant: {
    ...permanent,
    stage: 'configuration',
    en: '{path} is not an instant. Use a Date, a luxon DateTime, epoch milliseconds, an ISO string with offset, or a JST day YYYY-MM-DD.',
    ja: '{path} は時刻として解釈できません。Date、luxon の DateTime、エポックミリ秒、オフセット付き ISO 文字列、または日本時間の日付 YYYY-MM-DD で指定してください。',
  },
  range_reversed: {
    ...permanent,
    stage: 'configuration',
    en: '{path} ends before it starts.',
    ja: '{path} の終了が開始より前です。',
  },
  outside_calendar: {
    ...permanent,
    stage: 'calendar',
    en: '{path} is outside the period that this calendar covers. {expected}',
    ja: '{path} はこのカレンダーの対象期間に含まれません。{expected}',
  },
  sandbox_refused: {
    ...permanent,
    stage: 'sandbox',
    en: 'The sandbox rejected this: {expected}',
    ja: 'サンドボックスが拒否しました: {expected}',
  },
} as const satisfies Record<string, ErrorRow>;
