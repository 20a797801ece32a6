import { invalidOption } from '../foundation/errors.js';
import { type CheckedAnnouncement, checkCount } from './announcements.js';

type ById = ReadonlyMap<string, CheckedAnnouncement>;

/** The announcements of a calendar, and what its feeds said last. */
export interface AnnouncementList {
  /** The announcements that count. */
  readonly all: readonly CheckedAnnouncement[];
  /** What each source said last, by id. The caller's `announced` and `with` are under null. */
  readonly said: ReadonlyMap<string | null, ById>;
  /** When each source was read last, in epoch milliseconds. */
  readonly readings: ReadonlyMap<string, number>;
  /** Whether announcements limited to a first use count. */
  readonly firstUse: boolean;
}

/** The list of a calendar without announcements. */
export const EMPTY_LIST: AnnouncementList = {
  all: [],
  said: new Map(),
  readings: new Map(),
  firstUse: true,
};

/**
 * Adds announcements of the caller to the known ones. Returns the known list itself if nothing
 * changes.
 *
 * @throws SelfInfoError `invalid_option` for two with the same id and instant that differ, and for
 * too many.
 */
export function mergeAnnouncements(
  known: AnnouncementList,
  added: readonly CheckedAnnouncement[],
  path: string,
): AnnouncementList {
  const before = known.said.get(null);
  const own = latestById(before ?? new Map(), added, path);
  if (own.size === (before?.size ?? 0) && [...own.values()].every(isIn(before))) return known;
  return withSaid(known, null, own, path);
}

/**
 * Replaces all that a source said for times not yet over at `readAtMs`. What it repeats unchanged
 * keeps its `announcedAt`, so that a page that is read again does not outvote what came in between.
 *
 * @throws as {@link mergeAnnouncements}, for two of this reading.
 */
export function replaceFeed(
  known: AnnouncementList,
  source: string,
  read: readonly CheckedAnnouncement[],
  readAtMs: number,
  path: string,
): AnnouncementList {
  if ((known.readings.get(source) ?? Number.NEGATIVE_INFINITY) > readAtMs) return known;
  const readings = new Map(known.readings).set(source, readAtMs);
  const before: ById = known.said.get(source) ?? new Map();
  const now = new Map([...before].filter(([, { endMs }]) => endMs <= readAtMs));
  // The newest reading of a source counts more than its older ones.
  for (const [id, announced] of latestById(new Map(), read, path)) {
    const last = before.get(id);
    now.set(id, last && contentOf(last) === contentOf(announced) ? last : announced);
  }
  return withSaid({ ...known, readings }, source, now, path);
}

/** Leaves out the announcements that are limited to a first use, also those that come later. */
export function leaveOutFirstUse(known: AnnouncementList): AnnouncementList {
  return counted({ ...known, firstUse: false });
}

function withSaid(
  known: AnnouncementList,
  source: string | null,
  announced: ById,
  path: string,
): AnnouncementList {
  const said = new Map(known.said).set(source, announced);
  checkCount(
    [...said.values()].reduce((count, { size }) => count + size, 0),
    path,
  );
  return counted({ ...known, said });
}

/** Returns the list with the announcements that count; `all` stays the same if they do. */
function counted(list: AnnouncementList): AnnouncementList {
  const before = new Set(list.all);
  const all = standing(list.said).filter(({ limit }) => list.firstUse || limit !== 'first-use');
  const isSame = all.length === before.size && all.every((one) => before.has(one));
  return isSame ? list : { ...list, all };
}

/**
 * Returns the announcements that stand. Ids belong to their source, so what two feeds say under the
 * same id stands side by side. Between the caller and a feed the later version counts.
 */
function standing(said: AnnouncementList['said']): CheckedAnnouncement[] {
  const own: ById = said.get(null) ?? new Map();
  const feeds = [...said].filter(([source]) => source !== null).map(([, byId]) => byId);
  const found = [...own.values()].filter(({ id, announcedAtMs }) =>
    feeds.every((feed) => (feed.get(id)?.announcedAtMs ?? announcedAtMs) <= announcedAtMs),
  );
  // What a feed repeats word for word of another one is one announcement.
  const known = new Map(found.map((announced) => [announced.id, [announced]]));
  for (const announced of feeds.flatMap((feed) => [...feed.values()])) {
    const { id, announcedAtMs } = announced;
    if ((own.get(id)?.announcedAtMs ?? announcedAtMs) > announcedAtMs) continue;
    const others = known.get(id);
    if (others?.some((other) => isEqual(other, announced))) continue;
    if (others) others.push(announced);
    else known.set(id, [announced]);
    found.push(announced);
  }
  return found;
}

/**
 * Returns announcements by id: of each the latest version.
 *
 * @throws as {@link mergeAnnouncements}.
 */
function latestById(
  known: ById,
  added: readonly CheckedAnnouncement[],
  path: string,
): Map<string, CheckedAnnouncement> {
  const byId = new Map(known);
  for (const [index, announced] of added.entries()) {
    const other = byId.get(announced.id);
    if (other && !replaces(announced, other, `${path}[${index}].id`)) continue;
    byId.set(announced.id, announced);
  }
  return byId;
}

/** Returns whether an announcement replaces another one with the same id. */
function replaces(added: CheckedAnnouncement, known: CheckedAnnouncement, path: string): boolean {
  if (known.announcedAtMs === added.announcedAtMs && !isEqual(known, added)) {
    throw invalidOption(path, {
      en: 'A different announcement has the same id and announcedAt. Give the correction a later announcedAt.',
      ja: '同じ id と announcedAt で内容の異なるお知らせがあります。訂正には、より後の announcedAt を指定してください。',
    });
  }
  return known.announcedAtMs < added.announcedAtMs;
}

function isIn(byId: ById | undefined): (announced: CheckedAnnouncement) => boolean {
  return (announced) => byId?.get(announced.id) === announced;
}

function isEqual(one: CheckedAnnouncement, other: CheckedAnnouncement): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Returns everything that an announcement says, except when. */
function contentOf({ facts, origin, announcedAtMs, ...rest }: CheckedAnnouncement): string {
  return JSON.stringify([rest, origin.source, facts?.certainty]);
}
