import { describe, expect, it } from 'vitest';
import { createVirtualClock, latest } from '../../../src/index.js';
import type { RedisStoreOptions } from '../../../src/stores/redis/store.js';
import { expectStatus, NOW, openBank, SESSION } from '../../kit/loan.js';
import { createPatientStore } from '../../kit/redis.js';
import { errorOf } from '../../kit/refusals.js';
import { type Ioredis, keys, part, soon, useOwnRedis } from './shared-redis.js';

describe.skipIf(part.missing)('the store in Redis', () => {
  const { ioredis, nodeRedis, prefix, open } = useOwnRedis();

  /**
   * Returns the commands that clients send during `work`. Commands of a script inside Redis do not
   * count.
   */
  async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
    const monitor = await ioredis().monitor();
    const seen: string[] = [];
    const fence = `fence-${prefix()}`;
    const fenced = new Promise<void>((resolve) => {
      monitor.on('monitor', (_time: string, [name = '', text]: string[], source: string) => {
        if (text === fence) resolve();
        else if (source !== 'lua') seen.push(name.toLowerCase());
      });
    });
    await work();
    await ioredis().echo(fence);
    await fenced;
    monitor.disconnect();
    return seen;
  }

  describe.each(['ioredis', 'node-redis'] as const)('over %s', (library) => {
    const client = () => (library === 'ioredis' ? ioredis() : nodeRedis());

    it('sends one command to begin a consent and two for its callback, plus one per script after Redis has started', async () => {
      const clock = createVirtualClock(NOW);
      const bank = openBank({ store: open({ client: client(), clock }).store, now: NOW });
      await ioredis().script('FLUSH');
      expect(await commandsOf(() => bank.consent())).toEqual([
        'evalsha',
        'eval',
        'mget',
        'evalsha',
        'eval',
      ]);
      let callback = '';
      expect(
        await commandsOf(async () => {
          callback = await bank.callback();
        }),
      ).toEqual(['evalsha']);
      expect(
        await commandsOf(() => bank.client.completeConsent(callback, { sessionBinding: SESSION })),
      ).toEqual(['mget', 'evalsha']);
      // A second callback is read and found taken.
      expect(
        await commandsOf(() => bank.client.completeConsent(callback, { sessionBinding: SESSION })),
      ).toEqual(['mget']);
    });

    it('keeps a consent and its retrieval, and nothing after the retrieval is discarded', async () => {
      const own = prefix();
      const clock = createVirtualClock(NOW);
      const bank = openBank({
        store: createPatientStore({ client: client(), keys, prefix: own, clock }),
        now: NOW,
      });
      const grant = await bank.consent();
      const retrieval = await bank.client.submit(grant, latest());
      const result = await bank.client.collect(
        bank.client.resume(JSON.parse(JSON.stringify(retrieval))),
        { onProgress: bank.onProgress },
      );
      expect(expectStatus(result, 'ready').answer.items.income.status).toBe('present');
      await bank.client.discard(retrieval);
      expect(await ioredis().keys(`${own}*retrieval*`)).toEqual([]);
    });
  });

  it('sends one command to store a retrieval, one to collect its answer and one to discard it', async () => {
    const bank = openBank({ store: open({ clock: createVirtualClock(NOW) }).store, now: NOW });
    const grant = await bank.consent();
    const seen = await commandsOf(async () => {
      const retrieval = await bank.client.submit(grant, latest());
      await bank.client.collect(retrieval, { onProgress: bank.onProgress });
      await bank.client.discard(retrieval);
    });
    expect(seen).toEqual(['evalsha', 'mget', 'del']);
  });

  it('accepts a put and a take that the client library sent twice, but no second put or take', async () => {
    const twice = {
      evalsha: async (...args: Parameters<Ioredis['evalsha']>) => {
        await ioredis()
          .evalsha(...args)
          .catch(() => undefined);
        return ioredis().evalsha(...args);
      },
      eval: (...args: Parameters<Ioredis['eval']>) => ioredis().eval(...args),
      mget: (...args: string[]) => ioredis().mget(...args),
      del: (...args: string[]) => ioredis().del(...args),
    };
    const { store } = open({ client: twice as unknown as RedisStoreOptions['client'] });
    await store.put('a', 'text', soon());
    expect((await errorOf(() => store.put('a', 'text', soon()))).code).toBe('store_key_exists');
    expect(await store.take('a')).toMatchObject({ value: 'text' });
    expect(await store.take('a')).toBe('taken');
  });

  it('deletes an entry in any state, and loads its scripts again after Redis has lost them', async () => {
    const { store } = open();
    await store.put('a', 'text', soon());
    await ioredis().script('FLUSH');
    expect(await store.take('a')).toMatchObject({ value: 'text' });
    await store.delete('a');
    expect(await store.get('a')).toBeUndefined();
  });
});
