import { describe, expect, it } from 'vitest';
import { createVirtualClock, systemClock } from '../../src/index.js';
import { thrownBy } from '../kit/refusals.js';
import { expectRefusal, type Refused } from './expect-refusal.js';

const TEN = Date.UTC(2026, 11, 1, 1);

/** Waits one turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a virtual clock', () => {
  it('does not move until it is advanced or set', async () => {
    const clock = createVirtualClock(TEN);
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now()).toBe(TEN);
    clock.advance(5);
    expect(clock.now()).toBe(TEN + 5);
    clock.set(TEN - 5);
    expect(clock.now()).toBe(TEN - 5);
  });

  it('ends the waits that are due, in order, and no others', async () => {
    const clock = createVirtualClock(TEN);
    const ended: number[] = [];
    for (const ms of [30, 10, 20, 31]) void clock.wait(ms).then(() => ended.push(ms));
    clock.advance(9);
    await turn();
    expect(ended).toEqual([]);
    clock.advance(21);
    await turn();
    expect(ended).toEqual([10, 20, 30]);
    clock.advance(1);
    await turn();
    expect(ended).toEqual([10, 20, 30, 31]);
  });

  it('ends a wait of zero, negative or NaN milliseconds at once', async () => {
    const clock = createVirtualClock(TEN);
    await Promise.all([clock.wait(0), clock.wait(-1), clock.wait(Number.NaN)]);
    expect(clock.now()).toBe(TEN);
  });

  it('rejects a wait with the reason of its signal, and every later wait with that signal', async () => {
    const clock = createVirtualClock(TEN);
    const controller = new AbortController();
    const waiting = thrownBy(() => clock.wait(10, controller.signal));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    clock.advance(10);
    expect(await thrownBy(() => clock.wait(10, controller.signal))).toBe(reason);
  });

  it('ignores an abort after the wait has ended', async () => {
    const clock = createVirtualClock(TEN);
    const controller = new AbortController();
    const waiting = clock.wait(10, controller.signal);
    clock.advance(10);
    controller.abort();
    await waiting;
    expect(clock.now()).toBe(TEN + 10);
  });

  it('prolongs waits when it is set back', async () => {
    const clock = createVirtualClock(TEN);
    let ended = false;
    void clock.wait(10).then(() => {
      ended = true;
    });
    clock.set(TEN - 1_000);
    clock.advance(1_000);
    await turn();
    expect(ended).toBe(false);
    clock.set(TEN + 10);
    await turn();
    expect(ended).toBe(true);
  });
});

describe('createVirtualClock', () => {
  it.each<[unknown, Refused]>([
    [undefined, 'start must be a Date, a luxon DateTime, a number or a string.'],
    ['now', ['invalid_instant', 'start']],
    [Number.NaN, ['invalid_instant', 'start']],
    ['2026-02-30', ['invalid_date', 'start']],
  ])('refuses to start at %j', async (start, expected) => {
    await expectRefusal(() => createVirtualClock(start as never), expected);
  });

  it.each<[unknown, Refused]>([
    [-1, ['invalid_option', 'ms']],
    [Number.NaN, ['invalid_option', 'ms']],
    [Number.POSITIVE_INFINITY, ['invalid_instant', 'ms']],
    ['1000', 'ms must be a number.'],
    [undefined, 'ms must be a number.'],
  ])('refuses to advance by %j', async (ms, expected) => {
    const clock = createVirtualClock(0);
    await expectRefusal(() => clock.advance(ms as never), expected);
    expect(clock.now()).toBe(0);
  });

  it('refuses to be set to an invalid instant', async () => {
    const clock = createVirtualClock(0);
    await expectRefusal(() => clock.set('later'), ['invalid_instant', 'to']);
    expect(clock.now()).toBe(0);
  });
});

describe('the system clock', () => {
  it('returns the time of the machine', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('ends waits in the order of their length', async () => {
    const ended: string[] = [];
    await Promise.all([
      systemClock.wait(60).then(() => ended.push('long')),
      systemClock.wait(1).then(() => ended.push('short')),
      systemClock.wait(0).then(() => ended.push('none')),
    ]);
    expect(ended).toEqual(['none', 'short', 'long']);
  });

  it('ends a wait of months when the signal aborts, and leaves no timer', async () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const controller = new AbortController();
    const waiting = thrownBy(() => systemClock.wait(2 ** 32, controller.signal));
    expect(timers()).toBe(before + 1);
    controller.abort(new Error('enough'));
    expect(await waiting).toEqual(new Error('enough'));
    expect(timers()).toBe(before);
  });

  it('does not wait when the signal has aborted already', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    expect(await thrownBy(() => systemClock.wait(2 ** 32, signal))).toEqual(new Error('before'));
    expect(await thrownBy(() => systemClock.wait(0, signal))).toEqual(new Error('before'));
  });
});
