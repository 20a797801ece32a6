import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';
import {
  type Answer,
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  latest,
} from 'myna-selfinfo';
import { createSandbox, type Persona } from 'myna-selfinfo/sandbox';
import { createLocalKeys, createMemoryVaultStore, createVault } from 'myna-selfinfo/vault';
import { median } from '../rounds.js';

const CONCURRENCY = 16;
const SEALS = 2_000;
const ROUNDS = 11;
const TEXT_BYTES = 9_200;

const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
});
const persona: Persona = {
  id: 'large',
  name: '見本 大',
  pin: '1234',
  records: {
    'local-tax': [
      {
        server: 'municipal',
        holder: '見本市',
        asOf: '2026-06-01',
        fields: { 課税年度: '2026', text: 'x'.repeat(TEXT_BYTES) },
      },
    ],
  },
};
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');

/**
 * Puts answers of 10 kB into a vault, 16 at a time, beside the same encryption by node:crypto
 * alone.
 */
export async function run(): Promise<void> {
  const answer = await answerOfTenKilobytes();
  const keys = createLocalKeys({
    current: 'key-1',
    keys: { 'key-1': randomBytes(32).toString('base64url') },
  });
  const store = createMemoryVaultStore();
  const vault = createVault({ service, store, keys, clock });
  const ref = await vault.put(answer);
  const record = await store.get(ref);
  if (typeof record !== 'object') throw new Error('nothing was kept');
  const bytes = Buffer.byteLength(record.sealed.split('.')[3] ?? '', 'base64url');
  const { items } = await vault.read(ref, { purpose: 'housing-loan', reason: 'bench' });
  if (
    items.income.status !== 'present' ||
    items.income.reveal()[0]?.fields.text !== 'x'.repeat(TEXT_BYTES)
  )
    throw new Error('another answer came out');

  // A store that keeps nothing, so that this measures the sealing and not a heap of 300 MB.
  const sealing = createVault({
    service,
    store: { ...store, put: async () => undefined },
    keys,
    clock,
  });
  const plaintext = randomBytes(bytes);
  const wrapping = createSecretKey(randomBytes(32));
  const contenders = [
    { name: 'put', work: () => sealing.put(answer) },
    { name: 'read', work: () => vault.read(ref, { purpose: 'housing-loan', reason: 'bench' }) },
    {
      name: 'AES-256-GCM and AES-256-KW by node:crypto, base64url',
      work: async () => byHand(plaintext, wrapping),
    },
  ];
  const rates = contenders.map(() => [] as { wall: number; processor: number }[]);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, { work }] of contenders.entries()) {
      const rate = await measure(work);
      if (round >= 0) rates[index]?.push(rate);
    }
  }
  console.log(
    `\nVault: an answer of ${bytes} bytes as JSON, ${CONCURRENCY} at a time, no database; medians of ${ROUNDS} rounds of ${SEALS}`,
  );
  for (const [index, { name }] of contenders.entries()) {
    const wall = median(rates[index]?.map((rate) => rate.wall) ?? []);
    const processor = median(rates[index]?.map((rate) => rate.processor) ?? []);
    console.log(
      `  ${name}: ${Math.round(wall)} per second, ${Math.round(processor)} us of processor time each${name === 'put' ? ' (wanted: at least 2,000 per second)' : ''}`,
    );
  }
}

/**
 * Returns the rate per second of the wall clock, and the microseconds of processor time (all
 * threads) for one.
 */
async function measure(work: () => Promise<unknown>): Promise<{ wall: number; processor: number }> {
  let left = SEALS;
  const before = process.cpuUsage();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) await work();
    }),
  );
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(before);
  return { wall: SEALS / seconds, processor: (user + system) / SEALS };
}

function byHand(plaintext: Uint8Array, wrapping: ReturnType<typeof createSecretKey>): string {
  const dataKey = randomBytes(32);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv);
  const sealed = Buffer.concat([
    iv,
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ]).toString('base64url');
  const wrap = createCipheriv('id-aes256-wrap', wrapping, Buffer.alloc(8, 0xa6));
  return sealed + Buffer.concat([wrap.update(dataKey), wrap.final()]).toString('base64url');
}

async function answerOfTenKilobytes(): Promise<Answer<typeof service>> {
  const sandbox = createSandbox({
    registrations: [
      { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
    ],
    personas: [persona],
    clock,
  });
  await using client = createSelfInfoClient({
    service,
    environment: sandbox.environment(),
    fetch: sandbox.fetch,
    clock,
  });
  const { url } = await client.beginConsent({ sessionBinding: 'bench' });
  const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'large' }), {
    sessionBinding: 'bench',
  });
  if (outcome.status !== 'granted') throw new Error(outcome.status);
  const result = await client.query(outcome.grant, latest(), {
    onProgress: ({ retryAt }) => clock.set(retryAt),
  });
  if (result.status !== 'ready') throw new Error(result.status);
  return result.answer;
}
