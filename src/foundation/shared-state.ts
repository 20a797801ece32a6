/**
 * Returns a table that all copies of this package in the process share: the module and the CommonJS
 * build, two installations, two versions. It holds what an object must not show.
 *
 * @param name - with a number that a change of the entries raises. A copy does not recognise objects
 * of another number.
 */
export function sharedState<T>(name: `${string}.${number}`): WeakMap<object, T> {
  const key = Symbol.for(`myna-selfinfo.${name}`);
  const held: unknown = Reflect.get(globalThis, key);
  if (held !== undefined) return held as WeakMap<object, T>;
  const table = new WeakMap<object, T>();
  Object.defineProperty(globalThis, key, { value: table });
  return table;
}

/** Returns the entry of a value in a shared table; undefined for anything that is not in it. */
export function sharedEntry<T>(name: `${string}.${number}`, value: unknown): T | undefined {
  return typeof value === 'object' && value !== null ? sharedState<T>(name).get(value) : undefined;
}
