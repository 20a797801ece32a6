export { isSelfInfoError, SelfInfoError } from '../errors.js';
export { type Clock, createVirtualClock, type VirtualClock } from '../time.js';
export type { Peer } from './app.js';
export type { Credential } from './certificates.js';
export { personas } from './citizens.js';
export { controlPaths } from './control.js';
export { type Fault, type FaultAction, type FaultStep, faultHeader } from './faults.js';
export type { Persona, PersonaItemStatus, PersonaRecord, UnaskedRecord } from './personas.js';
export {
  type HouseholdRecord,
  householdRecord,
  type LocalTaxRecord,
  localTaxRecord,
  type PensionRecord,
  pensionRecord,
  type RecordSchema,
  type SampleRecord,
  type VaccinationRecord,
  vaccinationRecord,
} from './records.js';
export type { RegisteredItem, RegisteredService, Registration } from './registrations.js';
export { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.js';
export { type Connection, type StartedSandbox, type StartSandboxOptions, startSandbox } from './server.js';
export type { LogEntry, LogStep } from './state.js';
export type { VisitOptions } from './visit.js';
