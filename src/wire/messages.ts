import type { Inquiry } from '../service/inquiry.js';
import type { WireItemStatus, WireProcessStatus } from './data.js';

/** The content of a request: item codes and their inquiries. */
export interface WireRequest {
  readonly items: readonly { readonly code: string; readonly inquiry: Inquiry }[];
}

/**
 * A record as received: who holds it, its date, its fields, and the members that the profile does
 * not know.
 */
export interface WireRecord {
  readonly holder: string;
  readonly asOf?: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /**
   * Names of the fields with a number that a JavaScript number cannot hold exactly: the value is
   * its literal, as text. Default: those found in `fields`, if that is an object of the body.
   */
  readonly inexact?: readonly string[];
  readonly extras: Readonly<Record<string, unknown>>;
}

/** A holder whose data is missing, and until when (ISO 8601 with offset) if that is known. */
export interface MissingHolder {
  readonly server: string;
  readonly until: string | null;
}

/** An item of an answer as received. */
export interface WireItem {
  readonly code: string;
  readonly status: WireItemStatus;
  readonly records: readonly WireRecord[];
  readonly missing: readonly MissingHolder[];
  readonly failure?: string;
  readonly extras: Readonly<Record<string, unknown>>;
}

/** An answer as received, or one page of it. */
export interface WireResult {
  /**
   * The process id in the answer, which is compared with that of the poll. Omitted if the answer
   * has none.
   */
  readonly processId?: string;
  readonly status: WireProcessStatus;
  readonly items: readonly WireItem[];
  readonly extras: Readonly<Record<string, unknown>>;
  /** The position of the next page, passed to `encodePoll`. Omitted on the last page. */
  readonly cursor?: string;
  /** When to poll again (epoch milliseconds), while the portal is working. */
  readonly retryAt?: number;
}

/** A response that says that the portal is still working. */
export interface WireRunning {
  readonly running: true;
  /** When to poll again (epoch milliseconds). Default: Retry-After, or else `timing.pollMs`. */
  readonly retryAt?: number;
}

/**
 * The meaning of the response to a request: the id of its process; for several processes, the item
 * codes by process id; or the answer itself, if the profile says `immediate`.
 */
export type WireProcess =
  | { readonly processIds: readonly [string] | Readonly<Record<string, readonly string[]>> }
  | { readonly result: WireResult };
