// クライアントの処理を OpenTelemetry のトレースとメトリクスにする。アプリケーションのスパンの下にステップ、その下にマイナポータルへの呼び出しのスパンが入る。
//   npm install @opentelemetry/api @opentelemetry/context-async-hooks @opentelemetry/sdk-metrics @opentelemetry/sdk-trace-base @opentelemetry/semantic-conventions
//   npx tsx examples/opentelemetry.ts
import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Meter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  METRIC_HTTP_CLIENT_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import {
  type CallTraceContext,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
  latest,
  type Progress,
  type StepTraceContext,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';

/** 現在のコンテキストを、トレーシングチャネルから結び付けられる場所に置く。NodeSDK では contextManager に指定する。 */
class ChannelContextManager extends AsyncLocalStorageContextManager {
  readonly storage = new AsyncLocalStorage<Context>();
  override active(): Context {
    return this.storage.getStore() ?? ROOT_CONTEXT;
  }
  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    work: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.storage.run(active, () => work.call(self, ...args));
  }
  override disable(): this {
    this.storage.disable();
    return super.disable();
  }
}

type Traced = StepTraceContext | CallTraceContext;

/** チャネルの開始から終了まで、`start` が返すコンテキストを現在のコンテキストとし、終了時にそのスパンを閉じる。 */
function traceChannel<T extends Traced>(
  name: string,
  storage: AsyncLocalStorage<Context>,
  start: (traced: T) => Context,
  end: (traced: T, inside: Context, seconds: number) => Attributes,
): void {
  const running = new WeakMap<T, { readonly inside: Context; readonly since: number }>();
  // 型引数の順は @types/node の版で違うので、書かない。
  const channel = tracingChannel(name);
  channel.start.bindStore(storage, (message) => {
    const traced = message as T;
    const inside = start(traced);
    running.set(traced, { inside, since: performance.now() });
    return inside;
  });
  channel.asyncEnd.subscribe((message) => {
    const traced = message as T;
    const { inside, since } = running.get(traced) ?? {};
    if (inside === undefined || since === undefined) return;
    const attributes = end(traced, inside, (performance.now() - since) / 1000);
    const span = trace.getSpan(inside);
    span?.setAttributes({ ...attributesOf(traced), ...attributes });
    if (ATTR_ERROR_TYPE in attributes) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  });
}

