import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { publicProfile, type WireProfile } from '../../src/index.js';

/** Returns the rows that a page on the wire profile must contain: path, value, confidence. */
function rowsOf({ codec, ...data }: WireProfile): string[] {
  // The functions of the public codec speak JSON.
  const functions = Object.entries(codec.confidence).map(
    ([name, confidence]) => `| \`codec.${name}\` | JSON | ${confidence} |`,
  );
  return [...rowsOfData(data), ...functions];
}

function rowsOfData(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  if ('confidence' in value && 'value' in value)
    return [`| \`${path}\` | ${shown(value.value)} | ${value.confidence} |`];
  return Object.entries(value).flatMap(([key, inner]) =>
    rowsOfData(inner, path === '' ? key : `${path}.${key}`),
  );
}

function shown(value: unknown): string {
  const values = Array.isArray(value) && value.length > 0 ? value : [value];
  return values
    .map((one) => `\`${typeof one === 'object' ? JSON.stringify(one) : one}\``)
    .join(', ');
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
