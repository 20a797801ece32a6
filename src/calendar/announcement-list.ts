import { invalidOption } from '../foundation/errors.js';
import { type CheckedAnnouncement, checkCount } from './announcements.js';

/** The announcements of a calendar, and what its feeds said last. */
export interface AnnouncementList {
  readonly all: readonly CheckedAnnouncement[];
  /** The source of each announcement of a feed, by id. */
  readonly sources: ReadonlyMap<string, string>;
  /** When each source was read last, in epoch milliseconds. */
  readonly readings: ReadonlyMap<string, number>;
  /** What each source said last, and under null what the caller said. */
  readonly said: ReadonlyMap<string | null, readonly CheckedAnnouncement[]>;
}

/** The list of a calendar without announcements. */
export const EMPTY_LIST: AnnouncementList = {
  all: [],
  sources: new Map(),
  readings: new Map(),
  said: new Map(),
};

/**
 * Adds announcements to the known ones. Returns the known list itself if nothing changes.
 *
 * @throws SelfInfoError `invalid_option` for two with the same id and instant that differ, and for
 * too many.
 */
export function mergeAnnouncements(
  known: AnnouncementList,
  added: readonly CheckedAnnouncement[],
  path: string,
): AnnouncementList {
  const byId = new Map(known.all.map((announced) => [announced.id, announced]));
  const sources = new Map(known.sources);
  let changed = false;
  for (const [index, announced] of added.entries()) {
    const other = byId.get(announced.id);
    if (other && !replaces(announced, other, `${path}[${index}].id`)) continue;
    byId.set(announced.id, announced);
    sources.delete(announced.id);
    changed = true;
  }
  checkCount(byId.size, path);
  const said = new Map(known.said).set(null, [...(known.said.get(null) ?? []), ...added]);
  return changed ? { ...known, all: [...byId.values()], sources, said } : known;
}

/**
 * Replaces all that a source said for times not yet over at `readAtMs`. What it repeats unchanged
 * keeps its `announcedAt`, so that a page that is read again does not outvote what came in between.
 *
 * @throws as {@link mergeAnnouncements}.
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
  const isOwn = ({ id }: CheckedAnnouncement) => known.sources.get(id) === source;
  const before = new Map(known.all.filter(isOwn).map((announced) => [announced.id, announced]));
  const byId = new Map(
    known.all
      .filter((announced) => !isOwn(announced) || announced.endMs <= readAtMs)
      .map((announced) => [announced.id, announced]),
  );
  const sources = new Map([...known.sources].filter(([id]) => byId.has(id)));
  restore(known, source, byId, sources);
  const inThis = new Set<string>();
  for (const [index, announced] of read.entries()) {
    const { id } = announced;
    const other = byId.get(id);
    // The newest reading of a source counts more than its older ones.
    const isSettled = sources.get(id) === source && !inThis.has(id);
    if (other && !isSettled && !replaces(announced, other, `${path}[${index}].id`)) continue;
    const last = before.get(id);
    byId.set(id, last && contentOf(last) === contentOf(announced) ? last : announced);
    sources.set(id, source);
    inThis.add(id);
  }
  checkCount(byId.size, path);
  const all = [...byId.values()];
  const knownOnes = new Set(known.all);
  const isSame = all.length === knownOnes.size && all.every((one) => knownOnes.has(one));
  const said = new Map(known.said).set(source, read);
  return { all: isSame ? known.all : all, sources, readings, said };
}

/** Puts back what another source, or the caller, says under an id that a source has dropped. */
function restore(
  { said }: AnnouncementList,
  dropping: string,
  byId: Map<string, CheckedAnnouncement>,
  sources: Map<string, string>,
): void {
  const given = new Set(byId.keys());
  for (const [source, list] of said)
    for (const announced of list) {
      const { id, announcedAtMs } = announced;
      if (source === dropping || given.has(id)) continue;
      if ((byId.get(id)?.announcedAtMs ?? Number.NEGATIVE_INFINITY) >= announcedAtMs) continue;
      byId.set(id, announced);
      if (source === null) sources.delete(id);
      else sources.set(id, source);
    }
}

/** Returns whether an announcement replaces another one with the same id. */
function replaces(added: CheckedAnnouncement, known: CheckedAnnouncement, path: string): boolean {
  if (
    known.announcedAtMs === added.announcedAtMs &&
    JSON.stringify(known) !== JSON.stringify(added)
  ) {
    throw invalidOption(path, {
      en: 'A different announcement has the same id and announcedAt. Give the correction a later announcedAt.',
      ja: '同じ id と announcedAt で内容の異なるお知らせがあります。訂正には、より後の announcedAt を指定してください。',
    });
  }
  return known.announcedAtMs < added.announcedAtMs;
}

/** Returns everything that an announcement says, except when. */
function contentOf({ facts, origin, announcedAtMs, ...rest }: CheckedAnnouncement): string {
  return JSON.stringify([rest, origin.source, facts?.certainty]);
}
