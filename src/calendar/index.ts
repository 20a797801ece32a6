export {
  type CategoryId,
  categories,
  type DetailId,
  details,
  holdersOf,
  holdings,
  isDetailId,
} from '../catalog/details.js';
export type { ItemCode } from '../catalog/item-codes.js';
export { commonServers, isServerId, type ServerId, servers } from '../catalog/servers.js';
export type { Effect, Retry, Stage, Upstream } from '../foundation/error-facts.js';
export type { SelfInfoErrorCode } from '../foundation/error-table.js';
export { isSelfInfoError, SelfInfoError, type SelfInfoErrorOptions } from '../foundation/errors.js';
export type { Instant } from '../foundation/time.js';
export type { Announcement } from './announcements.js';
export { type Calendar, type CalendarOptions, createCalendar } from './calendar.js';
export type { Outlook, OutlookOptions } from './engine/outlook.js';
export type { OperatingHours, PlannedOutage, ServerRow } from './overrides.js';
export type { Plan } from './plans.js';
export { type ICalendarOptions, toICalendar } from './print/ical.js';
export type { PictureOptions } from './print/picture.js';
export { toSvg } from './print/svg.js';
export { toText } from './print/text.js';
export type {
  AnnouncementSource,
  Cause,
  CauseFacts,
  CauseSource,
  GuidelineSource,
  HolderState,
  HostSource,
  PlanSource,
  Segment,
  Span,
  State,
  Status,
  UndoneCause,
} from './results.js';
export type { DayPattern, Text } from './rules.js';
export type { AnnouncementLimit, AnnouncementTarget } from './scopes.js';
export type { Target } from './targets.js';
