// 4つの例に共通のもの: サービスの定義、セッション、画面。フレームワークには依存しない。
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import {
  type Collected,
  type ConsentOutcome,
  defineService,
  explain,
  isSelfInfoError,
  type SelfInfoClient,
  type SelfInfoError,
} from 'myna-selfinfo';

export const loan = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
    },
  },
});
export type LoanClient = SelfInfoClient<typeof loan>;

/**
 * どの例も、これを1つ公開する。https: 利用者から見て https か。プロキシの後ろではリクエストから分からないので、設定から渡す。
 * posted: コールバックが POST で届くか（通信プロファイルの form_post）。受け取り方は hono.ts と express.ts にある。
 */
export type Listen = (
  client: LoanClient,
  options: { readonly port: number; readonly https: boolean; readonly posted?: boolean },
) => Promise<Running>;
export interface Running {
  readonly port: number;
  /** 新しい接続を断り、受け付けたリクエストには最後まで応答する。 */
  close(): Promise<void>;
}

export interface Session {
  readonly id: string;
  readonly expiresAt: number;
  /** 照会の結果か、照会のときのエラー。保管するときは myna-selfinfo/vault を使う。 */
  result?: Collected<typeof loan> | SelfInfoError;
  /** 最後に受け付けられなかったコールバック。画面にエラー番号を示すため。 */
  rejected?: Extract<ConsentOutcome, { readonly status: 'rejected' }>;
}

const LIFE_MS = 30 * 60_000;

/** このプロセスのメモリに置く。複数のインスタンスで動かすときは、ここと client の store を共有のものにする。 */
export function createSessions(https: boolean, posted = false) {
  const sessions = new Map<string, Session>();
  // __Host- の Cookie は、ほかのサブドメインから上書きできない。
  const name = https ? '__Host-session' : 'session';

  function find(cookies: string | null | undefined): Session | undefined {
    const [, id = ''] = new RegExp(`(?:^|; )${name}=([^;]+)`).exec(cookies ?? '') ?? [];
    const session = sessions.get(id);
    return session !== undefined && session.expiresAt > Date.now() ? session : undefined;
  }

  /** いまのセッション、なければ新しいもの。ブラウザが送ってきた未知の番号は使わない（セッション固定）。 */
  function open(cookies: string | null | undefined): Session {
    for (const { id, expiresAt } of sessions.values()) {
      if (expiresAt > Date.now()) break;
      sessions.delete(id);
    }
    const session: Session = find(cookies) ?? {
      id: randomBytes(32).toString('base64url'),
      expiresAt: Date.now() + LIFE_MS,
    };
    sessions.set(session.id, session);
    return session;
  }

  // Strict にはできない: コールバックは、ほかのサイトからの遷移だから。その POST には Lax の Cookie も付かないので、form_post では None にする。
  const cookieOf = ({ id }: Session) =>
    `${name}=${id}; HttpOnly; SameSite=${posted ? 'None' : 'Lax'}; Path=/${https || posted ? '; Secure' : ''}`;
  return { find, open, cookieOf };
}

/** すべての応答に付ける。コールバックのURLには認可コードがある: ほかのサイトに Referer を送らず、どこにも残さない。 */
export const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
};

/** ほかのサイトのページからの POST。ブラウザが付ける Sec-Fetch-Site を見る。 */
export const isForeign = (site: string | null | undefined) =>
  !['same-origin', 'none'].includes(site ?? 'none');

const html = (body: string) =>
  `<!doctype html><html lang="ja"><meta charset="utf-8"><title>住宅ローン事前審査</title>${body}</html>`;
export const formPage = html(
  '<form method="post" action="/start"><button>マイナポータルから所得情報を取得する</button></form>',
);
export const foreignPage = html('<p>このページの外からは始められません。</p>');
export const missingPage = html('<p>ページがありません。</p>');
export const page = (text: string) =>
  html(
    `<p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p><p><a href="/result">結果を確かめる</a> <a href="/">はじめに戻る</a></p>`,
  );

/** コールバックのあとの行き先。認可コードと state を、アドレス欄と履歴に残さない。 */
export function placeAfter(
  outcome: ConsentOutcome<typeof loan>,
  session: Session | undefined,
): string {
  const { status } = outcome;
  if (status === 'rejected' && session !== undefined) session.rejected = outcome;
  // 同じURLが二度開かれたときは、1回目の結果を見せる。
  if (status === 'granted' || (status === 'replayed' && session?.result !== undefined))
    return '/result';
  return `/result?outcome=${status}`;
}

const outcomes = ['declined', 'expired', 'replayed', 'unknown', 'foreign-browser'] as const;

/** 同意が得られなかった理由。受け付けられなかったときは、エラー番号を示すためにセッションのものを使う。 */
function outcomeOf(session: Session | undefined, outcome: unknown): ConsentOutcome {
  if (outcome === 'rejected')
    return session?.rejected ?? { status: outcome, at: 'callback', code: 'callback_rejected' };
  return { status: outcomes.find((one) => one === outcome) ?? 'unknown' };
}

/** 結果の画面。まだ届いていなければ、もう一度受け取りに行く。outcome: placeAfter が付けたもの。 */
export async function resultPage(
  client: LoanClient,
  session: Session | undefined,
  outcome: unknown,
): Promise<string> {
  if (outcome !== undefined && outcome !== null)
    return page(explain(outcomeOf(session, outcome), 'ja'));
  const before = session?.result;
  if (session === undefined || before === undefined)
    return page(explain({ status: 'unknown' }, 'ja'));
  if (!('retrieval' in before) || before.retrieval === undefined) return page(textOf(before));
  const retrieval = client.resume(before.retrieval);
  const result = await client.collect(retrieval, { deadlineMs: 3_000 });
  if (session.result === before) session.result = result;
  // 受け取り終わった: トークンを残さない。
  if (result.status === 'ready' || result.status === 'failed') await client.discard(retrieval);
  return page(textOf(result));
}

function textOf(result: Collected<typeof loan> | SelfInfoError): string {
  if (isSelfInfoError(result) || result.status !== 'ready') return explain(result, 'ja');
  const { income } = result.answer.items;
  return income.status === 'present'
    ? `${explain(income, 'ja')}（${income.reveal().length} 件）`
    : explain(income, 'ja');
}

/** SDK のエラーは値として返し、ほかはそのまま投げる。 */
export function faultOf(error: unknown): SelfInfoError {
  if (isSelfInfoError(error)) return error;
  throw error;
}

/** エラーの画面。SDK のエラーの message に秘密の値は入らない。ほかのエラーの文は、画面にもログにも出さない。 */
export function faultPage(error: unknown): string {
  console.error(isSelfInfoError(error) ? error.message : 'An error that is not of the SDK.');
  return page(
    isSelfInfoError(error)
      ? explain(error, 'ja')
      : 'ただいまご利用いただけません。しばらくおいて、もう一度お試しください。',
  );
}

/** node:http のサーバを待ち受け、終了する。Fastify 以外はこれを使う。 */
export async function running(server: Server): Promise<Running> {
  if (!server.listening) await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
