import {
  array,
  enum as enumOf,
  int,
  optional,
  strictObject,
  string,
  union,
  boolean as yesOrNo,
} from 'zod';
import { LIMITS, MAX_ID, MAX_SOURCE, MONTH, STATES } from '../../calendar/announcements.js';
import type { Catalog } from '../../catalog/catalog.js';
import { ITEM_CODE } from '../../catalog/item-codes.js';

const instant = string().min(1).meta({ format: 'date-time' });

/** The schema of an announcement. The calendar checks what depends on several of its parts. */
export function announcementSchema({ servers, details }: Catalog) {
  return strictObject({
    id: string().min(1).max(MAX_ID),
    target: union([
      enumOf(['all', ...servers.map(({ id }) => id)]),
      strictObject({ detail: enumOf(details.map(({ id }) => id)) }),
      strictObject({ item: string().regex(ITEM_CODE) }),
    ]),
    state: enumOf(STATES),
    limit: optional(enumOf(LIMITS)),
    start: instant,
    end: instant,
    approximate: optional(yesOrNo()),
    replaces: optional(strictObject({ rule: string().min(1), month: string().regex(MONTH) })),
    announcedAt: instant,
    source: string().min(1).max(MAX_SOURCE),
  });
}

const notice = strictObject({ text: string().max(65_536), publishedAt: optional(instant) });

/** The schema of the notices that are put. */
export const noticesSchema = array(notice);

/** The schema of notices, and of what was understood of them. */
export function readNoticesSchema(catalog: Catalog) {
  return array(
    notice.extend({
      publishedAt: instant,
      announcements: array(announcementSchema(catalog)),
      notUnderstood: array(
        strictObject({
          text: string(),
          reason: strictObject({ code: string(), ja: string(), en: string() }),
          period: optional(strictObject({ start: instant, end: instant })),
          scope: optional(string()),
          line: int(),
          start: int(),
          end: int(),
        }),
      ),
    }),
  );
}
