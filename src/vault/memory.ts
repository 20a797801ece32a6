import { SelfInfoError } from '../foundation/errors.js';
import { DAY_MS } from '../foundation/time.js';
import type { VaultRecord, VaultStore } from './store.js';

/**
 * Creates a vault's store in the memory of this process, for tests and demos. Its records are lost
 * when the process ends.
 *
 * @example
 * ```ts
 * import { createMemoryVaultStore } from 'myna-selfinfo/vault';
 * const store = createMemoryVaultStore();
 * ```
 */
export function createMemoryVaultStore(): VaultStore {
  const held = new Map<string, { readonly keepUntil: number; readonly record?: VaultRecord }>();
  let first: number | undefined;
  let latest: number | undefined;
  return {
    async put(record) {
      if (held.has(record.ref)) throw new SelfInfoError('store_key_exists');
      held.set(record.ref, { keepUntil: record.keepUntil, record });
    },
    async get(ref) {
      const entry = held.get(ref);
      return entry && (entry.record ?? 'erased');
    },
    async erase(ref) {
      const entry = held.get(ref);
      if (entry) held.set(ref, { keepUntil: entry.keepUntil });
      return entry !== undefined;
    },
    async sweep(until, limit) {
      let swept = 0;
      for (const [ref, { keepUntil }] of held) {
        if (swept === limit) break;
        if (keepUntil <= until && held.delete(ref)) swept++;
      }
      return swept;
    },
    async *list(exceptKid) {
      for (const { record } of held.values()) {
        if (record === undefined || record.key.kid === exceptKid) continue;
        const { sealed: _, ...entry } = record;
        yield entry;
      }
    },
    async replaceKey(ref, was, key) {
      const entry = held.get(ref);
      if (entry?.record?.key.wrapped !== was) return false;
      held.set(ref, { ...entry, record: { ...entry.record, key } });
      return true;
    },
    async see(instant) {
      first ??= instant;
      latest = Math.max(instant, latest ?? instant);
    },
    async seen() {
      return latest;
    },
    async correct(instant, confirmed) {
      // This store has no time of its own: only a short past may be one wrong clock.
      const isShort = latest !== undefined && first !== undefined && latest - first <= DAY_MS;
      if (!confirmed && !isShort) return false;
      first = instant;
      latest = instant;
      return true;
    },
  };
}
