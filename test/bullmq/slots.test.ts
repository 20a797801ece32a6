import { describe, expect, it } from 'vitest';
import { takeSlot } from '../../src/bullmq/slots.js';
import { NOW } from '../kit/loan.js';

const NOW_MS = Date.parse(NOW);
const MINUTE = 60_000;
const rate = { max: 10, perMs: 1_000 };

/** Returns a queue in whose Redis so many have taken a slot of each second. */
function queueWith(taken: number) {
  const given: unknown[] = [];
  const commands = {
    async eval(...args: unknown[]) {
      given.push(...args.slice(1));
      return String(taken);
    },
  };
  return {
    given,
    commands,
    queue: { toKey: (name: string) => `prefix:${name}` },
  };
}
const context = { clock: { now: () => NOW_MS }, rate };

describe('takeSlot', () => {
  it('counts by whole seconds and keeps the counter for an hour after that second', async () => {
    const { queue, commands, given } = queueWith(0);
    const opening = NOW_MS + MINUTE - 1;
    const slot = await takeSlot(context, queue, commands, opening, NOW_MS + 60 * MINUTE);
    const second = NOW_MS + MINUTE;
    expect(given).toEqual([1, `prefix:opening:${second}`, String(MINUTE + 3_600_000)]);
    // The first slot, moved by at most a fifth of 125 milliseconds.
    expect(slot - second).toBeGreaterThanOrEqual(0);
    expect(slot - second).toBeLessThanOrEqual(25);
  });

  it('returns a later slot for every retrieval that came before', async () => {
    const { queue, commands } = queueWith(80);
    const slot = await takeSlot(context, queue, commands, NOW_MS, NOW_MS + 60 * MINUTE);
    expect(Math.floor((slot - NOW_MS) / 1_000)).toBe(10);
  });

  it('returns the last minute before the expiry when the slot comes later', async () => {
    const expires = NOW_MS + 5 * MINUTE;
    const { queue, commands } = queueWith(10_000);
    expect(await takeSlot(context, queue, commands, NOW_MS, expires)).toBe(expires - MINUTE);
  });
});
