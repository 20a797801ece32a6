import type { ConsentTerms } from '../oauth/terms.js';
import type { Inquiry } from '../service/inquiry.js';
import type { ofService, Service } from '../service/service.js';
import type { ItemSpec, ServiceSpec } from '../service/spec.js';

/** The methods that every item allows: an intersection over the items. */
type CommonMethod<S extends ServiceSpec> = {
  [K in keyof S['items']]: (method: S['items'][K]['inquiries'][number]) => void;
}[keyof S['items']] extends (method: infer M) => void
  ? M
  : never;

type InquiryFor<I extends ItemSpec> = Extract<Inquiry, { method: I['inquiries'][number] }>;

/** An inquiry that every item of the service allows. */
export type CommonInquiry<S extends ServiceSpec> = Extract<Inquiry, { method: CommonMethod<S> }>;

/** One inquiry per item, by a method that the item allows. Items left out are not requested. */
export type ItemInquiries<S extends ServiceSpec> = {
  readonly [K in keyof S['items']]?: InquiryFor<S['items'][K]>;
} & { readonly method?: never };

/**
 * A request that was sent, as plain JSON without secrets. Store it and collect the answer later,
 * from any process.
 *
 * The client's store holds the token and the process id under `id`.
 */
export interface Retrieval<S extends ServiceSpec = Service> {
  readonly v: 2;
  readonly id: string;
  /** The wire profile under which the request was sent. */
  readonly pin: string;
  readonly terms: ConsentTerms;
  /** The inquiries that were sent, by item key. */
  readonly inquiries: Readonly<Record<string, Inquiry>>;
  /** The item codes under which they were sent, by item key. */
  readonly codes: Readonly<Record<string, string>>;
  /** ISO 8601 at +09:00. */
  readonly submittedAt: string;
  /** ISO 8601 at +09:00. Afterwards the answer can no longer be collected. */
  readonly expiresAt: string;
  readonly [ofService]?: S;
}

/** What `onProgress` receives before each wait. */
export interface Progress {
  /** How often the client has asked so far. */
  readonly attempt: number;
  /** When it asks again: ISO 8601 at +09:00. */
  readonly retryAt: string;
}
