import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { checkText } from '../foundation/options.js';
import { readObservers } from '../query/reads.js';
import type { Method } from '../service/inquiry.js';
import type { Service } from '../service/service.js';
import { checkProduction } from './checks.js';

/** Counts for one item in a test run. */
export interface ItemReads {
  /** How many answers had it, by method; `made` counts answers of `createAnswer`. */
  readonly asked: Readonly<Partial<Record<Method | 'made', number>>>;
  /** In how many of them it was `present`, so that its records could be read. */
  readonly present: number;
  /** How often `reveal()` returned its records. */
  readonly revealed: number;
}

/** Counts for the items of one service in a test run. */
export interface ServiceReads {
  /** The name of the service. */
  readonly service: string;
  /** By item key. An item that no answer had is left out. */
  readonly items: Readonly<Record<string, ItemReads>>;
}

/** Observer that {@link observeReads} returns. */
export interface ReadsObserver {
  /** Returns the counts so far, one row per service. */
  reads(): readonly ServiceReads[];
  /**
   * Appends the counts to a file, one line of JSON per service, and resets them. Delete the file
   * before a test run: each process and test file adds its lines.
   *
   * @param path - the file, e.g. `reads.jsonl`.
   * @throws TypeError for another type; the error of node:fs if the file cannot be written.
   */
  save(path: string): void;
  /** Stops observing. */
  stop(): void;
}

interface Counts {
  readonly asked: Partial<Record<Method | 'made', number>>;
  present: number;
  revealed: number;
}

/**
 * Observes in a test run which items are asked and which are read, for `npx myna-selfinfo sheet
 * --reads`. Sees each answer built in this process from now on: of the client, the vault and
 * `createAnswer`. Only `reveal()` counts as reading, no matter who calls it. Keeps only counts.
 *
 * @throws SelfInfoError `invalid_option` with the path `NODE_ENV` in production.
 * @example
 * ```ts
 * import { observeReads } from 'myna-selfinfo/testing';
 * const observer = observeReads(); // in the setup file of the test runner
 * // ... the tests of your program; then, after the last one:
 * observer.save('reads.jsonl');
 * observer.stop();
 * ```
 */
export function observeReads(): ReadsObserver {
  checkProduction();
  const services = new Map<string, Map<string, Counts>>();
  const countsOf = ({ name }: Service, item: string): Counts => {
    const items = services.get(name) ?? new Map<string, Counts>();
    services.set(name, items);
    const counts = items.get(item) ?? { asked: {}, present: 0, revealed: 0 };
    items.set(item, counts);
    return counts;
  };
  const id = randomUUID();
  readObservers().set(id, {
    asked(service, item, method, present) {
      const counts = countsOf(service, item);
      const key = method ?? 'made';
      counts.asked[key] = (counts.asked[key] ?? 0) + 1;
      if (present) counts.present += 1;
    },
    revealed(service, item) {
      countsOf(service, item).revealed += 1;
    },
  });
  const reads = (): readonly ServiceReads[] =>
    [...services].map(([service, items]) => ({
      service,
      items: Object.fromEntries([...items].map(([key, counts]) => [key, structuredClone(counts)])),
    }));
  return Object.freeze({
    reads,
    save(path: string) {
      checkText(path, 'path');
      appendFileSync(
        path,
        reads()
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      );
      services.clear();
    },
    stop: () => void readObservers().delete(id),
  });
}
