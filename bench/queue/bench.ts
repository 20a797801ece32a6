import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  latest,
  type Retrieval,
} from 'myna-selfinfo';
import { createRetrievalQueue } from 'myna-selfinfo/bullmq';
import { createSandbox } from 'myna-selfinfo/sandbox';
import { createLocalKeys, createMemoryVaultStore, createVault } from 'myna-selfinfo/vault';
import { findPart } from '../../test/kit/machine.js';
import { startRedis } from '../../test/kit/redis.js';
import { median } from '../rounds.js';

const RETRIEVALS = 200;
const ROUNDS = 7;
const CONCURRENCY = 10;

const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
});

interface Cost {
  readonly wall: number;
  readonly processor: number;
  readonly scripts: number;
  readonly commands: number;
}

/**
 * Measures what the queue adds to a retrieval: the same poll and the same put into a vault, by a
 * worker and directly. Store and vault are in memory, the portal is in process.
 */
export async function run(): Promise<void> {
  const server = await startRedis(findPart('redis-server').path(), {
    appendonly: 'yes',
    appendfsync: 'always',
  });
  try {
    await compare(await server.ioredis(), server.port);
  } finally {
    await server.stop();
  }
}

async function compare(redis: Redis, port: number): Promise<void> {
  const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  const registrations = [
    { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
  ];
  const sandbox = createSandbox({ registrations, clock });
  const environment = sandbox.environment();
  await using client = createSelfInfoClient({ service, environment, fetch: sandbox.fetch, clock });
  const keys = createLocalKeys({
    current: 'key-1',
    keys: { 'key-1': randomBytes(32).toString('base64url') },
  });
  const vault = createVault({ service, store: createMemoryVaultStore(), keys, clock });
  let left = 0;
  let finish = (_error?: Error) => {};
  await using queue = createRetrievalQueue({
    connection: { host: '127.0.0.1', port },
    client,
    vault,
    rate: { max: 1_000_000, perMs: 1_000 },
    clock,
    onEvent: (event) => {
      if (event.type === 'put-off' || (event.type === 'ended' && event.state === 'failed'))
        finish(new Error(`${event.type}: ${event.state}`));
      if (event.type === 'ended' && --left === 0) finish();
    },
  });
  const worker = { started: false };

  /** Returns a retrieval that was polled once, so that the next poll gets the answer. */
  async function submit(): Promise<Retrieval<typeof service>> {
    const { url } = await client.beginConsent({ sessionBinding: 'bench' });
    const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
      sessionBinding: 'bench',
    });
    if (outcome.status !== 'granted') throw new Error(outcome.status);
    const retrieval = await client.submit(outcome.grant, latest());
    await client.collect(retrieval, { once: true });
    return retrieval;
  }

  async function directly(retrievals: Retrieval<typeof service>[]): Promise<void> {
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (let retrieval = retrievals.pop(); retrieval; retrieval = retrievals.pop()) {
          const result = await client.collect(retrieval, { once: true });
          if (result.status !== 'ready') throw new Error(result.status);
          await vault.put(result.answer);
          await client.discard(retrieval);
        }
      }),
    );
  }

  async function queued(retrievals: Retrieval<typeof service>[]): Promise<void> {
    left = retrievals.length;
    const finished = new Promise<void>((resolve, reject) => {
      finish = (error) => (error ? reject(error) : resolve());
    });
    finished.catch(() => undefined);
    await Promise.all(retrievals.map((retrieval) => queue.add(retrieval)));
    if (!worker.started) await queue.startWorker({ concurrency: CONCURRENCY });
    worker.started = true;
    await finished;
  }

  const costs: Record<string, Cost[]> = { directly: [], queued: [] };
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries({ directly, queued })) {
      const retrievals: Retrieval<typeof service>[] = [];
      while (retrievals.length < RETRIEVALS) retrievals.push(await submit());
      clock.advance(10_000);
      const cost = await measure(redis, () => work(retrievals));
      if (round >= 0) costs[name]?.push(cost);
    }
  }
  console.log(
    `\nQueue: ${RETRIEVALS} retrievals, ${CONCURRENCY} at a time, Redis with appendfsync always; medians of ${ROUNDS} rounds, for one retrieval`,
  );
  for (const [name, rounds] of Object.entries(costs)) {
    const of = (key: keyof Cost) => median(rounds.map((cost) => cost[key])).toFixed(2);
    console.log(
      `  ${name}: ${of('processor')} ms of this process's processor time, ${of('wall')} ms in all; Redis ran ${of('scripts')} scripts, ${of('commands')} commands with those inside them`,
    );
  }
}

async function measure(redis: Redis, work: () => Promise<void>): Promise<Cost> {
  await redis.config('RESETSTAT');
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = (performance.now() - start) / RETRIEVALS;
  const { user, system } = process.cpuUsage(before);
  const calls = [
    ...(await redis.info('commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm),
  ].filter(([, name]) => name !== 'config|resetstat');
  const sum = (some: typeof calls) =>
    some.reduce((total, [, , count]) => total + Number(count), 0) / RETRIEVALS;
  return {
    wall,
    processor: (user + system) / 1e3 / RETRIEVALS,
    scripts: sum(calls.filter(([, name]) => name?.startsWith('eval'))),
    commands: sum(calls),
  };
}
