// 申込みを3件処理し、Prometheus が読み取るメトリクスを表示する。
//   npm install prom-client
//   npx tsx examples/prometheus/start.ts
// --serve を付けると、Ctrl-C まで http://127.0.0.1:9464/metrics を公開し、申込みを処理し続ける。
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  isSelfInfoError,
  latest,
  type Progress,
  systemClock,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { createMetrics } from './metrics.js';

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
const serves = process.argv.includes('--serve');
const virtual = createVirtualClock('2026-12-01T10:00:00+09:00');
const clock = serves ? systemClock : virtual;
// 2件目の照会の応答が失われる。
await using sandbox = await startSandbox({
  clock,
  registrations: [
    { clientId: 'SP00000001_HL0001', redirectUris: ['http://localhost:3000/callback'], service },
  ],
  faults: [{ on: 'request', nth: 2, do: 'reset' }],
});

const maxEntries = 100_000;
const metrics = createMetrics({ maxEntries });
await using client = createSelfInfoClient({
  service,
  ...sandbox.connection,
  store: createMemoryStore({ clock, maxEntries }),
  onEvent: metrics.onEvent,
});
await metrics.watch(client);

// 利用者向けのサーバとは別のポートで、社内の監視だけに公開する。
const server = createServer(async (request, response) => {
  const isMetrics = request.method === 'GET' && request.url === '/metrics';
  if (isMetrics) response.setHeader('content-type', metrics.contentType);
  response.writeHead(isMetrics ? 200 : 404).end(isMetrics ? await metrics.text() : undefined);
}).listen(serves ? Number(process.env.PORT ?? 9464) : 0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;

const stopped = new AbortController();
const { signal } = stopped;
if (serves) {
  for (const name of ['SIGTERM', 'SIGINT']) process.once(name, () => stopped.abort());
  console.log(`# ${url}（Ctrl-C で終了）`);
  while (!signal.aborted) {
    await apply('agree');
    await setTimeout(5_000, undefined, { signal }).catch(() => undefined);
  }
} else {
  for (const decision of ['agree', 'agree', 'decline'] as const)
    console.log(`# 申込み: ${await apply(decision)}`);
  console.log(await (await fetch(url)).text());
}

// 順番がある: 監視のサーバと確認を止めてから、クライアントを閉じる。
server.close();
server.closeAllConnections();
metrics.stop();

/** 利用者1人の申込みを、同意から回答まで処理する。 */
async function apply(decision: 'agree' | 'decline'): Promise<string> {
  const session = { sessionBinding: 'session-1', signal };
  try {
    const { url } = await client.beginConsent(session);
    const callback = await sandbox.visit(url, { persona: 'hanako', decision });
    const outcome = await client.completeConsent(callback, session);
    if (outcome.status !== 'granted') return explain(outcome, 'ja');
    const onProgress = ({ retryAt }: Progress) => {
      if (!serves) virtual.set(retryAt);
    };
    return explain(await client.query(outcome.grant, latest(), { onProgress, signal }), 'ja');
  } catch (error) {
    if (isSelfInfoError(error)) return explain(error, 'ja');
    throw error;
  }
}
