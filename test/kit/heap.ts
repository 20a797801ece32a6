import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Returns the bytes of the heap in use after all garbage has been collected. */
export async function heapUsed(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    collectGarbage();
    // Finalization callbacks run between two turns.
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}
