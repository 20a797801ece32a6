import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { details, holdersOf } from '../../src/calendar/index.js';

const rows = details.map(({ id, ja, en }) => ({ id, ja, en, holders: holdersOf(id).map((holder) => `\`${holder}\``) }));

describe('the table of details is that of the catalog', () => {
  it.each([
    ['docs/client.md', rows.map(({ id, ja, en, holders }) => `| \`${id}\` | ${ja} | ${en} | ${holders.join(', ')} |`)],
    ['docs/ja/client.md', rows.map(({ id, ja, holders }) => `| \`${id}\` | ${ja} | ${holders.join('、')} |`)],
  ])('in %s', (page, expected) => {
    const lines = readFileSync(page, 'utf8').split('\n');
    expect(lines.slice(lines.indexOf(expected[0] ?? ''), lines.indexOf(expected[0] ?? '') + expected.length + 1)).toEqual([...expected, '']);
  });
});
