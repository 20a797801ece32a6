import { types } from 'node:util';
import type { Yielder } from '../foundation/deadline.js';
import type { Expected } from '../foundation/errors.js';
import { OF_A_BODY } from '../foundation/json.js';
import { inexactKeys } from '../foundation/json-numbers.js';
import { isWellFormed } from '../foundation/options.js';

// Reads what a codec returned. Only own data properties are read, and proxies are refused, so no
// code of the codec runs here. A fault names places by the names of this package and by indices:
// keys and values may be personal data.

/** What is wrong with what a codec returned. */
export class CodecFault extends Error {
  readonly expected: Expected;

  constructor(expected: Expected) {
    super(expected.en);
    this.expected = expected;
  }
}

/**
 * Returns the fault of a place.
 *
 * @param where - the place, such as `items[0].code`; empty for the whole value.
 */
export function fault(where: string, en: string, ja: string): CodecFault {
  return new CodecFault(
    where === ''
      ? { en: `It ${en}`, ja: `戻り値${ja}` }
      : { en: `${where} ${en}`, ja: `${where} ${ja}` },
  );
}

/** The greatest length of all texts of a value together. No body is longer. */
export const LONGEST_TEXT = 16 * 1024 * 1024;

/** How much of one returned value is left to be read. */
export interface Budget {
  values: number;
  text: number;
}

/** Returns the budget of one value: as many values and as much text as a body may have. */
export function createBudget(): Budget {
  return { values: OF_A_BODY.values, text: LONGEST_TEXT };
}

function spend(budget: Budget, values: number, text: number): void {
  budget.values -= values;
  budget.text -= text;
  if (budget.values < 0)
    throw fault(
      '',
      `holds more than ${OF_A_BODY.values} values, with all pages.`,
      `に含まれる値が、全ページの合計で ${OF_A_BODY.values} 個を超えています。`,
    );
  if (budget.text < 0)
    throw fault(
      '',
      `holds more than ${LONGEST_TEXT} characters, with all pages.`,
      `に含まれる文字列が、全ページの合計で ${LONGEST_TEXT} 文字を超えています。`,
    );
}

/** An object whose members were read: own, and never undefined. */
export type Members = Readonly<Record<string, unknown>>;

/** Reads an object that has known members only. A member that is undefined counts as left out. */
export function readObject(
  value: unknown,
  where: string,
  known: Readonly<Record<string, true>>,
): Members {
  const members: Record<string, unknown> = Object.create(null);
  let isKnown = true;
  for (const key of keysOf(value, where)) {
    const member = dataAt(value as object, key, where);
    isKnown &&= Object.hasOwn(known, key);
    if (member !== undefined) members[key] = member;
  }
  if (isKnown) return members;
  const names = Object.keys(known);
  throw fault(
    where,
    `may only have ${names.join(', ')}.`,
    `に ${names.join('、')} 以外のメンバーがあります。`,
  );
}

/** Returns the keys of a plain object of any realm. */
export function keysOf(value: unknown, where: string): readonly string[] {
  if (!isPlain(value)) throw notPlain(where);
  const keys = Reflect.ownKeys(value);
  for (const key of keys)
    if (typeof key === 'symbol' || key === '__proto__' || !isWellFormed(key)) throw notData(where);
  return keys as readonly string[];
}

function notPlain(where: string): CodecFault {
  return fault(
    where,
    'must be a plain object, not a proxy or an instance of a class.',
    'がプレーンオブジェクトではありません（Proxy やクラスのインスタンスは使用できません）。',
  );
}

function notData(where: string): CodecFault {
  return fault(
    where,
    'has a member that is not plain data, such as a getter, a symbol, __proto__ or a malformed name.',
    'に、getter、シンボル、__proto__、不正な文字列の名前など、データではないメンバーがあります。',
  );
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  // The `Object.prototype` of any realm.
  return (
    !types.isProxy(prototype) &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype as object, 'isPrototypeOf')
  );
}

/** Returns the value of an own data property. */
export function dataAt(value: object, key: string | number, where: string): unknown {
  const property = Object.getOwnPropertyDescriptor(value, key);
  if (property === undefined || !Object.hasOwn(property, 'value')) throw notData(where);
  if (types.isPromise(property.value)) silence(property.value);
  return property.value;
}

/** Keeps a promise that is never awaited from ending the process when it rejects. */
function silence(promise: Promise<unknown>): void {
  try {
    Promise.prototype.then.call(
      promise,
      () => undefined,
      () => undefined,
    );
  } catch {}
}

/** Reads the elements of a list without gaps. */
export function readList(
  value: unknown,
  where: string,
  budget: Budget,
  longest: number,
): readonly unknown[] {
  if (!isList(value)) throw fault(where, 'must be a list.', 'が配列ではありません。');
  if (value.length > longest)
    throw fault(
      where,
      `must not hold more than ${longest} entries.`,
      `の要素数が ${longest} を超えています。`,
    );
  spend(budget, value.length, 0);
  checkDense(value, where);
  return Array.from({ length: value.length }, (_, index) => dataAt(value, index, where));
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && !types.isProxy(value);
}

