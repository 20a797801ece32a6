// クライアントのイベント、stats()、check() を Prometheus のメトリクスにする。
// ラベルは、取り得る値が決まっているものだけで、IDは入れない。1件ごとのIDは、ログ（examples/pino.ts）で調べる。

import type { ClientCheck, ClientEvent, ClientOperations } from 'myna-selfinfo';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { causeOf } from '../failure-cause.js';

/** check() はマイナポータルに1回接続するので、収集のたびではなく、この間隔で実行する。 */
const CHECK_EVERY_MS = 60_000;
const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** ステップには結果を待つ時間も含まれるので、1時間までの区間に分ける。 */
const STEP_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];
const PARTS = ['credential', 'calendar', 'store', 'portal'] as const;

export interface Metrics {
  /** createSelfInfoClient の onEvent に渡す。 */
  readonly onEvent: (event: ClientEvent) => void;
  /** クライアントの定期的な確認を始める。最初の check() が終わると完了する。 */
  watch(client: ClientOperations): Promise<void>;
  /** 定期的な確認を止める。クライアントを閉じる前に呼び出す。 */
  stop(): void;
  /** GET /metrics の応答の本文。 */
  text(): Promise<string>;
  readonly contentType: string;
}

/** `maxEntries`: ストアに入る件数の上限。createMemoryStore の maxEntries と同じ値にする。 */
export function createMetrics({ maxEntries }: { readonly maxEntries: number }): Metrics {
  const registry = new Registry();
  const onEvent = createEventMetrics(registry);
  const readStats = createStatsMetrics(registry, maxEntries);
  const readCheck = createCheckMetrics(registry);
  const stopping = new AbortController();
  let watched: ClientOperations | undefined;
  return {
    onEvent,
    async watch(client) {
      watched = client;
      const check = async () => {
        const found = await client.check({ signal: stopping.signal }).catch(() => undefined);
        // 停止したときや閉じたときは、前の結果を残す。結果の古さは selfinfo_check_timestamp_seconds で分かる。
        if (found !== undefined) readCheck(found);
      };
      await check();
      const timer = setInterval(() => void check(), CHECK_EVERY_MS).unref();
      stopping.signal.addEventListener('abort', () => clearInterval(timer));
    },
    stop: () => stopping.abort(),
    text() {
      if (watched !== undefined) readStats(watched);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** 終わったステップと呼び出しを数える。失敗には、code、reason と、最初に調べる場所（cause）が付く。 */
function createEventMetrics(registry: Registry): Metrics['onEvent'] {
  const registers = [registry];
  const failure = ['step', 'cause', 'code', 'reason'] as const;
  const steps = new Counter({
    name: 'selfinfo_steps_total',
    help: 'Steps that ended, by outcome.',
    labelNames: ['step', 'outcome'],
    registers,
  });
  const stepFailures = new Counter({
    name: 'selfinfo_step_failures_total',
    help: 'Steps that failed or were rejected. effect: whether the portal may have changed something.',
    labelNames: [...failure, 'effect'],
    registers,
  });
  const stepSeconds = new Histogram({
    name: 'selfinfo_step_duration_seconds',
    help: 'Duration of the steps.',
    labelNames: ['step'],
    buckets: STEP_SECONDS,
    registers,
  });
  const callSeconds = new Histogram({
    name: 'selfinfo_call_duration_seconds',
    help: 'Duration of the calls to the portal. status: the HTTP status, or failed.',
    labelNames: ['step', 'method', 'status'],
    buckets: CALL_SECONDS,
    registers,
  });
  const callFailures = new Counter({
    name: 'selfinfo_call_failures_total',
    help: 'Calls to the portal without a response.',
    labelNames: failure,
    registers,
  });
  return (event) => {
    if (event.type !== 'step' && event.type !== 'call') return;
    const { step, durationMs } = event;
    if (event.type === 'step') {
      steps.inc({ step, outcome: event.outcome });
      stepSeconds.observe({ step }, durationMs / 1000);
      if (event.outcome === 'failed' || event.outcome === 'rejected')
        stepFailures.inc({ ...labelsOf(event), effect: 'effect' in event ? event.effect : 'none' });
      return;
    }
    const status = event.outcome === 'failed' ? 'failed' : String(event.status);
    callSeconds.observe({ step, method: event.method, status }, durationMs / 1000);
    if (event.outcome === 'failed') callFailures.inc(labelsOf(event));
  };
}

type Failure = Extract<ClientEvent, { readonly outcome: 'failed' | 'rejected' }>;

function labelsOf(event: Failure) {
  const { step, code } = event;
  const reason = 'reason' in event ? (event.reason ?? '') : '';
  return { step, cause: causeOf(event), code, reason };
}

/** 収集のたびに読む。何も送信しない。 */
function createStatsMetrics(registry: Registry, maxEntries: number) {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const inFlight = gauge('selfinfo_calls_in_flight', 'Method calls that run now.');
  const pending = gauge('selfinfo_consents_pending', 'Consents begun here, not completed yet.');
  const parked = gauge(
    'selfinfo_retrievals_parked',
    'Retrievals requested here, not collected yet.',
  );
  const entries = gauge('selfinfo_store_entries', 'Entries in the store, where it counts them.');
  const limit = gauge('selfinfo_store_entries_max', 'The most entries that the store holds.');
  const time = gauge('selfinfo_clock_timestamp_seconds', 'The system clock of the application.');
  const begun = new Counter({
    name: 'selfinfo_consents_begun_total',
    help: 'Consents begun here.',
    registers,
  });
  limit.set(maxEntries);
  entries.remove();
  return (client: ClientOperations) => {
    const stats = client.stats();
    inFlight.set(stats.callsInFlight);
    pending.set(stats.consentsPending);
    parked.set(stats.retrievalsParked);
    if (stats.storeEntries !== undefined) entries.set(stats.storeEntries);
    time.setToCurrentTime();
    begun.reset();
    begun.inc(stats.consentsBegun);
  };
}

/** check() の結果。失敗の理由は selfinfo_check_failure の1行になる。 */
function createCheckMetrics(registry: Registry) {
  const registers = [registry];
  const at = new Gauge({
    name: 'selfinfo_check_timestamp_seconds',
    help: 'When the last check ended.',
    registers,
  });
  const ok = new Gauge({
    name: 'selfinfo_check_ok',
    help: '1 if this part of the last check is ok.',
    labelNames: ['part'],
    registers,
  });
  const failure = new Gauge({
    name: 'selfinfo_check_failure',
    help: '1 for each part of the last check that failed, with the cause.',
    labelNames: ['part', 'cause', 'code', 'reason'],
    registers,
  });
  const ends = new Gauge({
    name: 'selfinfo_ends_timestamp_seconds',
    help: 'When the client certificate and the holidays that the calendar knows officially end.',
    labelNames: ['part'],
    registers,
  });
  return ({ credential, calendar, ...parts }: ClientCheck) => {
    at.setToCurrentTime();
    failure.reset();
    ends.reset();
    const checked = { ...parts, credential, calendar };
    for (const part of PARTS) {
      const { ok: isOk, error } = checked[part];
      ok.set({ part }, isOk ? 1 : 0);
      if (error === undefined) continue;
      const { code, reason = '' } = error;
      failure.set({ part, cause: causeOf(error), code, reason }, 1);
    }
    const times = { credential: credential.notAfter, calendar: calendar.officialUntil };
    for (const [part, time] of Object.entries(times))
      if (time !== undefined) ends.set({ part }, Date.parse(time) / 1000);
  };
}