/** IDと結果を属性にする。どれも、トークンや個人情報を含まない。 */
function attributesOf({ error, ...facts }: Traced): Attributes {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      `selfinfo.${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      value,
    ]),
  );
}

/** 失敗の種類（error.type）。取り得る値は決まっていて、reason、code、HTTP ステータスのいずれか。 */
function failureOf(traced: Traced): Attributes {
  const status = 'status' in traced ? (traced.status ?? 0) : 0;
  const failed = traced.outcome === 'failed' ? (traced.reason ?? traced.code) : undefined;
  const type = failed ?? (status >= 400 ? String(status) : undefined);
  return type === undefined ? {} : { [ATTR_ERROR_TYPE]: type };
}

/** 規約が http.client.request.duration に推奨する境界（秒）。 */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** ステップには結果を待つ時間も含まれるので、1時間までの区間に分ける。 */
const STEP_SECONDS = [0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];

function createHistogram(meter: Meter, name: string, description: string, seconds: number[]) {
  const advice = { explicitBucketBoundaries: seconds };
  return meter.createHistogram(name, { description, unit: 's', advice });
}

/** ステップの中で、連続して失敗した呼び出しの数。 */
const RESENDS = createContextKey('selfinfo resends');

/** ステップのスパンと、その所要時間。 */
function traceSteps(storage: AsyncLocalStorage<Context>, tracer: Tracer, meter: Meter): void {
  const durations = createHistogram(
    meter,
    'selfinfo.step.duration',
    'Duration of a step of the client.',
    STEP_SECONDS,
  );
  traceChannel<StepTraceContext>(
    'myna-selfinfo:step',
    storage,
    ({ step }) =>
      trace.setSpan(
        context.active().setValue(RESENDS, { count: 0 }),
        tracer.startSpan(`selfinfo ${step}`),
      ),
    (traced, _, seconds) => {
      const { step, outcome = 'failed' } = traced;
      const failure = failureOf(traced);
      const labels = { 'selfinfo.step': step, 'selfinfo.outcome': outcome, ...failure };
      durations.record(seconds, labels);
      return failure;
    },
  );
}

/**
 * HTTP クライアントのスパンと、その所要時間。規約で必須の server.address、server.port、url.full は付かない。このパッケージは接続先を通知しないので、必要なら environment に指定した値を追加する。
 */
function traceCalls(storage: AsyncLocalStorage<Context>, tracer: Tracer, meter: Meter): void {
  const durations = createHistogram(
    meter,
    METRIC_HTTP_CLIENT_REQUEST_DURATION,
    'Duration of HTTP client requests.',
    CALL_SECONDS,
  );
  const resendsOf = (inside: Context) =>
    (inside.getValue(RESENDS) ?? { count: 0 }) as { count: number };
  traceChannel<CallTraceContext>(
    'myna-selfinfo:call',
    storage,
    ({ method, step }) => {
      const { count } = resendsOf(context.active());
      const attributes: Attributes = {
        [ATTR_HTTP_REQUEST_METHOD]: method,
        ...(count > 0 && { [ATTR_HTTP_REQUEST_RESEND_COUNT]: count }),
      };
      const span = tracer.startSpan(`${method} ${step}`, { kind: SpanKind.CLIENT, attributes });
      return trace.setSpan(context.active(), span);
    },
    (traced, inside, seconds) => {
      const { method, step, status } = traced;
      const http: Attributes = {
        [ATTR_HTTP_REQUEST_METHOD]: method,
        ...(status !== undefined && { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status }),
        ...failureOf(traced),
      };
      durations.record(seconds, { ...http, 'selfinfo.step': step });
      // 再送とするのは、失敗した後の同じ呼び出しだけ。処理中の結果の再確認は、再送ではない。
      const resends = resendsOf(inside);
      resends.count = ATTR_ERROR_TYPE in http ? resends.count + 1 : 0;
      return http;
    },
  );
}

// 実際の運用では、OTLP などのエクスポーターと BatchSpanProcessor を使う。
const contextManager = new ChannelContextManager();
context.setGlobalContextManager(contextManager);
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('loan');
const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metrics });
const meter = new MeterProvider({ readers: [reader] }).getMeter('loan');
traceSteps(contextManager.storage, tracer, meter);
traceCalls(contextManager.storage, tracer, meter);

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
// 1人目は、1回目の結果の取得が 503 になり、クライアントが再試行する。2人目は、リクエストの応答が失われる。
await using sandbox = await startSandbox({
  clock,
  registrations: [
    { clientId: 'SP00000001_HL0001', redirectUris: ['http://localhost:3000/callback'], service },
  ],
  faults: [
    { on: 'result', nth: 1, do: 'error-503', retryAfterSeconds: 2 },
    { on: 'request', nth: 2, do: 'reset' },
  ],
});
await using client = createSelfInfoClient({ service, ...sandbox.connection });

/** アプリケーションのスパン。クライアントのスパンは、この下に入る。 */
const inSpan = <T>(name: string, work: () => Promise<T>) =>
  tracer.startActiveSpan(name, (span) => work().finally(() => span.end()));

for (const citizen of ['1人目', '2人目']) {
  const { url } = await inSpan('POST /loan', () =>
    client.beginConsent({ sessionBinding: 'session-1' }),
  );
  const callback = await sandbox.visit(url, { persona: 'hanako' });
  const result = await inSpan('GET /callback', async () => {
    const outcome = await client.completeConsent(callback, { sessionBinding: 'session-1' });
    if (outcome.status !== 'granted') throw new Error(outcome.status);
    const onProgress = ({ retryAt }: Progress) => clock.set(retryAt);
    return client.query(outcome.grant, latest(), { onProgress }).catch((error) => error);
  });
  console.log(`${citizen}: ${explain(result, 'ja')}`);
}

await provider.forceFlush();
await reader.forceFlush();
const spans = exporter.getFinishedSpans();
checkNesting(spans);
printTree(spans);
printHistograms();

/** 親のスパンが正しくなければ、例外を投げる。 */
function checkNesting(spans: readonly ReadableSpan[]): void {
  if (!spans.some(({ kind }) => kind === SpanKind.CLIENT)) throw new Error('there is no call');
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  for (const { name, kind, attributes, parentSpanContext } of spans) {
    const { 'selfinfo.call_id': callId, 'selfinfo.step': step } = attributes;
    if (callId === undefined) continue;
    const parent = byId.get(parentSpanContext?.spanId ?? '');
    const isStep = parent?.attributes['selfinfo.call_id'] === callId;
    const isInItsStep = isStep && parent.attributes['selfinfo.step'] === step;
    const isInApplication = parent !== undefined && !('selfinfo.call_id' in parent.attributes);
    if (kind === SpanKind.CLIENT ? !isInItsStep : !(isStep || isInApplication))
      throw new Error(`${name} is below ${parent?.name ?? 'nothing'}`);
  }
}

function printTree(spans: readonly ReadableSpan[], parent?: string, indent = ''): void {
  for (const span of spans) {
    const { name, attributes, parentSpanContext } = span;
    if (parentSpanContext?.spanId !== parent) continue;
    const facts = [
      name,
      attributes['selfinfo.outcome'],
      attributes[ATTR_HTTP_RESPONSE_STATUS_CODE],
      attributes[ATTR_ERROR_TYPE],
      attributes[ATTR_HTTP_REQUEST_RESEND_COUNT] && '再送',
    ];
    console.log(indent + facts.filter((fact) => fact !== undefined).join(' '));
    printTree(spans, span.spanContext().spanId, `${indent}  `);
  }
}

function printHistograms(): void {
  for (const { scopeMetrics } of metrics.getMetrics().slice(-1))
    for (const { metrics: all } of scopeMetrics)
      for (const { descriptor, dataPointType, dataPoints } of all) {
        if (dataPointType !== DataPointType.HISTOGRAM) continue;
        for (const { attributes, value } of dataPoints)
          console.log(descriptor.name, JSON.stringify(attributes), `${value.count} 回`);
      }
}
