export type { Answer, Extras, ItemAnswer } from './answer.js';
export {
  type AssertionAlgorithm,
  type ClientAuth,
  type PrivateKeyJwt,
  type PrivateKeyJwtOptions,
  privateKeyJwt,
} from './assertion.js';
export type { Availability } from './availability.js';
export type {
  Calendar,
  CategoryId,
  Cause,
  DetailId,
  HolderState,
  Segment,
  ServerId,
  State,
  Status,
  Target,
} from './calendar/index.js';
export { createSelfInfoClient } from './client.js';
export {
  buildConsentUrl,
  type CallbackCode,
  type CallbackRequest,
  type ConsentTerms,
  type ValidCallback,
  validateCallback,
} from './consent.js';
export type { Egress } from './egress.js';
export {
  acceptWireProfileNotConfirmedBySpecification,
  connectionCheckEnvironment,
  type Environment,
  type EnvironmentOptions,
  type ProductionEnvironmentOptions,
  productionEnvironment,
  sandboxEnvironment,
} from './environment.js';
export {
  type Effect,
  isSelfInfoError,
  type Retry,
  SelfInfoError,
  type SelfInfoErrorCode,
  type SelfInfoErrorOptions,
  type Stage,
  type Upstream,
} from './errors.js';
export type { ClientEvent, EventStep } from './events.js';
export { type Explainable, explain, type Language } from './explain.js';
export type { FetchLike } from './http.js';
export {
  type Day,
  type FiscalYear,
  fiscalYear,
  type Inquiry,
  type Latest,
  latest,
  type Method,
  type PointInTime,
  pointInTime,
  type Range,
  range,
} from './inquiry.js';
export type {
  ClientOptions,
  Collected,
  CollectOptions,
  ConsentOptions,
  ConsentOutcome,
  Grant,
  SelfInfoClient,
  SubmitOptions,
} from './journey.js';
export {
  type Confidence,
  type MissingHolder,
  type OAuthDeviation,
  type ProfileEntry,
  publicProfile,
  type WireItem,
  type WireItemStatus,
  type WireProcessStatus,
  type WireProfile,
  type WireRecord,
  type WireRequest,
  type WireResult,
} from './profile.js';
export { type PushAuthorizationOptions, pushAuthorization } from './pushed-authorization.js';
export type { CommonInquiry, ItemInquiries, NoOtherItems, Progress, Retrieval } from './query.js';
export { Sensitive } from './redaction.js';
export {
  defineService,
  type ItemBase,
  type ItemSpec,
  type OpenRecord,
  type RecordOf,
  type Service,
  type ServiceSpec,
  type StandardSchema,
} from './service.js';
export { createMemoryStore, type Store, type StoredEntry } from './stores/store.js';
export {
  type Clock,
  createVirtualClock,
  type Instant,
  systemClock,
  type VirtualClock,
} from './time.js';
export type { TlsCredential } from './tls.js';
export { type AccessToken, type ExchangeTokenOptions, exchangeToken } from './token.js';
