import { SelfInfoError } from '../foundation/errors.js';
import type { VaultContext } from './context.js';

const BATCH = 1000;

/**
 * Deletes, in batches, every record whose period has ended. Returns how many. Emits `swept` also
 * when a batch fails.
 */
export async function sweep({
  store,
  time,
  audited,
  emit,
}: Pick<VaultContext, 'store' | 'time' | 'audited' | 'emit'>): Promise<number> {
  return audited('sweep', {}, async () => {
    const { seenMs, jumped } = await time.read();
    if (jumped) throw new SelfInfoError('clock_jumped');
    let records = 0;
    try {
      for (let batch = BATCH; batch >= BATCH; records += batch)
        batch = await store.sweep(seenMs, BATCH);
      return records;
    } finally {
      emit({ type: 'swept', records });
    }
  });
}
