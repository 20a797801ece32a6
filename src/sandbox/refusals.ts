interface RefusalRow {
  /** What the answer says: an OAuth error code where OAuth has one. */
  readonly error: string;
  readonly status: number;
  /** Helps a developer; ASCII, as `error_description` must be. `{at}` names the place, never a value. */
  readonly en: string;
  /** For the screens of a citizen. */
  readonly ja?: string;
}

const invalidRequest = { error: 'invalid_request', status: 400 } as const;
const invalidGrant = { error: 'invalid_grant', status: 400 } as const;
const invalidToken = { error: 'invalid_token', status: 401 } as const;

// The key is what the log says; it is finer than `error`, whose words OAuth fixes.
const table = {
  wrong_origin: { error: 'not_found', status: 421, en: 'This is none of the two origins of this sandbox: take them from environment().endpoints.' },
  unknown_route: {
    error: 'not_found',
    status: 404,
    en: 'Nothing is served at this path of this origin: pages are on browserUrl, calls go to apiUrl, with the paths of the wire profile.',
  },
  method_not_allowed: { error: 'method_not_allowed', status: 405, en: 'This path does not take this HTTP method; see the Allow header.' },
  body_too_large: { error: 'request_too_large', status: 413, en: 'The body is larger than 64 KiB.' },
  not_a_form: { error: 'unsupported_media_type', status: 415, en: 'Send the body as application/x-www-form-urlencoded, in UTF-8.' },
  not_json_type: { error: 'unsupported_media_type', status: 415, en: 'Send the body as application/json, in UTF-8.' },
  broken_encoding: { ...invalidRequest, en: 'Query or body is not well-formed: percent-encoding and UTF-8 must be intact.' },
  not_json: { ...invalidRequest, en: 'The body is not JSON.' },
  doubled_parameter: { ...invalidRequest, en: 'A parameter is given more than once: {at}.' },
  missing_parameter: { ...invalidRequest, en: 'Parameter {at} is missing or empty.' },
  query_not_allowed: { ...invalidRequest, en: 'Calls carry their parameters in the body, never in the URL.' },
  unknown_client: { error: 'unauthorized_client', status: 400, en: 'client_id is not registered: pass its registration to createSandbox.' },
  redirect_uri_not_registered: {
    ...invalidRequest,
    en: 'redirect_uri is not one of the registered ones. They are compared character by character: look at the trailing slash, the port and the case.',
  },
  state_required: { ...invalidRequest, en: 'state is required: a fresh random value for every consent.' },
  response_type_not_code: { error: 'unsupported_response_type', status: 400, en: 'response_type must be code.' },
  pkce_required: { ...invalidRequest, en: 'PKCE is required: code_challenge_method={at} and a code_challenge of 43 base64url characters.' },
  form_expired: {
    error: 'form_expired',
    status: 400,
    en: 'This form was already used or has expired: start again at the service.',
    ja: 'この画面は使用済みか期限切れです。サービスの画面からやり直してください。',
  },
  consent_not_ticked: { error: 'consent_not_ticked', status: 400, en: 'The box of agreement is not ticked.', ja: '「同意する」にチェックしてください。' },
  card_not_chosen: { error: 'card_not_chosen', status: 400, en: 'No card of this sandbox is on the reader.', ja: 'カードを選んでください。' },
  pin_wrong: { error: 'pin_wrong', status: 400, en: 'The PIN is wrong. Tries left: {at}.', ja: '暗証番号が違います。残り {at} 回です。' },
  card_locked: { error: 'access_denied', status: 400, en: 'The card is locked after three wrong PINs, for as long as this sandbox lives.' },
  declined: { error: 'access_denied', status: 400, en: 'The citizen declined.' },
  grant_type_not_supported: { error: 'unsupported_grant_type', status: 400, en: 'grant_type must be authorization_code.' },
  client_not_authenticated: {
    error: 'invalid_client',
    status: 401,
    en: 'client_id is unknown, or the client certificate of this connection is not the one registered for it.',
  },
  code_unknown: { ...invalidGrant, en: 'The code is unknown, belongs to another client, or was forgotten.' },
  code_expired: { ...invalidGrant, en: 'The code has expired: exchange it within 60 seconds.' },
  code_replayed: { ...invalidGrant, en: 'The code was used before: it is void, and so is the token issued for it.' },
  redirect_uri_differs: { ...invalidGrant, en: 'redirect_uri is not, character by character, the one of the authorization request; the code is void.' },
  verifier_mismatch: { ...invalidGrant, en: 'The SHA-256 of code_verifier is not the code_challenge; the code is void.' },
  token_required: { ...invalidToken, en: 'Send the access token once, as: Authorization: Bearer <token>.' },
  token_unknown: { ...invalidToken, en: 'The access token is unknown, revoked or expired.' },
  token_certificate_mismatch: { ...invalidToken, en: 'The access token is bound to another client certificate than that of this connection.' },
  body_shape: { ...invalidRequest, en: '{at} has not the shape that the wire profile describes.' },
  unknown_field: { ...invalidRequest, en: '{at} holds a field that does not belong there.' },
  item_doubled: { ...invalidRequest, en: '{at} asks for an item code a second time.' },
  item_not_registered: { error: 'item_not_registered', status: 403, en: '{at}: this item code is not registered for this service.' },
  inquiry_not_registered: { error: 'inquiry_not_registered', status: 403, en: '{at}: this inquiry method is not registered for this item.' },
  date_invalid: { error: 'invalid_date', status: 400, en: '{at} must be a date that exists, as YYYYMMDD, or a fiscal year, as YYYY.' },
  date_kinds_mixed: { error: 'invalid_date', status: 400, en: '{at}: both ends must be dates, or both fiscal years.' },
  range_reversed: { error: 'range_reversed', status: 400, en: '{at} ends before it starts.' },
  consent_used: { error: 'consent_used', status: 409, en: 'This consent has paid for its one request: every use needs a consent of its own.' },
  process_unknown: { error: 'unknown_process', status: 404, en: 'This process id does not belong to this token.' },
  result_expired: { error: 'result_expired', status: 410, en: 'The result has expired: it is kept for one hour.' },
  clock_outside_calendar: { error: 'temporarily_unavailable', status: 503, en: "The sandbox's clock stands outside the span of its calendar." },
} as const satisfies Record<string, RefusalRow>;

/** Why a step was refused: the finer code that the log holds. */
export type RefusalCode = keyof typeof table;

/** A refusal on its way to the answer. */
export class Refusal extends Error {
  readonly reason: RefusalCode;
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly descriptionJa: string;

  constructor(reason: RefusalCode, at = '') {
    const row: RefusalRow = table[reason];
    super(reason);
    this.reason = reason;
    this.status = row.status;
    this.error = row.error;
    this.description = row.en.replace('{at}', at);
    this.descriptionJa = (row.ja ?? row.en).replace('{at}', at);
  }
}
