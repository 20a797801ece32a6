// プロキシの後ろの2つのインスタンス。共有するのは Redis だけで、セッションの固定（スティッキーセッション）は不要。
//   npm install ioredis
//   REDIS_URL=redis://127.0.0.1:6379 npx tsx examples/two-instances.ts
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Redis } from 'ioredis';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  isSelfInfoError,
  latest,
  type SelfInfoClient,
} from 'myna-selfinfo';
import { createRedisStore } from 'myna-selfinfo/redis';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { closeServers, listen, roundRobin } from './local-servers/servers.js';

const service = defineService({
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

/** コールバックのURLには認可コードがある: ほかのサイトに Referer を送らず、どこにも残さない。 */
const plain = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
};

const instances: string[] = [];
const origin = await listen(roundRobin(instances));

// いつ動かしても同じ結果になるよう、例の時計を止めておく。応答を待つあいだだけ進める。
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const sandbox = await startSandbox({
  clock,
  registrations: [{ clientId: 'SP00000001_HL0001', redirectUris: [`${origin}/callback`], service }],
});
// 本番ではシークレットマネージャーから、すべてのインスタンスに同じものを渡す。
const keys = { current: '2026-12', keys: { '2026-12': randomBytes(32).toString('base64url') } };

interface Instance {
  readonly client: SelfInfoClient<typeof service>;
  readonly redis: Redis;
}

interface Page {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** インスタンスを1つ起動する。返る関数で終了する。 */
async function startInstance(name: string): Promise<() => Promise<void>> {
  // 接続していないあいだのコマンドは、ためずにすぐ失敗させる。
  const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', {
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  redis.on('error', (error) => console.error(`${name}: ${error.message}`));
  await redis.connect();
  const prefix = `two-instances:${origin}:`;
  const store = createRedisStore({ client: redis, keys, prefix, clock });
  const client = createSelfInfoClient({ service, ...sandbox.connection, store });
  const instance = await listen((incoming, outgoing) => {
    respond({ client, redis }, incoming).then(
      ({ status, headers, body = '' }) =>
        outgoing.writeHead(status, { ...plain, ...headers }).end(`インスタンス${name}: ${body}`),
      (error) => outgoing.writeHead(500, plain).end(`インスタンス${name}: ${apologyFor(error)}`),
    );
  });
  instances.push(instance);
  return async () => {
    await client.close();
    redis.disconnect();
  };
}

/** SDK のものではないエラー（この例では Redis のものなど）の文は、画面に出さない。 */
const apologyFor = (error: unknown) =>
  isSelfInfoError(error) ? explain(error, 'ja') : 'ただいまご利用いただけません。';

async function respond(instance: Instance, request: IncomingMessage): Promise<Page> {
  const { url = '/', headers } = request;
  if (url === '/start') return begin(instance);
  const session = /(?:^|; )session=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? 'none';
  if (url.startsWith('/callback')) return complete(instance, session, request);
  if (url === '/result') return showResult(instance, session);
  return missing;
}

const missing: Page = { status: 404, body: 'ページがありません。' };
/** 照会票は秘密を含まない JSON。ここではセッションの代わりに Redis に置く。 */
const retrievalOf = (session: string) => `two-instances:${origin}:retrieval-of:${session}`;

async function begin({ client }: Instance): Promise<Page> {
  const session = randomUUID();
  const { url: location } = await client.beginConsent({ sessionBinding: session });
  return {
    status: 303,
    headers: { location, 'set-cookie': `session=${session}; HttpOnly; SameSite=Lax; Path=/` },
  };
}

async function complete(
  { client, redis }: Instance,
  session: string,
  { url, headers }: IncomingMessage,
): Promise<Page> {
  const request = { method: 'GET', url, headers };
  const outcome = await client.completeConsent(request, { sessionBinding: session });
  if (outcome.status !== 'granted') return { status: 200, body: explain(outcome, 'ja') };
  // 同意はこのプロセスでしか使えない。受け取ったら、その場で照会まで済ませる。
  const retrieval = await client.submit(outcome.grant, latest());
  await redis.set(retrievalOf(session), JSON.stringify(retrieval), 'EX', 3_600);
  return { status: 200, body: '照会しました。' };
}

async function showResult({ client, redis }: Instance, session: string): Promise<Page> {
  const stored = await redis.get(retrievalOf(session));
  if (stored === null) return missing;
  const retrieval = client.resume(JSON.parse(stored));
  const result = await client.collect(retrieval, {
    onProgress: ({ retryAt }) => clock.set(retryAt),
  });
  if (result.status !== 'ready') return { status: 200, body: explain(result, 'ja') };
  await client.discard(retrieval);
  await redis.del(retrievalOf(session));
  const { income } = result.answer.items;
  if (income.status !== 'present') return { status: 200, body: explain(income, 'ja') };
  return { status: 200, body: `所得の情報を ${income.reveal().length} 件取得しました。` };
}

const stops = [await startInstance('A'), await startInstance('B')];

// ここから先は利用者のブラウザの代わり。
const start = await fetch(`${origin}/start`, { redirect: 'manual' });
const cookie = start.headers.get('set-cookie')?.split(';')[0] ?? '';
const show = async (what: string, url: string) =>
  console.log(`${what} → ${await (await fetch(url, { headers: { cookie } })).text()}`);

console.log(`同意を始める → ${await start.text()}マイナポータルへ`);
const callback = await sandbox.visit(start.headers.get('location') ?? '', { persona: 'hanako' });
await show('戻ってくる', callback);
await show('結果を見る', `${origin}/result`);
await show('戻りの URL をもう一度開く', callback);

for (const stop of stops) await stop();
await sandbox.close();
closeServers();
