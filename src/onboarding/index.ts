export type { Calendar } from '../calendar/calendar.js';
export type { Text } from '../calendar/rules.js';
export type { Effect, Retry, Stage, Upstream } from '../foundation/error-facts.js';
export type { SelfInfoErrorCode } from '../foundation/error-table.js';
export { isSelfInfoError, SelfInfoError, type SelfInfoErrorOptions } from '../foundation/errors.js';
export type { Instant } from '../foundation/time.js';
export { type DocumentId, documents } from './documents.js';
export { type PlanICalendarOptions, toICalendar } from './ical.js';
export {
  type Basis,
  handover,
  type LeadTime,
  type LeadTimeId,
  leadTimes,
  type PlanDuration,
  type PlanDurations,
} from './lead-times.js';
export { toMarkdown } from './markdown.js';
export { toMermaid } from './mermaid.js';
export {
  type ChangeOptions,
  type NoticeOptions,
  type OnboardingOptions,
  type Plan,
  type PlannedSpan,
  type PlannedStep,
  planChange,
  planOnboarding,
  planResumption,
  planSuspension,
  planTermination,
  type Shortfall,
} from './plan.js';
export { type Requirement, requirements } from './requirements.js';
export { type ActorId, actors, type ChangePart, type Handling, type Procedure } from './rows.js';
export { type Step, type StepId, steps } from './steps.js';
export { toText } from './text.js';
export type { PlanTextOptions } from './words.js';
