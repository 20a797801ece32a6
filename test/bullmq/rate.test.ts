import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inTime, paceMs, slotMs } from '../../src/bullmq/rate.js';

describe('slotMs', () => {
  it('puts at most max retrievals into any perMs milliseconds, to the millisecond, for any chance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 }),
        (max, perMs, chances) => {
          const slots = chances.map((chance, number) => slotMs(number, { max, perMs }, chance));
          for (const [index, slot] of slots.entries())
            expect((slots[index + max] ?? Number.POSITIVE_INFINITY) - slot).toBeGreaterThanOrEqual(
              perMs - 1,
            );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('uses four fifths of the rate', () => {
    const rate = { max: 10, perMs: 1_000 };
    expect([slotMs(0, rate, 0), slotMs(8, rate, 0), slotMs(8, rate, 1)]).toEqual([0, 1_000, 1_025]);
  });
});

describe('inTime', () => {
  it.each([
    ['the slot when it comes early enough', 100_000, 50_000, 900_000, 100_000],
    [
      'the last minute before the expiry when the slot comes later',
      890_000,
      50_000,
      900_000,
      840_000,
    ],
    ['the opening when that minute comes before it', 890_000, 870_000, 900_000, 870_000],
  ])('returns %s', (_, slot, opening, expires, expected) => {
    expect(inTime(slot, opening, expires)).toBe(expected);
  });
});

describe('paceMs', () => {
  it.each([
    [0, 1_000],
    [10_000, 1_000],
    [300_000, 30_000],
    [600_000, 60_000],
    [36_000_000, 60_000],
  ])('after %i ms waits %i ms: a tenth of the age, one second to one minute', (age, pace) => {
    expect(paceMs(age)).toBe(pace);
  });
});
