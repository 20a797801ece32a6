import { afterEach, beforeEach } from 'vitest';
import type { VirtualClock } from '../../src/index.js';
import { NOW } from '../kit/loan.js';

/** What is closed at the end of the test, the last first. */
export const ends: (() => Promise<unknown>)[] = [];

/**
 * Sets the clock before each test, and closes after it what the test opened. Every test file calls
 * this, because a worker loads this module once for all its files.
 */
export function separateTests(clock: VirtualClock): void {
  beforeEach(() => clock.set(NOW));
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
}
