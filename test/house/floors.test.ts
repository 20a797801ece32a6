import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { type Import, importsOf, parse, readSources, type Source } from './sources.js';

// A room is a file or folder of src. It may import from lower floors and from itself, and from a
// neighbour where one is named. `import type` counts too.
const floors = [
  ['errors', 'time', 'redaction', 'options', 'pace'],
  ['catalog'],
  ['calendar'],
  [
    'service',
    'inquiry',
    'profile',
    'environment',
    'http',
    'json',
    'tls',
    'egress',
    'transport',
    'stores/store',
  ],
  [
    'calls',
    'events',
    'availability',
    'assertion',
    'consent',
    'pushed-authorization',
    'token',
    'query',
    'answer',
  ],
  ['journey', 'stored', 'client', 'explain', 'kiosk', 'vault'],
  ['stores/redis', 'vault/pg', 'bullmq', 'conformance'],
] as const satisfies readonly (readonly string[])[];

type Room = (typeof floors)[number][number];

interface Neighbour {
  readonly room: Room;
  readonly typeOnly?: true;
}

const typesOf = (room: Room): Neighbour => ({ room, typeOnly: true });

const neighbours: { readonly [R in Room]?: readonly Neighbour[] } = {
  time: [{ room: 'errors' }],
  redaction: [{ room: 'errors' }],
  options: [{ room: 'errors' }, { room: 'time' }],
  service: [{ room: 'inquiry' }],
  profile: [{ room: 'inquiry' }],
  environment: [{ room: 'profile' }],
  // json stands here and not below, so that the sandbox reads the wire with another parser.
  http: [{ room: 'json' }, typesOf('tls')],
  egress: [{ room: 'environment' }],
  transport: [{ room: 'http' }, { room: 'tls' }, { room: 'egress' }],
  events: [typesOf('calls')],
  // The steps of the journey: only back along it.
  // How the transport is opened stands with token.
  'pushed-authorization': [{ room: 'assertion' }, { room: 'consent' }, { room: 'token' }],
  token: [{ room: 'assertion' }, { room: 'consent' }],
  query: [{ room: 'calls' }, { room: 'consent' }, { room: 'token' }],
  answer: [{ room: 'consent' }, { room: 'token' }, { room: 'query' }],
  // What the client takes and gives, as types.
  client: [{ room: 'journey' }, { room: 'stored' }],
  explain: [typesOf('journey')],
  kiosk: [typesOf('journey')],
  vault: [typesOf('journey')],
  bullmq: [{ room: 'stores/redis' }],
};

interface Wing {
  readonly rooms: readonly string[];
  /** Whole floors it may import, up to this one. */
  readonly upTo: number;
  readonly except?: readonly string[];
  readonly also?: readonly string[];
  /** Single types it may name, as `room: names`. */
  readonly types?: Readonly<Record<string, readonly string[]>>;
  readonly kinds?: readonly Import['kind'][];
}

// What stands beside the floors. Nothing on them may import these.
const wings: readonly Wing[] = [
  // One mistake on both sides of the wire would pass every test: client and sandbox share the
  // facts, not the code.
  {
    rooms: ['sandbox', 'msw'],
    upTo: 2,
    also: ['profile', 'environment', 'sandbox'],
    types: { kiosk: ['KioskAuthorizer'] },
  },
  { rooms: ['onboarding'], upTo: 2 },
  { rooms: ['index'], upTo: 5, except: ['kiosk', 'vault'], kinds: ['static', 'type'] },
  {
    rooms: ['cli'],
    upTo: 6,
    also: ['sandbox', 'msw', 'onboarding', 'index'],
    kinds: ['lazy', 'type'],
  },
];

const rooms: readonly string[] = [...floors.flat(), ...wings.flatMap((wing) => wing.rooms)];

/**
 * `src/stores/store.ts` is the room `stores/store`, `src/calendar/hours.ts` the room `calendar`;
 * undefined when the table has none for it.
 */
