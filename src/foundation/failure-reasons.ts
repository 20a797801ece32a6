import type { SelfInfoErrorCode } from './error-table.js';
import type { Language } from './language.js';

/** A sentence in both languages. */
export type Sentence = Readonly<Record<Language, string>>;

/**
 * Why a call failed, as the operating system or TLS says. The message of the error ends with the
 * sentence. A test writes the table of `docs/troubleshooting.md` from it.
 */
export const failureReasons = {
  refused: {
    en: 'The server refused the connection. Check the host and the port of the URL, and the firewall.',
    ja: 'サーバが接続を拒否しました。URL のホストとポート、ファイアウォールを確認してください。',
  },
  not_found: {
    en: 'The host name could not be resolved. Check the URL, and the DNS of this machine.',
    ja: 'ホスト名を解決できませんでした。URL と、このマシンの DNS を確認してください。',
  },
  unreachable: {
    en: 'No route leads to the server. Check the network, the routes and the firewall of this machine.',
    ja: 'サーバへの経路がありません。このマシンのネットワーク、経路、ファイアウォールを確認してください。',
  },
  reset: {
    en: 'The connection was reset, by the server or by a device in between. If every call fails like this, check whether the firewall and the server allow your address.',
    ja: 'サーバまたは途中の機器が、接続をリセットしました。毎回起きる場合は、接続元アドレスがファイアウォールとサーバで許可されているかを確認してください。',
  },
  closed: {
    en: 'The server closed the connection. If every call fails like this, check the client certificate, and whether the server allows your address.',
    ja: 'サーバが接続を閉じました。毎回起きる場合は、クライアント証明書と、接続元アドレスがサーバで許可されているかを確認してください。',
  },
  timed_out: {
    en: 'The time limit was exceeded. Look for a firewall that drops packets, a slow server or DNS, or a deadline that is too short.',
    ja: '制限時間を過ぎました。パケットを破棄するファイアウォール、サーバや DNS の遅延、短すぎる期限がないかを確認してください。',
  },
  plain_http: {
    en: 'The server does not use TLS on this port, but probably plain http. Check the port of the URL.',
    ja: 'このポートではサーバが TLS を使用していません（暗号化なしの http と思われます）。URL のポートを確認してください。',
  },
  proxy: {
    en: 'The tunnel through the proxy did not open. Check options.egress and the log of the proxy.',
    ja: 'プロキシ経由のトンネルを確立できませんでした。options.egress とプロキシのログを確認してください。',
  },
  protocol: {
    en: 'Client and server have no TLS version, cipher suite or application protocol in common. The client needs TLS 1.2 or 1.3, and HTTP/1.1.',
    ja: 'クライアントとサーバに共通する TLS のバージョン、暗号スイート、またはアプリケーションプロトコルがありません。クライアントには TLS 1.2 または 1.3 と、HTTP/1.1 が必要です。',
  },
  expired: {
    en: 'The server certificate has expired according to the clock of this machine. If the clock is right, tell the operator of the server.',
    ja: 'このマシンの時計では、サーバ証明書の有効期間が終了しています。時計が正しければ、サーバの運用者に連絡してください。',
  },
  not_yet_valid: {
    en: 'The server certificate is not yet valid according to the clock of this machine. Check the clock first.',
    ja: 'このマシンの時計では、サーバ証明書の有効期間がまだ始まっていません。まず時計を確認してください。',
  },
  wrong_name: {
    en: 'The server certificate is for another host. Check the URL, and whether a device in between decrypts TLS.',
    ja: 'サーバ証明書が別のホストのものです。URL と、途中の機器が TLS を復号していないかを確認してください。',
  },
  unknown_issuer: {
    en: 'No trusted authority issued the server certificate. Check the option ca, and whether a device in between decrypts TLS.',
    ja: 'サーバ証明書の発行元が、信頼する認証局ではありません。ca と、途中の機器が TLS を復号していないかを確認してください。',
  },
  revoked: {
    en: 'The server certificate has been revoked. Tell the operator of the server.',
    ja: 'サーバ証明書が失効しています。サーバの運用者に連絡してください。',
  },
  weak: {
    en: 'A key or a signature of the server is too weak: RSA keys need at least 2048 bits. Tell the operator of the server.',
    ja: 'サーバの鍵または署名の強度が足りません。RSA の鍵は 2048 ビット以上が必要です。サーバの運用者に連絡してください。',
  },
  rejected: {
    en: 'The server gave no specific reason. Compare the client certificate with the registered one, and include the intermediate certificates.',
    ja: 'サーバは詳しい理由を示していません。登録した証明書と照合し、中間証明書も含めてください。',
  },
  missing: {
    en: 'The server requires a client certificate, but none was sent. Set options.tls.',
    ja: 'サーバがクライアント証明書を要求しましたが、送信していません。options.tls を指定してください。',
  },
  resources: {
    en: 'This machine has no file handles, ports or memory left for a connection. Check its limits (ulimit -n).',
    ja: 'このマシンで、接続に必要なファイル、ポート、メモリのいずれかが不足しています。上限（ulimit -n）を確認してください。',
  },
} as const satisfies Record<string, Sentence>;

