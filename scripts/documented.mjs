// Every public name has a docblock. TypeDoc judges the names of the doors (see typedoc.json), but
// only when it writes something, so this asks it directly; and it cannot tell members that need
// words from those that speak for themselves, so this adds functions and methods (one docblock for
// all overloads) and the properties of classes and of option types.
import { readFileSync } from 'node:fs';
import { Application, ReflectionKind, TSConfigReader, TypeDocReader } from 'typedoc';

/** @import { DeclarationReflection } from 'typedoc' */

/** @type {Record<string, string>} */
const entryPoints = JSON.parse(readFileSync(new URL('entry-points.json', import.meta.url), 'utf8'));
const app = await Application.bootstrap({ entryPoints: Object.values(entryPoints) }, [
  new TypeDocReader(),
  new TSConfigReader(),
]);
const project = await app.convert();
if (project) {
  app.validate(project);
  for (const reflection of project.getReflectionsByKind(
    ReflectionKind.Function | ReflectionKind.ClassOrInterface,
  )) {
    if (!reflection.isDeclaration()) continue;
    if (reflection.kindOf(ReflectionKind.Function)) judge(reflection);
    const asked =
      ReflectionKind.Method |
      ReflectionKind.Accessor |
      (isSpelledOut(reflection) ? ReflectionKind.Property : 0);
    for (const member of reflection.children ?? [])
      if (member.kindOf(asked) && !member.flags.isExternal) judge(member);
  }
}
const { errorCount, warningCount, validationWarningCount } = app.logger;
process.exitCode = project && errorCount + warningCount + validationWarningCount === 0 ? 0 : 1;

/** @param {DeclarationReflection} type */
function isSpelledOut(type) {
  return type.kindOf(ReflectionKind.Class) || type.name.endsWith('Options');
}

/** @param {DeclarationReflection} name */
function judge(name) {
  const parts = [name, ...(name.signatures ?? []), name.getSignature, name.setSignature];
  if (!parts.some((part) => part?.hasComment()))
    app.logger.validationWarning(`${name.getFriendlyFullName()} does not have any documentation`);
}
