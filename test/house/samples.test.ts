import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { type Block, blocksOf, lineAt } from './blocks.js';
import { pages, readSources, root, type Source } from './sources.js';

const TYPESCRIPT = ['ts', 'typescript'];

/** Returns the fenced blocks of the docblocks of a source. */
function samplesOfDocblocks({ path, text }: Source): Block[] {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const above = lineAt(text, comment.index) - 1;
    return blocksOf({ path, text: comment[0].replaceAll(/^ *\*(?: |$)/gm, '') }, ...TYPESCRIPT).map(
      (sample) => ({ ...sample, line: sample.line + above }),
    );
  });
}

/** Returns the examples that are not in a fenced block and would be missed. */
function unfencedExamples({ path, text }: Source): string[] {
  return [...text.matchAll(/@example(?!\n *\* ```ts\n)/g)].map(
    (match) =>
      `${path}:${lineAt(text, match.index)} has an @example without a \`\`\`ts block below it`,
  );
}

/**
 * Compiles every sample as a separate module, in one program, and reports the errors with their
 * place.
 */
function complaints(samples: readonly Block[]): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ['node'],
    skipLibCheck: true,
  };
  // The samples are compiled in the project's folder, so that the package name resolves to the
  // build.
  const files = new Map(samples.map((sample, index) => [join(root, `sample-${index}.ts`), sample]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name)?.code ?? readFile(name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const sample = files.get(name);
    return sample
      ? ts.createSourceFile(name, sample.code, languageVersion)
      : getSourceFile(name, languageVersion, ...rest);
  };
  const program = ts.createProgram({ rootNames: [...files.keys()], options, host });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const sample = file && files.get(file.fileName);
    const line = file ? file.getLineAndCharacterOfPosition(start ?? 0).line + 1 : 0;
    return `${sample ? `${sample.path}:${sample.line + line}` : `${file?.fileName}:${line}`} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

describe('samples', () => {
  const sources = readSources('src', /\.ts$/);

  it('are ts blocks below their tag', () => {
    expect(sources.flatMap(unfencedExamples)).toEqual([]);
  });

  it('of README, docs and docblocks compile against the built package', () => {
    expect(
      existsSync(join(root, 'dist/index.d.ts')),
      'dist has no types: run `npm run build` first',
    ).toBe(true);
    const samples = [
      ...pages.flatMap((page) => blocksOf(page, ...TYPESCRIPT)),
      ...sources.flatMap(samplesOfDocblocks),
    ];
    expect(samples.length).toBeGreaterThan(5);
    expect(complaints(samples)).toEqual([]);
  }, 60_000);

  it('that do not compile are reported with file and line', () => {
    const page = {
      path: 'page.md',
      text: 'Text.\n\n```ts ignore\nconst a = 1;\nconst b: string = a;\n```\n',
    };
    const source = {
      path: 'src/a.ts',
      text: '\n/**\n * Does.\n *\n * @example\n * ```ts\n * none();\n * ```\n */\nexport const a = 1;\n',
    };
    expect(complaints([...blocksOf(page, ...TYPESCRIPT), ...samplesOfDocblocks(source)])).toEqual([
      "page.md:5 Type 'number' is not assignable to type 'string'.",
      "src/a.ts:7 Cannot find name 'none'.",
    ]);
    expect(
      unfencedExamples({ path: 'src/a.ts', text: '/**\n * @example\n * none();\n */' }),
    ).toHaveLength(1);
  }, 60_000);
});
