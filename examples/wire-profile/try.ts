// 自社の通信プロファイルを試す。本番環境が受け付けるかを確かめ、同じ仕様書から別に書き起こしたポータルに照会する。
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
import { startSandbox } from 'myna-selfinfo/sandbox';
import { ourProfile } from './our-profile.js';
import { ourPortal, portalProfile } from './portal/our-profile.js';

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

const clientId = 'SP12345678_AB1234';
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const sandbox = await startSandbox({
  clock,
  registrations: [{ clientId, redirectUris: ['http://localhost:3000/callback'], service }],
  profile: portalProfile, // ポータルの側。ourProfile を渡すと、値の誤りが見つからない
  codec: ourPortal,
});
const connection = sandbox.connectionFor(clientId, { profile: ourProfile });
const client = createSelfInfoClient({ service, ...connection });

// 項目の状態が1つずつ異なる人物。ourProfile で2つの値を入れ替えると、ここで失敗する。
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
