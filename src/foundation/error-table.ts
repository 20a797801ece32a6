import { callErrors } from './error-rows/calls.js';
import { flowErrors } from './error-rows/flow.js';
import { setupErrors } from './error-rows/setup.js';
import { storageErrors } from './error-rows/storage.js';

/**
 * The error table: the facts and the texts of every code. A test checks `docs/troubleshooting.md`
 * against it.
 */
export const errorTable = {
  ...setupErrors,
  ...flowErrors,
  ...callErrors,
  ...storageErrors,
} as const;

/** The stable machine code of a {@link SelfInfoError}. */
export type SelfInfoErrorCode = keyof typeof errorTable;
