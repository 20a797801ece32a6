import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CLIENT_ID, REDIRECT_URI, SESSION } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { sealingKeys, startRedis } from '../kit/redis.js';
import { HANGS_MS, sized } from '../kit/size.js';

const part = findPart('redis-server');
const PROCESSES = 4;
const AT_ONCE = 20;
const { ROUNDS } = sized({
  usual: { ROUNDS: 100 },
  full: { ROUNDS: 500 },
  soak: { ROUNDS: 5_000 },
});

interface Order {
  readonly begin?: number;
  readonly complete?: readonly string[];
}

interface Report {
  readonly callbacks: readonly string[];
  readonly statuses: readonly string[];
  readonly exchanged: number;
}

describe.skipIf(part.missing)(
  `one callback that ${PROCESSES} processes complete at the same time over one Redis`,
  () => {
    const ends: (() => unknown)[] = [];
    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    });

    async function startInstance(site: object) {
      const path = fileURLToPath(new URL('./instance.mjs', import.meta.url));
      const child = fork(path, [JSON.stringify(site)], { execArgv: [] });
      const exited = once(child, 'exit');
      ends.push(async () => {
        child.kill('SIGKILL');
        await exited;
      });
      await Promise.race([
        once(child, 'message'),
        exited.then(() => Promise.reject(new Error('an instance ended'))),
      ]);
      return async (order: Order): Promise<Report> => {
        const heard = once(child, 'message');
        child.send(order);
        const [report] = await heard;
        return report;
      };
    }

    it(`is granted once and replayed three times in each of ${ROUNDS} rounds, and each code is exchanged once`, async () => {
      const redis = await startRedis(part.path());
      ends.push(redis.stop);
      const { keys } = sealingKeys('key');
      const site = {
        redisPort: redis.port,
        db: redis.db,
        key: keys.key,
        clientId: CLIENT_ID,
        redirectUri: REDIRECT_URI,
        sessionBinding: SESSION,
        timeoutMs: HANGS_MS,
      };
      const instances = await Promise.all(
        Array.from({ length: PROCESSES }, () => startInstance(site)),
      );
      const wrong: string[] = [];
      const wins = instances.map(() => 0);
      let exchanged: readonly number[] = [];
      for (let round = 0; round < ROUNDS; round += AT_ONCE) {
        const { callbacks } = await (
          instances[(round / AT_ONCE) % PROCESSES] as (typeof instances)[number]
        )({ begin: AT_ONCE });
        const reports = await Promise.all(instances.map((tell) => tell({ complete: callbacks })));
        for (const index of callbacks.keys()) {
          const statuses = reports.map((report) => report.statuses[index]);
          if (statuses.toSorted().join() !== 'granted,replayed,replayed,replayed')
            wrong.push(`${round + index}: ${statuses}`);
          const winner = statuses.indexOf('granted');
          wins[winner] = (wins[winner] ?? 0) + 1;
        }
        exchanged = reports.map((report) => report.exchanged);
      }
      expect(wrong).toEqual([]);
      expect(exchanged).toEqual(wins);
      expect(wins.reduce((sum, count) => sum + count, 0)).toBe(ROUNDS);
      // Each round runs one script to put and one to take. Every further script is a take that lost
      // after a read that had found the entry. Without such scripts there was no race.
      const admin = await redis.ioredis();
      const scripts = Number(
        /cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1],
      );
      expect(scripts).toBeGreaterThan(2 * ROUNDS);
    });
  },
);
