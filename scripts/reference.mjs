import { readFileSync } from 'node:fs';
import { Application, TSConfigReader, TypeDocReader } from 'typedoc';

/** @import { TypeDocOptions } from 'typedoc' */

/**
 * Opens TypeDoc on the sources of the entry points.
 * @param {Partial<TypeDocOptions>} options
 */
export async function openReference(options = {}) {
  /** @type {Record<string, string>} */
  const files = JSON.parse(readFileSync(new URL('entry-points.json', import.meta.url), 'utf8'));
  const entryPoints = Object.values(files);
  const app = await Application.bootstrapWithPlugins({ ...options, entryPoints }, [
    new TypeDocReader(),
    new TSConfigReader(),
  ]);
  // Not the tests and examples of tsconfig.json: they see a built package, if there is one.
  app.options.setCompilerOptions(
    entryPoints,
    app.options.getCompilerOptions(app.logger),
    undefined,
  );
  return app;
}
