// URL ごとの処理。利用者の途中の状態は Redis に置くので、どのインスタンスでも、再起動後でも続けられる。
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { explain, isSelfInfoError, latest } from 'myna-selfinfo';
import { headers, landingPage, page, waitingPage } from './pages.js';
import type { Parts } from './parts.js';
import { loan } from './service.js';

/** セッションに保存するもの。照会票は秘密を含まない。ref は、保管庫に入れる回答のID。 */
interface Session {
  readonly retrieval?: string;
  readonly ref?: string;
}

interface Exchange extends Parts {
  readonly request: IncomingMessage;
  readonly show: (status: number, body?: string, more?: Record<string, string>) => void;
  readonly redirect: (location: string) => void;
  /** このブラウザのセッションID。 */
  readonly id: string | undefined;
}

const LIFE_SECONDS = 1_800;
/** 1回の画面表示で回答を待つ時間。 */
const PATIENCE_MS = 3_000;
const keyOf = (id: string) => `loan:session:${id}`;

export function respond(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path] = (request.url ?? '/').split('?', 1);
  // __Host- の Cookie は、ほかのサブドメインから上書きできない。https でのみ使える。
  const cookie = parts.https ? '__Host-session' : 'session';
  const [, id] = new RegExp(`(?:^|; )${cookie}=([^;]+)`).exec(request.headers.cookie ?? '') ?? [];
  const exchange: Exchange = {
    ...parts,
    request,
    id,
    show: (status, body, more) =>
      void response.writeHead(status, { ...headers, ...more }).end(body),
    redirect: (location) => void response.writeHead(303, { ...headers, location }).end(),
  };
  const setCookie = (value: string) =>
    response.setHeader(
      'set-cookie',
      `${cookie}=${value}; HttpOnly; SameSite=Lax; Path=/${parts.https ? '; Secure' : ''}`,
    );
  switch (`${request.method} ${path}`) {
    case 'GET /':
      return Promise.resolve(exchange.show(200, landingPage));
    case 'POST /start':
      return start(exchange, setCookie);
    case 'GET /callback':
      return complete(exchange);
    case 'GET /result':
      return showResult(exchange);
    default:
      return Promise.resolve(exchange.show(404, page('ページがありません。')));
  }
}

async function start(exchange: Exchange, setCookie: (id: string) => void): Promise<void> {
  const { client, redis, request, show, redirect } = exchange;
  const site = String(request.headers['sec-fetch-site'] ?? 'none');
  if (!['same-origin', 'none'].includes(site))
    return show(403, page('お手続きは、最初の画面から始めてください。'));
  // セッションIDはここで作る。ブラウザが送ってきたものは使わない（セッション固定攻撃の対策）。
  const id = randomBytes(32).toString('base64url');
  const { url, availability } = await client.beginConsent({ sessionBinding: id });
  // カードをかざす前に案内する（注※３）。
  if (availability.state === 'closed') return show(200, page(explain(availability, 'ja')));
  await redis.set(keyOf(id), '{}', 'EX', LIFE_SECONDS);
  setCookie(id);
  redirect(url);
}

/** 同意を受け取り、リクエストを送り、照会票を保存する。回答は待たない。 */
async function complete(exchange: Exchange): Promise<void> {
  const { client, redis, request, show, redirect, id } = exchange;
  const outcome = await client.completeConsent(request, { sessionBinding: id ?? 'none' });
  // プリフェッチや HEAD。
  if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation') return show(503);
  // 同じ URL が再び開かれたときは、最初の結果を表示する。
  if (outcome.status === 'replayed') return redirect('/result');
  if (outcome.status !== 'granted' || id === undefined)
    return show(200, page(explain(outcome, 'ja')));
  // grant はこのプロセスでしか使えない。終了のシグナルを受けた後でも、ここは最後まで進める。
  const retrieval = JSON.stringify(await client.submit(outcome.grant, latest()));
  const session: Session = { retrieval, ref: randomBytes(24).toString('base64url') };
  await redis.set(keyOf(id), JSON.stringify(session), 'EX', LIFE_SECONDS);
  redirect('/result');
}

async function showResult(exchange: Exchange): Promise<void> {
  const { client, redis, vault, show, id } = exchange;
  const stored = id === undefined ? null : await redis.get(keyOf(id));
  const { retrieval, ref }: Session = JSON.parse(stored ?? '{}');
  if (retrieval === undefined || ref === undefined)
    return show(200, page(explain({ status: 'unknown' }, 'ja')));
  if (await vault.has(ref)) return showKept(exchange, ref);
  const ticket = client.resume(retrieval);
  const result = await client.collect(ticket, { deadlineMs: PATIENCE_MS });
  if (result.status === 'pending')
    return show(200, waitingPage(explain(result, 'ja')), { refresh: '1' });
  // 別のタブかプロセスが先に回答を受け取り、照会票が無効になった可能性がある。
  if (result.status !== 'ready')
    return (await vault.has(ref))
      ? showKept(exchange, ref)
      : show(200, page(explain(result, 'ja')));
  await vault.put(result.answer, { ref }).catch((error) => {
    // 同じIDなので、二重に保管されることはない。
    if (!isSelfInfoError(error, 'store_key_exists')) throw error;
  });
  await client.discard(ticket);
  await showKept(exchange, ref);
}

/** 保管庫の回答を、同意された利用目的で読む。 */
async function showKept({ vault, show }: Exchange, ref: string): Promise<void> {
  const { income } = (
    await vault.read(ref, { purpose: loan.purpose.id, reason: '申込画面での確認' })
  ).items;
  const count = income.status === 'present' ? `（${income.reveal().length} 件）` : '';
  show(200, page(`${explain(income, 'ja')}${count}`));
}
