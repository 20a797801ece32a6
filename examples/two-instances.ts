// プロキシの後ろの2つのインスタンス。共有するのは Redis だけで、セッションの固定（スティッキーセッション）は要らない。
//   npm install ioredis
//   REDIS_URL=redis://127.0.0.1:6379 npx tsx examples/two-instances.ts
import { randomBytes, randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  isSelfInfoError,
  latest,
} from 'myna-selfinfo';
import { createRedisStore } from 'myna-selfinfo/redis';
import { startSandbox } from 'myna-selfinfo/sandbox';

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

/** コールバックのURLには認可コードがある: よそへ Referer を出さず、どこにも残さない。 */
const plain = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
};

const servers: Server[] = [];
async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

// プロキシ。リクエストをインスタンスに順番に振り分ける。
const ports: number[] = [];
let turn = 0;
const origin = `http://127.0.0.1:${await listen((incoming, outgoing) => {
  const port = ports[turn++ % ports.length] as number;
  const { url = '/', method = 'GET', headers } = incoming;
  const forwarded = request({ host: '127.0.0.1', port, path: url, method, headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  forwarded.on('error', () => outgoing.writeHead(502).end());
  incoming.pipe(forwarded);
})}`;

// いつ動かしても同じ結果になるよう、例の時計を止めておく。応答を待つあいだだけ進める。
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const sandbox = await startSandbox({
  clock,
  registrations: [{ clientId: 'SP00000001_HL0001', redirectUris: [`${origin}/callback`], service }],
});
// 本番ではシークレットマネージャーから、すべてのインスタンスに同じものを渡す。
const keys = { current: '2026-12', keys: { '2026-12': randomBytes(32).toString('base64url') } };

async function startInstance(name: string) {
  // 接続していないあいだのコマンドは、ためずにすぐ失敗させる。
  const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', {
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  redis.on('error', (error) => console.error(`${name}: ${error.message}`));
  await redis.connect();
  const store = createRedisStore({
    client: redis,
    keys,
    prefix: `two-instances:${origin}:`,
    clock,
  });
  const client = createSelfInfoClient({ service, ...sandbox.connection, store });
  // 照会票は秘密を含まない JSON。ここではセッションの代わりに Redis に置く。
  const retrievalOf = (session: string) => `two-instances:${origin}:retrieval-of:${session}`;

  async function answer({ url, headers }: IncomingMessage): Promise<{
    status: number;
    headers?: Record<string, string>;
    body?: string;
  }> {
    if (url === '/start') {
      const session = randomUUID();
      const { url: location } = await client.beginConsent({ sessionBinding: session });
      return {
        status: 303,
        headers: { location, 'set-cookie': `session=${session}; HttpOnly; SameSite=Lax; Path=/` },
      };
    }
    const session = /(?:^|; )session=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? 'none';
    if (url?.startsWith('/callback')) {
      const outcome = await client.completeConsent(
        { method: 'GET', url, headers },
        { sessionBinding: session },
      );
      if (outcome.status !== 'granted') return { status: 200, body: explain(outcome, 'ja') };
      // 同意はこのプロセスのもの。受け取ったら、その場で照会まで済ませる。
      const retrieval = await client.submit(outcome.grant, latest());
      await redis.set(retrievalOf(session), JSON.stringify(retrieval), 'EX', 3_600);
      return { status: 200, body: '照会しました。' };
    }
    const kept = await redis.get(retrievalOf(session));
    if (url !== '/result' || kept === null) return { status: 404, body: 'ページがありません。' };
    const retrieval = client.resume(JSON.parse(kept));
    const result = await client.collect(retrieval, {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    });
    if (result.status !== 'ready') return { status: 200, body: explain(result, 'ja') };
    await client.discard(retrieval);
    await redis.del(retrievalOf(session));
    const { income } = result.answer.items;
    return {
      status: 200,
      body:
        income.status === 'present'
          ? `所得の情報を ${income.reveal().length} 件取得しました。`
          : explain(income, 'ja'),
    };
  }

  ports.push(
    await listen((incoming, outgoing) => {
      answer(incoming).then(
        ({ status, headers, body = '' }) =>
          outgoing.writeHead(status, { ...plain, ...headers }).end(`インスタンス${name}: ${body}`),
        // SDK のものではないエラー（この例では Redis のものなど）の文は、画面に出さない。
        (error) =>
          outgoing
            .writeHead(500, plain)
            .end(
              `インスタンス${name}: ${isSelfInfoError(error) ? explain(error, 'ja') : 'ただいまご利用いただけません。'}`,
            ),
      );
    }),
  );
  return async () => {
    await client.close();
    redis.disconnect();
  };
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
for (const server of servers) {
  server.closeAllConnections();
  server.close();
}
