import type { SelfInfoErrorCode } from './error-table.js';

/** The codes of rejected callbacks and failed items. An error of the same name has the same number. */
export type OutcomeCode =
  | 'not_a_navigation'
  | 'callback_too_large'
  | 'state_missing'
  | 'state_mismatch'
  | 'duplicate_parameter'
  | 'issuer_mismatch'
  | 'invalid_response'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'number_inexact'
  | 'answer_contradictory'
  | 'not_answered'
  | 'unspecified'
  | 'unrecognised'
  | 'portal_failure';

/**
 * The advice, the same as on the citizen's page.
 *
 * - `start-again`: a new procedure from the start.
 * - `later`: try the same again after a while.
 * - `documents`: trying again does not help; another way does, such as documents.
 * - `as-shown`: `later` where nothing was used up, else `start-again`. The page says which.
 */
export type CitizenAdvice = 'start-again' | 'later' | 'documents' | 'as-shown';

/** When the service desk tells the team in charge. */
export type Report = 'if-repeated' | 'always' | 'at-once';
/** A row: what happened, for the service desk. The texts of `advice` and `tell` follow it. */
type Row = readonly [number: number, advice: CitizenAdvice, ja: string, en: string, tell?: Report];

const bugAt = (number: number): Row => [
  number,
  'documents',
  'プログラムか設定の不備。',
  'A fault of our program or its settings.',
  'always',
];

/**
 * The error numbers by code. They are frozen: a number keeps its code and its meaning, and a new
 * code gets a new number.
 */
