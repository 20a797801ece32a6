import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../src/index.js';
import { NOW, openBank, SESSION } from '../../kit/loan.js';
import { createPatientStore, startRedis } from '../../kit/redis.js';
import { DAY, keys, MINUTE, part, soon, useRedis } from './shared-redis.js';

describe.skipIf(part.missing)('the store in Redis', () => {
  const { ioredis, open } = useRedis();

  it('lets Redis drop the value at its expiry and the mark a day later, by durations and not by instants', async () => {
    const clock = createVirtualClock('1999-01-01T00:00:00+09:00');
    const { store, value, mark } = open({ clock });
    await store.put('a', 'text', clock.now() + 10 * MINUTE);
    const [valueMs, markMs] = [await ioredis().pttl(value('a')), await ioredis().pttl(mark('a'))];
    expect(valueMs).toBeLessThanOrEqual(10 * MINUTE);
    expect(valueMs).toBeGreaterThan(9 * MINUTE);
    expect(markMs).toBeLessThanOrEqual(DAY + 10 * MINUTE);
    expect(markMs).toBeGreaterThan(DAY + 9 * MINUTE);
    await store.take('a');
    expect(await ioredis().exists(value('a'))).toBe(0);
    expect(await ioredis().pttl(mark('a'))).toBeGreaterThan(DAY + 9 * MINUTE);
  });

  it('reports a late callback as expired after its value is gone, and a used one as taken', async () => {
    const { store, value, prefix } = open({ clock: createVirtualClock(NOW) });
    const bank = openBank({ store, now: NOW });
    const callback = await bank.callback();
    const [name = ''] = (await ioredis().keys(`${prefix}*`)).filter(
      (key) => !key.endsWith(':mark'),
    );
    // Redis does the same at the instant of expiry.
    await ioredis().del(name);
    const complete = async () =>
      (await bank.client.completeConsent(callback, { sessionBinding: SESSION })).status;
    expect(await complete()).toBe('expired');
    await store.put('b', 'text', soon());
    await ioredis().del(value('b'));
    expect(await store.take('b')).toMatchObject({ value: '' });
    expect(await store.take('b')).toBe('taken');
  });

  it('names its keys as docs/scaling.md does by default, and takes no more memory than it says', async () => {
    const own = await startRedis(part.path());
    try {
      const client = await own.ioredis();
      const bank = openBank({
        store: createPatientStore({ client, keys, clock: createVirtualClock(NOW) }),
        now: NOW,
      });
      const callback = await bank.callback();
      const names = (await client.keys('*')).sort();
      const [value = '', mark = ''] = names;
      expect(value).toMatch(/^myna-selfinfo:\{transaction:2:[\w-]{43}\}$/);
      expect(names).toEqual([value, `${value}:mark`]);
      const room = async (name: string) => Number(await client.memory('USAGE', name));
      const [valueBytes, markBytes] = [await room(value), await room(mark)];
      expect(valueBytes + markBytes).toBeLessThan(1_100);
      expect(Number(await client.get(mark))).toBe(bank.clock.now() + 10 * MINUTE);
      await bank.client.completeConsent(callback, { sessionBinding: SESSION });
      const attempt = `${value}:attempt`;
      expect((await client.keys('*')).sort()).toEqual([attempt, mark]);
      expect(await client.get(mark)).toBe('taken');
      // The attempt is over when its call is.
      expect(await client.pttl(attempt)).toBeLessThanOrEqual(60_000);
      expect(await room(mark)).toBeLessThan(300);
    } finally {
      await own.stop();
    }
  });
});
