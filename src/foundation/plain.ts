/** Deeper data is not ours: a body has at most 64 levels. */
const DEPTH = 100;

/**
 * Copies JSON data and freezes the copy, so that nobody else can change it. Leaves out `__proto__`,
 * which no body may have.
 *
 * @throws TypeError when the data is circular, or nested too deep for JSON of ours.
 */
export function frozenJson<T>(value: T, depth = 0): T {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH) throw new TypeError('The data is nested too deep.');
  if (Array.isArray(value))
    return Object.freeze(value.map((element) => frozenJson(element, depth + 1))) as T;
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value))
    if (key !== '__proto__')
      copy[key] = frozenJson((value as Record<string, unknown>)[key], depth + 1);
  return Object.freeze(copy) as T;
}

/** Copies JSON data of ours for a program that may change it. */
export function mutableJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(mutableJson) as T;
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value))
    copy[key] = mutableJson((value as Record<string, unknown>)[key]);
  return copy as T;
}

/**
 * Copies and freezes lists and plain objects of a value that a program made. Everything else, such
 * as a Date or an instance of a class, stays the same object.
 *
 * @param getters - the getters to call. Others are copied.
 */
export function frozenPlain<T>(value: T, getters: ReadonlySet<unknown>): T {
  const copies = new Map<object, unknown>();
  return copied(value, 0) as T;

  function copied(part: unknown, depth: number): unknown {
    if (typeof part !== 'object' || part === null || depth > DEPTH) return part;
    const isList = Array.isArray(part);
    if (!isList && !isPlain(part)) return part;
    if (copies.has(part)) return copies.get(part);
    const copy: object = isList ? [] : Object.create(Object.getPrototypeOf(part));
    copies.set(part, copy);
    for (const key of Reflect.ownKeys(part)) {
      const property = Object.getOwnPropertyDescriptor(part, key) as PropertyDescriptor;
      const { get, enumerable = false } = property;
      if ('value' in property)
        Object.defineProperty(copy, key, {
          ...property,
          value: copied(property.value, depth + 1),
        });
      else if (get && getters.has(get))
        Object.defineProperty(copy, key, { value: get.call(part), enumerable });
      else Object.defineProperty(copy, key, property);
    }
    return Object.freeze(copy);
  }
}

/** Returns whether a value is an object literal or the like, in any realm. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
