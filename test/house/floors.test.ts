import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import entryPoints from '../../scripts/entry-points.json' with { type: 'json' };
import { readSources, type Source } from './sources.js';
import { type Import, importsOf, parse } from './syntax.js';

// The folders of src, in order: a folder imports only its own files and folders that are above it
// in this list. `import type` counts too.
const floors: readonly string[] = [
  'foundation',
  'catalog',
  'calendar',
  'service',
  'wire',
  'shapes',
  'stores',
  'net',
  'oauth',
  'query',
  'client',
  'vault',
  'prefill',
  'kiosk',
  'bullmq',
  'conformance',
];

interface Wing {
  /** Folders and files, without extension, that it may import beside its own. */
  readonly imports: readonly string[];
  readonly except?: readonly string[];
  /** Single types it may import, by file. */
  readonly types?: Readonly<Record<string, readonly string[]>>;
}

// Beside the floors. No floor imports a wing. The sandbox reads the wire with a separate parser and
// codec: one mistake on both sides of the wire would pass every test.
const portal: Wing = {
  imports: [
    ...['foundation', 'catalog', 'calendar', 'service', 'sandbox'],
    ...['wire/profile', 'wire/public-profile', 'wire/environment', 'wire/codec', 'wire/messages'],
    'wire/url-rules',
  ],
  except: ['foundation/json', 'foundation/sealing'],
  types: { 'kiosk/authorizer': ['KioskAuthorizer'] },
};
const wings: Readonly<Record<string, Wing>> = {
  sandbox: portal,
  msw: portal,
  // Makes values and sends nothing: it has neither the net nor the stores.
  testing: {
    imports: [
      ...['foundation', 'catalog', 'calendar', 'service', 'oauth/terms', 'query/answer'],
      ...['query/inquiries', 'query/reads', 'client/availability'],
    ],
    except: ['foundation/json', 'foundation/sealing'],
    types: {
      'client/outcomes': ['Collected', 'ConsentOutcome', 'Grant'],
      'oauth/callback-request': ['CallbackCode'],
      'query/types': ['CommonInquiry', 'ItemInquiries', 'Retrieval'],
      'wire/data': ['WireItemStatus'],
      'wire/messages': ['MissingHolder', 'WireItem', 'WireRecord'],
    },
  },
  onboarding: { imports: ['foundation', 'catalog', 'calendar'] },
  index: { imports: floors.slice(0, floors.indexOf('client') + 1) },
  cli: { imports: [...floors, 'sandbox', 'onboarding'] },
};

/** Programs of `examples` that the binary contains, by the file that starts them. */
const bundledExamples: Readonly<Record<string, string>> = {
  'src/cli/demo.ts': '../../examples/loan-app/demo/server.js',
};

/** The file that runs a module which the person named. */
const loader = 'src/cli/sheet/load.ts';

/**
 * Returns the room of a path: `src/stores/redis/store.ts` is in the room `stores`, `src/msw.ts` is
 * the room `msw`.
 */
function roomOf(path: string): string | undefined {
  const [room] = nameOf(path).split('/');
  return room !== undefined && (floors.includes(room) || room in wings) ? room : undefined;
}

/** Returns the path below src, without extension. */
function nameOf(path: string): string {
  return path.replace(/^src\//, '').replace(/\.ts$/, '');
}

function isAllowed(from: string, target: string, { kind, names }: Import): boolean {
  const to = roomOf(target);
  if (to === undefined) return false;
  if (from === to) return true;
  const wing = wings[from];
  if (!wing) return floors.includes(to) && floors.indexOf(to) < floors.indexOf(from);
  const name = nameOf(target);
  const types = kind === 'type' && names.length > 0 ? wing.types?.[name] : undefined;
  if (types && names.every((type) => types.includes(type))) return true;
  const isIn = (places: readonly string[] = []) =>
    places.some((place) => name === place || name.startsWith(`${place}/`));
  return isIn(wing.imports) && !isIn(wing.except);
}

/**
 * Returns the file that an import names: undefined for a package, and for a file that does not
 * exist.
 */
function targetOf(
  source: Source,
  specifier: string,
  paths: ReadonlySet<string>,
): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = posix.join(posix.dirname(source.path), specifier).replace(/\.js$/, '.ts');
  return paths.has(path) ? path : undefined;
}

