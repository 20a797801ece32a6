export {
  type CategoryId,
  categories,
  commonServers,
  type DetailId,
  details,
  holdersOf,
  holdings,
  isDetailId,
  isServerId,
  type ServerId,
  servers,
} from '../catalog/index.js';
export {
  type Effect,
  isSelfInfoError,
  type Retry,
  SelfInfoError,
  type SelfInfoErrorCode,
  type SelfInfoErrorOptions,
  type Stage,
  type Upstream,
} from '../errors.js';
export type { Instant } from '../time.js';
export { type Calendar, type CalendarOptions, createCalendar } from './calendar.js';
export type { Cause, CauseFacts, CauseSource, HolderState, Segment, Span, State, Status } from './results.js';
export type { Text } from './rules.js';
export type { Target } from './targets.js';
