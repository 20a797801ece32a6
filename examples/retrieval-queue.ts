// 2つのインスタンスと2つのワーカー。ワーカーを無作為に kill -9 しても、照会は失われない。進み具合は Server-Sent Events で届く。
//   npm install bullmq ioredis
//   REDIS_URL=redis://127.0.0.1:6379 npx tsx examples/retrieval-queue.ts
import { randomBytes, randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { isSelfInfoError, systemClock } from 'myna-selfinfo';
import { type StartedSandbox, startSandbox } from 'myna-selfinfo/sandbox';
import { createMemoryVaultStore, type VaultStore } from 'myna-selfinfo/vault';
import { closeServers, listen, roundRobin } from './local-servers/servers.js';
import { startInstance } from './retrieval-queue/instance.js';
import { type Settings, service } from './retrieval-queue/setup.js';
import { startWorkers } from './retrieval-queue/workers.js';

const CITIZENS = 10;
const KILLS = 3;

async function play(): Promise<void> {
  const records = createMemoryVaultStore();
  const vaultOrigin = await listen(serveStore(records));
  const instances: string[] = [];
  const origin = await listen(roundRobin(instances));
  const redirectUri = `${origin}/callback`;
  const aheadMs = Date.parse('2026-12-01T10:00:00+09:00') - Date.now();
  const sandbox = await startSandbox({
    clock: { ...systemClock, now: () => Date.now() + aheadMs },
    registrations: [{ clientId: 'SP00000001_HL0001', redirectUris: [redirectUri], service }],
  });
  const settings = { ...settingsFor(sandbox, redirectUri), vaultOrigin, aheadMs };
  const [a, b] = [await startInstance(settings), await startInstance(settings)];
  instances.push(a.origin, b.origin);
  const workers = startWorkers(2, settings);

  const citizens = visit(sandbox, origin);
  for (let kill = 0; kill < KILLS; kill++) {
    await setTimeout(400 + Math.random() * 400);
    workers.killOne();
  }
  const ready = (await citizens).filter((stream) => stream.match(/data: ready\n/g)?.length === 1);
  let kept = 0;
  for await (const _ of records.list()) kept++;
  console.log(`照会: インスタンスA ${a.submitted()} 件、インスタンスB ${b.submitted()} 件`);
  console.log(`ワーカーを kill -9: ${KILLS} 回`);
  console.log(`画面に ready が1回だけ届いた: ${ready.length} 件`);
  console.log(`保管庫にある回答: ${kept} 件`);

  await workers.stop();
  for (const { close } of [a, b]) await close();
  await sandbox.close();
  closeServers();
}

/** 保管庫のストアを、ほかのプロセスから呼べるようにする。 */
function serveStore(records: VaultStore): RequestListener {
  return async (incoming, outgoing) => {
    const method = (incoming.url ?? '').slice(1) as 'put';
    const args = JSON.parse(await text(incoming)) as Parameters<VaultStore['put']>;
    await records[method](...args).then(
      (value) => outgoing.end(JSON.stringify(value ?? null)),
      (error) => outgoing.writeHead(isSelfInfoError(error, 'store_key_exists') ? 409 : 500).end(),
    );
  };
}

function settingsFor(
  { connection }: StartedSandbox,
  redirectUri: string,
): Omit<Settings, 'vaultOrigin' | 'aheadMs'> {
  const { clientId, endpoints, issuer, ca } = connection.environment;
  return {
    site: { clientId, redirectUri, endpoints, issuer, ...(ca && { ca }) },
    // 秘密鍵は JSON に現れないので、ここで取り出す。
    tls: { cert: String(connection.tls.cert), key: String(connection.tls.key) },
    keys: { current: '2026-12', keys: { '2026-12': randomBytes(32).toString('base64url') } },
    name: `example-${randomUUID()}`,
  };
}

/** 利用者のブラウザの代わり。1人ずつ同意する。それぞれの進み具合の画面に届いたものを返す。 */
async function visit(sandbox: StartedSandbox, origin: string): Promise<readonly string[]> {
  const screens: Promise<string>[] = [];
  for (let left = CITIZENS; left > 0; left--) {
    const start = await fetch(`${origin}/start`, { redirect: 'manual' });
    const cookie = start.headers.get('set-cookie')?.split(';')[0] ?? '';
    const callback = await sandbox.visit(start.headers.get('location') ?? '', {
      persona: 'hanako',
    });
    await fetch(callback, { headers: { cookie } });
    screens.push(
      fetch(`${origin}/events`, { headers: { cookie } }).then((screen) => screen.text()),
    );
  }
  return Promise.all(screens);
}

await play();
