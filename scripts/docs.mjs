// The API reference as pages for a browser, with the guides of both languages beside it: `npm run
// docs`, then open what it prints.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Application, Converter, ReflectionKind, TSConfigReader, TypeDocReader } from 'typedoc';

/** @import { ProjectReflection } from 'typedoc' */

/** @type {Record<string, string>} */
const entryPoints = JSON.parse(readFileSync(new URL('entry-points.json', import.meta.url), 'utf8'));
const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'api');
/** @type {{ name: string, exports: Record<string, unknown> }} */
const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const app = await Application.bootstrapWithPlugins(
  {
    out,
    name,
    entryPoints: Object.values(entryPoints),
    projectDocuments: ['docs/*.md', 'docs/ja/*.md'],
  },
  [new TypeDocReader(), new TSConfigReader()],
);
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  nameDoors(project);
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
 * A module is called as it is imported, and not by its file; each door has one.
 * @param {ProjectReflection} project
 */
function nameDoors(project) {
  const doors = new Map(
    Object.keys(exports).map((door) => [
      door === '.' ? 'index' : door.slice(2),
      name + door.slice(1),
    ]),
  );
  doors.delete('package.json');
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const last = module.name.split('/').at(-1) ?? '';
    const door = doors.get(last);
    if (door === undefined) app.logger.error(`${module.name} is no door of package.json`);
    else module.name = door;
    doors.delete(last);
  }
  for (const door of doors.values())
    app.logger.error(`${door} is not among the entryPoints of typedoc.json`);
}

/**
 * A guide is called as its first heading says.
 * @param {ProjectReflection} project
 */
function nameGuides({ documents = [] }) {
  for (const guide of documents)
    guide.name =
      /^# (.+)$/m.exec(guide.content.map(({ text }) => text).join(''))?.[1]?.replaceAll('`', '') ??
      guide.name;
}
