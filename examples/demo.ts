// 住宅ローンの事前審査を、内蔵サンドボックスの上で最初から最後まで通す。通信は相互TLS、時計はデモ用。
//   npm install string-width hono @hono/node-server
//   npx tsx examples/demo.ts
import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import {
  type ConsentOutcome,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  fiscalYear,
  type Grant,
  latest,
  type Progress,
  pointInTime,
  range,
  type SelfInfoClient,
  type Service,
} from 'myna-selfinfo';
import {
  commonServers,
  createCalendar,
  details,
  holdersOf,
  type Status,
  servers,
  type Target,
} from 'myna-selfinfo/calendar';
import {
  householdRecord,
  localTaxRecord,
  pensionRecord,
  startSandbox,
} from 'myna-selfinfo/sandbox';
import stringWidth from 'string-width';

// npm run demo -- --kiosk: キオスク端末の画面変遷を端末上で操作する。
if (process.argv.includes('--kiosk')) {
  const { runKiosk } = await import('./kiosk/terminal.js');
  await runKiosk();
  process.exit();
}
if (process.argv.includes('--kiosk-web')) {
  // 同じ画面変遷を、タッチ操作の画面で行う。
  const { serveKioskWeb } = await import('./kiosk-web/server.js');
  await serveKioskWeb();
  process.exit();
}
if (process.argv.includes('--serve')) {
  // 同じサンドボックスを、銀行の画面から使う。
  const { serveLoanDemo } = await import('./loan-app/demo/server.js');
  await serveLoanDemo();
  process.exit();
}

const housingLoan = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest', 'range'],
      latestBy: '課税年度',
      record: localTaxRecord,
    },
    household: { detail: 'household', inquiries: ['point-in-time'], record: householdRecord },
  },
});
const lifePlan = defineService({
  name: '老後資金相談',
  purpose: { id: 'life-plan', text: '老後資金の相談のため' },
  retention: { days: 7 },
  items: {
    pension: {
      detail: 'pension',
      inquiries: ['latest'],
      latestBy: '改定日',
      record: pensionRecord,
    },
  },
});

const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const calendar = createCalendar();
const redirectUris = ['http://localhost:3000/callback'];
const sandbox = await startSandbox({
  registrations: [
    { clientId: 'SP00000001_HL0001', redirectUris, service: housingLoan },
    { clientId: 'SP00000001_LP0001', redirectUris, service: lifePlan },
  ],
  clock,
});
const bank = createSelfInfoClient({ service: housingLoan, ...sandbox.connection });
const adviser = createSelfInfoClient({
  service: lifePlan,
  ...sandbox.connectionFor('SP00000001_LP0001'),
});

const pad = (text: string, width: number) =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));
const row = (label: string, ...rest: string[]) =>
  console.log(
    `  ${pad(label, 56)}${rest
      .map((text) => pad(text, 24))
      .join('')
      .trimEnd()}`,
  );
/** 長い文は端末の幅に収まるように折り返す。 */
const note = (text: string) => {
  let line = '   ';
  for (const char of ` ${text}`) {
    if (stringWidth(line + char) > 96) {
      console.log(line);
      line = '    ';
    }
    line += char;
  }
  console.log(line);
};
const heading = (text: string) => console.log(`\n■ ${text}`);
const toDateTime = (text: string) => DateTime.fromISO(text, { zone: 'Asia/Tokyo' });
const when = (at: { toFormat(format: string, options: { locale: string }): string } | null) =>
  at?.toFormat('M月d日(ccc) H:mm', { locale: 'ja' }) ?? '未定';
const yen = (amount: number | null) =>
  amount === null ? '未申告' : `${amount.toLocaleString('ja-JP')}円`;
const word = { open: '運用中', uncertain: '不確定', closed: '停止中' };
const plan = ({ state, until }: Status) => [
  word[state],
  until === null ? '計画停止の定めなし' : `${when(until)} まで`,
];
const reasons = ({ causes, state }: Status) => [
  ...new Set(causes.filter((cause) => cause.state === state).map((cause) => cause.text.ja)),
];

/** 同意の往復: マイナポータルに移り、カードと暗証番号で同意し、戻ってくる。利用の都度行う。 */
async function decide<S extends Service>(
  client: SelfInfoClient<S>,
  persona: string,
  decision: 'agree' | 'decline',
): Promise<ConsentOutcome<S>> {
  const sessionBinding = randomUUID();
  const { url } = await client.beginConsent({ sessionBinding });
  return client.completeConsent(await sandbox.visit(url, { persona, decision }), {
    sessionBinding,
  });
}

async function consent<S extends Service>(client: SelfInfoClient<S>): Promise<Grant<S>> {
  const outcome = await decide(client, 'hanako', 'agree');
  if (outcome.status !== 'granted') throw new Error(explain(outcome, 'ja'));
  return outcome.grant;
}

/** 応答を待つあいだ、デモの時計を次の確認時刻まで進める。 */
const passTime = { onProgress: ({ retryAt }: Progress) => clock.set(retryAt) };

