import { clientRefusals } from './client-refusals.js';

/** The texts and the status of one refusal. */
export interface RefusalRow {
  /** The code in the response: an OAuth error code where OAuth has one. */
  readonly error: string;
  readonly status: number;
  /**
   * Helps a developer. ASCII, as `error_description` requires. `{at}` names the place, never a
   * value.
   */
  readonly en: string;
  readonly ja: string;
}

const invalidRequest = { error: 'invalid_request', status: 400 } as const;
const invalidGrant = { error: 'invalid_grant', status: 400 } as const;
const onThePage = <E extends string>(error: E) => ({ error, status: 400 }) as const;
const invalidToken = { error: 'invalid_token', status: 401 } as const;

/** The refusals by the code in the journal. It is finer than `error`, whose values OAuth defines. */
export const refusalTable = {
  wrong_origin: {
    error: 'not_found',
    status: 421,
    en: 'This is not one of the two origins of this sandbox: use those of environment().endpoints.',
    ja: 'このサンドボックスのオリジンではありません。environment().endpoints の2つのオリジンを使ってください。',
  },
  unknown_route: {
    error: 'not_found',
    status: 404,
    en: 'This origin does not serve this path. Pages are on browserUrl, calls go to apiUrl, with the paths of the wire profile.',
    ja: 'このオリジンにこのパスはありません。画面は browserUrl、API は apiUrl にあります。パスは通信プロファイルで確認してください。',
  },
  method_not_allowed: {
    error: 'method_not_allowed',
    status: 405,
    en: 'This path does not accept this HTTP method: see the Allow header.',
    ja: 'このパスではこの HTTP メソッドを使えません。Allow ヘッダーを確認してください。',
  },
  body_too_large: {
    error: 'request_too_large',
    status: 413,
    en: 'The body is larger than {limit} KiB.',
    ja: '本文が {limit} KiB を超えています。',
  },
  not_a_form: {
    error: 'unsupported_media_type',
    status: 415,
    en: 'Send the body as application/x-www-form-urlencoded, in UTF-8.',
    ja: '本文は UTF-8 の application/x-www-form-urlencoded で送ってください。',
  },
  not_json_type: {
    error: 'unsupported_media_type',
    status: 415,
    en: 'Send the body as application/json, in UTF-8.',
    ja: '本文は UTF-8 の application/json で送ってください。',
  },
  broken_encoding: {
    ...invalidRequest,
    en: 'The query or the body is not well-formed: check its percent-encoding and UTF-8.',
    ja: 'クエリまたは本文を解釈できません。パーセントエンコーディングと UTF-8 を確認してください。',
  },
  not_json: { ...invalidRequest, en: 'The body is not JSON.', ja: '本文が JSON ではありません。' },
  doubled_parameter: {
    ...invalidRequest,
    en: 'A parameter occurs more than once: {at}.',
    ja: '同じパラメーターが2回以上あります: {at}。',
  },
  missing_parameter: {
    ...invalidRequest,
    en: 'Parameter {at} is missing or empty.',
    ja: 'パラメーター {at} がないか、空です。',
  },
  query_not_allowed: {
    ...invalidRequest,
    en: 'Send parameters in the body, never in the URL.',
    ja: 'パラメーターは URL に付けず、本文で送ってください。',
  },
  unknown_client: {
    error: 'unauthorized_client',
    status: 400,
    en: 'This client_id is not registered: pass its registration to createSandbox.',
    ja: 'client_id が登録されていません。createSandbox の registrations に追加してください。',
  },
  redirect_uri_not_registered: {
    ...invalidRequest,
    en: 'redirect_uri is not registered. It is compared character by character: check the trailing slash, the port and the case.',
    ja: 'redirect_uri が登録済みのものと一致しません。1文字ずつ比較します。末尾のスラッシュ、ポート、大文字・小文字を確認してください。',
  },
  state_required: {
    ...invalidRequest,
    en: 'state is required: send a new random value for every consent.',
    ja: 'state が必要です。同意のたびに新しい乱数を使ってください。',
  },
  response_type_not_code: {
    error: 'unsupported_response_type',
    status: 400,
    en: 'response_type must be code.',
    ja: 'response_type には code を指定してください。',
  },
  pkce_required: {
    ...invalidRequest,
    en: 'PKCE is required: code_challenge_method={at} and a code_challenge of 43 base64url characters.',
    ja: 'PKCE が必要です。code_challenge_method={at} と、base64url で43文字の code_challenge を送ってください。',
  },
  response_mode_differs: {
    ...invalidRequest,
    en: 'The wire profile of this sandbox requires response_mode={at}.',
    ja: 'このサンドボックスの通信プロファイルでは response_mode={at} が必要です。',
  },
  scope_differs: {
    error: 'invalid_scope',
    status: 400,
    en: 'scope does not match the wire profile of this sandbox.',
    ja: 'scope が、このサンドボックスの通信プロファイルと一致しません。',
  },
  parameter_required: {
    ...invalidRequest,
    en: 'Parameter {at} does not match the wire profile of this sandbox.',
    ja: 'パラメーター {at} が、このサンドボックスの通信プロファイルと一致しません。',
  },
  consent_header_unknown: {
    ...invalidRequest,
    en: 'The header {at} must name a persona of this space, or agree or decline.',
    ja: 'ヘッダー {at} には、このスペースの利用者の id、または agree か decline を指定してください。',
  },
  form_expired: {
    ...onThePage('form_expired'),
    en: 'This page was already used, or its time limit (10 minutes) has passed.',
    ja: 'この画面は送信済みか、制限時間（10分）を過ぎています。',
  },
  consent_not_ticked: {
    ...onThePage('consent_not_ticked'),
    en: 'To agree, tick the box.',
    ja: '同意する場合は、チェックを入れてください。',
  },
  app_not_installed: {
    ...onThePage('app_not_installed'),
    en: 'The app did not open. Install the Mynaportal app, or choose another way to read your card.',
    ja: 'アプリが開きませんでした。マイナポータルアプリをインストールするか、ほかの読み取り方法を選んでください。',
  },
  reader_not_found: {
    ...onThePage('reader_not_found'),
    en: 'No card reader was found. Check its connection, or choose another way to read your card.',
    ja: 'カードリーダが見つかりませんでした。接続を確認するか、ほかの読み取り方法を選んでください。',
  },
  card_not_read: {
    ...onThePage('card_not_read'),
    en: 'The card was not read. Put it in place once more, and do not move it until it has been read.',
    ja: 'カードを読み取れませんでした。カードの位置を合わせ直し、読み取りが終わるまで動かさないでください。',
  },
  card_not_chosen: {
    ...onThePage('card_not_chosen'),
    en: 'Choose a card.',
    ja: 'カードを選んでください。',
  },
  pin_not_four_digits: {
    ...onThePage('pin_not_four_digits'),
    en: 'Enter the PIN as four digits. This did not count as a try.',
    ja: '暗証番号は数字4桁で入力してください。今回の入力は、間違えた回数に含まれません。',
  },
  pin_wrong: {
    ...onThePage('pin_wrong'),
    en: 'The PIN is wrong. Tries left: {at}.',
    ja: '暗証番号が違います。あと{at}回間違えると、カードがロックされます。',
  },
  certificate_expired: {
    error: 'access_denied',
    status: 400,
    en: 'The user certificate on the card has expired.',
    ja: 'カードの利用者証明用電子証明書の有効期限が切れています。',
  },
  card_locked: {
    error: 'access_denied',
    status: 400,
    en: 'The card is locked: after three wrong PINs it stays so for as long as this sandbox lives.',
    ja: 'このカードはロックされています。暗証番号を3回続けて間違えたカードは、このサンドボックスが動いている間は解除されません。',
  },
  declined: {
    error: 'access_denied',
    status: 400,
    en: 'The citizen declined.',
    ja: '利用者が同意しませんでした。',
  },
  answer_invalid: {
    error: 'answer_invalid',
    status: 400,
    en: 'The edited answer has places to correct: they are marked on the page.',
    ja: '編集した回答に、修正が必要な箇所があります。画面の表示を確認してください。',
  },
  grant_type_not_supported: {
    error: 'unsupported_grant_type',
    status: 400,
    en: 'grant_type must be authorization_code.',
    ja: 'grant_type には authorization_code を指定してください。',
  },
  push_required: {
    ...invalidRequest,
    en: 'This client is registered with required pushed authorization requests: send the parameters to that endpoint first.',
    ja: 'このクライアントは PAR が必須として登録されています。先に PAR のエンドポイントへパラメーターを送ってください。',
  },
  request_uri_pushed: {
    ...invalidRequest,
    en: 'A pushed authorization request must not have a request_uri: send the parameters themselves.',
    ja: 'PAR では request_uri を付けず、パラメーターそのものを送ってください。',
  },
  request_uri_unknown: {
    error: 'invalid_request_uri',
    status: 400,
    en: 'This request_uri is unknown, already used, expired (after 60 seconds), or issued to another client.',
    ja: 'この request_uri は、発行されていない、使用済み、期限切れ（60秒）、別のクライアントのもの、のいずれかです。',
  },
  ...clientRefusals,
  code_unknown: {
    ...invalidGrant,
    en: 'The code is unknown, belongs to another client, or was discarded.',
    ja: '認可コードは、発行されていない、別のクライアントのもの、破棄済み、のいずれかです。',
  },
  code_expired: {
    ...invalidGrant,
    en: 'The code has expired: exchange it within 60 seconds.',
    ja: '認可コードの期限が切れています。60秒以内に交換してください。',
  },
  code_replayed: {
    ...invalidGrant,
    en: 'The code was used before: code and issued token are void.',
    ja: '認可コードは使用済みです。認可コードと、それで発行したトークンは無効になりました。',
  },
  redirect_uri_differs: {
    ...invalidGrant,
    en: 'redirect_uri differs from that of the authorization request (compared character by character). The code is void.',
    ja: 'redirect_uri が認可リクエストのものと一致しません（1文字ずつ比較します）。認可コードは無効になりました。',
  },
  verifier_mismatch: {
    ...invalidGrant,
    en: 'The SHA-256 of code_verifier differs from code_challenge. The code is void.',
    ja: 'code_verifier の SHA-256 が code_challenge と一致しません。認可コードは無効になりました。',
  },
  token_required: {
    ...invalidToken,
    en: 'Send the access token once, as: Authorization: Bearer <token>.',
    ja: 'アクセストークンを1つだけ、Authorization: Bearer <トークン> の形で送ってください。',
  },
  token_unknown: {
    ...invalidToken,
    en: 'The access token is unknown, revoked or expired.',
    ja: 'アクセストークンは、発行されていない、取消済み、期限切れ、のいずれかです。',
  },
  token_certificate_mismatch: {
    ...invalidToken,
    en: 'The access token is bound to a client certificate that this connection does not have.',
    ja: 'アクセストークンは、この接続とは別のクライアント証明書に紐付いています。',
  },
  body_shape: {
    ...invalidRequest,
    en: '{at} does not have the shape of the wire profile.',
    ja: '{at} が通信プロファイルの形式と一致しません。',
  },
  unknown_field: {
    ...invalidRequest,
    en: '{at} has an unknown field.',
    ja: '{at} に不明なフィールドがあります。',
  },
  item_doubled: {
    ...invalidRequest,
    en: '{at} requests the same item code again.',
    ja: '{at} の項目コードは、すでに指定されています。',
  },
  item_not_registered: {
    error: 'item_not_registered',
    status: 403,
    en: '{at}: this item code is not registered for this service.',
    ja: '{at}: この項目コードはこのサービスに登録されていません。',
  },
  inquiry_not_registered: {
    error: 'inquiry_not_registered',
    status: 403,
    en: '{at}: this inquiry method is not registered for this item.',
    ja: '{at}: この照会方法はこの項目に登録されていません。',
  },
  date_invalid: {
    error: 'invalid_date',
    status: 400,
    en: '{at} must be an existing date (YYYYMMDD) or a fiscal year (YYYY).',
    ja: '{at} には、実在する日付（YYYYMMDD）か年度（YYYY）を指定してください。',
  },
  date_kinds_mixed: {
    error: 'invalid_date',
    status: 400,
    en: '{at}: both ends must be dates, or both must be fiscal years.',
    ja: '{at}: 両端とも日付、または両端とも年度で指定してください。',
  },
  range_reversed: {
    error: 'range_reversed',
    status: 400,
    en: '{at} ends before it starts.',
    ja: '{at} の終了が開始より前です。',
  },
  range_too_long: {
    error: 'range_too_long',
    status: 400,
    en: '{at} spans more than {limit} years.',
    ja: '{at} の期間が{limit}年を超えています。',
  },
  fault_unknown: {
    ...invalidRequest,
    en: 'The header {at} requests an unknown fault, or one that is not possible at this step: send, for example, "stall" or "delay; ms=5000".',
    ja: 'ヘッダー {at} の障害は存在しないか、このステップでは指定できません。stall や delay; ms=5000 のように指定してください。',
  },
  fault_asked_for: {
    error: 'temporarily_unavailable',
    status: 503,
    en: 'A fault on demand: the step was not carried out.',
    ja: '指定された障害です。このステップは実行していません。',
  },
  not_for_remote: {
    error: 'access_denied',
    status: 403,
    en: 'Only callers on loopback can use /sandbox here, and no caller can under NODE_ENV=production. From elsewhere, use the API, with the control token of the sandbox.',
    ja: '画面側の /sandbox 以下は、ループバックからのみ利用できます。ほかのマシンからは、制御トークンを付けて API 側を利用してください。NODE_ENV が production のときは、どちらも利用できません。',
  },
  control_token_wrong: {
    error: 'access_denied',
    status: 401,
    en: 'Send the control token of this sandbox, as: Authorization: Bearer <token>.',
    ja: 'このサンドボックスの制御トークンを Authorization: Bearer <トークン> として送ってください。',
  },
  too_many_spaces: {
    error: 'not_found',
    status: 404,
    en: 'This sandbox has as many spaces as it can keep. Use one of them again, or start the sandbox again.',
    ja: 'スペースの数が上限に達しています。既存のスペースを使うか、サンドボックスを起動し直してください。',
  },
  space_unusable: {
    ...invalidRequest,
    en: 'The header {at} must be up to 64 letters, digits, ".", "_" and "-", starting with a letter or a digit.',
    ja: 'ヘッダー {at} には、英数字で始まる、英数字・「.」「_」「-」の64文字以下の名前を指定してください。',
  },
  control_none: {
    error: 'not_found',
    status: 404,
    en: 'Nothing is set here.',
    ja: '設定されていません。',
  },
  control_query: {
    ...invalidRequest,
    en: 'The query parameter {at} does not exist, or its value is not possible: see /sandbox/openapi.json.',
    ja: 'クエリのパラメーター {at} が存在しないか、値が正しくありません。/sandbox/openapi.json を確認してください。',
  },
  clock_order_invalid: {
    ...invalidRequest,
    en: 'Send either {"set": "2026-12-01T10:00:00+09:00"}, an ISO instant with offset, or {"advanceMs": 60000}, milliseconds of at least 0.',
    ja: '{"set": "2026-12-01T10:00:00+09:00"}（オフセット付き ISO の時刻）か {"advanceMs": 60000}（0 以上のミリ秒）のどちらかを送ってください。',
  },
  consent_used: {
    error: 'consent_used',
    status: 409,
    en: 'This consent was already used for its one request. Ask for a new consent.',
    ja: 'この同意は使用済みです。自己情報取得要求のたびに、新たな同意が必要です。',
  },
  process_unknown: {
    error: 'unknown_process',
    status: 404,
    en: 'This process id does not belong to this token.',
    ja: 'この処理IDはこのトークンのものではありません。',
  },
  result_expired: {
    error: 'result_expired',
    status: 410,
    en: 'The result has expired after one hour.',
    ja: '結果の期限が切れました。結果を取得できるのは1時間です。',
  },
  result_acknowledged: {
    error: 'result_expired',
    status: 410,
    en: 'The provider has acknowledged this result, so the portal no longer has it.',
    ja: '受領確認が済んだ結果のため、取得できません。',
  },
  codec_failed: {
    error: 'server_error',
    status: 500,
    en: 'The codec option of this sandbox failed: {at}.',
    ja: 'このサンドボックスの codec オプションが失敗しました: {at}。',
  },
  codec_refused: {
    ...invalidRequest,
    en: 'The codec option of this sandbox answered the call itself, with status {at}.',
    ja: 'このサンドボックスの codec オプションが、ステータス {at} で応答しました。',
  },
  clock_outside_calendar: {
    error: 'temporarily_unavailable',
    status: 503,
    en: "The sandbox's clock is outside the span of its calendar.",
    ja: 'サンドボックスの時刻が、カレンダーの対象期間外です。',
  },
} as const satisfies Record<string, RefusalRow>;

/** Why a step was refused: the code in the journal. */
export type RefusalCode = keyof typeof refusalTable;
