import { describe, expect, it } from 'vitest';
import { takePermit, waitForPermit } from '../../src/bullmq/permits.js';
import { noRedis, useRedis } from './desk.js';

const HOUR_MS = 3_600_000;

describe.skipIf(noRedis)('takePermit', () => {
  const { server } = useRedis();
  const rate = { max: 3, perMs: HOUR_MS };

  /** Returns how many of so many permits were given, and the waits of the others. */
  async function take(key: string, times: number) {
    const commands = await server().ioredis();
    const waits = await Promise.all(
      Array.from({ length: times }, () => takePermit(commands, key, rate)),
    );
    return { given: waits.filter((ms) => ms === 0).length, waits: waits.filter((ms) => ms > 0) };
  }
  /** Moves the permits taken so far to the past, or to the future. */
  async function shift(key: string, ms: number) {
    const commands = await server().ioredis();
    for (const member of await commands.zrange(key, 0, -1)) await commands.zincrby(key, ms, member);
  }

  it('gives max permits in any perMs milliseconds, also around the end of a window', async () => {
    expect(await take('window', 1)).toEqual({ given: 1, waits: [] });
    // Just before the window of the first one ends.
    await shift('window', -HOUR_MS + 60_000);
    const before = await take('window', 3);
    expect([before.given, before.waits.every((ms) => ms <= 60_001)]).toEqual([2, true]);
    // Just after its end only the first one counts no longer.
    await shift('window', -60_000);
    const after = await take('window', 3);
    expect([after.given, after.waits.length]).toEqual([1, 2]);
    await shift('window', -HOUR_MS);
    expect((await take('window', 5)).given).toBe(3);
  });

  it('forgets permits of the future, after the clock of Redis was set back', async () => {
    await take('clock', 3);
    await shift('clock', 24 * HOUR_MS);
    expect((await take('clock', 3)).given).toBe(3);
  });

  it('keeps nothing after perMs milliseconds', async () => {
    await take('expiry', 1);
    const commands = await server().ioredis();
    const leftMs = await commands.pttl('expiry');
    expect([leftMs > 0, leftMs <= HOUR_MS]).toEqual([true, true]);
  });
});

describe('waitForPermit', () => {
  /** Returns the result with these waits, and how many permits were asked for. */
  async function wait(waits: readonly number[], signal = new AbortController().signal) {
    let asked = 0;
    const result = await waitForPermit(async () => waits[asked++] ?? 0, signal);
    return { result, asked };
  }

  it('asks again after each short wait until it has a permit', async () => {
    expect(await wait([1, 2, 1])).toEqual({ result: 0, asked: 4 });
  });

  it('waits for five seconds at most, and returns a longer wait', async () => {
    expect(await wait([1, 5_001])).toEqual({ result: 5_001, asked: 2 });
  });

  it('returns the remaining wait when the worker closes', async () => {
    expect(await wait([4_000], AbortSignal.abort())).toEqual({ result: 4_000, asked: 1 });
    const closing = new AbortController();
    const waited = waitForPermit(async () => 5_000, closing.signal);
    closing.abort();
    expect(await waited).toBe(5_000);
  });
});
