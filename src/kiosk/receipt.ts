import type { ConsentTerms } from '../oauth/terms.js';
import type { Answer } from '../query/answer.js';

/** Item that is fetched and provided, by the names of its detail in the catalogue. */
export interface KioskItem {
  /** Id of the detail. */
  readonly detail: string;
  readonly ja: string;
  readonly en: string;
}

/** What happened to an item of a receipt. */
export type KioskReceiptStatus = 'provided' | 'nothing-on-record' | 'not-available';

/**
 * Receipt (明細票) of a provision, for the citizen alone: print it, do not log it. It says what was
 * provided, not the values.
 */
export interface KioskReceipt {
  /** The first 12 digits of `transactionId`, in groups of four, to be read out on a telephone. */
  readonly number: string;
  readonly transactionId: string;
  /** The option `terminalId`. */
  readonly terminalId?: string;
  /** Who received the information. */
  readonly provider: string;
  readonly service: { readonly id: string; readonly name: string };
  readonly purpose: string;
  readonly items: readonly (KioskItem & { readonly status: KioskReceiptStatus })[];
  /** When the citizen agreed to the fetch: ISO 8601 at +09:00. */
  readonly consentedAt: string;
  /** When the citizen's agreement to provide was reported: ISO 8601 at +09:00. */
  readonly providedAt: string;
  /** The period (保持期間) in days. */
  readonly retentionDays: number;
  /** End of the period: ISO 8601 at +09:00. */
  readonly keepUntil: string;
}

/** What a receipt is written from. */
export interface ReceiptFacts {
  readonly service: {
    readonly id: string;
    readonly name: string;
    readonly provider: string;
    readonly purpose: { readonly text: string };
    readonly items: Readonly<Record<string, KioskItem>>;
    readonly retention: { readonly days: number };
  };
  readonly terms: ConsentTerms;
  readonly answer: Answer;
  readonly providedAt: string;
  readonly terminalId: string | undefined;
}

/** Writes the receipt of a provision. */
export function writeReceipt(facts: ReceiptFacts): KioskReceipt {
  const { service, terms, answer, providedAt, terminalId } = facts;
  const { transactionId, grantedAt, keepUntil } = terms;
  const digits = transactionId.replaceAll('-', '').slice(0, 12).toUpperCase();
  const items = Object.entries(service.items).map(([key, item]) =>
    Object.freeze({ ...item, status: statusOf(answer.items[key]?.status) }),
  );
  return Object.freeze({
    number: digits.replaceAll(/(.{4})(?=.)/g, '$1-'),
    transactionId,
    ...(terminalId !== undefined && { terminalId }),
    provider: service.provider,
    service: Object.freeze({ id: service.id, name: service.name }),
    purpose: service.purpose.text,
    items: Object.freeze(items),
    consentedAt: grantedAt,
    providedAt,
    retentionDays: service.retention.days,
    keepUntil,
  });
}

function statusOf(status: string | undefined): KioskReceiptStatus {
  if (status === 'present') return 'provided';
  return status === 'nothing-on-record' ? 'nothing-on-record' : 'not-available';
}