console.log(
  'myna-selfinfo デモ ── デモの時計は 2026年12月1日(火) 10:00（日本時間）に固定。人物と情報は架空です。',
);

heading('照会に必要なサーバ（表2.5-1〜2.5-5）');
for (const id of [...commonServers, ...holdersOf('local-tax')]) {
  row(
    servers.find((server) => server.id === id)?.ja ?? id,
    ...plan(calendar.status({ server: id }, clock.now())),
  );
}
const availability = bank.availability();
row('→ このサービスの項目すべて', ...plan(availability));

heading('① 最新情報指定: 番号 花子さんが直近の所得を提供する');
{
  const result = await bank.query(await consent(bank), { income: latest() }, passTime);
  if (result.status !== 'ready') throw new Error(explain(result, 'ja'));
  const { income, household } = result.answer.items;
  if (income.status === 'present') {
    for (const { holder, fields } of income.reveal())
      row(`${fields.課税年度}年度（${holder}）`, `合計所得金額 ${yen(fields.合計所得金額)}`);
  }
  row('世帯（照会する項目から外した）', explain(household, 'ja'));
}

heading('② 時点指定: 2026年4月1日時点の世帯');
{
  // 応答を待たずに照会票（JSON）を保存し、あとから受け取る。別のプロセスでもよい。
  const retrieval = await bank.submit(await consent(bank), {
    household: pointInTime('2026-04-01'),
  });
  const stored = JSON.stringify(retrieval);
  const early = await bank.collect(bank.resume(stored), { deadlineMs: 500 });
  row('照会直後', explain(early, 'ja'));
  clock.advance(60_000);
  const result = await bank.collect(bank.resume(stored), passTime);
  if (result.status !== 'ready') throw new Error(explain(result, 'ja'));
  const { household } = result.answer.items;
  if (household.status === 'present') {
    for (const { holder, fields } of household.reveal())
      row(`1分後（${holder}）`, `${fields.世帯主氏名}、世帯員数 ${fields.世帯員数}人`);
  }
  row(
    '保持できる期間（30日間）',
    `${when(toDateTime(result.answer.terms.keepUntil).minus({ minutes: 1 }))} まで`,
  );
}

heading('③ 範囲指定: 2024年度から2026年度までの所得');
{
  const result = await bank.query(
    await consent(bank),
    { income: range(fiscalYear(2024), fiscalYear(2026)) },
    passTime,
  );
  if (result.status !== 'ready') throw new Error(explain(result, 'ja'));
  const { income } = result.answer.items;
  if (income.status === 'present') {
    for (const { fields } of income.reveal())
      row(
        `${fields.課税年度}年度`,
        `給与収入 ${yen(fields.給与収入金額)}`,
        `合計所得 ${yen(fields.合計所得金額)}`,
      );
  }
}

heading('④ 同意しない場合');
row('見本 太郎さんの結果', '同意しない');
note(explain(await decide(bank, 'taro-unfiled', 'decline'), 'ja'));

clock.set('2026-12-06T10:00:00+09:00');
heading('⑤ 日曜日の年金: 2026年12月6日(日) 10:00');
const pensions: [label: string, target: Target][] = [
  ['保有機関を日本年金機構とする（pension@pension-service）', 'pension@pension-service'],
  ['保有機関を指定しない（pension）', 'pension'],
];
for (const [label, target] of pensions) {
  const status = calendar.status(target, clock.now());
  row(
    label,
    word[status.state],
    status.state === 'closed'
      ? `次に照会できるのは ${when(status.nextOpening)}`
      : '保有機関の一部だけが運用中のため',
  );
  for (const text of reasons(status)) note(text);
  for (const holder of status.holders ?? [])
    row(`  ${servers.find((server) => server.id === holder.server)?.ja}`, word[holder.state]);
}
{
  const result = await adviser.query(await consent(adviser), latest(), passTime);
  if (result.status !== 'ready') throw new Error(explain(result, 'ja'));
  row('番号 花子さん（日本年金機構が保有）の照会', '取得できない');
  note(explain(result.answer.items.pension, 'ja'));
}

const today = details.map((detail) => ({ detail, status: calendar.status(detail.id) }));
const listed = (state: Status['state']) => today.filter(({ status }) => status.state === state);
const next = listed('closed')
  .flatMap(({ status }) => (status.nextOpening ? [status.nextOpening] : []))
  .sort((a, b) => a.toMillis() - b.toMillis())[0];
heading('いまの実際の状況（このPCの時計）');
note(
  `公表された運用日・時間によると、18の分野詳細のうち運用中は ${listed('open').length}、不確定は ${listed('uncertain').length}、停止中は ${listed('closed').length} です。` +
    `${next ? `停止中のうち、次に照会できるようになるのは ${when(next)} です。` : ''}「運用中」は実際の応答を保証するものではありません。`,
);

await bank.close();
await adviser.close();
await sandbox.close();
