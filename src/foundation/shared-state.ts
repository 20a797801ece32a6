/**
 * Returns a table that all copies of this package in the process share: the module and the CommonJS
 * build, two installations, two versions. It holds what an object must not show.
 *
 * @param name - with a number that a change of the entries raises. A copy does not recognise objects
 * of another number.
 */
export function sharedState<T>(name: `${string}.${number}`): WeakMap<object, T> {
  return shared(name, () => new WeakMap<object, T>());
}

/** Returns the same kind of table for what anybody in the process may see. Its keys are texts. */
export function sharedMap<T>(name: `${string}.${number}`): Map<string, T> {
  return shared(name, () => new Map<string, T>());
}

function shared<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`myna-selfinfo.${name}`);
  const held: unknown = Reflect.get(globalThis, key);
  if (held !== undefined) return held as T;
  const table = make();
  Object.defineProperty(globalThis, key, { value: table });
  return table;
}

/** Returns the entry of a value in a shared table; undefined for anything that is not in it. */
export function sharedEntry<T>(name: `${string}.${number}`, value: unknown): T | undefined {
  return typeof value === 'object' && value !== null ? sharedState<T>(name).get(value) : undefined;
}
