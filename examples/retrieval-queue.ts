// 2つのインスタンスと2つのワーカー。ワーカーを無作為に kill -9 しても、照会は失われない。進み具合は Server-Sent Events で届く。
//   npm install bullmq ioredis
//   REDIS_URL=redis://127.0.0.1:6379 npx tsx examples/retrieval-queue.ts
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import {
  createSelfInfoClient,
  defineService,
  type EnvironmentOptions,
  isSelfInfoError,
  latest,
  SelfInfoError,
  sandboxEnvironment,
  systemClock,
} from 'myna-selfinfo';
import { createRetrievalQueue, type QueueConnectionSettings } from 'myna-selfinfo/bullmq';
import { createRedisStore } from 'myna-selfinfo/redis';
import { startSandbox } from 'myna-selfinfo/sandbox';
import {
  createLocalKeys,
  createMemoryVaultStore,
  createVault,
  type VaultStore,
} from 'myna-selfinfo/vault';

const CITIZENS = 10;
const KILLS = 3;
const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

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

/** すべてのプロセスに同じものを渡す。本番では設定とシークレットマネージャーから。 */
interface Settings {
  readonly site: EnvironmentOptions;
  readonly tls: { readonly cert: string; readonly key: string };
  readonly keys: { readonly current: string; readonly keys: Readonly<Record<string, string>> };
  readonly vaultOrigin: string;
  readonly name: string;
  readonly aheadMs: number;
}

/** この例の保管庫のストアは親プロセスのメモリにあり、HTTP で呼ぶ。本番では myna-selfinfo/pg を使う。 */
function remoteStore(origin: string): VaultStore {
  const call = async (method: string, args: unknown[]) => {
    const response = await fetch(`${origin}/${method}`, {
      method: 'POST',
      body: JSON.stringify(args),
    });
    if (!response.ok)
      throw new SelfInfoError(response.status === 409 ? 'store_key_exists' : 'store_failed');
    return (await response.json()) ?? undefined;
  };
  return new Proxy({} as VaultStore, {
    get:
      (_, method) =>
      (...args: unknown[]) =>
        call(String(method), args),
  });
}

/** アプリとワーカーに共通の組み立て。 */
async function open({ site, tls, keys, vaultOrigin, name, aheadMs }: Settings) {
  // いつ動かしても照会できるよう、例の時計は平日の10時から進む。
  const clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const redis = new Redis(redisUrl, { enableOfflineQueue: false, lazyConnect: true });
  redis.on('error', (error) => console.error(error.message));
  await redis.connect();
  const store = createRedisStore({ client: redis, keys, prefix: `${name}:`, clock });
  const client = createSelfInfoClient({
    service,
    environment: sandboxEnvironment(site),
    tls,
    store,
    clock,
  });
  const vault = createVault({
    service,
    store: remoteStore(vaultOrigin),
    keys: createLocalKeys(keys),
    clock,
  });
  // 待ち行列の接続は別に作る: ワーカーは接続を占有する。
  const connection = (options: QueueConnectionSettings) => {
    const made = new Redis(redisUrl, options);
    made.on('error', (error) => console.error(error.message));
    return made;
  };
  const queue = createRetrievalQueue({
    connection,
    client,
    vault,
    rate: { max: 20, perMs: 1_000 },
    name,
    clock,
  });
  async function close() {
    await queue.close();
    await client.close();
    redis.disconnect();
  }
  return { client, vault, queue, redis, close };
}

async function work(): Promise<void> {
  const [settings] = (await once(process, 'message')) as [Settings];
  const { queue, close } = await open(settings);
  // 落ちたワーカーの照会を早く引き継ぐよう、この例では短くする（既定は30秒）。
  await queue.startWorker({ lockMs: 500 });
  process.once('SIGTERM', () => close().then(() => process.disconnect()));
}

