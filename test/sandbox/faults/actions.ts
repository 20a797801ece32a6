import type { Fault } from '../../../src/sandbox/index.js';

/** A fault without its place. */
export type Action = Fault extends infer F
  ? F extends { readonly on: unknown }
    ? Omit<F, 'on' | 'nth'>
    : never
  : never;

/** Faults that break the connection. */
export const broken: Action[] = [{ do: 'reset' }, { do: 'truncate' }];
/** Faults that make the response unreadable. */
export const malformed: Action[] = [{ do: 'wrong-type' }, { do: 'invalid-json' }, { do: 'huge' }];
/** Faults of a portal that accepts no call now. */
export const busy: Action[] = [{ do: 'error-503' }, { do: 'error-429' }, { do: 'maintenance' }];

/** Returns the options that inject a fault into the nth call of a step. */
export function at(on: Fault['on'], fault: Action, nth = 1): { readonly faults: readonly Fault[] } {
  return { faults: [{ ...fault, on, nth } as Fault] };
}

/** Returns a row for `it.each`. */
export function name(fault: Action): readonly [Action['do'], Action] {
  return [fault.do, fault];
}
