/** What is said of one refusal. */
export interface RefusalRow {
  /** What the answer says: an OAuth error code where OAuth has one. */
  readonly error: string;
  readonly status: number;
  /**
   * Helps a developer; ASCII, as `error_description` must be. `{at}` names the place, never a
   * value.
   */
  readonly en: string;
  readonly ja: string;
}

const invalidRequest = { error: 'invalid_request', status: 400 } as const;
const invalidClient = { error: 'invalid_client', status: 401 } as const;
const invalidGrant = { error: 'invalid_grant', status: 400 } as const;
const invalidToken = { error: 'invalid_token', status: 401 } as const;

/** The key is what the log says; it is finer than `error`, whose words OAuth fixes. */
export const refusalTable = {
  wrong_origin: {
    error: 'not_found',
    status: 421,
    en: 'This is none of the two origins of this sandbox: take them from environment().endpoints.',
    ja: 'このサンドボックスのオリジンではありません。environment().endpoints の2つのオリジンを使ってください。',
  },
  unknown_route: {
    error: 'not_found',
    status: 404,
    en: 'Nothing is served at this path of this origin: pages are on browserUrl, calls go to apiUrl, with the paths of the wire profile.',
    ja: 'このオリジンのこのパスには何もありません。画面は browserUrl、呼び出しは apiUrl にあり、パスは通信プロファイルのものです。',
  },
  method_not_allowed: {
    error: 'method_not_allowed',
    status: 405,
    en: 'This path does not take this HTTP method; see the Allow header.',
    ja: 'このパスではこの HTTP メソッドを使えません。Allow ヘッダーを見てください。',
  },
  body_too_large: {
    error: 'request_too_large',
    status: 413,
    en: 'The body is larger than 64 KiB.',
    ja: '本文が 64 KiB を超えています。',
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
    en: 'Query or body is not well-formed: percent-encoding and UTF-8 must be intact.',
    ja: 'クエリまたは本文が壊れています。パーセントエンコーディングと UTF-8 を確認してください。',
  },
  not_json: { ...invalidRequest, en: 'The body is not JSON.', ja: '本文が JSON ではありません。' },
  doubled_parameter: {
    ...invalidRequest,
    en: 'A parameter is given more than once: {at}.',
    ja: '同じパラメータが2回以上あります: {at}。',
  },
  missing_parameter: {
    ...invalidRequest,
    en: 'Parameter {at} is missing or empty.',
    ja: 'パラメータ {at} がないか、空です。',
  },
  query_not_allowed: {
    ...invalidRequest,
    en: 'Calls carry their parameters in the body, never in the URL.',
    ja: '呼び出しのパラメータは本文に入れ、URL には付けないでください。',
  },
  unknown_client: {
    error: 'unauthorized_client',
    status: 400,
    en: 'client_id is not registered: pass its registration to createSandbox.',
    ja: 'client_id が登録されていません。createSandbox に登録を渡してください。',
  },
  redirect_uri_not_registered: {
    ...invalidRequest,
    en: 'redirect_uri is not one of the registered ones. They are compared character by character: look at the trailing slash, the port and the case.',
    ja: 'redirect_uri が登録済みのものと一致しません。1文字ずつ比較します。末尾のスラッシュ、ポート、大文字・小文字を確認してください。',
  },
  state_required: {
    ...invalidRequest,
    en: 'state is required: a fresh random value for every consent.',
    ja: 'state が必要です。同意のたびに新しい乱数を使ってください。',
  },
  response_type_not_code: {
    error: 'unsupported_response_type',
    status: 400,
    en: 'response_type must be code.',
    ja: 'response_type は code でなければなりません。',
  },
  pkce_required: {
    ...invalidRequest,
    en: 'PKCE is required: code_challenge_method={at} and a code_challenge of 43 base64url characters.',
    ja: 'PKCE が必要です。code_challenge_method={at} と、base64url 43文字の code_challenge を送ってください。',
  },
  form_expired: {
    error: 'form_expired',
    status: 400,
    en: 'This form was already used or has expired: start again at the service.',
    ja: 'この画面は使用済みか期限切れです。サービスの画面からやり直してください。',
  },
  consent_not_ticked: {
    error: 'consent_not_ticked',
    status: 400,
    en: 'The box of agreement is not ticked.',
    ja: '「同意する」にチェックしてください。',
  },
  card_not_chosen: {
    error: 'card_not_chosen',
    status: 400,
    en: 'No card of this sandbox is on the reader.',
    ja: 'カードを選んでください。',
  },
  pin_not_four_digits: {
    error: 'pin_not_four_digits',
    status: 400,
    en: 'The PIN has four digits. This did not count as a try.',
    ja: '暗証番号は数字4桁で入力してください。入力の回数には数えていません。',
  },
  pin_wrong: {
    error: 'pin_wrong',
    status: 400,
    en: 'The PIN is wrong. Tries left: {at}.',
    ja: '暗証番号が違います。残り {at} 回です。',
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
  grant_type_not_supported: {
    error: 'unsupported_grant_type',
    status: 400,
    en: 'grant_type must be authorization_code.',
    ja: 'grant_type は authorization_code でなければなりません。',
  },
  push_required: {
    ...invalidRequest,
    en: 'This client is registered to push its authorization requests: send the parameters to the pushed authorization request endpoint first.',
    ja: 'このクライアントは PAR の使用が登録されています。先に PAR のエンドポイントへパラメータを送ってください。',
  },
  request_uri_pushed: {
    ...invalidRequest,
    en: 'A pushed authorization request carries the parameters themselves, no request_uri.',
    ja: 'PAR ではパラメータそのものを送り、request_uri は付けないでください。',
  },
  request_uri_unknown: {
    error: 'invalid_request_uri',
    status: 400,
    en: 'This request_uri is unknown, was opened before, has expired (after 60 seconds), or was issued to another client.',
    ja: 'この request_uri は不明か、使用済みか、期限切れ（60秒）か、別のクライアントに発行されたものです。',
  },
  assertion_required: {
    ...invalidClient,
    en: 'This client is registered with keys: send client_assertion, and client_assertion_type={at}.',
    ja: 'このクライアントには鍵が登録されています。client_assertion と client_assertion_type={at} を送ってください。',
  },
  assertion_not_registered: {
    ...invalidClient,
    en: 'This client is registered without keys: send no client_assertion, or register clientAuth.jwks.',
    ja: 'このクライアントには鍵が登録されていません。client_assertion を送らないか、clientAuth.jwks を登録してください。',
  },
  assertion_malformed: {
    ...invalidClient,
    en: 'client_assertion is no signed JWT in compact form, or longer than 4 KiB.',
    ja: 'client_assertion が、4 KiB 以内のコンパクト形式の署名付き JWT ではありません。',
  },
  assertion_algorithm: {
    ...invalidClient,
    en: 'The alg of client_assertion must be {at}, and belong to the key that its kid names.',
    ja: 'client_assertion の alg は、kid の示す鍵に合う {at} でなければなりません。',
  },
  assertion_key_unknown: {
    ...invalidClient,
    en: 'The kid of client_assertion names none of the registered keys.',
    ja: 'client_assertion の kid が、登録されたどの鍵とも一致しません。',
  },
  assertion_signature: {
    ...invalidClient,
    en: 'The signature of client_assertion does not fit the key that its kid names. ES256: r and s as 32 bytes each, not DER.',
    ja: 'client_assertion の署名が、kid の示す鍵で検証できません。ES256 は DER ではなく、r と s 各32バイトです。',
  },
  assertion_claim: {
    ...invalidClient,
    en: '{at} of client_assertion is missing or wrong. typ: client-authentication+jwt; iss and sub: client_id; aud: the issuer, as one string; exp: at most 300 seconds ahead; iat and nbf: not ahead; jti: 1 to 256 characters.',
    ja: 'client_assertion の {at} がないか、正しくありません。typ は client-authentication+jwt、iss と sub は client_id、aud は発行者（文字列1つ）、exp は300秒以内、iat と nbf は現在以前、jti は1〜256文字です。',
  },
  assertion_expired: {
    ...invalidClient,
    en: 'client_assertion has expired, or was issued more than 300 seconds ago: look at the clock.',
    ja: 'client_assertion の期限が切れているか、発行から300秒を超えています。時計を確認してください。',
  },
  assertion_replayed: {
    ...invalidClient,
    en: 'The jti of client_assertion was used before: make a fresh assertion for every call.',
    ja: 'client_assertion の jti は使用済みです。呼び出しのたびに新しいものを作ってください。',
  },
  client_not_authenticated: {
    ...invalidClient,
    en: 'client_id is unknown, or the client certificate of this connection is not the one registered for it.',
    ja: 'client_id が不明か、この接続のクライアント証明書がその登録のものではありません。',
  },
  code_unknown: {
    ...invalidGrant,
    en: 'The code is unknown, belongs to another client, or was forgotten.',
    ja: '認可コードが不明か、別のクライアントのものか、すでに破棄されています。',
  },
  code_expired: {
    ...invalidGrant,
    en: 'The code has expired: exchange it within 60 seconds.',
    ja: '認可コードの期限が切れています。60秒以内に交換してください。',
  },
  code_replayed: {
    ...invalidGrant,
    en: 'The code was used before: it is void, and so is the token issued for it.',
    ja: '認可コードは使用済みです。コードも、それで発行したトークンも無効になりました。',
  },
  redirect_uri_differs: {
    ...invalidGrant,
    en: 'redirect_uri is not, character by character, the one of the authorization request; the code is void.',
    ja: 'redirect_uri が認可要求のものと1文字ずつ一致しません。認可コードは無効になりました。',
  },
  verifier_mismatch: {
    ...invalidGrant,
    en: 'The SHA-256 of code_verifier is not the code_challenge; the code is void.',
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
    ja: 'アクセストークンが不明か、取り消されたか、期限切れです。',
  },
  token_certificate_mismatch: {
    ...invalidToken,
    en: 'The access token is bound to another client certificate than that of this connection.',
    ja: 'アクセストークンは、この接続とは別のクライアント証明書に結び付いています。',
  },
  body_shape: {
    ...invalidRequest,
    en: '{at} has not the shape that the wire profile describes.',
    ja: '{at} が通信プロファイルの形になっていません。',
  },
  unknown_field: {
    ...invalidRequest,
    en: '{at} holds a field that does not belong there.',
    ja: '{at} に余分なフィールドがあります。',
  },
  item_doubled: {
    ...invalidRequest,
    en: '{at} asks for an item code a second time.',
    ja: '{at} で同じ項目コードを2回求めています。',
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
    en: '{at} must be a date that exists, as YYYYMMDD, or a fiscal year, as YYYY.',
    ja: '{at} は実在する日付 YYYYMMDD か、年度 YYYY でなければなりません。',
  },
  date_kinds_mixed: {
    error: 'invalid_date',
    status: 400,
    en: '{at}: both ends must be dates, or both fiscal years.',
    ja: '{at}: 両端とも日付か、両端とも年度にしてください。',
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
    en: 'The header {at} asks for a fault that does not exist, or not at this step: send one such as "stall" or "delay; ms=5000".',
    ja: 'ヘッダー {at} の障害は存在しないか、このステップでは使えません。stall や delay; ms=5000 のように指定してください。',
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
    en: 'Log and clock are for callers on loopback only.',
    ja: '記録と時計は、ループバックからのみ使えます。',
  },
  clock_not_virtual: {
    error: 'not_found',
    status: 404,
    en: 'This sandbox runs on the clock of the machine: start it with a virtual clock to move its time.',
    ja: 'このサンドボックスはマシンの時計で動いています。時刻を動かすには仮想時計で起動してください。',
  },
  clock_order_invalid: {
    ...invalidRequest,
    en: 'Send {"set": "2026-12-01T10:00:00+09:00"} or {"advanceMs": 60000}: one of the two, an ISO instant with offset or milliseconds from 0 up.',
    ja: '{"set": "2026-12-01T10:00:00+09:00"} か {"advanceMs": 60000} のどちらかを送ってください。オフセット付き ISO の時刻、または 0 以上のミリ秒です。',
  },
  consent_used: {
    error: 'consent_used',
    status: 409,
    en: 'This consent has paid for its one request: every use needs a consent of its own.',
    ja: 'この同意は1回の要求に使用済みです。利用の都度、新たな同意が必要です。',
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
    en: 'The result has expired: it is kept for one hour.',
    ja: '結果の期限が切れました。保管は1時間です。',
  },
  clock_outside_calendar: {
    error: 'temporarily_unavailable',
    status: 503,
    en: "The sandbox's clock stands outside the span of its calendar.",
    ja: 'サンドボックスの時計が、カレンダーの対象期間の外にあります。',
  },
} as const satisfies Record<string, RefusalRow>;

/** Why a step was refused: the finer code that the log holds. */
export type RefusalCode = keyof typeof refusalTable;
