// Fails when a file of src, examples or scripts has more than 400 lines or a function more than 60.
// Functions are counted by the TypeScript parser, from the first line of their code to the last.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const FILE_LINES = 400;
const FUNCTION_LINES = 60;
const root = fileURLToPath(new URL('..', import.meta.url));

const found = ['src', 'examples', 'scripts'].flatMap(filesOf).flatMap(measure);
for (const line of found) console.error(line);
process.exitCode = found.length === 0 ? 0 : 1;

/** @param {string} folder */
function filesOf(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|mjs)$/.test(path) && !path.includes('node_modules'))
    .map((path) => join(folder, path))
    .sort();
}

/** @param {string} path */
function measure(path) {
  const text = readFileSync(join(root, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lines = text.trimEnd().split('\n').length;
  return [
    ...(lines > FILE_LINES ? [`${path}: ${lines} lines, at most ${FILE_LINES}`] : []),
    ...longFunctions(file, path),
  ];
}

/**
 * @param {ts.SourceFile} file
 * @param {string} path
 */
function longFunctions(file, path) {
  /** @type {string[]} */
  const long = [];
  visit(file);
  return long;

  /** @param {ts.Node} node */
  function visit(node) {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const start = file.getLineAndCharacterOfPosition(node.getStart()).line;
      const end = file.getLineAndCharacterOfPosition(node.end).line;
      const lines = end - start + 1;
      const name = node.name?.getText() ?? 'a function without a name';
      if (lines > FUNCTION_LINES)
        long.push(`${path}:${start + 1}: ${name} has ${lines} lines, at most ${FUNCTION_LINES}`);
    }
    ts.forEachChild(node, visit);
  }
}
