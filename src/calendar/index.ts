export type {
  Catalog,
  CatalogDetail,
  CatalogHolding,
  CatalogItem,
  CatalogName,
  CatalogServer,
  DetailIdOf,
  PublishedCatalog,
  ServerIdOf,
} from '../catalog/catalog.js';
export {
  type CategoryId,
  categories,
  type DetailId,
  details,
  holdings,
} from '../catalog/details.js';
export {
  type AddedDetail,
  type AddedHolder,
  type AddedItem,
  type AddedServer,
  type CatalogExtension,
  type CheckedExtension,
  type ExtendedCatalog,
  extendCatalog,
  type RedefinedServer,
} from '../catalog/extend.js';
export type { ItemCode } from '../catalog/item-codes.js';
export type { ItemConfidence } from '../catalog/items.js';
export { commonServers, holdersOf, isDetailId, isServerId } from '../catalog/lookup.js';
export { type ServerId, servers } from '../catalog/servers.js';
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
export { type PaperOptions, toPaperSvg } from './print/paper.js';
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
