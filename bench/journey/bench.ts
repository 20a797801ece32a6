import { deepStrictEqual } from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { median } from '../rounds.js';
import { byHand, type Contender, openidClient, ours, type Place } from './contenders.js';

const JOURNEYS = 40;
const ROUNDS = 21;
/** Many, because code is compiled only after many runs, and more code takes longer to get there. */
const UNCOUNTED_ROUNDS = 15;

/** What the portal has counted: since it started, and since the last count. */
interface Seen {
  readonly connections: number;
  readonly calls: number;
  readonly bodies: readonly string[];
}

/** Medians of one journey, in milliseconds. */
interface Cost {
  readonly processor: number;
  readonly wall: number;
}

/**
 * Measures token, request and result over real mutual TLS against a portal in another process, one
 * journey after the other.
 */
export async function run(): Promise<void> {
  const portal = fork(fileURLToPath(new URL('portal.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  try {
    const [place] = (await once(portal, 'message')) as [Place];
    const seen = async () => {
      const answer = once(portal, 'message');
      portal.send('seen');
      return ((await answer) as [Seen])[0];
    };
    await race([ours(place), byHand(place), openidClient(place)], seen);
  } finally {
    portal.disconnect();
  }
}

async function race(contenders: readonly Contender[], seen: () => Promise<Seen>): Promise<void> {
  await assertSame(contenders, seen);
  const samples: Cost[][] = contenders.map(() => []);
  for (let round = -UNCOUNTED_ROUNDS; round < ROUNDS; round++) {
    // Each goes first in turn. Otherwise the garbage of one would always slow down the same
    // contender.
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (round + UNCOUNTED_ROUNDS + turn) % contenders.length;
      const cost = await measure(contenders[index] as Contender);
      if (round >= 0) samples[index]?.push(cost);
    }
  }
  const require = createRequire(import.meta.url);
  const versions = ['undici', 'openid-client']
    .map((name) => `${name} ${require(`${name}/package.json`).version}`)
    .join(', ');
  console.log(
    `\nA journey: token, request, result over two connections of mutual TLS; ${versions}; medians of ${ROUNDS} rounds of ${JOURNEYS}`,
  );
  const ratioTo = (other: number, key: keyof Cost) =>
    median(
      samples[0]?.map(
        (cost, round) => cost[key] / (samples[other]?.[round]?.[key] ?? Number.NaN),
      ) ?? [],
    ).toFixed(2);
  for (const [index, { name }] of contenders.entries()) {
    const [processor, wall] = (['processor', 'wall'] as const).map((key) =>
      median(samples[index]?.map((cost) => cost[key]) ?? []).toFixed(2),
    );
    console.log(`  ${name.padEnd(16)} ${processor} ms of processor time, ${wall} ms in all`);
  }
  console.log('\nFigures');
  console.log(
    `  beside undici by hand: ${ratioTo(1, 'processor')}x of its processor time (wanted: at most 1.3x), ${ratioTo(1, 'wall')}x of its time in all`,
  );
  console.log(
    `  beside openid-client: ${ratioTo(2, 'processor')}x of its processor time (wanted: at most 1x), ${ratioTo(2, 'wall')}x of its time in all`,
  );
}

/** Asserts that all get the same records, by the same three calls over two connections each. */
async function assertSame(
  contenders: readonly Contender[],
  seen: () => Promise<Seen>,
): Promise<void> {
  const outcomes: unknown[] = [];
  let before = await seen();
  for (const contender of contenders) {
    const records = await contender.journey(await contender.begin());
    const after = await seen();
    const [token = '', ...rest] = after.bodies;
    const form = Object.keys(Object.fromEntries(new URLSearchParams(token))).sort();
    outcomes.push({
      records,
      connections: after.connections - before.connections,
      calls: after.calls - before.calls,
      form,
      rest,
    });
    before = after;
  }
  for (const [index, outcome] of outcomes.entries())
    deepStrictEqual(
      outcome,
      outcomes[0],
      `${contenders[index]?.name} differs from ${contenders[0]?.name}`,
    );
  const [{ records, connections, calls }] = outcomes as [
    { records: unknown; connections: number; calls: number },
  ];
  deepStrictEqual([Array.isArray(records) && records.length, connections, calls], [3, 2, 3]);
}

async function measure({ begin, journey }: Contender): Promise<Cost> {
  const arrivals = await Promise.all(Array.from({ length: JOURNEYS }, begin));
  const start = performance.now();
  const before = process.cpuUsage();
  for (const arrival of arrivals) await journey(arrival);
  const { user, system } = process.cpuUsage(before);
  return {
    processor: (user + system) / 1e3 / JOURNEYS,
    wall: (performance.now() - start) / JOURNEYS,
  };
}
