// 3つの照会方法（表2.6-1）: 最新情報指定、時点指定、範囲指定。1回の同意で1回だけ照会でき、複数の項目をまとめて照会できる。
//   npx tsx examples/three-inquiries.ts
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  fiscalYear,
  latest,
  type Progress,
  pointInTime,
  range,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';

const service = defineService({
  name: '子育て支援給付',
  purpose: { id: 'childcare-benefit', text: '給付の審査のため' },
  retention: { days: 14 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest', 'range'],
      latestBy: '課税年度',
    },
    household: { detail: 'household', inquiries: ['point-in-time'] },
    vaccination: { detail: 'vaccination', inquiries: ['range'] },
  },
});
// いつ動かしても同じ結果になるよう、例の時計を止めておく。応答を待つあいだだけ進める。
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const passTime = { onProgress: ({ retryAt }: Progress) => clock.set(retryAt) };

const sandbox = await startSandbox({
  clock,
  registrations: [
    { clientId: 'SP00000001_CB0001', redirectUris: ['http://localhost:3000/callback'], service },
  ],
});
const client = createSelfInfoClient({ service, ...sandbox.connection });

async function consent() {
  const sessionBinding = 'このブラウザのセッションID';
  const { url } = await client.beginConsent({ sessionBinding });
  const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
    sessionBinding,
  });
  if (outcome.status !== 'granted') throw new Error(explain(outcome, 'ja'));
  return outcome.grant;
}

const results = [
  await client.query(
    await consent(),
    {
      income: latest(), // 最新の課税年度のもの
      household: pointInTime('2026-04-01'), // その日に有効だったもの
      vaccination: range('2026-09-01', '2026-11-30'), // 両端の日を含む
    },
    passTime,
  ),
  await client.query(
    await consent(),
    { income: range(fiscalYear(2024), fiscalYear(2026)) },
    passTime,
  ),
];
for (const [index, result] of results.entries()) {
  console.log(`${index + 1}回目の同意: ${explain(result, 'ja')}`);
  if (result.status !== 'ready') continue;
  for (const [name, item] of Object.entries(result.answer.items)) {
    console.log(
      `  ${name}: ${item.status === 'present' ? `${item.reveal().length} 件` : explain(item, 'ja')}`,
    );
  }
}

await client.close();
await sandbox.close();
