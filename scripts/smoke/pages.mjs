// Turns samples of the pages into files as users write them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { manifest, root } from './consumer.mjs';

/**
 * Returns the first block of a page that imports the package.
 * @param {string} page
 */
export function firstExample(page) {
  return firstBlock(page, 'ts', `from '${manifest.name}'`);
}

/**
 * Returns the first block of a page that is fenced as a language and contains a text.
 * @param {string} page
 * @param {string} language
 * @param {string} text
 */
export function firstBlock(page, language, text) {
  const block = [
    ...readFileSync(join(root, page), 'utf8').matchAll(/^```(\w+)\b.*\n([\s\S]*?)^```/gm),
  ].find((match) => match[1] === language && match[2]?.includes(text));
  if (block?.[2] === undefined)
    throw new Error(`${page} has no block of ${language} that contains ${text}`);
  return block[2];
}

/**
 * Returns the compiler options of the tsconfig.json that a page shows.
 * @param {string} page
 * @returns {Record<string, unknown>}
 */
export function firstTsconfig(page) {
  return JSON.parse(firstBlock(page, 'json', 'compilerOptions')).compilerOptions;
}

/**
 * Removes the types and returns an ES module.
 * @param {string} code
 */
export function asModule(code) {
  return compile(code, ts.ModuleKind.ESNext);
}

/**
 * Removes the types and returns CommonJS.
 * @param {string} code
 */
export function asCommonJs(code) {
  return compile(withoutTopLevelAwait(code), ts.ModuleKind.CommonJS);
}

/**
 * Wraps the statements in a function, because CommonJS has no top-level await.
 * @param {string} code
 */
export function withoutTopLevelAwait(code) {
  const { statements } = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const imports = statements.filter(ts.isImportDeclaration).map((statement) => statement.getText());
  const rest = statements
    .filter((statement) => !ts.isImportDeclaration(statement))
    .map((statement) => statement.getFullText());
  const rejected = 'main().catch((error) => {\n  console.error(error);\n  process.exit(1);\n});';
  return `${imports.join('\n')}\nasync function main() {${rest.join('')}\n}\n${rejected}\n`;
}

/**
 * @param {string} code
 * @param {ts.ModuleKind} module
 */
function compile(code, module) {
  return ts.transpileModule(code, {
    compilerOptions: { module, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  }).outputText;
}
