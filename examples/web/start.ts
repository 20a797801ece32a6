// 例を1つ、サンドボックスにつないで動かす: npx tsx examples/web/start.ts node-http|express|fastify|hono
import { createSelfInfoClient } from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { type Listen, loan } from './loan.js';

const examples: Readonly<Record<string, () => Promise<{ listen: Listen }>>> = {
  'node-http': () => import('./node-http.js'),
  express: () => import('./express.js'),
  fastify: () => import('./fastify.js'),
  hono: () => import('./hono.js'),
};
const load = examples[process.argv[2] ?? ''];
if (load === undefined)
  throw new Error(
    `どのフレームワークで動かすかを指定してください: ${Object.keys(examples).join(', ')}`,
  );

const port = Number(process.env.PORT ?? 3000);
// 本物につなぐときに変わるのは、この2行だけ: environment と tls、そして https の origin。
const origin = `http://localhost:${port}`;
const sandbox = await startSandbox({
  registrations: [
    { clientId: 'SP00000001_HL0001', redirectUris: [`${origin}/callback`], service: loan },
  ],
});

const client = createSelfInfoClient({ service: loan, ...sandbox.connection });
const { listen } = await load();
const app = await listen(client, { port, https: origin.startsWith('https:') });
console.log(`http://localhost:${app.port}（Ctrl-C で終了）`);

await new Promise((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
// 順番がある: 受け付けたリクエストに応答してから、client を閉じる。先に閉じると、利用者の同意が無駄になる。
await app.close();
await client.close();
await sandbox.close();
