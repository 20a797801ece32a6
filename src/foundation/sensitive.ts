const REDACTED = '[redacted]';
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * A value that cannot be printed, inspected, cloned or serialised by accident. Only `reveal()`
 * returns it.
 *
 * @example
 * ```ts
 * import { Sensitive } from 'myna-selfinfo';
 * const name = new Sensitive('番号 花子');
 * console.log(`${name}`, JSON.stringify({ name })); // [redacted] {"name":"[redacted]"}
 * name.reveal(); // '番号 花子'
 * ```
 */
export class Sensitive<T> {
  readonly #value: T;

  /** @param value - the value to hide. */
  constructor(value: T) {
    this.#value = value;
  }

  /** Returns the value. From here on the caller is responsible for it. */
  reveal(): T {
    return this.#value;
  }

  /** Returns `[redacted]`. */
  toString(): string {
    return REDACTED;
  }

  /** Returns `[redacted]`. */
  toJSON(): string {
    return REDACTED;
  }

  /** Returns `Sensitive [redacted]`. */
  [INSPECT](): string {
    return `Sensitive ${REDACTED}`;
  }
}
