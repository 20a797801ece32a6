import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
} from 'myna-selfinfo';
import { createSandbox } from 'myna-selfinfo/sandbox';

const STARTS = 10_000;
const DAY_MS = 86_400_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Measures how much memory pending consents take in the memory store, and how much remains after
 * they expire.
 */
export async function run(): Promise<void> {
  const service = defineService({
    name: '住宅ローン事前審査',
    purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
    retention: { days: 30 },
    items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
  });
  const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  const sandbox = createSandbox({
    registrations: [
      { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
    ],
    clock,
  });
  const store = createMemoryStore({ clock });
  const client = createSelfInfoClient({
    service,
    environment: sandbox.environment(),
    clock,
    store,
    fetch: sandbox.fetch,
  });
  const begin = async (count: number) => {
    for (let start = 0; start < count; start++)
      await client.beginConsent({ sessionBinding: `session ${start} of a citizen` });
  };
  await begin(200);
  const before = heapUsed();
  await begin(STARTS);
  const pending = heapUsed();
  // Every access lets the store look for expired entries.
  const pass = async (ms: number) => {
    clock.advance(ms);
    await store.get('');
  };
  await pass(600_000);
  const expired = heapUsed();
  await pass(DAY_MS);
  const each = (heap: number) => `${Math.round((heap - before) / STARTS)} bytes`;
  console.log(
    `\nFigures\n  each of ${STARTS} pending consents: ${each(pending)} (wanted: at most 1024); once expired: ${each(expired)}; a day later: ${each(heapUsed())}`,
  );
}

function heapUsed(): number {
  for (let round = 0; round < 4; round++) collectGarbage();
  return process.memoryUsage().heapUsed;
}