async function play(): Promise<void> {
  const servers: Server[] = [];
  async function listen(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  // 保管庫のストアと、プロキシ。プロキシはリクエストをインスタンスに順番に振り分ける。
  const records = createMemoryVaultStore();
  const vaultOrigin = await listen(async (incoming, outgoing) => {
    const args = JSON.parse(await text(incoming));
    await records[(incoming.url ?? '').slice(1) as 'put'](
      ...(args as Parameters<VaultStore['put']>),
    ).then(
      (value) => outgoing.end(JSON.stringify(value ?? null)),
      (error) => outgoing.writeHead(isSelfInfoError(error, 'store_key_exists') ? 409 : 500).end(),
    );
  });
  const instances: string[] = [];
  let turn = 0;
  const origin = await listen((incoming, outgoing) => {
    const { url = '/', headers } = incoming;
    const forwarded = request(
      new URL(url, instances[turn++ % instances.length]),
      { headers },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      },
    );
    forwarded.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(forwarded);
  });

  const aheadMs = Date.parse('2026-12-01T10:00:00+09:00') - Date.now();
  const redirectUri = `${origin}/callback`;
  const clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const sandbox = await startSandbox({
    clock,
    registrations: [{ clientId: 'SP00000001_HL0001', redirectUris: [redirectUri], service }],
  });
  const { clientId, endpoints, issuer, ca } = sandbox.connection.environment;
  const keys = { current: '2026-12', keys: { '2026-12': randomBytes(32).toString('base64url') } };
  const name = `example-${randomUUID()}`;
  // 秘密鍵は JSON に現れないので、ここで取り出す。
  const tls = {
    cert: String(sandbox.connection.tls.cert),
    key: String(sandbox.connection.tls.key),
  };
  const settings: Settings = {
    site: { clientId, redirectUri, endpoints, issuer, ...(ca && { ca }) },
    tls,
    keys,
    vaultOrigin,
    name,
    aheadMs,
  };

  async function startInstance() {
    const { client, vault, queue, redis, close } = await open(settings);
    let submitted = 0;

    async function answer({ url = '/', headers }: IncomingMessage, outgoing: ServerResponse) {
      const plain = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
      if (url === '/start') {
        // 番号はここで作る。ブラウザが持ってきたものは使わない（セッション固定）。
        const session = randomUUID();
        const { url: location } = await client.beginConsent({ sessionBinding: session });
        return outgoing
          .writeHead(303, {
            ...plain,
            location,
            'set-cookie': `session=${session}; HttpOnly; SameSite=Lax; Path=/`,
          })
          .end();
      }
      const [, session = 'none'] = /(?:^|; )session=([^;]+)/.exec(headers.cookie ?? '') ?? [];
      // 照会の識別子は URL に出さず、セッションとともに置く。ほかの人の進み具合は見えない。
      const idOfSession = `${name}:id-of:${session}`;
      if (url.startsWith('/callback')) {
        const outcome = await client.completeConsent(
          { method: 'GET', url, headers },
          { sessionBinding: session },
        );
        if (outcome.status !== 'granted') return outgoing.writeHead(400, plain).end();
        submitted++;
        await redis.set(
          idOfSession,
          await queue.add(await client.submit(outcome.grant, latest())),
          'EX',
          3_600,
        );
        return outgoing.writeHead(200, plain).end();
      }
      const id = await redis.get(idOfSession);
      if (url !== '/events' || id === null) return outgoing.writeHead(404, plain).end();
      // 画面の EventSource に届く。どのインスタンスにつながってもよい。
      const gone = new AbortController();
      outgoing.once('close', () => gone.abort());
      outgoing.writeHead(200, { ...plain, 'content-type': 'text/event-stream' });
      for await (const { state } of queue.progress(id, { signal: gone.signal }))
        outgoing.write(`data: ${state}\n\n`);
      return outgoing.end();
    }

    const instance = await listen((incoming, outgoing) => {
      answer(incoming, outgoing).catch((error) => {
        console.error(isSelfInfoError(error) ? error.code : 'unexpected');
        if (outgoing.headersSent) outgoing.end();
        else outgoing.writeHead(500).end();
      });
    });
    instances.push(instance);
    return { vault, close, submitted: () => submitted };
  }
  const [a, b] = [await startInstance(), await startInstance()];

  // ワーカー。落ちたら次を起動する（本番ではコンテナ基盤や systemd の仕事）。
  const workers = new Set<ChildProcess>();
  let stopped = false;
  function startWorker() {
    const worker = fork(fileURLToPath(import.meta.url), ['worker'], { execArgv: process.execArgv });
    worker.send(settings);
    workers.add(worker);
    worker.once('exit', () => {
      workers.delete(worker);
      if (!stopped) startWorker();
    });
  }
  startWorker();
  startWorker();

  async function visit(): Promise<string> {
    const start = await fetch(`${origin}/start`, { redirect: 'manual' });
    const cookie = start.headers.get('set-cookie')?.split(';')[0] ?? '';
    const callback = await sandbox.visit(start.headers.get('location') ?? '', {
      persona: 'hanako',
    });
    await fetch(callback, { headers: { cookie } });
    return (await fetch(`${origin}/events`, { headers: { cookie } })).text();
  }
  const citizens = Promise.all(Array.from({ length: CITIZENS }, visit));
  for (let kill = 0; kill < KILLS; kill++) {
    await setTimeout(400 + Math.random() * 400);
    [...workers][Math.floor(Math.random() * workers.size)]?.kill('SIGKILL');
  }

  const streams = (await citizens).map((stream) => stream.match(/(?<=data: )\w+/g) ?? []);
  const ready = streams.filter(
    (states) => states.filter((state) => state === 'ready').length === 1,
  );
  let kept = 0;
  for await (const _ of records.list()) kept++;
  console.log(`照会: インスタンスA ${a.submitted()} 件、インスタンスB ${b.submitted()} 件`);
  console.log(`ワーカーを kill -9: ${KILLS} 回`);
  console.log(`画面に ready が1回だけ届いた: ${ready.length} 件`);
  console.log(`保管庫にある回答: ${kept} 件`);

  stopped = true;
  const exits = [...workers].map((worker) => once(worker, 'exit'));
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(exits);
  for (const { close } of [a, b]) await close();
  await sandbox.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
}

await (process.argv[2] === 'worker' ? work() : play());