function checkDense(list: readonly unknown[], where: string): void {
  // One more for `length`.
  if (Reflect.ownKeys(list).length !== list.length + 1)
    throw fault(
      where,
      'must not have gaps or members beside its entries.',
      'に欠けている要素、または要素以外のメンバーがあります。',
    );
}

/** Reads a non-empty text. */
export function readText(
  value: unknown,
  where: string,
  budget: Budget,
  longest = LONGEST_TEXT,
): string {
  if (typeof value !== 'string' || value === '' || value.length > longest || !isWellFormed(value))
    throw fault(
      where,
      `must be a text of 1 to ${longest} characters, without lone surrogates.`,
      `が 1 文字以上 ${longest} 文字以下の文字列ではないか、サロゲートペアの片方だけを含んでいます。`,
    );
  spend(budget, 1, value.length);
  return value;
}

/** A copy of an object of JSON data, and its keys under which a number is inexact. */
interface CopiedJson {
  readonly copy: Readonly<Record<string, unknown>>;
  readonly inexact: ReadonlySet<string>;
}

/** A container whose members are being copied. */
interface Copying {
  readonly source: object;
  readonly target: Record<string, unknown> | unknown[];
  /** The keys of an object; undefined for a list. */
  readonly keys: readonly string[] | undefined;
  next: number;
}

/**
 * Copies an object of JSON data, as much as the budget allows. Leaves out members that are
 * undefined, as JSON does.
 *
 * @param depth - at what depth of the whole value the object is.
 * @throws CodecFault; the signal's reason of the yielder.
 */
export async function copyJson(
  value: unknown,
  where: string,
  depth: number,
  budget: Budget,
  yielder: Yielder,
): Promise<CopiedJson> {
  const root = openCopy(value, where, budget, true);
  const inexact = new Set(inexactKeys(value));
  const open = [root];
  for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
    const { source, target, keys } = at;
    const key = keys ? keys[at.next] : at.next < (source as unknown[]).length ? at.next : undefined;
    at.next++;
    if (key === undefined) {
      open.pop();
      continue;
    }
    if (yielder.use(1)) await yielder.yield();
    const member = dataAt(source, key, where);
    if (member === undefined && keys) continue;
    if (typeof key === 'string') spend(budget, 0, key.length);
    if (typeof member !== 'object' || member === null) {
      Reflect.set(target, key, scalar(member, where, budget));
      continue;
    }
    if (open.length + depth > OF_A_BODY.depth) throw tooDeep(where);
    const inner = openCopy(member, where, budget, false);
    if (inexactKeys(member).size > 0) inexact.add(String(rootKey(open)));
    Reflect.set(target, key, inner.target);
    open.push(inner);
  }
  return { copy: root.target as CopiedJson['copy'], inexact };
}

/** Returns the key of the outermost object that is being copied. */
function rootKey([root]: readonly Copying[]): string {
  return root?.keys?.[root.next - 1] ?? '';
}

function tooDeep(where: string): CodecFault {
  return fault(
    where,
    `is nested deeper than ${OF_A_BODY.depth} levels, or is circular.`,
    `の入れ子が ${OF_A_BODY.depth} 階層を超えているか、循環しています。`,
  );
}

function openCopy(value: unknown, where: string, budget: Budget, mustBeObject: boolean): Copying {
  if (isList(value) && !mustBeObject) {
    // The length comes first: a sparse list may be longer than any memory.
    spend(budget, value.length, 0);
    checkDense(value, where);
    return { source: value, target: [], keys: undefined, next: 0 };
  }
  if (!isPlain(value)) throw mustBeObject ? notPlain(where) : notJson(where);
  const keys = keysOf(value, where);
  spend(budget, keys.length, 0);
  // Without a prototype, so that no member can be taken for an inherited one.
  return { source: value, target: Object.create(null), keys, next: 0 };
}

/** Returns a JSON text, number, boolean or null. Drops the sign of a zero. */
function scalar(value: unknown, where: string, budget: Budget): unknown {
  if (typeof value === 'string') {
    // The length comes first, since a search takes time.
    spend(budget, 0, value.length);
    if (isWellFormed(value)) return value;
  }
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value;
  if (typeof value === 'boolean' || value === null) return value;
  throw notJson(where);
}

function notJson(where: string): CodecFault {
  return fault(
    where,
    'holds a value that JSON cannot represent, such as a function, a Date, NaN or a lone surrogate.',
    'に JSON で表せない値（関数、Date、NaN、片方だけのサロゲートなど）があります。',
  );
}
