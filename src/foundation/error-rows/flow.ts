import { type ErrorRow, permanent } from '../error-facts.js';

/** Errors of consents, grants, inquiries, retrievals, answers and kiosk sessions. */
export const flowErrors = {
  consent_declined: {
    ...permanent,
    stage: 'callback',
    en: 'The consent was not given. The citizen declined, or could not be authenticated.',
    ja: '同意を得られませんでした。利用者が同意しなかったか、本人確認ができませんでした。',
  },
  callback_rejected: {
    ...permanent,
    stage: 'callback',
    en: 'The callback cannot be accepted. See upstream.code for the reason.',
    ja: 'コールバックを受け付けられません。理由は upstream.code を参照してください。',
  },
  token_refused: {
    stage: 'token',
    effect: 'applied',
    retrySafe: false,
    en: 'The portal rejected the authorization code. Ask for a new consent.',
    ja: 'マイナポータルが認可コードを拒否しました。改めて同意を得てください。',
  },
  grant_expired: {
    ...permanent,
    stage: 'request',
    en: 'This grant has expired. Ask for a new consent.',
    ja: 'この同意の有効期限が切れています。改めて同意を得てください。',
  },
  unknown_item: {
    ...permanent,
    stage: 'request',
    en: '{path} is not an item of this service.',
    ja: '{path} はこのサービスの項目ではありません。',
  },
  inquiry_not_registered: {
    ...permanent,
    stage: 'request',
    en: '{path}: this inquiry method is not registered for this item.',
    ja: '{path}: この照会方法はこの項目に登録されていません。',
  },
  latest_not_declared: {
    ...permanent,
    stage: 'request',
    en: "{path} uses 'latest'. The item needs latestBy, the field that determines the latest record.",
    ja: '{path}: 最新情報指定には、最新判定を行う取得項目（latestBy）の申し出が必要です。',
  },
  grant_used: {
    ...permanent,
    stage: 'request',
    en: 'This grant has already been used. Ask for a new consent.',
    ja: 'この同意は使用済みです。改めて同意を得てください。',
  },
  foreign_grant: {
    ...permanent,
    stage: 'request',
    en: '{path} was not issued by this client.',
    ja: '{path} はこのクライアントが発行したものではありません。',
  },
  invalid_retrieval: {
    ...permanent,
    stage: 'result',
    en: '{path} is not a retrieval of this service.',
    ja: '{path} はこのサービスの照会票（Retrieval）ではありません。',
  },
  profile_unknown: {
    stage: 'result',
    effect: 'none',
    retrySafe: true,
    en: '{path} names a wire profile that this environment does not have. Nothing was sent. Add the profile to otherProfiles.',
    ja: '{path} が示す通信プロファイルが、この環境にありません。何も送信していません。そのプロファイルを otherProfiles に追加してください。',
  },
  retrieval_gone: {
    ...permanent,
    stage: 'result',
    en: 'This retrieval has expired, was discarded, or is not in this store.',
    ja: 'この照会票は、期限切れ、破棄済み、このストアにない、のいずれかです。',
  },
  client_closed: {
    ...permanent,
    stage: 'configuration',
    en: 'This client or queue is closed.',
    ja: 'このクライアントまたはキューは終了しています。',
  },
  retention_ended: {
    ...permanent,
    stage: 'answer',
    en: 'The consented retention period has ended. The data may no longer be read.',
    ja: '同意を得た保持期間が終了したため、情報を読み出せません。',
  },
  record_invalid: {
    stage: 'answer',
    effect: 'applied',
    retrySafe: false,
    en: 'A record does not match the schema of its item at {path}.',
    ja: 'レコードが項目のスキーマに適合しません: {path}。',
  },
  kiosk_action_refused: {
    ...permanent,
    stage: 'kiosk',
    en: 'The session does not allow {path} in this state. Nothing was changed.',
    ja: '現在の状態では {path} を受け付けません。何も変更していません。',
  },
} as const satisfies Record<string, ErrorRow>;
