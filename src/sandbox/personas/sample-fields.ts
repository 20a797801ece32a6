import { personas as builtIn } from './built-in.js';
import type { Persona } from './persona.js';

/**
 * Returns the names of the fields that the records of a detail have, in order: those of the personas
 * given, or of the built-in ones if the former have no record.
 */
export function sampleFields(detail: string, personas: Iterable<Persona>): readonly string[] {
  const given = fieldsIn(detail, personas);
  return given.length > 0 ? given : fieldsIn(detail, builtIn);
}

function fieldsIn(detail: string, personas: Iterable<Persona>): string[] {
  const names = new Set<string>();
  for (const { records, itemExtras } of personas) {
    // Such a persona imitates fields that are not registered.
    if (itemExtras !== undefined) continue;
    for (const { fields } of records[detail] ?? [])
      for (const name of Object.keys(fields)) names.add(name);
  }
  return [...names];
}
