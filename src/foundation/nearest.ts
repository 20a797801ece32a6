/** Longer keys are no misspelt names. */
const LONGEST = 60;

/**
 * Returns the name that a misspelt key stands for: at most one edit per three letters. Ignores case
 * and hyphens. Returns undefined where no name is near.
 */
export function nearest(key: string, names: readonly string[]): string | undefined {
  if (key.length > LONGEST) return undefined;
  const [best] = names
    .map((name) => ({ name, edits: editsBetween(letters(key), letters(name)) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(letters(name).length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return best?.name;
}

function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ .]/g, '');
}

/** Counts insertions, deletions, replacements, and swaps of neighbours. */
function editsBetween(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped && i > 1 && j > 1 ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
