import { DateTime } from 'luxon';
import { afterEach, describe, expect, it } from 'vitest';
import { createVirtualClock, type Instant, systemClock } from '../../src/index.js';
import { refusalOf, thrownBy } from '../kit/refusals.js';

const TEN = Date.UTC(2026, 11, 1, 1);
const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe.each(['Asia/Tokyo', 'America/New_York', 'UTC'])('an instant, with TZ=%s,', (tz) => {
  it.each<[string, Instant, number]>([
    ['an ISO string at +09:00', '2026-12-01T10:00:00+09:00', TEN],
    ['an ISO string in UTC', '2026-12-01T01:00:00Z', TEN],
    ['an ISO string elsewhere', '2026-11-30T20:00:00-05:00', TEN],
    ['an ISO string without seconds', '2026-12-01T10:00+09:00', TEN],
    ['an ISO string with milliseconds', '2026-12-01T10:00:00.007+09:00', TEN + 7],
    [
      'an ISO string with more digits than a Date holds',
      '2026-12-01T10:00:00.0079999+09:00',
      TEN + 7,
    ],
    ['midnight at the end of a day', '2026-11-30T24:00:00+09:00', TEN - 10 * 3_600_000],
    ['a day, which is its start in Japan', '2026-12-01', TEN - 10 * 3_600_000],
    ['epoch milliseconds', TEN, TEN],
    ['half a millisecond', TEN + 0.5, TEN],
    ['a Date', new Date(TEN), TEN],
    ['a luxon DateTime in any zone', DateTime.fromMillis(TEN, { zone: 'Europe/Berlin' }), TEN],
  ])('may be %s', (_, instant, ms) => {
    process.env.TZ = tz;
    expect(createVirtualClock(instant).now()).toBe(ms);
  });

  it.each([
    ['2026-12-01T10:00:00', 'invalid_instant'],
    ['2026-12-01 10:00:00+09:00', 'invalid_instant'],
    ['2026-12-01T10+09:00', 'invalid_instant'],
    ['2026-12-01T10:00:00+0900', 'invalid_instant'],
    ['2026-12-01T10:00:00+99:99', 'invalid_instant'],
    ['2026-12-01T10:00:00+09:60', 'invalid_instant'],
    ['2026-12-01T25:00:00+09:00', 'invalid_instant'],
    ['2026-12-01T10:60:00+09:00', 'invalid_instant'],
    ['2026-02-30T10:00:00+09:00', 'invalid_instant'],
    ['12/1/2026', 'invalid_instant'],
    ['1 December 2026', 'invalid_instant'],
    ['2026-12', 'invalid_instant'],
    ['1796086800000', 'invalid_instant'],
    ['now', 'invalid_instant'],
    ['', 'invalid_instant'],
    ['2026-02-30', 'invalid_date'],
    ['2026-00-01', 'invalid_date'],
    ['2027-02-29', 'invalid_date'],
  ])('cannot be %j', async (text, code) => {
    process.env.TZ = tz;
    expect(await refusalOf(() => createVirtualClock(text))).toEqual([code, 'start']);
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    8.64e15 + 1,
    new Date(Number.NaN),
    DateTime.invalid('no'),
  ])('cannot be %s', async (value) => {
    process.env.TZ = tz;
    expect(await refusalOf(() => createVirtualClock(value))).toEqual(['invalid_instant', 'start']);
  });
});

describe('a virtual clock', () => {
  it('stands still until it is moved', async () => {
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

describe('the system clock', () => {
  it('tells the time of the machine', () => {
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

/** Waits one turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
