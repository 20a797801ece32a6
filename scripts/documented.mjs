// Every public name has a docblock. TypeDoc judges the names of the three doors and their methods (see typedoc.json); it validates only when it writes
// something, so this asks it directly, and adds the properties of classes and of option types, which it cannot tell from those of any other type.
import { Application, ReflectionKind, TSConfigReader, TypeDocReader } from 'typedoc';

const app = await Application.bootstrap({}, [new TypeDocReader(), new TSConfigReader()]);
const project = await app.convert();
if (project) {
  app.validate(project);
  for (const type of project.getReflectionsByKind(ReflectionKind.ClassOrInterface)) {
    if (!type.isDeclaration() || (type.kindOf(ReflectionKind.Interface) && !type.name.endsWith('Options'))) continue;
    for (const property of type.children ?? []) {
      if (!property.kindOf(ReflectionKind.Property) || property.hasComment() || property.flags.isExternal) continue;
      app.logger.validationWarning(`${property.getFriendlyFullName()} (Property) does not have any documentation`);
    }
  }
}
const { errorCount, warningCount, validationWarningCount } = app.logger;
process.exitCode = project && errorCount + warningCount + validationWarningCount === 0 ? 0 : 1;
