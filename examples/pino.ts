// クライアントのイベントを pino で記録する。イベントにトークン、認可コード、鍵、個人情報は含まれないので、そのまま出力できる。
//   npm install pino
//   npx tsx examples/pino.ts
import {
  type ClientEvent,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  latest,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { pino } from 'pino';

const log = pino({ base: { service: 'loan' } });

/** 証明書の期限切れと、マイナポータル側に変化が生じた（または不明な）失敗は error、それ以外の失敗と証明書の注意は warn とする。 */
function levelOf(event: ClientEvent): 'error' | 'warn' | 'info' {
  if (event.type === 'certificate_expired') return 'error';
  if (event.type === 'certificate_expiring' || event.type === 'certificate_not_for_clients')
    return 'warn';
  if (event.outcome !== 'failed') return 'info';
  return event.effect === 'none' ? 'warn' : 'error';
}

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
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
// 2回目の照会では、リクエストを送信した後で応答が失われる。
await using sandbox = await startSandbox({
  clock,
  registrations: [
    { clientId: 'SP00000001_HL0001', redirectUris: ['http://localhost:3000/callback'], service },
  ],
  faults: [{ on: 'request', nth: 2, do: 'reset' }],
});
await using client = createSelfInfoClient({
  service,
  ...sandbox.connection,
  onEvent: (event) =>
    log[levelOf(event)](
      event,
      event.type === 'step' || event.type === 'call'
        ? `${event.step}: ${event.outcome}`
        : event.type,
    ),
});

for (const _ of ['成功する', '応答が失われる']) {
  const { url } = await client.beginConsent({ sessionBinding: 'session-1' });
  const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
    sessionBinding: 'session-1',
  });
  if (outcome.status !== 'granted') throw new Error(outcome.status);
  const result = await client
    .query(outcome.grant, latest(), { onProgress: ({ retryAt }) => clock.set(retryAt) })
    .catch((error) => error);
  log.info(explain(result, 'ja'));
}
