import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Answer, createSelfInfoClient, defineService, latest } from 'myna-selfinfo';
import { createSandbox, localTaxRecord } from 'myna-selfinfo/sandbox';
import { createLocalKeys, createMemoryVaultStore, createVault } from 'myna-selfinfo/vault';
import { median } from '../rounds.js';

const MEGABYTES = 5;
const ROUNDS = 15;
const UNCOUNTED_ROUNDS = 2;

const fields = {
  課税年度: '2026',
  申告区分: '申告済',
  給与収入金額: 5_500_000,
  合計所得金額: 3_960_000,
  所得控除合計額: 1_200_000,
  市町村民税所得割額: 120_000,
  市町村民税均等割額: 3_500,
};

/** Answers of five megabytes that differ in what takes most of the work. */
const shapes: Readonly<Record<string, { readonly record: unknown; readonly schema: boolean }>> = {
  'records of local tax, with their schema': {
    record: { holder_name: 'municipal', record_date: '2026-06-01', field_values: fields },
    schema: true,
  },
  'records of local tax, open': {
    record: { holder_name: 'municipal', record_date: '2026-06-01', field_values: fields },
    schema: false,
  },
  'very small records': {
    record: { holder_name: 'municipal', field_values: { 額: 1 } },
    schema: false,
  },
  'long texts': {
    record: {
      holder_name: 'municipal',
      field_values: { 備考: '所得の内訳は次のとおり。\n'.repeat(2_000) },
    },
    schema: false,
  },
};

/**
 * Measures for how long collecting an answer, keeping it in a vault and reading it back block the
 * event loop at most, beside a bare `JSON.parse` of the same text.
 */
export async function run(): Promise<void> {
  const figures: string[] = [];
  for (const [name, { record, schema }] of Object.entries(shapes)) {
    const list = Array(
      Math.floor((MEGABYTES * 1e6) / (Buffer.byteLength(JSON.stringify(record)) + 1)),
    ).fill(record);
    const { text, ...works } = await prepare(list, schema);
    for (const [step, work] of Object.entries(works))
      figures.push(`${name} (${list.length}), ${step}: ${await figureOf(work, text)}`);
  }
  console.log(`\nFigures\n  ${figures.join('\n  ')}`);
}

async function figureOf(work: () => Promise<void>, text: string): Promise<string> {
  const samples: { stall: number; total: number; parse: number; turns: number }[] = [];
  let first: { stall: number } | undefined;
  for (let round = 0; round < UNCOUNTED_ROUNDS + ROUNDS; round++) {
    const sample = { ...(await watch(work)), parse: timed(() => JSON.parse(text)) };
    first ??= sample;
    if (round >= UNCOUNTED_ROUNDS) samples.push(sample);
  }
  const [stall, total, parse, turns] = (['stall', 'total', 'parse', 'turns'] as const).map((key) =>
    median(samples.map((sample) => sample[key])),
  ) as [number, number, number, number];
  const ratio = median(samples.map((sample) => sample.stall / sample.parse));
  return (
    `longest stall ${stall.toFixed(1)} ms, JSON.parse ${parse.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (wanted: at most 1.5); ` +
    `in all ${total.toFixed(0)} ms with ${turns} turns for others; the very first ${first?.stall.toFixed(1)} ms`
  );
}

/** Submits a retrieval whose answer can be collected many times, and opens a vault. */
async function prepare(
  records: readonly unknown[],
  schema: boolean,
): Promise<{ readonly text: string } & Record<'collect' | 'put' | 'read', () => Promise<void>>> {
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
        ...(schema && { record: localTaxRecord }),
      },
    },
  });
  const sandbox = createSandbox({
    registrations: [
      { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
    ],
  });
  let text = '';
  let bytes = Buffer.alloc(0);
  const client = createSelfInfoClient({
    service,
    environment: sandbox.environment(),
    async fetch(request) {
      if (!request.url.endsWith('/result')) return sandbox.fetch(request);
      if (text === '') {
        const { process_id } = (await request.json()) as { process_id: string };
        const item = {
          item_code: 'TM00000000000002',
          item_status: 'PRESENT',
          record_list: records,
        };
        text = JSON.stringify({ process_id, process_status: 'DONE', selfPersonalData: [item] });
        bytes = Buffer.from(text);
      }
      return new Response(inChunks(bytes), { headers: { 'content-type': 'application/json' } });
    },
  });
  const { url } = await client.beginConsent({ sessionBinding: 'session' });
  const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
    sessionBinding: 'session',
  });
  if (outcome.status !== 'granted') throw new Error(`not granted but ${outcome.status}`);
  const retrieval = await client.submit(outcome.grant, latest());
  async function collect() {
    const collected = await client.collect(retrieval);
    if (collected.status !== 'ready') throw new Error(`not ready but ${collected.status}`);
    return check(collected.answer);
  }
  function check(given: Answer<typeof service>) {
    const { income } = given.items;
    if (income.status !== 'present' || income.reveal().length !== records.length)
      throw new Error(`not ${records.length} records but ${income.status}`);
    return given;
  }
  const answer = await collect();
  const vault = createVault({
    service,
    store: createMemoryVaultStore(),
    keys: createLocalKeys({
      current: 'key-1',
      keys: { 'key-1': randomBytes(32).toString('base64url') },
    }),
  });
  const ref = await vault.put(answer);
  return {
    text,
    collect: async () => void (await collect()),
    async put() {
      await vault.erase(await vault.put(answer), 'bench');
    },
    async read() {
      check(await vault.read(ref, { purpose: 'housing-loan', reason: 'bench' }));
    },
  };
}

/** Returns the body in chunks, as a socket delivers it. */
function inChunks(bytes: Buffer): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      await setImmediate();
      controller.enqueue(bytes.subarray(at, at + 65_536));
      at += 65_536;
      if (at >= bytes.length) controller.close();
    },
  });
}

/**
 * Runs work beside a task that asks for every turn of the event loop. Returns how long that task
 * waited at most, in milliseconds. Counts processor time, which includes garbage collection but not
 * other processes.
 */
async function watch(
  work: () => Promise<void>,
): Promise<{ stall: number; total: number; turns: number }> {
  let stall = 0;
  let turns = 0;
  let under = true;
  const start = process.cpuUsage();
  const watching = (async () => {
    for (let last = process.cpuUsage(); under; turns++) {
      await setImmediate();
      stall = Math.max(stall, since(last));
      last = process.cpuUsage();
    }
  })();
  await work();
  const total = since(start);
  under = false;
  await watching;
  return { stall, total, turns };
}

function timed(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  return since(start);
}

function since(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e3;
}
