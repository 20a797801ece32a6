import { checkText } from '../foundation/options.js';
import { type Instant, toEpochMs } from '../foundation/time.js';
import { type ConsentTerms, termsOf } from '../oauth/terms.js';
import type { Service } from '../service/service.js';

/** The terms of a made value. Each option has a fixed default, so that snapshots stay the same. */
export interface TermsOptions {
  /** When the citizen consented; decides when the period ends. Default: 2026-12-01 10:00 JST. */
  readonly grantedAt?: Instant;
  /** The id of the transaction. Default: a fixed UUID. */
  readonly transactionId?: string;
  /** The version of the text that the citizen was shown. Default: none. */
  readonly textVersion?: string;
}

/** The keys of {@link TermsOptions}. */
export const TERMS_KEYS = {
  grantedAt: true,
  transactionId: true,
  textVersion: true,
} as const satisfies Record<keyof TermsOptions, true>;

/** A Tuesday on which every server runs, unless the calendar has an announcement. */
const GRANTED_AT = '2026-12-01T10:00:00+09:00';
const TRANSACTION_ID = '00000000-0000-4000-8000-000000000001';
/** No client has this id, because ids are ASCII. So every client refuses a made retrieval. */
const SERVICE_ID = 'テスト';

/** Returns the terms of a consent to this service. */
export function makeTerms(service: Service, options: TermsOptions): ConsentTerms {
  const { grantedAt = GRANTED_AT, transactionId = TRANSACTION_ID, textVersion } = options;
  checkText(transactionId, 'options.transactionId');
  if (textVersion !== undefined) checkText(textVersion, 'options.textVersion');
  const grantedAtMs = toEpochMs(grantedAt, 'options.grantedAt');
  return termsOf(service, SERVICE_ID, transactionId, grantedAtMs, textVersion);
}
