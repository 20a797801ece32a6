import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/foundation/clock.js';
import { createSandbox, createVirtualClock, type VirtualClock } from '../../src/sandbox/index.js';
import { registration } from '../sandbox/steps.js';

const START = '2026-12-01T10:00:00+09:00';

/** A clock that runs by itself, so that the sandbox wraps it. */
function running(base: VirtualClock) {
  return {
    now: () => base.now(),
    wait: (ms: number, signal?: AbortSignal) => base.wait(ms, signal),
  };
}

let base: VirtualClock;
let clock: VirtualClock;

beforeEach(() => {
  base = createVirtualClock(START);
  ({ clock } = createSandbox({ registrations: [registration], clock: running(base) }));
});

/** Returns the waits that have ended, in order. */
function waits(...lengths: readonly number[]): string[] {
  const ended: string[] = [];
  for (const ms of lengths) void clock.wait(ms).then(() => ended.push(String(ms)));
  return ended;
}

/** Lets promises settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a clock that a sandbox makes movable', () => {
  it('runs with the clock below it, before and after a move', () => {
    base.advance(1_000);
    expect(clock.now()).toBe(Date.parse(START) + 1_000);
    clock.advance(60_000);
    base.advance(1_000);
    expect(clock.now()).toBe(Date.parse(START) + 62_000);
    clock.set('2026-12-01T09:00:00+09:00');
    base.advance(1_000);
    expect(clock.now()).toBe(Date.parse('2026-12-01T09:00:01+09:00'));
  });

  it('ends waits when the clock below it comes to them', async () => {
    const ended = waits(3_000, 1_000);
    base.advance(1_000);
    await settle();
    expect(ended).toEqual(['1000']);
    base.advance(2_000);
    await settle();
    expect(ended).toEqual(['1000', '3000']);
  });

  it('ends the waits that a move passes, in order, and leaves the others what is left of them', async () => {
    const ended = waits(5_000, 2_000, 1_000);
    clock.advance(3_000);
    await settle();
    expect(ended).toEqual(['1000', '2000']);
    base.advance(1_999);
    await settle();
    expect(ended).toEqual(['1000', '2000']);
    base.advance(1);
    await settle();
    expect(ended).toEqual(['1000', '2000', '5000']);
  });

  it('waits longer after it was set back', async () => {
    const ended = waits(1_000);
    clock.set('2026-12-01T09:59:59+09:00');
    base.advance(1_999);
    await settle();
    expect(ended).toEqual([]);
    base.advance(1);
    await settle();
    expect(ended).toEqual(['1000']);
  });

  it('rejects a wait whose signal aborts, and rings no more', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const wait = clock.wait(1_000, abort.signal);
    abort.abort(reason);
    await expect(wait).rejects.toBe(reason);
    clock.advance(1_000);
    await expect(clock.wait(1_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('rejects a wait with what the clock below it rejects with', async () => {
    const reason = new Error('no timers');
    const broken = { now: () => base.now(), wait: () => Promise.reject(reason) };
    ({ clock } = createSandbox({ registrations: [registration], clock: broken }));
    await expect(clock.wait(1_000)).rejects.toBe(reason);
    await expect(clock.wait(1_000, new AbortController().signal)).rejects.toBe(reason);
  });

  it('refuses to go back by advance, and times that do not exist', () => {
    expect(() => clock.advance(-1)).toThrow(expect.objectContaining({ code: 'invalid_option' }));
    expect(() => clock.advance(Number.NaN)).toThrow();
    expect(() => clock.set('soon')).toThrow(expect.objectContaining({ code: 'invalid_instant' }));
    expect(clock.now()).toBe(Date.parse(START));
  });

  it('is the given clock itself where that is a virtual one', () => {
    expect(createSandbox({ registrations: [registration], clock: base }).clock).toBe(base);
    const { clock: own } = createSandbox({ registrations: [registration] });
    expect(Math.abs(own.now() - systemClock.now())).toBeLessThan(60_000);
  });
});
