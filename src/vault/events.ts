import type { SelfInfoErrorCode } from '../foundation/error-table.js';

/** What a vault does that may come to nothing. */
export type VaultOperation = 'put' | 'read' | 'erase' | 'sweep' | 'rotate' | 'confirm';

/**
 * What a vault tells an audit log: plain data without a personal value. `at`: ISO 8601 at +09:00,
 * by the clock.
 *
 * `refused`: an operation came to nothing, with the code of the error; `ref` only where it has the
 * form of a reference.
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
  /** `records`: how many were deleted, the marks of erased ones included. */
  | { readonly type: 'swept'; readonly records: number }
  /** `keys`: how many data keys were wrapped anew, under `kid`. */
  | { readonly type: 'rotated'; readonly keys: number; readonly kid: string }
  | { readonly type: 'confirmed'; readonly reason: string }
);
