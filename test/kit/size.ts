/** The three runs of the suite: `npm test`, `npm run test:full` and `npm run test:soak`. */
type Size = 'usual' | 'full' | 'soak';

const mode = process.env.MODE;
const size: Size = mode === 'full' || mode === 'soak' ? mode : 'usual';

/** Returns what a test file does in this run. Each file states its three sizes in one place. */
export const sized = <T>(sizes: Readonly<Record<Size, T>>): T => sizes[size];

/**
 * After how many milliseconds something is taken to hang. The one such limit of the suite, far
 * beyond what a busy machine needs.
 */
export const HANGS_MS = 300_000;
