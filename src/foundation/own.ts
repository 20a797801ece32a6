// Anything that runs in the process can add properties to `Object.prototype`, for example a merge of
// parsed JSON. Every plain object then seems to have them. So data is read by own properties only.

/** Returns an own property; undefined when the object has none, even if it inherits one. */
export function own<T extends object, K extends PropertyKey>(
  value: T,
  key: K,
): K extends keyof T ? T[K] : unknown;
export function own(value: object, key: PropertyKey): unknown {
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** Returns whether an object has an own property. Narrows a union to the members that declare it. */
export function has<T extends object, K extends PropertyKey>(
  value: T,
  key: K,
): value is Extract<T, { readonly [P in K]: unknown }> {
  return Object.hasOwn(value, key);
}

/**
 * Copies the own properties of a data object, those that are not enumerable too. The copy inherits
 * nothing, and each getter runs once.
 */
export function ownBag<T extends object>(value: T): T {
  const bag: T = Object.create(null);
  for (const key of Reflect.ownKeys(value)) Reflect.set(bag, key, Reflect.get(value, key));
  return bag;
}

/** Options of `addEventListener` for one event. Node reads inherited ones too, such as `signal`. */
export const ONCE: { readonly once: true } = ownBag({ once: true });

/** Copies parsed JSON so that no object in it inherits anything. Other objects stay as they are. */
export function ownData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ownData);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const bag = ownBag(value);
  for (const key of Object.keys(bag)) Reflect.set(bag, key, ownData(Reflect.get(bag, key)));
  return bag;
}

/**
 * Prepares data for the caller's code, which may walk over inherited names, as schemas do. Copies it
 * only when there are such names: otherwise the code gets the ordinary objects that it expects.
 */
export function sheltered<T>(value: T): T {
  return Object.keys(Object.prototype).length === 0 ? value : (ownData(value) as T);
}

/**
 * Reads a property of an object that may be an instance of a class: its own, or one of its class.
 * Ignores only what `Object.prototype` gives, of any realm.
 */
export function member(value: object, key: PropertyKey): unknown {
  for (let holder: object | null = value; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder, key)) return isRoot(holder) ? undefined : Reflect.get(value, key);
  }
  // A proxy may show properties that it does not list.
  return key in Object.prototype ? undefined : Reflect.get(value, key);
}

/** Returns whether `member` finds a property. Narrows a union to the members that declare it. */
export function shows<T extends object, K extends PropertyKey>(
  value: T,
  key: K,
): value is Extract<T, { readonly [P in K]: unknown }> {
  return member(value, key) !== undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return typeof prototype !== 'object' || prototype === null || isRoot(prototype);
}

/** Returns whether an object is the `Object.prototype` of a realm. */
function isRoot(value: object): boolean {
  return Object.getPrototypeOf(value) === null && Object.hasOwn(value, 'isPrototypeOf');
}
