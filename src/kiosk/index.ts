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
export {
  type KioskError,
  type KioskErrorNumber,
  kioskErrors,
  kioskErrorsOf,
} from './errors.js';
export {
  type KioskActor,
  type KioskMachine,
  type KioskStateRow,
  kioskActions,
  kioskMachine,
} from './machine.js';
export type { KioskIdleTimes, KioskOptions, KioskService } from './options.js';
export type { CardCertificate, CardReader, CardSignature } from './reader.js';
export type { KioskItem, KioskReceipt, KioskReceiptStatus } from './receipt.js';
export { createKioskSession, type KioskSession } from './session.js';
export {
  createSimulatedReader,
  type SimulatedCard,
  type SimulatedReader,
  type SimulatedReaderOptions,
} from './simulated.js';
export type {
  KioskAction,
  KioskCause,
  KioskEnd,
  KioskEvent,
  KioskMenuEntry,
  KioskOutcome,
  KioskPart,
  KioskPlace,
  KioskState,
} from './states.js';
