// Writes what the smoke test and others ran into the tables of docs/runtimes.md and its Japanese
// twin: `node scripts/matrix.mjs [--check] results...`. With --check it only compares. Each line of a
// file of results is `{ "tool", "version", "format", "result" }`; the result is `refused: code` where
// a typed error is right.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** @import { Result } from './smoke/consumer.mjs' */

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean' } },
  allowPositionals: true,
});
/** @type {Result[]} */
const results = positionals
  .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

const headers = {
  'docs/runtimes.md': '| tool | version | works | refused |',
  'docs/ja/runtimes.md': '| ツール | バージョン | 動作 | 拒否 |',
};

/** Rows by tool and version, in the order of names and numbers. */
const rows = [...new Set(results.map(({ tool, version }) => `${tool} ${version}`))]
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  .map((name) => {
    const own = results.filter(({ tool, version }) => `${tool} ${version}` === name);
    const [works, refused] = [false, true].map((isRefused) => {
      const cells = own
        .filter(({ result }) => result.startsWith('refused: ') === isRefused)
        .map(({ format, result }) =>
          isRefused ? `\`${format}\`: \`${result.slice('refused: '.length)}\`` : `\`${format}\``,
        );
      return [...new Set(cells)].sort().join(' · ');
    });
    return `| ${own[0]?.tool} | ${own[0]?.version} | ${works} | ${refused} |`;
  });
if (rows.length === 0) throw new Error('There are no results.');

for (const [page, header] of Object.entries(headers)) {
  const path = join(fileURLToPath(new URL('..', import.meta.url)), page);
  const text = readFileSync(path, 'utf8');
  const table = [header, '|---|---|---|---|', ...rows].join('\n');
  const place = /(?<=<!-- matrix -->\n)[\s\S]*(?=<!-- end of matrix -->)/;
  if (!place.test(text)) throw new Error(`${page} has no place for the table.`);
  const written = text.replace(place, () => `${table}\n`);
  if (written === text) continue;
  if (!values.check) writeFileSync(path, written);
  else {
    console.error(`${page} is not what was run. It should be:\n\n${table}\n`);
    process.exitCode = 1;
  }
}
