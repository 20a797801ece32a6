import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from './sources.js';
import { parse } from './syntax.js';

const read = new Map<string, ReadonlySet<string>>();

/** Returns the titles of a test file, of its groups and of its tests, as they are written. */
function titlesIn(path: string): ReadonlySet<string> {
  const known = read.get(path);
  if (known) return known;
  const titles = new Set<string>();
  read.set(path, titles);
  if (existsSync(join(root, path)))
    visit(parse({ path, text: readFileSync(join(root, path), 'utf8') }));
  return titles;

  function visit(node: ts.Node): void {
    const title =
      ts.isCallExpression(node) && /^(describe|it)\b/.test(node.expression.getText())
        ? node.arguments[0]
        : undefined;
    if (title && ts.isStringLiteralLike(title)) titles.add(title.text);
    ts.forEachChild(node, visit);
  }
}

/** A row of the matrix: its clause, and the text of its last cell. */
interface Row {
  readonly clause: string;
  readonly proof: string;
}

function rowsOf(page: string): Row[] {
  const [, matrix = ''] = readFileSync(join(root, page), 'utf8').split(/^## (?:Matrix|対応表)$/m);
  // Without the heads of the tables and the rules below them.
  const lines = (matrix.split(/^## /m)[0] ?? '').replaceAll(/^.*\n\|---.*$/gm, '').split('\n');
  return lines
    .map((line) => line.slice(2, -2).split(' | '))
    .flatMap(([clause = '', , proof]) => (proof === undefined ? [] : [{ clause, proof }]));
}

/** Returns the tests that a text cites, as `path > title`. */
function referencesIn(text: string): string[] {
  return [...text.matchAll(/`(test\/[^`]+)` "([^"]+)"/g)].map(
    ([, path, title]) => `${path} > ${title}`,
  );
}

const [english, japanese] = ['docs/security.md', 'docs/ja/security.md'].map((page) => ({
  page,
  rows: rowsOf(page),
}));
if (english === undefined || japanese === undefined) throw new Error('a page is missing');

describe.each([english, japanese])('the matrix of $page', ({ page, rows }) => {
  it('has a row per clause, with a test or the reason for having no test', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(
      rows.filter(({ proof }) => referencesIn(proof).length === 0 && !proof.startsWith('—')),
    ).toEqual([]);
  });

  it('cites tests that exist', () => {
    const references = new Set(referencesIn(readFileSync(join(root, page), 'utf8')));
    const missing = [...references].filter((reference) => {
      const [path = '', title = ''] = reference.split(/ > (.*)/s);
      return !titlesIn(path).has(title);
    });
    expect(missing).toEqual([]);
  });

  it('cites every path to a test in the form that is checked', () => {
    const text = readFileSync(join(root, page), 'utf8');
    expect(text.match(/`test\//g)).toHaveLength(referencesIn(text).length);
  });
});

describe('the matrix', () => {
  it('is the same in both languages', () => {
    const facts = (rows: readonly Row[]) =>
      rows.map(({ clause, proof }) => [clause.split('：')[0]?.split(':')[0], referencesIn(proof)]);
    expect(facts(japanese.rows)).toEqual(facts(english.rows));
  });

  it('is checked by titles as they are written', () => {
    const titles = titlesIn('test/house/security-matrix.test.ts');
    expect(titles.has('is checked by titles as they are written')).toBe(true);
    expect(titles.has('is checked by titles')).toBe(false);
    expect(titlesIn('test/none.test.ts').size).toBe(0);
  });
});
