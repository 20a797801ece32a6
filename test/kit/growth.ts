const PARTS = 8;
/** Quadratic work takes 8 times as long on the whole as on its 8 parts, linear work as long. */
const MOST = 3;
/** Microseconds. Chance can decide about a short measurement, so short ones are repeated. */
const ENOUGH = 1_000_000;

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
  const runParts = () => {
    for (let run = 0; run < PARTS; run++) work(part);
  };
  let [parts, whole] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // The first run also compiles.
  work(part);
  for (let spent = 0; spent < ENOUGH; spent += parts + whole) {
    parts = Math.min(parts, processorTime(runParts));
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
