import type { StandardSchema } from '../service/spec.js';

const DEPTH = 6;
const MOST_NAMES = 500;

/** A field that a schema reads, in the record: `fields` and the names below it. */
type Path = readonly string[];

/**
 * Returns the names of the fields that a schema reads. A Standard Schema does not list them, so this
 * validates a record that notes which fields are read.
 */
export function schemaNames(schema: StandardSchema): readonly string[] {
  return [...new Set(schemaFields(schema).flat())];
}

/** Returns the paths of the fields that a schema reads, below `fields` of a record. */
export function schemaFields(schema: StandardSchema): readonly Path[] {
  const read = new Map<string, Path>();
  const spy = (path: Path): unknown =>
    new Proxy(
      {},
      {
        get(_, key) {
          if (typeof key === 'symbol' || key === 'then' || key in Object.prototype)
            return undefined;
          const inner = [...path, key];
          if (read.size < MOST_NAMES) read.set(JSON.stringify(inner), inner);
          return path.length < DEPTH ? spy(inner) : undefined;
        },
        has: () => true,
      },
    );
  issuesOf(schema, spy([]));
  return [...read.values()];
}

/**
 * Returns the paths, below `fields`, at which a schema refuses a record with these fields. Returns
 * undefined if it refuses another part, or throws.
 */
export function issuesOf(schema: StandardSchema, fields: unknown): readonly Path[] | undefined {
  try {
    const record = { holder: 'サンプル市', asOf: '2026-06-01', fields };
    const result = schema['~standard'].validate(record) as {
      readonly issues?: readonly { readonly path?: readonly unknown[] }[];
    };
    // An asynchronous schema may reject. The client refuses it.
    Promise.resolve(result).catch(() => undefined);
    const paths = (result.issues ?? []).map(({ path = [] }) =>
      path.map((step) => String(Object(step).key ?? step)),
    );
    return paths.every(([first]) => first === 'fields')
      ? paths.map(([, ...path]) => path)
      : undefined;
  } catch {
    return undefined;
  }
}
