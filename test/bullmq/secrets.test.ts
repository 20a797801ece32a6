import { afterAll, describe, expect, it } from 'vitest';
import { createMemoryStore, latest, type Store } from '../../src/index.js';
import { secretsOfEntry } from '../kit/entries.js';
import { leaksIn, type Secret } from '../kit/leaks.js';
import { answerAt, loan, openBank } from '../kit/loan.js';
import { findPart } from '../kit/machine.js';
import { startRedis } from '../kit/redis.js';
import { openDesk } from './desk.js';

const part = findPart('redis-server');
const CANARY = 'canary-of-the-portal-4c1f';

describe.skipIf(part.missing)("a dump of the queue's Redis", () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  it('contains no token, process, purpose, answer, foreign error or stack, whether ready, failed or put off', async () => {
    const redis = await startRedis(part.path());
    ends.push(redis.stop);
    const secrets: Record<string, Secret> = {
      canary: CANARY,
      purpose: loan.purpose.text,
      holder: '千代田区',
      folder: process.cwd(),
    };
    const ioredis = await redis.ioredis();
    for (const kind of ['ready', 'failed', 'put-off'] as const) {
      const inner = createMemoryStore();
      const store: Store = {
        ...inner,
        put(key, value, expiresAt) {
          for (const [secretKind, secret] of secretsOfEntry(value))
            if (secretKind !== 'verifier') secrets[`${secretKind} of ${kind}`] = secret;
          return inner.put(key, value, expiresAt);
        },
      };
      const bank = openBank({
        store,
        ...answerAt('/result', (request, pass) => {
          if (kind === 'put-off') throw new Error(CANARY);
          return kind === 'failed'
            ? Response.json({ error: CANARY, message: CANARY }, { status: 403 })
            : pass(request);
        }),
      });
      const desk = openDesk({
        redis,
        client: bank.client,
        service: loan,
        clock: bank.clock,
        hurry: kind !== 'put-off',
      });
      ends.push(bank.client.close, desk.close);
      await desk.queue.add(await bank.client.submit(await bank.consent(), latest()));
      await desk.queue.startWorker();
      await desk.emitted(kind === 'put-off' ? 'put-off' : 'ended');
    }
    const dump: Record<string, unknown> = {};
    for (const key of await ioredis.keys('*')) {
      const type = await ioredis.type(key);
      const read = {
        hash: () => ioredis.hgetall(key),
        stream: () => ioredis.xrange(key, '-', '+'),
        zset: () => ioredis.zrange(key, 0, -1),
        list: () => ioredis.lrange(key, 0, -1),
        set: () => ioredis.smembers(key),
        string: () => ioredis.get(key),
      }[type];
      dump[key] = [key, JSON.stringify(await read?.())].join(' ');
    }
    const all = Object.values(dump).join('\n');
    // The scan sees what is there: states, and the codes of the failure.
    expect(all).toContain('upstream_refused');
    expect(all).toContain('waiting');
    expect(Object.keys(secrets)).toHaveLength(10);
    expect(leaksIn(dump, secrets)).toEqual([]);
  });
});