function forbiddenImports(sources: readonly Source[]): string[] {
  const paths = new Set(sources.map(({ path }) => path));
  return sources.flatMap((source) => {
    const from = roomOf(source.path);
    if (from === undefined) return [`${source.path} is in no folder of the list`];
    return importsOf(source).flatMap((imported) => {
      const { specifier, line, kind } = imported;
      const place = `${source.path}:${line}`;
      if (!specifier.startsWith('.'))
        return /^[\w@]/.test(specifier) || source.path === loader
          ? []
          : [`${place} imports by a computed name: ${specifier}`];
      if (bundledExamples[source.path] === specifier) return [];
      const target = targetOf(source, specifier, paths);
      if (target === undefined) return [`${place} imports ${specifier}, not a file of src`];
      return isAllowed(from, target, imported)
        ? []
        : [`${place} (${from}) may not import ${nameOf(target)} (${kind})`];
    });
  });
}

function cycles(sources: readonly Source[]): string[] {
  const paths = new Set(sources.map(({ path }) => path));
  const edges = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source).flatMap(({ specifier }) => targetOf(source, specifier, paths) ?? []),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  for (const path of paths) walk(path, []);
  return found;

  function walk(path: string, trail: string[]): void {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (trail.includes(path) || done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  }
}

/** Returns every index.ts that does more than name what an entry point exports. */
function indexesThatDo(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => /(^|\/)index\.ts$/.test(path))
    .filter(
      (source) =>
        !parse(source).statements.every(
          (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier,
        ),
    )
    .map(({ path }) => path);
}

/** Returns the imports through an index.ts. A name is imported from the file that declares it. */
function importsOfIndexes(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter(({ specifier }) => /^\..*\/index\.js$/.test(specifier))
      .map(({ specifier, line }) => `${source.path}:${line} imports ${specifier}`),
  );
}

const sources = readSources('src', /\.ts$/);

