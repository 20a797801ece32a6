export { isSelfInfoError, SelfInfoError } from '../errors.js';
export { type Clock, createVirtualClock, type VirtualClock } from '../time.js';
export type { Peer } from './app.js';
export type { Credential } from './certificates.js';
export { personas } from './citizens.js';
export { controlPaths } from './control.js';
export { type Fault, type FaultAction, type FaultStep, faultHeader } from './faults.js';
export type { PublicKeySet } from './key-set.js';
export {
  type CardCondition,
  createSandboxKiosk,
  type KioskLogEntry,
  type SandboxCard,
  type SandboxKiosk,
  type SandboxKioskOptions,
} from './kiosk.js';
export type { Persona, PersonaItemStatus, PersonaRecord, UnaskedRecord } from './personas.js';
export {
  type HouseholdRecord,
  householdRecord,
  type LocalTaxRecord,
  localTaxRecord,
  type RecordSchema,
  type SampleRecord,
} from './records.js';
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
} from './records-children.js';
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
} from './records-health.js';
export {
  type EmploymentRecord,
  employmentRecord,
  type PensionRecord,
  type PublicFundsAccountRecord,
  pensionRecord,
  publicFundsAccountRecord,
  type WorkersAccidentCompensationRecord,
  workersAccidentCompensationRecord,
} from './records-work.js';
export type { RegisteredItem, RegisteredService, Registration } from './registrations.js';
export { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.js';
export {
  type Connection,
  type StartedSandbox,
  type StartSandboxOptions,
  startSandbox,
} from './server.js';
export type { LogEntry, LogStep } from './state.js';
export type { VisitOptions } from './visit.js';
