// 自社の通信プロファイルを試す。本番環境が受け付けるかを確かめ、同じ名前で応答するサンドボックスに照会する。
//   npx tsx examples/wire-profile/try.ts
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  isSelfInfoError,
  latest,
  productionEnvironment,
  publicProfile,
} from 'myna-selfinfo';
import { type SandboxCodec, startSandbox } from 'myna-selfinfo/sandbox';
import { ourProfile } from './our-profile.js';

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

/** 未確認の項目が残っていれば、最初の1つの場所。 */
function openEntry(profile = ourProfile): string | undefined {
  try {
    productionEnvironment({
      clientId: 'SP12345678_AB1234',
      redirectUri: 'https://loan.example/callback',
      endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
      issuer: 'https://portal.example',
      profile,
    });
    return undefined;
  } catch (error) {
    if (isSelfInfoError(error, 'unverified_profile')) return error.path;
    throw error;
  }
}
console.log(`publicProfile の未確認の項目: ${openEntry(publicProfile) ?? 'なし'}`);
console.log(`ourProfile の未確認の項目: ${openEntry() ?? 'なし'}`);

// ポータルの側。クライアントの codec とは別に、仕様書から書き起こす。ここではヘッダーだけを確かめる。
const portal: SandboxCodec = (request, next) =>
  request.headers.get('x-interface-version') === '9.1'
    ? next(request)
    : Response.json({ error: 'invalid_request' }, { status: 400 });

const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const sandbox = await startSandbox({
  clock,
  registrations: [
    { clientId: 'SP12345678_AB1234', redirectUris: ['http://localhost:3000/callback'], service },
  ],
  profile: ourProfile, // パス、項目名、値がこのプロファイルのものになる
  codec: portal,
});
const client = createSelfInfoClient({ service, ...sandbox.connection });

// 項目の状態が1つずつ異なる人物。値と状態の対応の誤りは、仕様書と見比べて見つける。
const session = { sessionBinding: 'このブラウザのセッションID' };
for (const persona of ['hanako', 'newcomer', 'not-covered', 'closed-city', 'failing']) {
  const { url } = await client.beginConsent(session);
  const outcome = await client.completeConsent(await sandbox.visit(url, { persona }), session);
  if (outcome.status !== 'granted') throw new Error(explain(outcome, 'ja'));
  const result = await client.query(outcome.grant, latest(), {
    onProgress: ({ retryAt }) => clock.set(retryAt),
  });
  const item =
    result.status === 'ready' ? result.answer.items.income.status : explain(result, 'ja');
  console.log(`${persona}: ${new URL(url).pathname} → ${item}`);
}

await client.close();
await sandbox.close();
