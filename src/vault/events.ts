import type { SelfInfoErrorCode } from '../foundation/error-table.js';

/** An operation of a vault that can fail. */
export type VaultOperation = 'put' | 'read' | 'erase' | 'sweep' | 'rotate' | 'confirm';

/**
 * An event of a vault for an audit log: plain data without personal values. `at`: ISO 8601 at
 * +09:00, by the clock.
 *
 * `refused` means that an operation failed, with the code of the error. It has `ref` only when that
 * has the form of a reference.
 */
export type VaultEvent = { readonly at: string } & (
  | {
      readonly type: 'put';
      readonly ref: string;
      /** The transaction id of the consent. */
      readonly consent: string;
      readonly purpose: string;
      /** ISO 8601 at +09:00. */
      readonly keepUntil: string;
    }
  | {
      readonly type: 'read';
      readonly ref: string;
      readonly purpose: string;
      readonly reason: string;
    }
  | {
      readonly type: 'refused';
      readonly operation: VaultOperation;
      readonly code: SelfInfoErrorCode | 'unexpected';
      readonly ref?: string;
      readonly purpose?: string;
      readonly reason?: string;
    }
  | { readonly type: 'erased'; readonly ref: string; readonly reason: string }
  /** `records`: how many were deleted, including the marks of erased records. */
  | { readonly type: 'swept'; readonly records: number }
  /** `keys`: how many data keys were wrapped again, under `kid`. */
  | { readonly type: 'rotated'; readonly keys: number; readonly kid: string }
  | { readonly type: 'confirmed'; readonly reason: string }
);
