// 失敗の code と reason から、最初に調べる場所を1語で返す。ログとメトリクスの例で使う。
import type { FailureReason } from 'myna-selfinfo';

export type FailureCause =
  /** 自社とマイナポータルの間の経路: DNS、ファイアウォール、回線 */
  | 'network'
  /** options.egress のプロキシ、または URL のポート */
  | 'proxy'
  /** このマシンの時計 */
  | 'clock'
  /** 接続先のサーバ証明書、または environment の ca */
  | 'server-certificate'
  /** 自社のクライアント証明書 */
  | 'client-certificate'
  /** マイナポータルの応答 */
  | 'portal'
  /** 自社のストア */
  | 'store'
  /** 上記以外: 自社のアプリケーション、設定、リソース */
  | 'application';

const byReason = {
  refused: 'network',
  not_found: 'network',
  unreachable: 'network',
  reset: 'network',
  closed: 'network',
  timed_out: 'network',
  protocol: 'network',
  plain_http: 'proxy',
  proxy: 'proxy',
  not_yet_valid: 'clock',
  expired: 'server-certificate',
  wrong_name: 'server-certificate',
  unknown_issuer: 'server-certificate',
  revoked: 'server-certificate',
  weak: 'server-certificate',
  rejected: 'client-certificate',
  missing: 'client-certificate',
  resources: 'application',
} as const satisfies Record<FailureReason, FailureCause>;

/** reason がない失敗は、code で分ける。 */
const byCode: Readonly<Record<string, FailureCause>> = {
  connection_failed: 'network',
  connection_closed: 'network',
  answer_lost: 'network',
  timed_out: 'network',
  proxy_refused: 'proxy',
  server_not_trusted: 'server-certificate',
  certificate_refused: 'client-certificate',
  invalid_credential: 'client-certificate',
  upstream_refused: 'portal',
  upstream_unavailable: 'portal',
  upstream_failed: 'portal',
  response_invalid: 'portal',
  process_mismatch: 'portal',
  token_refused: 'portal',
  callback_rejected: 'portal',
  store_full: 'store',
  store_failed: 'store',
};

/** 調べる場所を返す。サーバがクライアント証明書を拒否したときの reason はサーバの判断なので、code を先に見る。 */
export function causeOf(failure: {
  readonly outcome?: string;
  readonly code?: string;
  readonly reason?: FailureReason;
}): FailureCause {
  const { outcome, code = '', reason } = failure;
  // 認可サーバが、理由を示して拒否した。
  if (outcome === 'rejected') return 'portal';
  if (code === 'certificate_refused' || reason === undefined) return byCode[code] ?? 'application';
  return byReason[reason];
}
