import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A browser, a service, a child process, the compiler, which is as slow, or the built package. */
const SLOW =
  /^(node:child_process|node:worker_threads|playwright-core|ioredis|redis|pg|bullmq|typescript|myna-selfinfo(\/.*)?)$/;

const root = fileURLToPath(new URL('../..', import.meta.url));
const slow = new Map<string, boolean>();

/**
 * Returns the test files that use nothing slow and need no sizes, and the others, as paths from the
 * root.
 */
export function testFiles(): { readonly fast: string[]; readonly parts: string[] } {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(root, 'test', name))
    .sort();
  const named = (isSlow: boolean) =>
    files
      .filter((file) => (hasSizes(file) || usesSlow(file)) === isSlow)
      .map((file) => relative(root, file));
  return { fast: named(false), parts: named(true) };
}

/** Whether a file repeats something so often that it states how often. */
const hasSizes = (file: string) => readFileSync(file, 'utf8').includes('= sized(');

/** Whether a file of tests or examples imports something slow, directly or not. */
function usesSlow(file: string): boolean {
  const known = slow.get(file);
  if (known !== undefined) return known;
  // For files that import each other.
  slow.set(file, false);
  const isSlow = imports(file).some((name) => {
    if (!name.startsWith('.')) return SLOW.test(name);
    const path = join(dirname(file), name.replace(/\.js$/, '.ts'));
    return !path.startsWith(join(root, 'src')) && path.endsWith('.ts') && usesSlow(path);
  });
  slow.set(file, isSlow);
  return isSlow;
}

const imports = (file: string): readonly string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(/^(?:import|export|\} from)(?! type)[^;]*?'([^']+)'/gm),
  ].map(([, name = '']) => name);