describe('the folders of src', () => {
  it('contain source files', () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  it('import only themselves and folders above them', () => {
    expect(forbiddenImports(sources)).toEqual([]);
  });

  it('have no import cycle, not even of types', () => {
    expect(cycles(sources)).toEqual([]);
  });

  it('keep index files to re-exports, one for each entry point', () => {
    expect(indexesThatDo(sources)).toEqual([]);
    const indexes = sources.map(({ path }) => path).filter((path) => /(^|\/)index\.ts$/.test(path));
    const listed = Object.values(entryPoints).filter((path) => path.endsWith('index.ts'));
    expect(indexes.sort()).toEqual(listed.sort());
  });

  it('import every name from the file that declares it, never through an index', () => {
    expect(importsOfIndexes(sources)).toEqual([]);
  });

  it('load each command of the command line when it is called, and nothing before', () => {
    const paths = new Set(sources.map(({ path }) => path));
    const eager = new Set(['src/cli.ts']);
    for (const path of eager) {
      const source = sources.find((one) => one.path === path) as Source;
      for (const { kind, specifier } of importsOf(source)) {
        const target = targetOf(source, specifier, paths);
        if (kind === 'static' && target !== undefined) eager.add(target);
      }
    }
    const frame = /^src\/(foundation\/|cli\.ts|cli\/(frame\/|arguments\.ts|commands\.ts))/;
    expect([...eager].filter((path) => !frame.test(path))).toEqual([]);
    expect(eager).toContain('src/cli/commands.ts');
  });

  it('import undici for the wire and for the browsers of the evidence alone', () => {
    const importers = sources.filter((source) =>
      importsOf(source).some(({ specifier }) => /^undici\b/.test(specifier)),
    );
    expect(importers.map(({ path }) => path)).toEqual([
      'src/cli/evidence/browser.ts',
      'src/net/transport.ts',
    ]);
  });

  it('have no file with a vague name such as utils', () => {
    const vague = /\/(utils?|helpers?|common|misc|shared)(\/|\.)/;
    expect(sources.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });
});

describe('the test of the folders', () => {
  const files = (list: Readonly<Record<string, string>>): Source[] =>
    Object.entries(list).map(([path, text]) => ({ path: `src/${path}`, text }));
  /** Returns a file that imports `target` by this statement, in which `@` stands for its path. */
  const importing = (path: string, target: string, statement: string): Source[] => {
    const relative = posix.relative(posix.dirname(path), target).replace(/\.ts$/, '.js');
    const specifier = relative.startsWith('.') ? relative : `./${relative}`;
    return files({ [target]: 'export const a = 1;', [path]: statement.replace('@', specifier) });
  };
  const code = "import { a } from '@';";
  const type = "import type { A } from '@';";
  const lazy = "void import('@');";
  const kioskType = "import type { KioskAuthorizer } from '@';";

  it.each([
    ['upwards', 'foundation/time.ts', 'client/client.ts', code],
    ['upwards as a type', 'foundation/time.ts', 'client/client.ts', type],
    ['upwards inside a type', 'foundation/time.ts', 'client/client.ts', "type B = import('@').A;"],
    ['upwards lazily', 'oauth/consent.ts', 'client/client.ts', lazy],
    ['upwards by re-export', 'oauth/consent.ts', 'client/client.ts', "export * from '@';"],
    ['of the client by the net', 'net/http.ts', 'query/query.ts', code],
    ['of a store by the wire', 'wire/codec.ts', 'stores/redis/store.ts', code],
    ['of the client side by the sandbox', 'sandbox/app.ts', 'oauth/token.ts', type],
    ['of the strict JSON parser by the sandbox', 'sandbox/app.ts', 'foundation/json.ts', code],
    ['of the codec by the sandbox', 'sandbox/app.ts', 'wire/public-codec.ts', code],
    ['of another kiosk type by the sandbox', 'sandbox/app.ts', 'kiosk/authorizer.ts', type],
    [
      'of kiosk code by the sandbox',
      'sandbox/app.ts',
      'kiosk/authorizer.ts',
      "import { KioskAuthorizer } from '@';",
    ],
    ['of the sandbox by the client', 'client/client.ts', 'sandbox/app.ts', code],
    ['of the sandbox by onboarding', 'onboarding/plan.ts', 'sandbox/app.ts', code],
    ['of the net by the wing of the tests', 'testing/grant.ts', 'net/http.ts', code],
    [
      'of the vault by the main entry point',
      'index.ts',
      'vault/vault.ts',
      "export { a } from '@';",
    ],
  ])('finds an import %s', (_, path, target, statement) => {
    expect(forbiddenImports(importing(path, target, statement))).toHaveLength(1);
  });

  it.each([
    ['a file that does not exist', { 'foundation/time.ts': "import { a } from './nowhere.js';" }],
    ['a computed name', { 'cli.ts': 'void import(name);' }],
    ['from a file outside the folders', { 'somewhere.ts': '' }],
  ])('finds an import of %s', (_, list) => {
    expect(forbiddenImports(files(list))).toHaveLength(1);
  });

  it.each([
    ['downwards', 'client/client.ts', 'foundation/errors.ts', code],
    ['inside a folder', 'calendar/calendar.ts', 'calendar/engine/timeline.ts', code],
    ['of the one kiosk type by the sandbox', 'sandbox/kiosk.ts', 'kiosk/authorizer.ts', kioskType],
    ['of the sandbox by msw', 'msw.ts', 'sandbox/app.ts', code],
    ['of the sandbox by a command', 'cli/sandbox.ts', 'sandbox/server.ts', code],
  ])('allows an import %s', (_, path, target, statement) => {
    expect(forbiddenImports(importing(path, target, statement))).toEqual([]);
  });

  it('finds a cycle of types', () => {
    const invented = files({
      'calendar/a.ts': "import { b } from './b.js';",
      'calendar/b.ts': "export { c } from './c.js';",
      'calendar/c.ts': "import type { A } from './a.js';",
    });
    expect(cycles(invented)).toEqual([
      'src/calendar/a.ts -> src/calendar/b.ts -> src/calendar/c.ts -> src/calendar/a.ts',
    ]);
  });

  it('finds an index that does something, and an import through one', () => {
    const doing = files({ 'index.ts': "export * from './errors.js';\nexport const a = 1;" });
    expect(indexesThatDo(doing)).toEqual(['src/index.ts']);
    const through = files({ 'vault/vault.ts': "import type { A } from '../calendar/index.js';" });
    expect(importsOfIndexes(through)).toEqual([
      'src/vault/vault.ts:1 imports ../calendar/index.js',
    ]);
  });
});
