export type { Calendar } from './calendar/calendar.js';
export type { Cause, HolderState, Segment, State, Status } from './calendar/results.js';
export type { Target } from './calendar/targets.js';
export type {
  Catalog,
  CatalogDetail,
  CatalogHolding,
  CatalogItem,
  CatalogName,
  CatalogServer,
  DetailIdOf,
  PublishedCatalog,
  ServerIdOf,
} from './catalog/catalog.js';
export type { CategoryId, DetailId } from './catalog/details.js';
export {
  type AddedDetail,
  type AddedHolder,
  type AddedItem,
  type AddedServer,
  type CatalogExtension,
  type CheckedExtension,
  type ExtendedCatalog,
  extendCatalog,
  type RedefinedServer,
} from './catalog/extend.js';
export type { ItemCode } from './catalog/item-codes.js';
export type { ItemConfidence } from './catalog/items.js';
export type { ServerId } from './catalog/servers.js';
export type { Availability, ItemAvailability } from './client/availability.js';
export { createSelfInfoClient } from './client/client.js';
export type { DeliverySignals, NoticeOptions, NoticeOutcome } from './client/delivery.js';
export type {
  ClientEvent,
  EventCall,
  EventFailure,
  EventIds,
  EventStep,
  RequestIds,
} from './client/events.js';
export { type Contact, type Explainable, type ExplainOptions, explain } from './client/explain.js';
export type { NoticeRequest } from './client/notice-request.js';
export type {
  CheckedPart,
  ClientCheck,
  ClientOperations,
  ClientStats,
} from './client/operations.js';
export type { Collected, ConsentOutcome, Grant } from './client/outcomes.js';
export type { CallTraceContext, StepTraceContext } from './client/tracing.js';
export type {
  BeginConsentOptions,
  ClientOptions,
  CollectOptions,
  ConsentOptions,
  SelfInfoClient,
  SubmitOptions,
} from './client/types.js';
export type { CitizenAdvice } from './foundation/citizen-error-rows.js';
export { type CitizenError, citizenErrors } from './foundation/citizen-errors.js';
export {
  type Clock,
  createVirtualClock,
  systemClock,
  type VirtualClock,
} from './foundation/clock.js';
export type { Effect, Retry, Stage, Upstream } from './foundation/error-facts.js';
export type { SelfInfoErrorCode } from './foundation/error-table.js';
export { isSelfInfoError, SelfInfoError, type SelfInfoErrorOptions } from './foundation/errors.js';
export type { FailureReason } from './foundation/failure-reasons.js';
export type { Language } from './foundation/language.js';
export { Sensitive } from './foundation/sensitive.js';
export type { Instant } from './foundation/time.js';
export type { Egress } from './net/egress.js';
export type { FetchLike } from './net/http.js';
export type { TlsCredential } from './net/tls.js';
export { buildConsentUrl } from './oauth/authorization-url.js';
export { type ValidCallback, validateCallback } from './oauth/callback.js';
export type { CallbackCode, CallbackRequest } from './oauth/callback-request.js';
export type { ClientAuth } from './oauth/client-auth.js';
export { type ClientSecret, clientSecret } from './oauth/client-secret.js';
export {
  type AssertionAlgorithm,
  type KeyObjectLike,
  type PrivateKeyJwt,
  type PrivateKeyJwtOptions,
  privateKeyJwt,
} from './oauth/private-key-jwt.js';
export { type PushAuthorizationOptions, pushAuthorization } from './oauth/push.js';
export type {
  ApiGatewayEvent,
  ApiGatewayEventV2,
  ApiGatewayValues,
} from './oauth/request-shapes.js';
export type { ConsentTerms } from './oauth/terms.js';
export { type AccessToken, type ExchangeTokenOptions, exchangeToken } from './oauth/token.js';
export type { Answer, Extras, ItemAnswer } from './query/answer.js';
export {
  type FetchAnswerOptions,
  type FetchedAnswer,
  fetchAnswer,
  type ProcessHandle,
  type RequestAnswerOptions,
  requestAnswer,
  type StepOptions,
} from './query/steps.js';
export type {
  CommonInquiry,
  ItemInquiries,
  Progress,
  Retrieval,
} from './query/types.js';
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
} from './service/inquiry.js';
export type { CheckedInquiry, InquiriesByItem } from './service/inquiry-rules.js';
export { defineService, type Service } from './service/service.js';
export type {
  ItemBase,
  ItemSpec,
  OpenRecord,
  RecordOf,
  ServiceSpec,
  StandardSchema,
} from './service/spec.js';
export { createMemoryStore } from './stores/memory.js';
export type { Store, StoredEntry } from './stores/store.js';
export type {
  CodecFunction,
  FinalMessage,
  WireCodec,
  WireContext,
  WireMessage,
  WireNotice,
  WireReply,
  WireStage,
} from './wire/codec.js';
export type {
  Confidence,
  Names,
  OAuthDeviation,
  ProfileEntry,
  WireItemStatus,
  WireProcessStatus,
  WireProfileData,
} from './wire/data.js';
export {
  acceptWireProfileNotConfirmedBySpecification,
  connectionCheckEnvironment,
  type Environment,
  type EnvironmentOptions,
  type ProductionEnvironmentOptions,
  productionEnvironment,
  type SandboxEnvironmentOptions,
  sandboxEnvironment,
} from './wire/environment.js';
export type {
  MissingHolder,
  WireItem,
  WireProcess,
  WireRecord,
  WireRequest,
  WireResult,
  WireRunning,
} from './wire/messages.js';
export type { WireProfile } from './wire/profile.js';
export { publicCodec } from './wire/public-codec.js';
export { publicProfile } from './wire/public-profile.js';
export { readStrictJson, type StrictJsonOptions } from './wire/reply.js';
