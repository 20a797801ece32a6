import { randomBytes } from 'node:crypto';

const FORM = /^[A-Za-z0-9_-]{32}$/;

/** Returns a new random reference. */
export function newReference(): string {
  return randomBytes(24).toString('base64url');
}

/** Returns whether a text has the form of a reference. */
export function isReference(text: string): boolean {
  return FORM.test(text);
}

/** Checks that `ref` is a string. */
export function checkReference(ref: unknown): asserts ref is string {
  if (typeof ref !== 'string') throw new TypeError('ref must be a string.');
}
