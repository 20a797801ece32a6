// 5つのステップを自分で進める例。クライアントもストアも使わず、途中の値は事業者のセッションに置く。
//   npx tsx examples/five-steps.ts
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  buildConsentUrl,
  createVirtualClock,
  defineService,
  exchangeToken,
  explain,
  fetchAnswer,
  latest,
  requestAnswer,
  validateCallback,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';

const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
});
// いつ動かしても同じ結果になるよう、例の時計を止めておく。
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const sandbox = await startSandbox({
  clock,
  registrations: [
    { clientId: 'SP00000001_FS0001', redirectUris: ['http://localhost:3000/callback'], service },
  ],
});
const { environment, tls } = sandbox.connection;
const step = { environment, service, tls, clock };

/** 途中の値。本番では、サーバ側に暗号化して保管する（Cookie やログに入れない）。 */
interface Session {
  readonly state: string;
  readonly codeVerifier: string;
  readonly handle?: string;
}
const sessions = new Map<string, Session>();

/** 1. 同意画面の URL を作る。state と codeVerifier は、このブラウザのセッションに置く。 */
function start(sessionId: string): string {
  const state = randomBytes(32).toString('base64url');
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  sessions.set(sessionId, { state, codeVerifier });
  return buildConsentUrl(environment, { state, codeChallenge });
}

/** 2〜4. コールバックを検証し、トークンに交換し、リクエストを送る。 */
async function comeBack(sessionId: string, url: string): Promise<void> {
  const session = sessions.get(sessionId);
  // 取り出したら消す。同じコールバックは2度使わない（本番では取得と削除を不可分に行う）。
  sessions.delete(sessionId);
  if (session === undefined) throw new Error('このブラウザで始めた手続きがありません。');
  const grantedAt = clock.now();
  const callback = await validateCallback(environment, url, { state: session.state });
  const { codeVerifier } = session;
  const accessToken = await exchangeToken({ environment, callback, codeVerifier, tls, clock });
  const sent = { accessToken, inquiries: latest(), grantedAt } as const;
  const handle = await requestAnswer({ ...step, ...sent });
  // handle はトークンを含む秘密の値で、表示しても中身は出ない。保管するときだけ reveal() で取り出す。
  console.log(`リクエストを送りました: ${JSON.stringify({ handle })}`);
  sessions.set(sessionId, { ...session, handle: handle.reveal() });
}

/** 5. 1回だけ問い合わせる。別のプロセスからでもよい。 */
async function poll(sessionId: string): Promise<string> {
  const { handle = '' } = sessions.get(sessionId) ?? {};
  const fetched = await fetchAnswer({ ...step, handle });
  switch (fetched.status) {
    case 'running':
      clock.set(fetched.retryAt); // 本番では、この時刻まで待つ
      return '処理中です。';
    case 'unavailable':
      return `停止中です。再開の予定: ${fetched.until ?? '不明'}`;
    case 'failed':
      sessions.delete(sessionId);
      return explain(fetched.error, 'ja');
    case 'done': {
      sessions.delete(sessionId);
      const { income } = fetched.answer.items;
      if (income.status !== 'present') return explain(income, 'ja');
      return `所得の情報を ${income.reveal().length} 件取得しました。`;
    }
  }
}

const sessionId = randomUUID();
await comeBack(sessionId, await sandbox.visit(start(sessionId), { persona: 'hanako' }));
while (sessions.has(sessionId)) console.log(await poll(sessionId));
await sandbox.close();