export const rows: Readonly<Record<SelfInfoErrorCode | OutcomeCode, Row>> = {
  // 1: consent
  consent_declined: [
    101,
    'documents',
    '同意を得られなかった。お客さまが中止した、カードがロックされた、電子証明書の有効期限が切れた、のいずれか。どれかは分からない。',
    'No consent was given. The customer stopped, the card is locked, or its certificate has expired. We cannot tell which.',
  ],
  callback_rejected: [
    102,
    'start-again',
    'マイナポータルから戻ったときの内容を確認できず、受け付けられなかった。',
    'The return from Mynaportal could not be accepted.',
  ],
  token_refused: [
    103,
    'start-again',
    'マイナポータルが同意を受け付けなかった。',
    'Mynaportal did not accept the consent.',
  ],
  grant_expired: [104, 'start-again', '同意の有効期限が切れた。', 'The consent has expired.'],
  grant_used: [105, 'start-again', 'この同意は使用済み。', 'The consent was already used.'],
  not_a_navigation: [
    111,
    'start-again',
    'ブラウザのプリフェッチなど、お客さまの操作によらない読み込み。',
    'A preview by the browser, not a visit.',
  ],
  callback_too_large: [
    112,
    'start-again',
    'マイナポータルから戻ったときのアドレス（URL）が長すぎる。',
    'The returned address is too long.',
    'if-repeated',
  ],
  state_missing: [
    113,
    'start-again',
    'マイナポータルから戻ったときのアドレス（URL）の一部が欠けている。',
    'A part of the returned address is missing.',
  ],
  state_mismatch: [
    114,
    'start-again',
    '始めたお手続きと、マイナポータルから戻ったお手続きが一致しない。',
    'The procedure that returned is not the one that was started.',
  ],
  duplicate_parameter: [
    115,
    'start-again',
    'マイナポータルから戻ったときのアドレス（URL）が正しくない。',
    'The returned address is not valid.',
    'if-repeated',
  ],
  issuer_mismatch: [
    116,
    'start-again',
    'マイナポータル以外のサイトから戻った可能性がある。',
    'The return may not come from Mynaportal.',
    'always',
  ],
  invalid_response: [
    117,
    'start-again',
    'マイナポータルから戻ったときの内容が正しくない。',
    'What Mynaportal returned is not valid.',
    'if-repeated',
  ],
  server_error: [
    121,
    'later',
    'マイナポータルの内部でエラーが起きた。',
    'Mynaportal had an internal error.',
  ],
  temporarily_unavailable: [
    122,
    'later',
    'マイナポータルが一時的に利用できない。',
    'Mynaportal is temporarily not available.',
  ],
  // 2: calls to Mynaportal
  connection_failed: [
    201,
    'as-shown',
    'マイナポータルに接続できない。情報は取得していない。',
    'Mynaportal cannot be reached. No information was obtained.',
  ],
  server_not_trusted: [
    202,
    'documents',
    '接続先を確認できない。情報は取得していない。',
    'The server could not be verified. No information was obtained.',
    'always',
  ],
  certificate_refused: [
    203,
    'documents',
    'マイナポータルが当社の証明書を受け付けない。',
    'Mynaportal does not accept our certificate.',
    'at-once',
  ],
  proxy_refused: [
    204,
    'documents',
    '当社の通信設備が接続を拒否した。',
    'Our own network equipment refused the connection.',
    'always',
  ],
  connection_closed: [
    205,
    'as-shown',
    '応答の前に接続が切れた。',
    'The connection closed before an answer came.',
  ],
  answer_lost: [
    206,
    'start-again',
    '照会は送信したが、応答を受け取れなかった。',
    'The inquiry was sent, but its answer was lost.',
  ],
  timed_out: [207, 'as-shown', '時間内に応答がなかった。', 'No answer came in time.'],
  aborted: [208, 'as-shown', '処理が途中で中断された。', 'The work was interrupted.'],
  response_invalid: [
    209,
    'start-again',
    'マイナポータルの応答を読み取れない。',
    'The answer from Mynaportal cannot be read.',
    'if-repeated',
  ],
  internal_error: bugAt(210),
  codec_failed: bugAt(211),
  process_mismatch: [
    212,
    'start-again',
    '別のお手続きの応答が届いたため破棄した。お客さまの情報は表示していない。',
    'An answer to another procedure arrived and was discarded. Nothing from it was shown.',
    'always',
  ],
  overloaded: [213, 'later', '混雑している。', 'The service is busy.'],
  upstream_refused: [
    214,
    'as-shown',
    'マイナポータルが照会を受け付けなかった。',
    'Mynaportal did not accept the inquiry.',
    'if-repeated',
  ],
  upstream_unavailable: [
    215,
    'as-shown',
    'マイナポータルが一時的に受け付けていない。',
    'Mynaportal does not accept inquiries right now.',
  ],
  upstream_failed: [
    216,
    'as-shown',
    'マイナポータルの内部でエラーが起きた。',
    'Mynaportal had an internal error.',
  ],
  signing_failed: [
    217,
    'later',
    '当社の署名の処理に失敗した。情報は取得していない。',
    'Our own signing failed. No information was obtained.',
    'always',
  ],
  // 3: the answer
  record_invalid: [
    301,
    'documents',
    '届いた情報の形式が想定と異なるため、使用しなかった。',
    'The information has an unexpected form and was not used.',
    'always',
  ],
  number_inexact: [
    302,
    'documents',
    '届いた数値を正確に読み取れないため、使用しなかった。',
    'A number could not be read exactly and was not used.',
    'always',
  ],
  answer_contradictory: [
    303,
    'documents',
    '届いた情報に矛盾があるため、使用しなかった。',
    'The information contradicts itself and was not used.',
    'always',
  ],
  not_answered: [
    304,
    'documents',
    'この情報についての回答がなかった。',
    'There was no answer about this information.',
  ],
  unspecified: [
    305,
    'documents',
    '取得できなかった。理由は示されていない。',
    'It could not be obtained, and no reason was given.',
  ],
  unrecognised: [
    306,
    'documents',
    '取得できなかった。示された理由を読み取れない。',
    'It could not be obtained, and the given reason cannot be read.',
  ],
  portal_failure: [
    307,
    'documents',
    '取得できなかった。理由を示すコードは、担当部署がログで確認できる。',
    'It could not be obtained. The log has the code that gives the reason.',
  ],
  retrieval_gone: [
    311,
    'start-again',
    '結果を受け取れる期限を過ぎたか、結果がすでに消去された。',
    'The result has expired or was erased.',
  ],
  retention_ended: [
    312,
    'start-again',
    'ご同意いただいた保持期間が終了したため、情報を表示できない。',
    'The consented period has ended, so the information cannot be shown.',
  ],
  unknown_item: bugAt(321),
  inquiry_not_registered: bugAt(322),
  latest_not_declared: bugAt(323),
  foreign_grant: bugAt(324),
  invalid_retrieval: bugAt(325),
  profile_unknown: [
    326,
    'later',
    '当社のサーバの間で設定が異なる。何も送信していない。',
    'The settings of our servers differ. Nothing was sent.',
    'always',
  ],
  client_closed: [327, 'later', 'システムの入れ替え中。', 'The system is being replaced.'],
  // 6: stored data. The numbers skip 4 and 5, which would look like HTTP statuses.
  store_key_exists: [
    601,
    'start-again',
    'お手続きの番号が重複したため、保存しなかった。',
    'The number of the procedure exists already, so nothing was stored.',
    'if-repeated',
  ],
  store_full: [602, 'later', '混雑している。', 'The service is busy.', 'if-repeated'],
  store_failed: [
    603,
    'as-shown',
    '当社の情報の保存先に障害がある。',
    'A fault of our storage.',
    'always',
  ],
  foreign_answer: bugAt(611),
  reference_unknown: [
    612,
    'start-again',
    '情報は保管していないか、保持期間の終了により消去済み。',
    'The information was never kept, or was erased at the end of its period.',
  ],
  data_erased: [613, 'start-again', '情報は消去済み。', 'The information was erased.'],
  purpose_refused: bugAt(614),
  record_damaged: bugAt(615),
  format_unsupported: bugAt(616),
  key_unknown: bugAt(617),
  key_unavailable: [
    618,
    'later',
    '当社の鍵の管理システムに障害がある。',
    'A fault of our key management.',
    'always',
  ],
  clock_jumped: bugAt(619),
  // 7: settings
  unknown_option: bugAt(701),
  missing_option: bugAt(702),
  invalid_option: bugAt(703),
  package_missing: bugAt(704),
  package_unusable: bugAt(705),
  unsupported_runtime: bugAt(706),
  invalid_environment: bugAt(707),
  invalid_profile: bugAt(708),
  unverified_profile: bugAt(709),
  item_code_required: bugAt(710),
  injected_transport_refused: bugAt(711),
  insecure_tls: bugAt(712),
  invalid_credential: bugAt(713),
  key_certificate_mismatch: bugAt(714),
  unknown_detail: bugAt(715),
  unknown_server: bugAt(716),
  not_a_holder: bugAt(717),
  invalid_date: bugAt(718),
  invalid_instant: bugAt(719),
  range_reversed: bugAt(720),
  outside_calendar: bugAt(721),
  sandbox_refused: bugAt(722),
  // 9: the kiosk
  kiosk_action_refused: [
    901,
    'start-again',
    'その画面では受け付けない操作があった。何も変更していない。',
    'The screen does not accept this action. Nothing was changed.',
    'if-repeated',
  ],
};
