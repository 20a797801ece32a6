// 同意の往復を node:http だけで書いた最小の例。/start からマイナポータルに移り、/callback に戻る。
//   npx tsx examples/consent-flow.ts
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  latest,
} from 'myna-selfinfo';
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

const server = createServer((request, response) => {
  answer(request).then(
    ({ status, headers, body }) =>
      response
        .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers })
        .end(body),
    (error) =>
      response
        .writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
        .end(explain(error, 'ja')),
  );
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

// いつ動かしても同じ結果になるよう、例の時計を止めておく。応答を待つあいだだけ進める。
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const sandbox = await startSandbox({
  clock,
  registrations: [{ clientId: 'SP00000001_HL0001', redirectUris: [`${origin}/callback`], service }],
});
const client = createSelfInfoClient({ service, ...sandbox.connection });

async function answer(
  request: IncomingMessage,
): Promise<{ status: number; headers?: Record<string, string>; body?: string }> {
  if (request.url === '/start') {
    const session = randomUUID();
    const { url, availability } = await client.beginConsent({ sessionBinding: session });
    // カードをかざす前に案内する（注※３）。案内するだけで、停止するかどうかは事業者が決める。
    if (availability.state === 'closed') return { status: 200, body: explain(availability, 'ja') };
    return {
      status: 303,
      headers: {
        location: url,
        'set-cookie': `session=${session}; HttpOnly; SameSite=Lax; Path=/`,
      },
    };
  }
  if (!request.url?.startsWith('/callback')) return { status: 404, body: 'ページがありません。' };
  const session = /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'none';
  const outcome = await client.completeConsent(request, { sessionBinding: session });
  if (outcome.status !== 'granted') return { status: 200, body: explain(outcome, 'ja') };
  const result = await client.query(outcome.grant, latest(), {
    onProgress: ({ retryAt }) => clock.set(retryAt),
  });
  if (result.status !== 'ready') return { status: 200, body: explain(result, 'ja') };
  const { income } = result.answer.items;
  if (income.status !== 'present') return { status: 200, body: explain(income, 'ja') };
  return { status: 200, body: `所得の情報を ${income.reveal().length} 件取得しました。` };
}

// ここから先は利用者のブラウザの代わり。
for (const decision of ['agree', 'decline'] as const) {
  const start = await fetch(`${origin}/start`, { redirect: 'manual' });
  const url = start.headers.get('location');
  if (url === null) {
    console.log(await start.text());
    continue;
  }
  const cookie = start.headers.get('set-cookie')?.split(';')[0] ?? '';
  const callback = await sandbox.visit(url, { persona: 'hanako', decision });
  console.log(
    `${decision === 'agree' ? '同意する' : '同意しない'}: ${await (await fetch(callback, { headers: { cookie } })).text()}`,
  );
}

await client.close();
await sandbox.close();
server.closeAllConnections();
server.close();
