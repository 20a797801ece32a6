import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of the heap that are in use, after all garbage has gone. */
export async function heapUsed(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    collectGarbage();
    // What waits for its registry is told between two turns.
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}
