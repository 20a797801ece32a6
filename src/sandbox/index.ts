export { type Clock, createVirtualClock, type VirtualClock } from '../foundation/clock.js';
export { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
export type { Peer } from './app.js';
export type { Credential } from './certificates.js';
export type { SandboxCodec } from './codec.js';
export type { RegisteredProvider } from './consent-facts.js';
export { spaceHeader } from './control/place.js';
export type { ConsentRule } from './control/rule.js';
export type {
  PublishedNotice,
  ReadNotice,
  RegisteredClient,
  SandboxControl,
  WaitOptions,
} from './control/types.js';
export {
  type Fault,
  type FaultAction,
  type FaultStep,
  faultHeader,
  type PlannedFault,
} from './faults.js';
export type { JournalCheck, JournalEntry, JournalQuery, JournalStep } from './journal.js';
export type { PublicKeySet } from './key-set.js';
export type { CardCondition, SandboxCard } from './kiosk/cards.js';
export { createSandboxKiosk, type SandboxKiosk, type SandboxKioskOptions } from './kiosk/kiosk.js';
export type { KioskLogEntry } from './kiosk/transaction.js';
export { controlPaths } from './pages/control.js';
export { personas } from './personas/built-in.js';
export type {
  Persona,
  PersonaItemStatus,
  PersonaRecord,
  UnaskedRecord,
} from './personas/persona.js';
export {
  type ChildcareOtherRecord,
  type ChildcareSupportRecord,
  childcareOtherRecord,
  childcareSupportRecord,
  type EducationSupportRecord,
  educationSupportRecord,
  type MaternalChildHealthRecord,
  maternalChildHealthRecord,
  type SingleParentRecord,
  singleParentRecord,
} from './personas/records/children.js';
export {
  type DisabilityWelfareRecord,
  disabilityWelfareRecord,
  type HealthOtherRecord,
  healthOtherRecord,
  type LongTermCareRecord,
  longTermCareRecord,
  type MedicalInsuranceRecord,
  medicalInsuranceRecord,
  type PublicAssistanceRecord,
  publicAssistanceRecord,
  type RemainingJapaneseSupportRecord,
  remainingJapaneseSupportRecord,
  type VaccinationRecord,
  vaccinationRecord,
} from './personas/records/health-and-welfare.js';
export type { RecordSchema, SampleRecord } from './personas/records/schema.js';
export {
  type HouseholdRecord,
  householdRecord,
  type LocalTaxRecord,
  localTaxRecord,
} from './personas/records/tax-and-household.js';
export {
  type EmploymentRecord,
  employmentRecord,
  type PensionRecord,
  type PublicFundsAccountRecord,
  pensionRecord,
  publicFundsAccountRecord,
  type WorkersAccidentCompensationRecord,
  workersAccidentCompensationRecord,
} from './personas/records/work-and-pension.js';
export { consentHeaders } from './portal/without-page.js';
export type { RegisteredItem, RegisteredService, Registration } from './registrations.js';
export { createSandbox } from './sandbox.js';
export {
  type Connection,
  type StartedSandbox,
  type StartedSpace,
  type StartSandboxOptions,
  startSandbox,
} from './server.js';
export type { Sandbox, SandboxClientOptions, SandboxOptions } from './types.js';
export type { VisitOptions } from './visit.js';
