// Writes the API reference as pages for a browser, with the guides of both languages: `npm run
// docs`, then open the printed address.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Converter, ReflectionKind } from 'typedoc';
import { openReference } from './reference.mjs';

/** @import { ProjectReflection } from 'typedoc' */

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'api');
/** @type {{ name: string, exports: Record<string, unknown> }} */
const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const app = await openReference({
  out,
  name,
  projectDocuments: ['docs/*.md', 'docs/ja/*.md'],
});
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  nameModules(project);
  nameGuides(project);
});
const project = await app.convert();
if (project) {
  app.validate(project);
  await app.generateOutputs(project);
}
if (project && !app.logger.hasErrors() && !app.logger.hasWarnings())
  console.log(`The reference: ${pathToFileURL(join(out, 'index.html')).href}`);
else process.exitCode = 1;

/**
 * Names each module as it is imported, not by its file. Each entry point has one module.
 * @param {ProjectReflection} project
 */
function nameModules(project) {
  const names = new Map(
    Object.keys(exports).map((entryPoint) => [
      entryPoint === '.' ? 'index' : entryPoint.slice(2),
      name + entryPoint.slice(1),
    ]),
  );
  names.delete('package.json');
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const last = module.name.split('/').at(-1) ?? '';
    const imported = names.get(last);
    if (imported === undefined)
      app.logger.error(`${module.name} is not an entry point of package.json`);
    else module.name = imported;
    names.delete(last);
  }
  for (const missing of names.values())
    app.logger.error(`${missing} is missing in scripts/entry-points.json`);
}

/**
 * Names each guide by its first heading.
 * @param {ProjectReflection} project
 */
function nameGuides({ documents = [] }) {
  for (const guide of documents)
    guide.name =
      /^# (.+)$/m.exec(guide.content.map(({ text }) => text).join(''))?.[1]?.replaceAll('`', '') ??
      guide.name;
}
