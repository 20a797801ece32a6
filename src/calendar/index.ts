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
export type { Announcement } from './announcements.js';
export { type Calendar, type CalendarOptions, createCalendar } from './calendar.js';
export { type ICalendarOptions, toICalendar } from './ical.js';
export type { OperatingHours, PlannedOutage, ServerRow } from './overrides.js';
export { toSvg, toText } from './picture.js';
export type {
  AnnouncementSource,
  Cause,
  CauseFacts,
  CauseSource,
  GuidelineSource,
  HolderState,
  HostSource,
  Segment,
  Span,
  State,
  Status,
  UndoneCause,
} from './results.js';
export type { DayPattern, Text } from './rules.js';
export type { PictureOptions } from './sheet.js';
export type { Target } from './targets.js';
