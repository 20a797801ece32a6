import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSources, root, type Source } from './sources.js';
import { lineOf, parse } from './syntax.js';

// None of these has dependencies. Another one needs a reason.
const runtimeDependencies: Readonly<Record<string, string>> = {
  undici: 'the wire: one connection per journey under our own policy',
  zod: 'checks what comes in on the asynchronous paths',
  jose: 'signatures and sealed tokens',
  luxon: 'instants with a zone, part of the public types',
  '@types/luxon': 'the public types name those of luxon',
  oauth4webapi: 'judges the OAuth protocol',
};

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('package.json', () => {
  const manifest = JSON.parse(read('package.json'));

  it('runs nothing on installation', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];
    expect(hooks.filter((hook) => hook in manifest.scripts)).toEqual([]);
  });

  it('declares the supported Node versions and the published files', () => {
    expect(manifest.engines).toEqual({ node: '>=20.18.1' });
    expect(manifest.files).toEqual(['dist', 'docs', 'examples', 'CHANGELOG.md']);
    expect(manifest.type).toBe('module');
    expect(manifest.sideEffects).toBe(false);
  });

  it('depends on known packages only, each pinned', () => {
    expect(
      Object.keys(manifest.dependencies).filter((name) => !(name in runtimeDependencies)),
    ).toEqual([]);
    const versions = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.overrides,
    });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });

  it('has only optional peer dependencies, all installed for the tests', () => {
    const optional = Object.fromEntries(
      Object.keys(manifest.peerDependencies).map((name) => [name, { optional: true }]),
    );
    expect(manifest.peerDependenciesMeta).toEqual(optional);
    expect(Object.keys(optional).filter((name) => !(name in manifest.devDependencies))).toEqual([]);
  });

  it('has types and both module formats for every entry point', () => {
    for (const [entryPoint, target] of Object.entries<
      Record<string, Record<string, string>> | string
    >(manifest.exports)) {
      if (entryPoint === './package.json') continue;
      const name = entryPoint === '.' ? 'index' : entryPoint.slice(2);
      expect(target).toEqual({
        import: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
        require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
      });
    }
  });
});

describe('package-lock.json', () => {
  const lock = JSON.parse(read('package-lock.json'));

  it('contains checksums and no download addresses', () => {
    const packages = Object.entries<{ resolved?: string; integrity?: string; link?: boolean }>(
      lock.packages,
    ).filter(([path]) => path !== '');
    expect(
      packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path),
    ).toEqual([]);
    expect(
      packages.filter(([, { integrity, link }]) => !integrity && !link).map(([path]) => path),
    ).toEqual([]);
  });

  it('agrees with package.json', () => {
    const { dependencies, devDependencies, version } = JSON.parse(read('package.json'));
    expect(lock.packages['']).toMatchObject({ version, dependencies, devDependencies });
  });
});

describe('the source texts', () => {
  const code = ['src', 'test', 'bench', 'examples', 'scripts'].flatMap((folder) =>
    readSources(folder, /\.m?ts$|\.mjs$/),
  );
  const pages = readdirSync(root)
    .filter((name) => /\.(md|json|ts)$/.test(name) && name !== 'package-lock.json')
    .map((path): Source => ({ path, text: read(path) }))
    .concat(existsSync(join(root, 'docs')) ? readSources('docs', /\.md$/) : []);

  it('contain no marks of unfinished work, merge marks or placeholder text', () => {
    expect(leftovers([...code, ...pages])).toEqual([]);
  });

  it('print nothing from the library except the CLI', () => {
    expect(
      code
        .filter(({ path }) => path.startsWith('src/') && path !== 'src/cli.ts')
        .flatMap(consoleCalls),
    ).toEqual([]);
  });

  it('are checked by rules that can fail', () => {
    const marker = ['TO', 'DO'].join('');
    expect(leftovers([{ path: 'src/a.ts', text: `\n// ${marker}: later` }])).toEqual([
      'src/a.ts:2',
    ]);
    expect(consoleCalls({ path: 'src/a.ts', text: "// console.log\nconsole.log('a');" })).toEqual([
      'src/a.ts:2',
    ]);
  });

  function leftovers(sources: readonly Source[]): string[] {
    const pattern = new RegExp(
      [
        'TO' + 'DO',
        'FIX' + 'ME',
        'X' + 'XX',
        'HA' + 'CK:',
        'lorem' + ' ipsum',
        '@ts-' + 'nocheck',
        '^<{7} ',
        '^>{7} ',
      ].join('|'),
    );
    return sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => (pattern.test(line) ? `${path}:${index + 1}` : [])),
    );
  }

  function consoleCalls(source: Source): string[] {
    const found: string[] = [];
    // Parsing takes long, and few texts contain the word.
    if (source.text.includes('console')) visit(parse(source));
    return found;

    function visit(node: ts.Node): void {
      if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'console')
        found.push(`${source.path}:${lineOf(node)}`);
      ts.forEachChild(node, visit);
    }
  }
});

