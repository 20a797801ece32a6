import { types } from 'node:util';
import type { Expected } from './errors.js';

/** JavaScript's own classes of errors. */
const CLASSES = {
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  Error,
};
const PLATFORM_ERRORS: readonly unknown[] = ['AbortError', 'TimeoutError'];

/** Says that a function threw, and the class of the error. Its texts may quote personal data. */
export function threw(error: unknown): Expected {
  const name = classOf(error);
  if (name === undefined) return { en: 'It threw.', ja: '例外が発生しました。' };
  return {
    en: `It threw ${/^[AE]/.test(name) ? 'an' : 'a'} ${name}.`,
    ja: `例外（${name}）が発生しました。`,
  };
}

/** Returns the class of an error, if it is one of a closed list. Runs no code of a proxy. */
function classOf(error: unknown): string | undefined {
  const names = Object.entries(CLASSES);
  for (let at = error; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at)) return undefined;
    if (at === DOMException.prototype) return platformNameOf(error);
    const [name] = names.find(([, { prototype }]) => prototype === at) ?? [];
    if (name !== undefined) return name;
  }
  return undefined;
}

function platformNameOf(error: unknown): string | undefined {
  try {
    const name: unknown = nameOf.call(error);
    return PLATFORM_ERRORS.includes(name) ? (name as string) : undefined;
  } catch {
    return undefined;
  }
}

// Not `error.name`, which a property of the error can replace.
const { get: nameOf = () => undefined } =
  Object.getOwnPropertyDescriptor(DOMException.prototype, 'name') ?? {};
