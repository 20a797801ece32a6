// クライアントのイベントから OpenTelemetry のスパンを作る。1回のメソッド呼び出しを1つのトレースとし、ステップの下にマイナポータルへの呼び出しを置く。
//   npm install @opentelemetry/api @opentelemetry/sdk-trace-base
//   npx tsx examples/opentelemetry.ts
import { type Attributes, context, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import {
  type ClientEvent,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  latest,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';

// 実際には OTLP などのエクスポーターと BatchSpanProcessor を使う。
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('myna-selfinfo');

type Timed = Extract<ClientEvent, { type: 'step' | 'call' }>;
const calls = new Map<string, Timed[]>();

/** イベントは終わったときに届くので、開始時刻は durationMs から求める。呼び出しは、それを行ったステップが終わるまで保持する。 */
function trackSpans(event: ClientEvent): void {
  if (event.type !== 'step' && event.type !== 'call') return;
  const key = `${event.callId} ${event.step}`;
  if (event.type === 'call') {
    calls.set(key, [...(calls.get(key) ?? []), event]);
    return;
  }
  const step = startSpan(event);
  const inside = trace.setSpan(context.active(), step);
  for (const call of calls.get(key) ?? []) startSpan(call, inside).end(Date.parse(call.at));
  calls.delete(key);
  step.end(Date.parse(event.at));
}

function startSpan(event: Timed, parent = context.active()) {
  const { at, type, step, durationMs, ...rest } = event;
  // イベントの項目は、そのまま属性にしてよい。トークンや個人情報は含まれない。
  const attributes: Attributes = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [`selfinfo.${name}`, value]),
  );
  const span = tracer.startSpan(
    `selfinfo ${type} ${step}`,
    { startTime: Date.parse(at) - durationMs, attributes },
    parent,
  );
  if (event.outcome === 'failed')
    span.setStatus({ code: SpanStatusCode.ERROR, message: event.code });
  return span;
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
// 結果の1回目の取得は 503 になり、クライアントが取り直す。
await using sandbox = await startSandbox({
  clock,
  registrations: [
    { clientId: 'SP00000001_HL0001', redirectUris: ['http://localhost:3000/callback'], service },
  ],
  faults: [{ on: 'result', nth: 1, do: 'error-503', retryAfterSeconds: 2 }],
});
await using client = createSelfInfoClient({ service, ...sandbox.connection, onEvent: trackSpans });

const { url } = await client.beginConsent({ sessionBinding: 'session-1' });
const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
  sessionBinding: 'session-1',
});
if (outcome.status !== 'granted') throw new Error(outcome.status);
console.log(
  explain(
    await client.query(outcome.grant, latest(), {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    }),
    'ja',
  ),
);

await provider.forceFlush();
const spans = exporter.getFinishedSpans();
for (const { name, parentSpanContext, attributes } of spans.filter(({ name }) =>
  name.includes(' step '),
)) {
  console.log(`${name}: ${attributes['selfinfo.outcome']}`);
  if (parentSpanContext) throw new Error('a step has no parent');
  const inside = spans.filter(
    (span) => span.parentSpanContext && span.name === name.replace('step', 'call'),
  );
  for (const call of inside)
    console.log(
      `  ${call.name}: ${call.attributes['selfinfo.status']}（${call.attributes['selfinfo.attempt']} 回目）`,
    );
}
