// Checks that every public name has a docblock. TypeDoc checks the names of entry points (see
// typedoc.json), but only when it writes output, so this script calls that check. TypeDoc cannot
// tell members that need words from those that explain themselves. So this script adds functions
// and methods (one docblock for all overloads), and the properties of classes and option types.
import { ReflectionKind } from 'typedoc';
import { openReference } from './reference.mjs';

/** @import { DeclarationReflection } from 'typedoc' */

const app = await openReference();
const project = await app.convert();
if (project) {
  app.validate(project);
  for (const reflection of project.getReflectionsByKind(
    ReflectionKind.Function | ReflectionKind.ClassOrInterface,
  )) {
    if (!reflection.isDeclaration()) continue;
    if (reflection.kindOf(ReflectionKind.Function)) check(reflection);
    const kinds =
      ReflectionKind.Method |
      ReflectionKind.Accessor |
      (documentsProperties(reflection) ? ReflectionKind.Property : 0);
    for (const member of reflection.children ?? [])
      if (member.kindOf(kinds) && !member.flags.isExternal) check(member);
  }
}
const { errorCount, warningCount, validationWarningCount } = app.logger;
process.exitCode = project && errorCount + warningCount + validationWarningCount === 0 ? 0 : 1;

/** @param {DeclarationReflection} type */
function documentsProperties(type) {
  return type.kindOf(ReflectionKind.Class) || type.name.endsWith('Options');
}

/** @param {DeclarationReflection} name */
function check(name) {
  const parts = [name, ...(name.signatures ?? []), name.getSignature, name.setSignature];
  if (!parts.some((part) => part?.hasComment()))
    app.logger.validationWarning(`${name.getFriendlyFullName()} does not have any documentation`);
}
