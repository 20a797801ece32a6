import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { publicProfile } from '../../src/index.js';

/**
 * Returns the rows that a page on the wire profile must contain, one per entry: path, value,
 * confidence.
 */
function rowsOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  if ('confidence' in value && 'value' in value)
    return [`| \`${path}\` | ${shown(value.value)} | ${value.confidence} |`];
  return Object.entries(value).flatMap(([key, inner]) =>
    rowsOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

function shown(value: unknown): string {
  if (!Array.isArray(value)) return `\`${value}\``;
  return value.length === 0 ? '`[]`' : value.map((one) => `\`${one}\``).join(', ');
}

describe.each(['docs/wire-profile.md', 'docs/ja/wire-profile.md'])('%s', (page) => {
  const lines = readFileSync(page, 'utf8').split('\n');

  it.each(rowsOf(publicProfile))('lists %s', (row) => {
    expect(lines.filter((line) => line.startsWith(row))).toHaveLength(1);
  });

  it('lists nothing that the profile does not contain', () => {
    expect(
      lines.filter((line) => /^\| `[a-z]+[A-Za-z.-]*` \| .* \|.*\|.*\|$/.test(line)),
    ).toHaveLength(rowsOf(publicProfile).length);
  });
});
