const REDACTED = '[redacted]';
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * A value that cannot be printed, inspected, cloned or serialised by accident; only `reveal()`
 * hands it out.
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

  /** @param value - what must not be printed. */
  constructor(value: T) {
    this.#value = value;
  }

  /** Hands out the value: from here on the caller answers for where it goes. */
  reveal(): T {
    return this.#value;
  }

  /** Always `[redacted]`. */
  toString(): string {
    return REDACTED;
  }

  /** Always `[redacted]`. */
  toJSON(): string {
    return REDACTED;
  }

  /** Always `Sensitive [redacted]`. */
  [INSPECT](): string {
    return `Sensitive ${REDACTED}`;
  }
}
