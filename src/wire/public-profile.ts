import type { Confidence, ProfileEntry } from './data.js';
import type { WireProfile } from './profile.js';
import { publicCodec } from './public-codec.js';

const entry =
  (confidence: Confidence) =>
  <const T>(value: T): ProfileEntry<T> =>
    Object.freeze({ value, confidence });
const secondHand = entry('public-second-hand');
const inferred = entry('inferred');
const unknown = entry('unknown');

/**
 * The wire profile that is based on public facts.
 *
 * The interface specification is available only after a pledge (step A-7). Most names here are
 * therefore placeholders; each entry says how well it is known.
 *
 * @example
 * ```ts
 * import { publicProfile, type WireProfile } from 'myna-selfinfo';
 * const fromTheSpecification: WireProfile = {
 *   ...publicProfile,
 *   id: 'our-portal-1',
 *   paths: { ...publicProfile.paths, request: { value: '/request', confidence: 'specification' } },
 * };
 * ```
 */
export const publicProfile: WireProfile = deepFreeze({
  id: 'public-2026-11',
  paths: {
    authorization: unknown('/oauth/authorize'),
    pushedAuthorization: unknown('/oauth/par'),
    token: secondHand('/oauth/token'),
    request: secondHand('/request'),
    result: secondHand('/result'),
  },
  headers: { requestId: unknown(null), upstreamRequestId: unknown(null) },
  oauth: {
    pkce: inferred('S256'),
    clientAuthentication: inferred('tls_client_auth'),
    pushedAuthorizationRequests: unknown(false),
    issuerInCallback: unknown(true),
    responseMode: unknown('query'),
    scope: unknown(null),
    authorizationParameters: unknown({}),
    tokenParameters: unknown({}),
    deviations: unknown([]),
    pollsAfterTokenExpiry: unknown('until-refused'),
  },
  fields: {
    processId: secondHand('process_id'),
    selfPersonalData: secondHand('selfPersonalData'),
    items: unknown('inquiry_items'),
    itemCode: unknown('item_code'),
    method: unknown('inquiry_method'),
    at: unknown('point_date'),
    from: unknown('range_start'),
    to: unknown('range_end'),
    processStatus: unknown('process_status'),
    itemStatus: unknown('item_status'),
    records: unknown('record_list'),
    holder: unknown('holder_name'),
    asOf: unknown('record_date'),
    values: unknown('field_values'),
    missing: unknown('missing_holders'),
    missingServer: unknown('server_name'),
    missingUntil: unknown('closed_until'),
    failure: unknown('failure_code'),
  },
  methods: {
    'point-in-time': unknown('POINT'),
    range: unknown('RANGE'),
    latest: unknown('LATEST'),
  },
  itemStatuses: {
    present: unknown('PRESENT'),
    'nothing-on-record': unknown('NOTHING_ON_RECORD'),
    'not-covered': unknown('NOT_COVERED'),
    unavailable: unknown('UNAVAILABLE'),
    failed: unknown('FAILED'),
  },
  processStatuses: {
    accepted: inferred('ACCEPTED'),
    running: inferred('RUNNING'),
    done: inferred('DONE'),
    busy: inferred('CAPACITY_OVER'),
    'session-lost': inferred('SESSION_LOST'),
    failed: inferred('FUNCTION_ERROR'),
    blocked: inferred('BLOCKED'),
  },
  errorCodes: unknown([
    'consent_used',
    'item_not_registered',
    'inquiry_not_registered',
    'invalid_date',
    'range_reversed',
    'range_too_long',
    'unknown_process',
    'result_expired',
    'unsupported_media_type',
    'request_too_large',
    'not_found',
    'method_not_allowed',
  ]),
  untakenCodes: unknown([]),
  notAcceptedStatuses: unknown([]),
  completion: inferred('poll'),
  acknowledgement: unknown(null),
  notices: inferred('none'),
  contentCoding: unknown('identity'),
  timing: { pollMs: unknown(3_000), consentMs: unknown(600_000), resultMs: unknown(3_600_000) },
  codec: publicCodec,
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(Object.freeze(value))) deepFreeze(inner);
  return value;
}
