import type { Method } from '../service/inquiry.js';

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
 * - `expires-in-text`: a token response with `expires_in` as a text of digits.
 * - `issuer-missing-on-error`: a callback without `iss` that reports an error, where the other
 *   callbacks carry `iss`.
 */
export type OAuthDeviation =
  | 'token-type-missing'
  | 'token-characters'
  | 'expires-in-text'
  | 'issuer-missing-on-error';

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

/**
 * The data of a wire profile, with a confidence per entry. The interface specification (step A-7)
 * can replace it entry by entry.
 */
export interface WireProfileData {
  /** The name of this profile. Part of the pin, so each profile needs its own. */
  readonly id: string;
  /** Paths under the portal's origins. */
  readonly paths: Names<'authorization' | 'pushedAuthorization' | 'token' | 'request' | 'result'>;
  /** Names of headers; null if there is no such header. */
  readonly headers: {
    /** The header that carries the id of each HTTP message of this package, a UUID. */
    readonly requestId: ProfileEntry<string | null>;
    /** The header in which the portal names its own id of a message, for support. */
    readonly upstreamRequestId: ProfileEntry<string | null>;
  };
  /** The OAuth settings. */
  readonly oauth: {
    readonly pkce: ProfileEntry<'S256'>;
    /**
     * How the client authenticates. All but the first two require `clientAuth`. Mutual TLS is used
     * in any case.
     */
    readonly clientAuthentication: ProfileEntry<
      | 'tls_client_auth'
      | 'self_signed_tls_client_auth'
      | 'private_key_jwt'
      | 'client_secret_basic'
      | 'client_secret_post'
    >;
    /**
     * Whether authorization requests are pushed to the portal first (RFC 9126), so that the browser
     * carries only a reference.
     */
    readonly pushedAuthorizationRequests: ProfileEntry<boolean>;
    /** Whether every callback carries `iss` (RFC 9207). */
    readonly issuerInCallback: ProfileEntry<boolean>;
    /** How the callback carries its parameters: in the query, or in the body of a POST. */
    readonly responseMode: ProfileEntry<'query' | 'form_post'>;
    /** The scope of authorization requests; null to send none. */
    readonly scope: ProfileEntry<string | null>;
    /** Further parameters of authorization requests. They never replace one of this package. */
    readonly authorizationParameters: ProfileEntry<Readonly<Record<string, string>>>;
    /** Further parameters of token requests. They never replace one of this package. */
    readonly tokenParameters: ProfileEntry<Readonly<Record<string, string>>>;
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
   * The codes of `errorCodes` by which the portal says that it did not accept the request, so the
   * consent is still unused.
   */
  readonly untakenCodes: ProfileEntry<readonly string[]>;
  /**
   * The HTTP statuses (429, 500 to 599) that only the portal itself sends, never a gateway. They
   * mean that it did not accept the request, so the consent is still unused. For all other statuses
   * of this range the effect is unknown.
   */
  readonly notAcceptedStatuses: ProfileEntry<readonly number[]>;
  /**
   * How the answer arrives: `poll`, or `immediate` if the response to the request may already hold
   * it.
   */
  readonly completion: ProfileEntry<'poll' | 'immediate'>;
  /**
   * The path to which `client.acknowledge` reports that the answer is stored; null to report
   * nothing.
   */
  readonly acknowledgement: ProfileEntry<string | null>;
  /**
   * Whether the portal sends notices that an answer may be ready, and how they are authenticated:
   * by a signature that `decodeNotice` verifies, or by a client certificate that the caller's
   * server verifies.
   */
  readonly notices: ProfileEntry<'none' | 'unauthenticated' | 'signed' | 'mutual-tls'>;
  /** The coding of response bodies that the client asks for. */
  readonly contentCoding: ProfileEntry<'identity' | 'gzip' | 'deflate' | 'br'>;
  /**
   * `text` returns every number of a response as its literal, a text. Default: numbers, except for
   * a literal such as `9007199254740993` that a JavaScript number cannot hold exactly. It stays as
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
}
