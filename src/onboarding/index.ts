export type { Calendar } from '../calendar/calendar.js';
export type { Text } from '../calendar/rules.js';
export type { Effect, Retry, Stage, Upstream } from '../foundation/error-facts.js';
export type { SelfInfoErrorCode } from '../foundation/error-table.js';
export { isSelfInfoError, SelfInfoError, type SelfInfoErrorOptions } from '../foundation/errors.js';
export type { Instant } from '../foundation/time.js';
export { type ActorId, actors } from './actors.js';
export type { Blackout } from './blackout.js';
export { toCsv } from './csv.js';
export { type DocumentId, documents } from './documents.js';
export type { PlanDuration, PlanDurations } from './durations.js';
export { type PlanICalendarOptions, toICalendar } from './ical.js';
export { type Basis, handover, leadTimes } from './lead-time-table.js';
export type { LeadTime, LeadTimeId } from './lead-times.js';
export { toMarkdown } from './markdown.js';
export { toMermaid } from './mermaid.js';
export type { Plan, PlannedSpan, PlannedStep, Shortfall } from './plan.js';
export {
  type NoticeOptions,
  planResumption,
  planSuspension,
  planTermination,
} from './plan-notice.js';
export {
  type ChangeOptions,
  type OnboardingOptions,
  planChange,
  planOnboarding,
} from './plan-onboarding.js';
export type { ChangePart, Procedure } from './procedures.js';
export { type Requirement, requirements } from './requirements.js';
export type { Handling } from './step-row.js';
export { type Step, type StepId, steps } from './steps.js';
export { toSvg } from './svg.js';
export { toText } from './text.js';
export type { PlanTextOptions } from './wording.js';