describe('the build', () => {
  beforeAll(() => {
    if (!existsSync(join(root, 'dist/index.cjs')))
      throw new Error('dist is missing: run `npm run build` first');
  });

  const scanned = new Map<string, readonly { name: string; isLazy: boolean }[]>();

  /** Returns the imports of a built file. */
  function importsOf(file: string) {
    const known = scanned.get(file);
    if (known) return known;
    const text = read(`dist/${file}`);
    const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
      name: fileName,
      isLazy: /\(\s*$/.test(text.slice(pos - 9, pos)),
    }));
    scanned.set(file, imports);
    return imports;
  }

  /**
   * Returns the packages that a built file loads at once, through all its chunks, and on request
   * also lazily.
   */
  function packagesOf(file: string, lazily: boolean, seen = new Set<string>()): string[] {
    if (seen.has(file)) return [];
    seen.add(file);
    const names = importsOf(file).flatMap(({ name, isLazy }) => (isLazy && !lazily ? [] : [name]));
    return [...new Set(names)].flatMap((name) =>
      name.startsWith('./') ? packagesOf(name.slice(2), lazily, seen) : [name],
    );
  }

  it.each(['calendar', 'notices', 'onboarding'])(
    'loads luxon and nothing else in the entry point %s, which runs in a browser',
    (entryPoint) => {
      expect([...new Set(packagesOf(`${entryPoint}.js`, true))]).toEqual(['luxon']);
    },
  );

  it('loads undici, jose and zod in the main entry point when first needed', () => {
    const eager = packagesOf('index.js', false);
    expect(eager.filter((name) => ['undici', 'jose', 'zod'].includes(name))).toEqual([]);
  });

  it('loads neither undici nor jose nor zod in the kiosk, whose network is the authorizer', () => {
    expect(
      packagesOf('kiosk.js', false).filter((name) => ['undici', 'jose', 'zod'].includes(name)),
    ).toEqual([]);
  });

  it("loads jose in vault and prefill when first needed, and no driver in pg and redis, which take the caller's pool and client", () => {
    for (const file of ['vault.js', 'prefill.js']) {
      expect(packagesOf(file, false)).not.toContain('jose');
      expect(packagesOf(file, true)).toContain('jose');
    }
    expect(packagesOf('pg.js', true)).not.toContain('pg');
    expect(packagesOf('redis.js', false)).not.toContain('jose');
    expect(
      packagesOf('redis.js', true).filter((name) => ['redis', 'ioredis'].includes(name)),
    ).toEqual([]);
  });

  it('loads msw in its own entry point only', () => {
    const { exports } = JSON.parse(read('package.json'));
    const names = Object.keys(exports).flatMap((entryPoint) =>
      entryPoint === './package.json' ? [] : [entryPoint === '.' ? 'index' : entryPoint.slice(2)],
    );
    expect(
      names.filter((entryPoint) => packagesOf(`${entryPoint}.js`, true).includes('msw')),
    ).toEqual(['msw']);
  });

  it.each(['js', 'cjs'])(
    'defines every class once in the .%s files, so that all entry points share it',
    (extension) => {
      const files = readdirSync(join(root, 'dist')).filter((name) =>
        new RegExp(`(?<!\\.d)\\.${extension}$`).test(name),
      );
      const ours = readSources('src', /\.ts$/).flatMap(({ text }) =>
        [...text.matchAll(/^export class (\w+)/gm)].map(([, name]) => name),
      );
      const defined = files.flatMap((file) => [
        ...new Set(
          [...read(`dist/${file}`).matchAll(/\bclass (\w+)|\b(\w+) = class\b/g)].map(
            ([, name, assigned]) => name ?? assigned,
          ),
        ),
      ]);
      const counts = ours.map((name) => [name, defined.filter((other) => other === name).length]);
      expect(counts.filter(([, count]) => count !== 1 && count !== 0)).toEqual([]);
      expect(counts).toContainEqual(['SelfInfoError', 1]);
    },
  );

  it('uses no import() in CommonJS, which neither Jest nor older Node versions support there', () => {
    const files = readdirSync(join(root, 'dist')).filter((name) => name.endsWith('.cjs'));
    expect(files.filter((name) => /\bimport\(|\b__require\(/.test(read(`dist/${name}`)))).toEqual(
      [],
    );
  });

  it('contains the licences of the bundled packages', () => {
    const notices = read('dist/THIRD-PARTY-NOTICES.txt');
    expect(notices).toMatch(/^@peculiar\/x509 \d/m);
    expect(notices).toMatch(/^oauth4webapi \d/m);
  });
});
