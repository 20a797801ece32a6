// 架空の仕様書 specification.md による接続を試す。クライアントとポータルは、仕様書のほかに何も共有しない。
//   npm install @xmldom/xmldom
//   npx tsx examples/wire-profile/made-up/try.ts
import { KeyObject, webcrypto } from 'node:crypto';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  latest,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { madeUpPortal, portalProfile } from './portal.js';
import { madeUpProfile } from './profile.js';

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

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const keys = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);

const clientId = 'SP12345678_AB1234';
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const sandbox = await startSandbox({
  clock,
  registrations: [{ clientId, redirectUris: ['http://localhost:3000/callback'], service }],
  profile: portalProfile,
  codec: madeUpPortal(KeyObject.from(keys.publicKey)),
});
// サンドボックスの接続情報に、クライアントのプロファイルを組み合わせる。
const connection = sandbox.connectionFor(clientId, { profile: madeUpProfile(keys.privateKey) });
const client = createSelfInfoClient({ service, ...connection });

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
  console.log(`${persona}: ${item}`);
}

await client.close();
await sandbox.close();
