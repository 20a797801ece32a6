// クライアントのイベントを pino で記録する。イベントにトークン、認可コード、鍵、個人情報は含まれないので、そのまま出力できる。
// 失敗したステップの1行から、調べる場所（cause）と、マイナポータルの窓口に伝えるID（requestId、upstreamRequestId）が分かる。
//   npm install pino
//   npx tsx examples/pino.ts
import {
  type ClientEvent,
  type ClientOptions,
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  isSelfInfoError,
  latest,
  type Progress,
  publicProfile,
  type SelfInfoClient,
  sandboxEnvironment,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { pino } from 'pino';
import { causeOf } from './failure-cause.js';

const log = pino({ base: { service: 'loan' } });

function writeLog(event: ClientEvent): void {
  const facts = 'code' in event ? { ...event, cause: causeOf(event) } : event;
  log[levelOf(event)](facts, messageOf(event));
}

/**
 * 証明書の期限切れと、マイナポータル側に変化が生じた（または不明な）失敗は error、それ以外の失敗と証明書の注意は warn とする。
 * 呼び出しの失敗は info とする。クライアントが再試行するものもあり、再試行できないものは、続けてそのステップの失敗として記録される。
 */
function levelOf(event: ClientEvent): 'error' | 'warn' | 'info' | 'debug' {
  switch (event.type) {
    case 'certificate_expired':
      return 'error';
    case 'certificate_expiring':
    case 'certificate_not_for_clients':
      return 'warn';
    case 'step_started':
    case 'call_started':
      return 'debug';
    case 'call':
      return 'info';
    case 'step':
      if (event.outcome === 'rejected') return 'warn';
      if (event.outcome !== 'failed') return 'info';
      return event.effect === 'none' ? 'warn' : 'error';
  }
}

function messageOf(event: ClientEvent): string {
  if ('code' in event) return `${event.step}: ${event.outcome} (${causeOf(event)})`;
  return 'outcome' in event ? `${event.step}: ${event.outcome}` : event.type;
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
// IDのヘッダー名には、インターフェイス仕様書の値を指定する。publicProfile では送らない。
const header = <T>(value: T) => ({ value, confidence: 'specification' }) as const;
const profile = {
  ...publicProfile,
  id: 'loan-1',
  headers: { requestId: header('x-request-id'), upstreamRequestId: header(null) },
};
// 2回目のリクエストでは、マイナポータルが内部エラーを返す。3回目のリクエストでは、応答が失われる。
await using sandbox = await startSandbox({
  clock,
  profile,
  registrations: [
    { clientId: 'SP00000001_HL0001', redirectUris: ['http://localhost:3000/callback'], service },
  ],
  faults: [
    { on: 'request', nth: 2, do: 'error-500' },
    { on: 'request', nth: 3, do: 'reset' },
  ],
});
const store = createMemoryStore({ clock });
const { clientId, redirectUri, endpoints, issuer } = sandbox.environment();
const withoutCa = sandboxEnvironment({ clientId, redirectUri, endpoints, issuer, profile });

/** 同じ申込みを、正しい設定と、誤った設定で処理する。 */
const attempts: Readonly<
  Record<string, Pick<ClientOptions, 'egress'> & Partial<Pick<ClientOptions, 'environment'>>>
> = {
  成功する: {},
  内部エラーが返る: {},
  応答が失われる: {},
  プロキシが動いていない: { egress: { proxy: 'http://127.0.0.1:9' } },
  サーバ証明書の認証局を信頼していない: { environment: withoutCa },
};
for (const [name, changes] of Object.entries(attempts)) {
  await using client = createSelfInfoClient({
    ...sandbox.connection,
    service,
    store,
    onEvent: writeLog,
    ...changes,
  });
  log.info(`${name}: ${explain(await apply(client), 'ja')}`);
}

async function apply(client: SelfInfoClient<typeof service>) {
  const { url } = await client.beginConsent({ sessionBinding: 'session-1' });
  const callback = await sandbox.visit(url, { persona: 'hanako' });
  try {
    const outcome = await client.completeConsent(callback, { sessionBinding: 'session-1' });
    if (outcome.status !== 'granted') return outcome;
    const onProgress = ({ retryAt }: Progress) => clock.set(retryAt);
    return await client.query(outcome.grant, latest(), { onProgress });
  } catch (error) {
    if (isSelfInfoError(error)) return error;
    throw error;
  }
}
