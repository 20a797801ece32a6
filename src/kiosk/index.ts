export type { Availability, ItemAvailability } from '../client/availability.js';
export { type Clock, createVirtualClock, type VirtualClock } from '../foundation/clock.js';
export { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
export type { ConsentTerms } from '../oauth/terms.js';
export type { Answer, ItemAnswer } from '../query/answer.js';
export type {
  CardProof,
  CardRefusal,
  KioskAuthorizer,
  KioskRefusal,
  KioskRequest,
  KioskStep,
  KioskTransaction,
} from './authorizer.js';
export type { KioskOptions, KioskService } from './options.js';
export type { CardCertificate, CardReader, CardSignature } from './reader.js';
export { createKioskSession, type KioskSession } from './session.js';
export { createSimulatedReader, type SimulatedCard, type SimulatedReader } from './simulated.js';
export {
  type KioskAction,
  type KioskCause,
  type KioskEnd,
  type KioskEvent,
  type KioskMenuEntry,
  type KioskOutcome,
  type KioskPart,
  type KioskPlace,
  type KioskState,
  kioskActions,
} from './states.js';
