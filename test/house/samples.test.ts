import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
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
 * Compiles every sample as a separate module, in one program, and returns the errors of each with
 * their place.
 */
function complaintsOf(samples: readonly Block[]): Map<Block, string[]> {
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
  // build. Those of both languages that differ only in comments are compiled once.
  const files = new Map<string, Block>();
  const pathOf = new Map<string, string>();
  for (const sample of samples) {
    const code = withoutComments(sample);
    if (pathOf.has(code)) continue;
    const path = join(root, `sample-${files.size}.ts`);
    pathOf.set(code, path);
    files.set(path, sample);
  }
  const host = ts.createCompilerHost(options);
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
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
  const errors = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => ({
    file: file?.fileName,
    line: file ? file.getLineAndCharacterOfPosition(start ?? 0).line + 1 : 0,
    text: ts.flattenDiagnosticMessageText(messageText, ' '),
  }));
  // An error outside the samples is an error of each.
  return new Map(
    samples.map((sample) => [
      sample,
      errors.flatMap(({ file, line, text }) => {
        if (file === pathOf.get(withoutComments(sample)))
          return [`${sample.path}:${sample.line + line} ${text}`];
        return files.has(file ?? '') ? [] : [`${file}:${line} ${text}`];
      }),
    ]),
  );
}

/** Returns the code of a sample without its comments. Every line keeps its number. */
function withoutComments({ code }: Block): string {
  return code.replaceAll(/(?<![^\s])[ \t]*\/\/.*$/gm, '').replaceAll(/[ \t]+$/gm, '');
}

describe('samples', () => {
  const sources = readSources('src', /\.ts$/);
  const samples = [
    ...pages.flatMap((page) => blocksOf(page, ...TYPESCRIPT)),
    ...sources.flatMap(samplesOfDocblocks),
  ];
  const page = {
    path: 'page.md',
    text: 'Text.\n\n```ts ignore\nconst a = 1;\nconst b: string = a;\n```\n',
  };
  const twin = { path: 'twin.md', text: page.text.replace(';', '; // one') };
  const source = {
    path: 'src/a.ts',
    text: '\n/**\n * Does.\n *\n * @example\n * ```ts\n * none();\n * ```\n */\nexport const a = 1;\n',
  };
  const wrong = [
    ...[page, twin].flatMap((one) => blocksOf(one, ...TYPESCRIPT)),
    ...samplesOfDocblocks(source),
  ];
  // One program for all, because reading the types of Node and of the peers takes longest.
  let complaints: ReadonlyMap<Block, string[]>;
  beforeAll(() => {
    if (!existsSync(join(root, 'dist/index.d.ts')))
      throw new Error('dist has no types: run `npm run build` first');
    complaints = complaintsOf([...samples, ...wrong]);
  });
  const complaintsAbout = (some: readonly Block[]) =>
    some.flatMap((sample) => complaints.get(sample) ?? []);

  it('are ts blocks below their tag', () => {
    expect(sources.flatMap(unfencedExamples)).toEqual([]);
  });

  it('of README, docs and docblocks compile against the built package', () => {
    expect(samples.length).toBeGreaterThan(5);
    expect(complaintsAbout(samples)).toEqual([]);
  });

  it('that do not compile are reported with file and line', () => {
    expect(complaintsAbout(wrong)).toEqual([
      "page.md:5 Type 'number' is not assignable to type 'string'.",
      "twin.md:5 Type 'number' is not assignable to type 'string'.",
      "src/a.ts:7 Cannot find name 'none'.",
    ]);
    expect(
      unfencedExamples({ path: 'src/a.ts', text: '/**\n * @example\n * none();\n */' }),
    ).toHaveLength(1);
  });
});
