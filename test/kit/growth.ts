const PARTS = 8;
/** Quadratic work takes 8 times as long on the whole as on its 8 parts, linear work as long. */
const MOST = 3;
const TIMES = 5;

/** Returns whether work grows much faster than its size, as quadratic work does. */
export function growsTooFast(work: (size: number) => unknown, size: number): boolean {
  // What grows very fast shows at a smaller size, where it ends soon.
  return [size / PARTS, size].some((whole) => exceedsItsParts(work, Math.floor(whole)));
}

/**
 * Compares the processor time of the whole size with that of 8 runs of an eighth, so that both
 * allocate the same and other processes hardly matter. Chance can only add to a measurement, so the
 * shortest counts.
 */
function exceedsItsParts(work: (size: number) => unknown, size: number): boolean {
  const part = Math.ceil(size / PARTS);
  let [parts, whole] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // The first run also compiles.
  work(part);
  for (let time = 0; time < TIMES; time++) {
    parts = Math.min(
      parts,
      processorTime(() => {
        for (let run = 0; run < PARTS; run++) work(part);
      }),
    );
    whole = Math.min(
      whole,
      processorTime(() => work(size)),
    );
    if (whole < MOST * parts) return false;
  }
  return true;
}

/** Returns the processor time of a call in this process, in microseconds. */
function processorTime(call: () => unknown): number {
  const before = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
