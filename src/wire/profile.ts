import type { Inquiry, Method } from '../service/inquiry.js';

/**
 * How well an entry of a wire profile is known:
 *
 * - `specification`: from the interface specification itself.
 * - `public-official`: from an official public source.
 * - `public-second-hand`: from another public source.
 * - `inferred`: inferred from public facts.
 * - `unknown`: a placeholder that this package chose.
 */
export type Confidence =
  | 'specification'
  | 'public-official'
  | 'public-second-hand'
  | 'inferred'
  | 'unknown';

/** One fact of a wire profile and how well it is known. */
export interface ProfileEntry<T> {
  readonly value: T;
  readonly confidence: Confidence;
}

/** Entries that hold a name or a word of the wire, by a key of this package. */
export type Names<K extends string> = { readonly [P in K]: ProfileEntry<string> };

/**
 * A departure from OAuth that the client allows only when the profile names it:
 *
 * - `token-type-missing`: a token response without `token_type`.
 * - `token-characters`: an access token with visible characters that RFC 6750 does not allow, such
 *   as `:`, `|` or `=` within it. A blank, a comma, a quote or a backslash is never allowed.
 * - `issuer-missing-on-error`: a callback without `iss` that reports an error, where the other
 *   callbacks carry `iss`.
 */
export type OAuthDeviation = 'token-type-missing' | 'token-characters' | 'issuer-missing-on-error';

/** The outcome of one item, in this package's words. */
export type WireItemStatus =
  | 'present'
  | 'nothing-on-record'
  | 'not-covered'
  | 'unavailable'
  | 'failed';

/** The state of a retrieval at the portal, in this package's words. */
export type WireProcessStatus =
  | 'accepted'
  | 'running'
  | 'done'
  | 'busy'
  | 'session-lost'
  | 'failed'
  | 'blocked';

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
   * Names of the fields with a number that no JavaScript number equals: its literal stands there as
   * text. Default: those found in `fields`, if that is an object of the body.
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

/** An answer as received. */
export interface WireResult {
  readonly processId: string;
  readonly status: WireProcessStatus;
  readonly items: readonly WireItem[];
  readonly extras: Readonly<Record<string, unknown>>;
}

/**
 * All assumptions about the wire, as data with a confidence per entry. The interface specification
 * (step A-7) can replace them entry by entry.
 *
 * The four functions receive the profile they belong to, so a copy with other names can keep them.
 */
export interface WireProfile {
  /** The name of this profile in messages. */
  readonly id: string;
  /** Paths under the portal's origins. */
  readonly paths: Names<'authorization' | 'pushedAuthorization' | 'token' | 'request' | 'result'>;
  /** The OAuth settings. */
  readonly oauth: {
    readonly pkce: ProfileEntry<'S256'>;
    /** With `private_key_jwt` the client requires `clientAuth`. Mutual TLS is used in any case. */
    readonly clientAuthentication: ProfileEntry<
      'tls_client_auth' | 'self_signed_tls_client_auth' | 'private_key_jwt'
    >;
    /**
     * Whether authorization requests are pushed to the portal first (RFC 9126), so that the browser
     * carries only a reference.
     */
    readonly pushedAuthorizationRequests: ProfileEntry<boolean>;
    /** Whether every callback carries `iss` (RFC 9207). */
    readonly issuerInCallback: ProfileEntry<boolean>;
    readonly deviations: ProfileEntry<readonly OAuthDeviation[]>;
    /**
     * Whether the client polls with an access token that has expired by its own clock:
     * `until-refused`, since the answer may outlive the token, or `never`. It applies when the
     * portal said when the token expires.
     */
    readonly pollsAfterTokenExpiry: ProfileEntry<'until-refused' | 'never'>;
  };
  /** Field names of request and answer. */
  readonly fields: Names<
    | 'processId'
    | 'selfPersonalData'
    | 'items'
    | 'itemCode'
    | 'method'
    | 'at'
    | 'from'
    | 'to'
    | 'processStatus'
    | 'itemStatus'
    | 'records'
    | 'holder'
    | 'asOf'
    | 'values'
    | 'missing'
    | 'missingServer'
    | 'missingUntil'
    | 'failure'
  >;
  readonly methods: Names<Method>;
  readonly itemStatuses: Names<WireItemStatus>;
  readonly processStatuses: Names<WireProcessStatus>;
  /** Machine codes of refusals besides those of OAuth. An error repeats only a listed code. */
  readonly errorCodes: ProfileEntry<readonly string[]>;
  /**
   * The HTTP statuses (429, 500 to 599) that only the portal itself sends, never a gateway. They
   * mean that it did not accept the request, so the consent is still unused. For all other statuses
   * of this range the effect is unknown.
   */
  readonly notAcceptedStatuses: ProfileEntry<readonly number[]>;
  /** How the provider learns that an answer is ready. */
  readonly completion: ProfileEntry<'poll'>;
  /**
   * `text` hands out every number of request and result as its literal, a text. Default: numbers,
   * except for a literal such as `9007199254740993` that no JavaScript number equals. It stays as
   * text, and if it is a field of a requested item, that item is `failed` with `number_inexact`.
   */
  readonly numbers?: 'exact' | 'text';
  /**
   * Times in milliseconds: between two polls, for the citizen to consent, and for the provider to
   * fetch an answer.
   */
  readonly timing: {
    readonly pollMs: ProfileEntry<number>;
    readonly consentMs: ProfileEntry<number>;
    readonly resultMs: ProfileEntry<number>;
  };
  /** Returns the body of a request. */
  encodeRequest(request: WireRequest, profile: WireProfile): unknown;
  /**
   * Reads the process id from the response to a request.
   *
   * @throws SelfInfoError `response_invalid`.
   */
  decodeProcess(body: unknown, profile: WireProfile): string;
  /** Returns the body that asks for the result of a process. */
  encodePoll(processId: string, profile: WireProfile): unknown;
  /**
   * Reads the answer from the response to a poll. May return a promise, so that other work can run
   * while a long answer is decoded.
   *
   * @throws SelfInfoError `response_invalid`.
   */
  decodeResult(body: unknown, profile: WireProfile): WireResult | Promise<WireResult>;
}