function roomOf(path: string): string | undefined {
  const name = path.replace(/^src\//, '').replace(/\.ts$/, '');
  const [first] = rooms
    .filter((room) => name === room || name.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length);
  return first;
}

function floorOf(room: string): number {
  return floors.findIndex((floor) => (floor as readonly string[]).includes(room));
}

function isAllowed(from: string, to: string, { kind, names }: Import): boolean {
  if (from === to) return true;
  const wing = wings.find(({ rooms }) => rooms.includes(from));
  if (wing) {
    if (wing.kinds && !wing.kinds.includes(kind)) return false;
    if (wing.also?.includes(to)) return true;
    const types = wing.types?.[to];
    if (types && kind === 'type' && names.length > 0 && names.every((name) => types.includes(name)))
      return true;
    return floorOf(to) >= 0 && floorOf(to) <= wing.upTo && !wing.except?.includes(to);
  }
  if (floorOf(to) < 0) return false;
  if (floorOf(to) < floorOf(from)) return true;
  return (
    neighbours[from as Room]?.some(
      ({ room, typeOnly }) => room === to && (!typeOnly || kind === 'type'),
    ) ?? false
  );
}

/** The file an import names: undefined for a package, and for a file that does not exist. */
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
    if (from === undefined) return [`${source.path} stands on no floor`];
    return importsOf(source).flatMap((imported) => {
      const { specifier, line, kind } = imported;
      const place = `${source.path}:${line}`;
      if (!specifier.startsWith('.'))
        return /^[\w@]/.test(specifier)
          ? []
          : [`${place} imports by a computed name: ${specifier}`];
      const target = targetOf(source, specifier, paths);
      const to = target && roomOf(target);
      if (to === undefined) return [`${place} imports ${specifier}, which is no file of src`];
      return isAllowed(from, to, imported)
        ? []
        : [`${place} (${from}) may not import ${to} (${kind})`];
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

/** An index is a door: it says what is public and does nothing. */
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

const sources = readSources('src', /\.ts$/);

describe('the floors of the house', () => {
  it('has sources to read', () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  it('lets a file import from lower floors, its own folder and named neighbours only', () => {
    expect(forbiddenImports(sources)).toEqual([]);
  });

  it('has no cycle, not even of types', () => {
    expect(cycles(sources)).toEqual([]);
  });

  it('keeps index files to re-exports', () => {
    expect(indexesThatDo(sources)).toEqual([]);
  });

  it('reaches the network library from transport alone', () => {
    const importers = sources.filter((source) =>
      importsOf(source).some(({ specifier }) => specifier === 'undici'),
    );
    expect(
      importers.map(({ path }) => roomOf(path)).filter((room) => room !== 'transport'),
    ).toEqual([]);
  });

  it('gives no file a name that says nothing', () => {
    expect(
      sources
        .map(({ path }) => path)
        .filter((path) => /\/(utils?|helpers?|common|misc|shared)(\/|\.)/.test(path)),
    ).toEqual([]);
  });
});

describe('the floors test itself', () => {
  const files = (...list: [path: string, text: string][]): Source[] =>
    list.map(([path, text]) => ({ path, text }));
  const errors = 'export const a = 1;';

  it.each([
    [
      'upwards',
      files(
        ['src/errors.ts', errors],
        ['src/client.ts', ''],
        ['src/time.ts', "import './client.js';"],
      ),
    ],
    [
      'upwards, types too',
      files(['src/client.ts', errors], ['src/time.ts', "import type { A } from './client.js';"]),
    ],
    [
      'upwards, inside a type',
      files(['src/client.ts', errors], ['src/time.ts', "type A = import('./client.js').A;"]),
    ],
    [
      'upwards, lazily',
      files(['src/client.ts', errors], ['src/consent.ts', "void import('./client.js');"]),
    ],
    [
      'upwards, by re-export',
      files(['src/client.ts', errors], ['src/consent.ts', "export * from './client.js';"]),
    ],
    [
      'sideways',
      files(['src/http.ts', errors], ['src/service.ts', "import { a } from './http.js';"]),
    ],
    [
      'forward on the journey',
      files(['src/token.ts', errors], ['src/consent.ts', "import { a } from './token.js';"]),
    ],
    [
      'code of the journey into explain',
      files(
        ['src/journey.ts', errors],
        ['src/explain.ts', "import { type A } from './journey.js';"],
      ),
    ],
    [
      'code of the client into the kiosk',
      files(['src/client.ts', errors], ['src/kiosk/kiosk.ts', "import { a } from '../client.js';"]),
    ],
    [
      'a port above its contract',
      files(
        ['src/stores/redis.ts', errors],
        ['src/stores/store.ts', "import { a } from './redis.js';"],
      ),
    ],
    [
      'the client side into the sandbox',
      files(
        ['src/token.ts', errors],
        ['src/sandbox/app.ts', "import type { A } from '../token.js';"],
      ),
    ],
    [
      'another kiosk type into the sandbox',
      files(
        ['src/kiosk/index.ts', errors],
        ['src/sandbox/app.ts', "import type { A } from '../kiosk/index.js';"],
      ),
    ],
    [
      'the kiosk code into the sandbox',
      files(
        ['src/kiosk/index.ts', errors],
        ['src/sandbox/app.ts', "import { KioskAuthorizer } from '../kiosk/index.js';"],
      ),
    ],
    [
      'the sandbox into the client',
      files(
        ['src/sandbox/app.ts', errors],
        ['src/client.ts', "import { a } from './sandbox/app.js';"],
      ),
    ],
    [
      'the vault into the main door',
      files(
        ['src/vault/vault.ts', errors],
        ['src/index.ts', "export { a } from './vault/vault.js';"],
      ),
    ],
    [
      'anything eagerly into the binary',
      files(['src/errors.ts', errors], ['src/cli.ts', "import { a } from './errors.js';"]),
    ],
    ['a file that does not exist', files(['src/time.ts', "import { a } from './nowhere.js';"])],
    ['by a computed name', files(['src/cli.ts', 'void import(name);'])],
    ['from a file without a floor', files(['src/somewhere.ts', ''])],
  ])('finds an import %s', (_, invented) => {
    expect(forbiddenImports(invented)).toHaveLength(1);
  });

  it.each([
    [
      'downwards',
      files(['src/errors.ts', errors], ['src/client.ts', "import { a } from './errors.js';"]),
    ],
    [
      'of a named neighbour',
      files(['src/inquiry.ts', errors], ['src/service.ts', "import { a } from './inquiry.js';"]),
    ],
    [
      'inside a folder',
      files(
        ['src/calendar/hours.ts', errors],
        ['src/calendar/calendar.ts', "import { a } from './hours.js';"],
      ),
    ],
    [
      'back along the journey',
      files(['src/consent.ts', errors], ['src/token.ts', "import { a } from './consent.js';"]),
    ],
    [
      'of the journey as types',
      files(
        ['src/journey.ts', errors],
        ['src/explain.ts', "import type { A } from './journey.js';"],
      ),
    ],
    [
      'of the kiosk port as a type',
      files(
        ['src/kiosk/index.ts', errors],
        ['src/sandbox/app.ts', "import type { KioskAuthorizer } from '../kiosk/index.js';"],
      ),
    ],
    [
      'of the sandbox into msw',
      files(
        ['src/sandbox/app.ts', errors],
        ['src/msw.ts', "import { a } from './sandbox/app.js';"],
      ),
    ],
    [
      'of anything lazily into the binary',
      files(['src/sandbox/app.ts', errors], ['src/cli.ts', "void import('./sandbox/app.js');"]),
    ],
  ])('allows an import %s', (_, invented) => {
    expect(forbiddenImports(invented)).toEqual([]);
  });

  it('finds a cycle, even of types', () => {
    const invented = files(
      ['src/calendar/a.ts', "import { b } from './b.js';"],
      ['src/calendar/b.ts', "export { c } from './c.js';"],
      ['src/calendar/c.ts', "import type { A } from './a.js';"],
    );
    expect(cycles(invented)).toEqual([
      'src/calendar/a.ts -> src/calendar/b.ts -> src/calendar/c.ts -> src/calendar/a.ts',
    ]);
  });

  it('finds an index that does something', () => {
    expect(
      indexesThatDo(files(['src/index.ts', "export * from './errors.js';\nexport const a = 1;"])),
    ).toEqual(['src/index.ts']);
  });
});