/** Sentences of single codes for which those above do not fit. */
export const reasonsOfCodes = {
  // The reasons are those of the server's alert, about the client certificate.
  certificate_refused: {
    expired: {
      en: 'The client certificate has expired according to the clock of the server. Renew it.',
      ja: 'サーバの時計では、有効期間が終了しています。更新してください。',
    },
    unknown_issuer: {
      en: 'The server does not know the authority of the client certificate. Check that the certificate is for this environment, and include the intermediate certificates.',
      ja: '発行元の認証局を、サーバが信頼していません。環境を確認し、中間証明書も含めてください。',
    },
    revoked: {
      en: 'The client certificate has been revoked. Get a new one.',
      ja: '失効しています。新しい証明書を取得してください。',
    },
  },
  // The texts of these codes already say the rest.
  connection_closed: {
    closed: {
      en: 'If every call fails like this, check the client certificate, and whether the server allows your address.',
      ja: '毎回起きる場合は、クライアント証明書と、接続元アドレスがサーバで許可されているかを確認してください。',
    },
  },
  timed_out: {
    timed_out: {
      en: 'Look for a firewall that drops packets, a slow server or DNS, or a deadline that is too short.',
      ja: 'パケットを破棄するファイアウォール、サーバや DNS の遅延、短すぎる期限がないかを確認してください。',
    },
  },
} as const satisfies {
  readonly [C in SelfInfoErrorCode]?: { readonly [R in FailureReason]?: Sentence };
};

/**
 * Why a call failed, as the operating system, TLS or the server's alert says. Absent if they do
 * not say why.
 *
 * - The network: `refused`, `not_found`, `unreachable`, `reset`, `closed`, `timed_out`.
 * - The URL or the proxy: `plain_http`, `proxy`.
 * - TLS: `protocol`, when no version or cipher suite is shared.
 * - The server certificate: `expired`, `not_yet_valid` (check this machine's clock first),
 *   `wrong_name`, `unknown_issuer`, `revoked`, `weak`.
 * - The client certificate, with the code `certificate_refused`: `expired`, `unknown_issuer`,
 *   `revoked`, `missing`, `rejected`.
 * - This machine: `resources`, when files, ports or memory are used up.
 *
 * @example
 * ```ts
 * import type { FailureReason, SelfInfoError } from 'myna-selfinfo';
 * const ours: readonly (FailureReason | undefined)[] = ['resources', 'not_yet_valid', 'proxy'];
 * const isOurFault = (error: SelfInfoError) => ours.includes(error.reason);
 * ```
 */
export type FailureReason = keyof typeof failureReasons;
