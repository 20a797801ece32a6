import { SelfInfoError } from './errors.js';
import { member } from './own.js';

/**
 * Returns a function that loads a package once, on first use: a process starts faster without it,
 * and even a repeated `import()` has to be resolved.
 *
 * @throws SelfInfoError `package_missing`, `package_unusable`, so that a package that cannot be
 * loaded never looks like a failure of the network.
 */
export function lazyPackage<T>(name: string, load: () => Promise<T>): () => Promise<T> {
  let loaded: T | undefined;
  return async () => {
    try {
      loaded ??= await load();
      return loaded;
    } catch (error) {
      throw packageError(name, error);
    }
  };
}

// esbuild says so of a package in CommonJS that it put into an ESM bundle.
const DYNAMIC_REQUIRE = /^Dynamic require of /;
// With names that do not collide with an import of the bundle.
const BANNER =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

function packageError(path: string, error: unknown): SelfInfoError {
  if (/^(ERR_)?MODULE_NOT_FOUND$/.test(String(member(Object(error), 'code'))))
    return new SelfInfoError('package_missing', {
      path,
      expected: { en: `npm install ${path}`, ja: `npm install ${path} で追加してください。` },
    });
  const expected = DYNAMIC_REQUIRE.test(String(member(Object(error), 'message')))
    ? {
        en: `The bundle is an ES module without \`require\`. Begin it with: ${BANNER}`,
        ja: `バンドルが require のない ES モジュールです。先頭に次の行を追加してください: ${BANNER}`,
      }
    : {
        en: 'Check that it is installed completely and that the bundle leaves it unchanged.',
        ja: '完全にインストールされ、バンドル時に変更されていないか確認してください。',
      };
  return new SelfInfoError('package_unusable', { path, expected });
}
