import type { Clock } from '../foundation/clock.js';
import type { Chance } from './chance.js';

/** The two clocks of a sandbox: with the skew of the current call, and without it. */
export interface Clocks {
  readonly clock: Clock;
  readonly baseClock: Clock;
}

/** Values under unguessable keys that expire after a fixed time. */
export class Expiring<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly expiresAt: number }>();
  readonly #clocks: Clocks;
  readonly #chance: Chance;
  readonly #lifeMs: number;

  constructor(clocks: Clocks, chance: Chance, lifeMs: number) {
    this.#clocks = clocks;
    this.#chance = chance;
    this.#lifeMs = lifeMs;
  }

  /** Keeps a value and returns its key. */
  put(value: T): string {
    const { clock, baseClock } = this.#clocks;
    // All entries live equally long, so the oldest expire first. The base clock decides: otherwise
    // one skewed call would remove the entries of all other calls.
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > baseClock.now()) break;
      this.#entries.delete(key);
    }
    const key = this.#chance.id();
    this.#entries.set(key, { value, expiresAt: clock.now() + this.#lifeMs });
    return key;
  }

  /** Returns the value unless it has expired. */
  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresAt > this.#clocks.clock.now()
      ? entry.value
      : undefined;
  }

  /** Removes the value, and returns it unless it has expired. */
  take(key: string): T | undefined {
    const value = this.get(key);
    this.#entries.delete(key);
    return value;
  }
}
