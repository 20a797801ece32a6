import type { Catalog, PublishedCatalog } from '../../catalog/catalog.js';
import { formatInstant } from '../../foundation/time.js';
import type { Announcement } from '../announcements.js';
import type { AnnouncementTarget } from '../scopes.js';
import type { Effect } from './effects.js';
import type { Outage } from './notice.js';

/** A stop from a notice: an announcement that only lowers, with instants as ISO strings. */
export interface NoticedOutage<C extends Catalog = PublishedCatalog> extends Announcement<C> {
  /** Never `open`: the parser does not believe a text that says that a server runs. */
  readonly state: 'closed' | 'uncertain' | 'slow';
  /** Start, ISO 8601 at +09:00. */
  readonly start: string;
  /**
   * End, itself not included, ISO 8601 at +09:00. If the outage may be extended (延長), the latest
   * end that the notice names.
   */
  readonly end: string;
  /** `publishedAt`, ISO 8601 at +09:00. */
  readonly announcedAt: string;
}

/** Returns one announcement for each effect and start. Of two, the longer one counts. */
export function* announce(
  outages: readonly Outage[],
  idPrefix: string,
  announcedAt: string,
): Generator<void, NoticedOutage<Catalog>[]> {
  const byId = new Map<string, NoticedOutage<Catalog>>();
  for (const { effects, period, source } of outages) {
    yield;
    const { startMs, endMs, approximate } = period;
    const [start, end] = [formatInstant(startMs), formatInstant(endMs)];
    for (const effect of effects) {
      const id = `${idPrefix}:${nameOf(effect)}:${start}`;
      const known = byId.get(id);
      if (known && known.end >= end) continue;
      byId.set(id, {
        id,
        target: effect.target,
        state: effect.state,
        ...(effect.limit && { limit: effect.limit }),
        start,
        end,
        ...(approximate && { approximate }),
        announcedAt,
        source,
      });
    }
  }
  return [...byId.values()];
}

/** Scope, state and limit are part of the id, so that a corrected one is another announcement. */
function nameOf({ target, state, limit }: Effect): string {
  const kind = limit ?? (state === 'closed' ? undefined : state);
  return kind === undefined ? textOf(target) : `${textOf(target)}:${kind}`;
}

function textOf(target: AnnouncementTarget<Catalog>): string {
  if (typeof target === 'string') return target;
  return 'detail' in target ? target.detail : target.item;
}
