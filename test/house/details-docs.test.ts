import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { details, holdersOf } from '../../src/calendar/index.js';
import * as sandbox from '../../src/sandbox/index.js';

const rows = details.map(({ id, ja, en }) => ({
  id,
  ja,
  en,
  holders: holdersOf(id).map((holder) => `\`${holder}\``),
}));

describe('the table of details in the docs', () => {
  it.each([
    [
      'docs/client.md',
      rows.map(
        ({ id, ja, en, holders }) => `| \`${id}\` | ${ja} | ${en} | ${holders.join(', ')} |`,
      ),
    ],
    [
      'docs/ja/client.md',
      rows.map(({ id, ja, holders }) => `| \`${id}\` | ${ja} | ${holders.join('、')} |`),
    ],
  ])('matches the catalog in %s', (page, expected) => {
    const lines = readFileSync(page, 'utf8').split('\n');
    expect(
      lines.slice(
        lines.indexOf(expected[0] ?? ''),
        lines.indexOf(expected[0] ?? '') + expected.length + 1,
      ),
    ).toEqual([...expected, '']);
  });
});

describe('the table of records in the docs', () => {
  const schemas = Object.entries(
    sandbox as unknown as Record<string, { shape: { fields: { shape: object } } }>,
  );
  const rows = details.map(({ id }) => {
    const [name, schema] =
      schemas.find(([key]) => key.toLowerCase() === `${id.replaceAll('-', '')}record`) ?? [];
    const who = sandbox.personas.filter(
      ({ records, statuses, card }) =>
        records[id] !== undefined && statuses?.[id] === undefined && card === undefined,
    );
    return {
      name,
      fields: Object.keys(schema?.shape.fields.shape ?? {}).join('、'),
      who: who.map((persona) => `\`${persona.id}\``),
    };
  });

  it.each([
    ['docs/testing.md', ', '],
    ['docs/ja/testing.md', '、'],
  ])('matches the sandbox in %s', (page, separator) => {
    const lines = readFileSync(page, 'utf8').split('\n');
    const start = lines.findIndex((line) => line.startsWith('| `record` |')) + 2;
    expect(lines.slice(start, lines.indexOf('', start))).toEqual(
      rows.map(({ name, fields, who }) => `| \`${name}\` | ${fields} | ${who.join(separator)} |`),
    );
  });
});
