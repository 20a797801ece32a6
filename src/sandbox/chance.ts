import { createHmac, randomBytes } from 'node:crypto';

/** What a sandbox draws: ids that cannot be guessed, and the calls that a fault hits. */
export interface Chance {
  /** Returns 32 bytes as base64url. */
  id(): string;
  /** Returns a UUID of version 4. */
  uuid(): string;
  /**
   * Returns a number from 0 up to, but not including, 1. With a seed, it depends on `name` alone, not
   * on what was drawn before.
   */
  fraction(name: string): number;
}

/** Creates the chance of a sandbox. The same seed draws the same values in the same order. */
export function createChance(seed: string | undefined): Chance {
  let drawn = 0;
  const bytes = (name = String(drawn++)): Buffer =>
    seed === undefined ? randomBytes(32) : createHmac('sha256', seed).update(name).digest();
  return {
    id: () => bytes().toString('base64url'),
    uuid() {
      const drawn = bytes().subarray(0, 16);
      drawn[6] = ((drawn[6] ?? 0) & 0x0f) | 0x40;
      drawn[8] = ((drawn[8] ?? 0) & 0x3f) | 0x80;
      return drawn.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    },
    fraction: (name) => bytes(name).readUInt32BE() / 2 ** 32,
  };
}
