import type { SelfInfoErrorCode } from './error-table.js';

/** An error number that citizens read, and what the service desk should know about it. */
export interface CitizenError {
  /** `E-` and three digits. It never changes its meaning, and no other code ever gets it. */
  readonly number: `E-${number}`;
  /**
   * The machine code that the log has: of a {@link SelfInfoError}, of a rejected callback, or of a
   * failed item. `portal_failure`: any code that the portal gave for an item.
   */
  readonly code: string;
  readonly ja: string;
  readonly en: string;
}

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

type Row = readonly [number: number, ja: string, en: string];

const program = {
  ja: 'プログラムか設定の不備。お客さまの操作では解決しないため、書類でのお手続きを案内し、担当部署に連絡する。',
  en: 'A fault of our program or its settings. Nothing the customer does helps: offer documents, and tell the team in charge.',
};
const bugAt = (number: number): Row => [number, program.ja, program.en];

// Frozen: a number keeps its code and its meaning. A new code gets a new number.
const rows: Readonly<Record<SelfInfoErrorCode | OutcomeCode, Row>> = {
  // 1: consent
  consent_declined: [
    101,
    '同意を得られなかった。お客さまが中止した、カードがロックされた、電子証明書の有効期限が切れた、のいずれか。どれかは分からない。',
    'No consent was given. The customer stopped, the card is locked, or its certificate has expired. We cannot tell which.',
  ],
  callback_rejected: [
    102,
    'マイナポータルから戻ったときの内容を確認できず、受け付けられなかった。最初からのお手続きを案内する。',
    'The return from Mynaportal could not be accepted. Ask the customer to start again.',
  ],
  token_refused: [
    103,
    'マイナポータルが同意を受け付けなかった。最初からのお手続きを案内する。',
    'Mynaportal did not accept the consent. Ask the customer to start again.',
  ],
  grant_expired: [
    104,
    '同意の有効期限が切れた。最初からのお手続きを案内する。',
    'The consent has expired. Ask the customer to start again.',
  ],
  grant_used: [
    105,
    'この同意は使用済み。結果の画面を確認していただく。なければ最初からのお手続きを案内する。',
    'The consent was already used. Ask the customer to look at the result, or else to start again.',
  ],
  not_a_navigation: [
    111,
    'ブラウザの先読みなど、お客さまの操作ではない読み込み。画面を開き直していただく。',
    'A preview by the browser, not a visit. Ask the customer to open the page again.',
  ],
  callback_too_large: [
    112,
    'マイナポータルから戻ったときのアドレス（URL）が長すぎる。最初からのお手続きを案内する。続く場合は担当部署に連絡する。',
    'The returned address is too long. Ask the customer to start again. If it keeps happening, tell the team in charge.',
  ],
  state_missing: [
    113,
    'マイナポータルから戻ったときのアドレス（URL）の一部が欠けている。最初からのお手続きを案内する。',
    'A part of the returned address is missing. Ask the customer to start again.',
  ],
  state_mismatch: [
    114,
    '始めたお手続きと、マイナポータルから戻ったお手続きが一致しない。最初からのお手続きを案内する。',
    'The procedure that returned is not the one that was started. Ask the customer to start again.',
  ],
  duplicate_parameter: [
    115,
    'マイナポータルから戻ったときのアドレス（URL）が正しくない。最初からのお手続きを案内する。続く場合は担当部署に連絡する。',
    'The returned address is not valid. Ask the customer to start again. If it keeps happening, tell the team in charge.',
  ],
  issuer_mismatch: [
    116,
    'マイナポータル以外のサイトから戻った可能性がある。最初からのお手続きを案内し、担当部署に連絡する。',
    'The return may not come from Mynaportal. Ask the customer to start again, and tell the team in charge.',
  ],
  invalid_response: [
    117,
    'マイナポータルから戻ったときの内容が正しくない。最初からのお手続きを案内する。続く場合は担当部署に連絡する。',
    'What Mynaportal returned is not valid. Ask the customer to start again. If it keeps happening, tell the team in charge.',
  ],
  server_error: [
    121,
    'マイナポータルの内部でエラーが起きた。時間をおいて、最初からのお手続きを案内する。',
    'Mynaportal had an internal error. Ask the customer to start again later.',
  ],
  temporarily_unavailable: [
    122,
    'マイナポータルが一時的に利用できない。時間をおいて、最初からのお手続きを案内する。',
    'Mynaportal is temporarily not available. Ask the customer to start again later.',
  ],
  // 2: calls to Mynaportal
  connection_failed: [
    201,
    'マイナポータルに接続できない。情報は取得していない。時間をおいて再度お手続きいただく。',
    'Mynaportal cannot be reached. No information was obtained. Ask the customer to try again later.',
  ],
  server_not_trusted: [
    202,
    '接続先を確認できない。情報は取得していない。書類でのお手続きを案内し、担当部署に連絡する。',
    'The server could not be verified. No information was obtained. Offer documents, and tell the team in charge.',
  ],
  certificate_refused: [
    203,
    'マイナポータルが当社の証明書を受け付けない。書類でのお手続きを案内し、至急、担当部署に連絡する。',
    'Mynaportal does not accept our certificate. Offer documents, and tell the team in charge at once.',
  ],
  proxy_refused: [
    204,
    '当社の通信設備が接続を拒否した。書類でのお手続きを案内し、担当部署に連絡する。',
    'Our own network equipment refused the connection. Offer documents, and tell the team in charge.',
  ],
  connection_closed: [
    205,
    '応答の前に接続が切れた。最初からのお手続きを案内する。',
    'The connection closed before an answer came. Ask the customer to start again.',
  ],
  answer_lost: [
    206,
    '照会は送信したが、応答を受け取れなかった。最初からのお手続きを案内する。',
    'The inquiry was sent, but its answer was lost. Ask the customer to start again.',
  ],
  timed_out: [
    207,
    '時間内に応答がなかった。最初からのお手続きを案内する。',
    'No answer came in time. Ask the customer to start again.',
  ],
  aborted: [
    208,
    '処理が途中で中断された。最初からのお手続きを案内する。',
    'The work was interrupted. Ask the customer to start again.',
  ],
  response_invalid: [
    209,
    'マイナポータルの応答を読み取れない。最初からのお手続きを案内する。続く場合は担当部署に連絡する。',
    'The answer from Mynaportal cannot be read. Ask the customer to start again. If it keeps happening, tell the team in charge.',
  ],
  internal_error: bugAt(210),
  codec_failed: bugAt(211),
  process_mismatch: [
    212,
    '別のお手続きの応答が届いたため破棄した。お客さまの情報は表示していない。担当部署に連絡する。',
    'An answer to another procedure arrived and was discarded. Nothing from it was shown. Tell the team in charge.',
  ],
  overloaded: [
    213,
    '混雑している。時間をおいて再度お手続きいただく。',
    'The service is busy. Ask the customer to try again later.',
  ],
  upstream_refused: [
    214,
    'マイナポータルが照会を受け付けなかった。画面の案内に従っていただく。続く場合は担当部署に連絡する。',
    'Mynaportal did not accept the inquiry. Ask the customer to follow the instructions on the page. If it keeps happening, tell the team in charge.',
  ],
  upstream_unavailable: [
    215,
    'マイナポータルが一時的に受け付けていない。時間をおいて再度お手続きいただく。',
    'Mynaportal does not accept inquiries right now. Ask the customer to try again later.',
  ],
  upstream_failed: [
    216,
    'マイナポータルの内部でエラーが起きた。画面の案内に従っていただく。',
    'Mynaportal had an internal error. Ask the customer to follow the instructions on the page.',
  ],
  signing_failed: bugAt(217),
  // 3: the answer
  record_invalid: [
    301,
    '届いた情報の形式が想定と異なるため、使用しなかった。書類でのお手続きを案内し、担当部署に連絡する。',
    'The information has an unexpected form and was not used. Offer documents, and tell the team in charge.',
  ],
  number_inexact: [
    302,
    '届いた数値を正確に読み取れないため、使用しなかった。書類でのお手続きを案内し、担当部署に連絡する。',
    'A number could not be read exactly and was not used. Offer documents, and tell the team in charge.',
  ],
  answer_contradictory: [
    303,
    '届いた情報に矛盾があるため、使用しなかった。書類でのお手続きを案内し、担当部署に連絡する。',
    'The information contradicts itself and was not used. Offer documents, and tell the team in charge.',
  ],
  not_answered: [
    304,
    'この情報についての回答がなかった。書類でのお手続きを案内する。',
    'There was no answer about this information. Offer documents.',
  ],
  unspecified: [
    305,
    '取得できなかった。理由は示されていない。書類でのお手続きを案内する。',
    'It could not be obtained, and no reason was given. Offer documents.',
  ],
  unrecognised: [
    306,
    '取得できなかった。示された理由を読み取れない。書類でのお手続きを案内する。',
    'It could not be obtained, and the given reason cannot be read. Offer documents.',
  ],
  portal_failure: [
    307,
    '取得できなかった。理由を示すコードは、担当部署がログで確認できる。書類でのお手続きを案内する。',
    'It could not be obtained. The log has the code that gives the reason. Offer documents.',
  ],
  retrieval_gone: [
    311,
    '結果を受け取れる期限を過ぎたか、結果がすでに消去された。最初からのお手続きを案内する。',
    'The result has expired or was erased. Ask the customer to start again.',
  ],
  retention_ended: [
    312,
    'ご同意いただいた保持期間が終了したため、情報を表示できない。必要なら、最初からのお手続きを案内する。',
    'The consented period has ended, so the information cannot be shown. If needed, ask the customer to start again.',
  ],
  unknown_item: bugAt(321),
  inquiry_not_registered: bugAt(322),
  latest_not_declared: bugAt(323),
  foreign_grant: bugAt(324),
  invalid_retrieval: bugAt(325),
  profile_unknown: bugAt(326),
  client_closed: [
    327,
    'システムの入れ替え中。時間をおいて再度お手続きいただく。',
    'The system is being replaced. Ask the customer to try again later.',
  ],
  // 6: what is kept. No number looks like an HTTP status.
  store_key_exists: bugAt(601),
  store_full: [
    602,
    '混雑している。時間をおいて再度お手続きいただく。続く場合は担当部署に連絡する。',
    'The service is busy. Ask the customer to try again later. If it keeps happening, tell the team in charge.',
  ],
  store_failed: [
    603,
    '当社の情報の保存先に障害がある。時間をおいて再度お手続きいただき、担当部署に連絡する。',
    'A fault of our storage. Ask the customer to try again later, and tell the team in charge.',
  ],
  foreign_answer: bugAt(611),
  reference_unknown: [
    612,
    '情報は保管していないか、保持期間の終了により消去済み。必要なら、最初からのお手続きを案内する。',
    'The information was never kept, or was erased at the end of its period. If needed, ask the customer to start again.',
  ],
  data_erased: [
    613,
    '情報は消去済み。必要なら、最初からのお手続きを案内する。',
    'The information was erased. If needed, ask the customer to start again.',
  ],
  purpose_refused: bugAt(614),
  record_damaged: bugAt(615),
  format_unsupported: bugAt(616),
  key_unknown: bugAt(617),
  key_unavailable: [
    618,
    '当社の鍵の管理システムに障害がある。時間をおいて再度お手続きいただき、担当部署に連絡する。',
    'A fault of our key management. Ask the customer to try again later, and tell the team in charge.',
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
  kiosk_action_refused: bugAt(901),
};

/**
 * The error numbers on citizens' pages, for the service desk: what each means, and what to do.
 * Numbers are frozen: a number never changes its meaning. `docs/texts` prints the table.
 *
 * @example
 * ```ts
 * import { citizenErrors } from 'myna-selfinfo';
 * // For a clerk who was told a number on the phone.
 * const meaningOf = (number: string) => citizenErrors.find((row) => row.number === number)?.ja;
 * ```
 */
export const citizenErrors: readonly CitizenError[] = Object.freeze(
  Object.entries(rows).map(([code, [number, ja, en]]) =>
    Object.freeze({ number: `E-${number}` as const, code, ja, en }),
  ),
);

/** Returns the error number of a machine code. */
export function numberOf(code: SelfInfoErrorCode | OutcomeCode): string {
  return `E-${rows[code][0]}`;
}
