import type { Catalog, PublishedCatalog } from '../catalog/catalog.js';
import { checkItemCode } from '../catalog/item-codes.js';
import { checkDetailId, isServerId } from '../catalog/lookup.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { formatInstant, type Instant, toEpochMs } from '../foundation/time.js';
import { announcementFacts } from './announcement-facts.js';
import type { AnnouncementSource, CauseFacts } from './results.js';
import { FROM_MS, TO_MS } from './rules.js';
import type { AnnouncementLimit, AnnouncementTarget } from './scopes.js';

/**
 * News that overrides the published tables: a stop (停止のお知らせ), or that a planned one does not
 * take place. The guideline states planned outages only in principle (原則), and practice departs
 * from them. Plain JSON is accepted.
 *
 * - `closed` closes its target. `open` for `all` or a server undoes planned outages, never
 *   operating hours, and lifts earlier closures of the same or a narrower target. `open` for a
 *   detail or an item lifts earlier closures of the same target only.
 * - Where `closed` and `open` overlap, the one with the later `announcedAt` wins; at the same
 *   instant, the closed one does.
 * - `uncertain`, `slow` and everything with a `limit` only lower a state. They never lift a closure,
 *   and no `open` lifts them: only a later version with the same `id` does.
 * - With a `limit`, `closed` counts as `uncertain`, and `open` changes nothing. `slow` leaves the
 *   state open and appears among the causes.
 * - An announcement with a known `id` and a later `announcedAt` replaces the earlier one
 *   completely: an extension, a correction, a withdrawal. Repeating it unchanged is harmless. Two
 *   feeds do not replace what the other one says.
 *
 * @example
 * ```ts
 * import { type Announcement, createCalendar } from 'myna-selfinfo/calendar';
 * // Only the public funds account stops.
 * const october: Announcement = {
 *   id: '2026-10-account',
 *   target: { detail: 'public-funds-account' },
 *   state: 'closed',
 *   start: '2026-10-13T23:50+09:00',
 *   end: '2026-10-14T08:00+09:00',
 *   announcedAt: '2026-10-01T10:00+09:00',
 *   source: 'お知らせ 2026-10-01',
 * };
 * const calendar = createCalendar({ announced: [october] });
 * calendar.status('public-funds-account', '2026-10-14T03:00+09:00').state; // closed
 * calendar.status('local-tax', '2026-10-14T03:00+09:00').state; // open
 * ```
 */
export interface Announcement<C extends Catalog = PublishedCatalog> {
  /** Name of the announcement, at most 200 characters. */
  readonly id: string;
  /** What it is about. */
  readonly target: AnnouncementTarget<C>;
  /**
   * Whether the target stops, may stop, is slow, or runs despite its planned outages and earlier
   * closures.
   */
  readonly state: 'closed' | 'uncertain' | 'slow' | 'open';
  /** Whom it concerns. Default: everybody. */
  readonly limit?: AnnouncementLimit;
  /** Start of the announced span. */
  readonly start: Instant;
  /** End, itself not included. If approximate, the latest instant that it may last to. */
  readonly end: Instant;
  /**
   * Whether the notice says "about" (頃), or that the outage may be extended. It still counts up to
   * `end`; its cause has the certainty `approximate`.
   */
  readonly approximate?: boolean;
  /**
   * A planned outage that the announcement replaces, for `all` or a server and `closed` or `open`
   * without `limit`. `rule` is the id of a planned outage of the server (with `all`, of any
   * server). Its occurrences that start in `month` (`YYYY-MM`) are dropped, even outside the
   * announced span.
   */
  readonly replaces?: { readonly rule: string; readonly month: string };
  /** When it was announced. Decides between contradicting announcements. */
  readonly announcedAt: Instant;
  /** The words of the notice, or where to find them; at most 10,000 characters. */
  readonly source: string;
}

/** A checked announcement, cut at the ends of the calendar's span, so it may be empty. */
export interface CheckedAnnouncement {
  readonly id: string;
  readonly target: AnnouncementTarget<Catalog>;
  /** `closed` only without limit. With a limit it is `uncertain` or `slow`, or `open`. */
  readonly state: Announcement['state'];
  readonly limit: AnnouncementLimit | null;
  readonly startMs: number;
  readonly endMs: number;
  readonly announcedAtMs: number;
  readonly replaces: { readonly rule: string; readonly month: string } | null;
  readonly origin: AnnouncementSource;
  /** The facts of its causes; null if it opens. */
  readonly facts: CauseFacts | null;
}

const MAX_ANNOUNCEMENTS = 10_000;
/** How long an id may be. */
export const MAX_ID = 200;
/** How long a source may be. */
export const MAX_SOURCE = 10_000;

/** What announcements may refer to. */
interface Known {
  readonly catalog: Catalog;
  /** Returns the ids of a server's planned outages. */
  outagesOf(server: string): readonly string[];
}

/**
 * Checks announcements.
 *
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `unknown_server`,
 * `invalid_instant`, `invalid_date`, `range_reversed`; TypeError.
 */
export function checkAnnouncements(
  list: unknown,
  path: string,
  known: Known,
): CheckedAnnouncement[] {
  if (!Array.isArray(list)) throw new TypeError(`${path} must be an array.`);
  checkCount(list.length, path);
  return Array.from(list, (item: unknown, index) =>
    checkAnnouncement(item, `${path}[${index}]`, known),
  );
}

function checkAnnouncement(item: unknown, path: string, known: Known): CheckedAnnouncement {
  const given = readKeys(item, path, {
    id: true,
    target: true,
    state: true,
    limit: true,
    start: true,
    end: true,
    approximate: true,
    replaces: true,
    announcedAt: true,
    source: true,
  } satisfies Record<keyof Announcement, true>);
  const { id, approximate = false, source } = given;
  checkLimited(id, `${path}.id`, MAX_ID);
  const target = checkTarget(given.target, `${path}.target`, known.catalog);
  const said = checkChoice(given.state, `${path}.state`, STATES);
  const limit =
    given.limit === undefined ? null : checkChoice(given.limit, `${path}.limit`, LIMITS);
  const state = said === 'closed' && limit !== null ? 'uncertain' : said;
  const startMs = instant(given.start, `${path}.start`);
  const endMs = instant(given.end, `${path}.end`);
  if (endMs < startMs) throw new SelfInfoError('range_reversed', { path: `${path}.end` });
  if (endMs === startMs)
    throw invalidOption(`${path}.end`, {
      en: 'It must be after the start.',
      ja: '開始より後の時刻を指定してください。',
    });
  if (typeof approximate !== 'boolean')
    throw new TypeError(`${path}.approximate must be a boolean.`);
  const replaces =
    given.replaces === undefined
      ? null
      : checkReplaces(given.replaces, `${path}.replaces`, { target, state, limit }, known);
  const announcedAtMs = instant(given.announcedAt, `${path}.announcedAt`);
  checkLimited(source, `${path}.source`, MAX_SOURCE);
  const origin = Object.freeze({
    kind: 'announcement',
    id,
    announcedAt: formatInstant(announcedAtMs),
    source,
  } as const);
  return {
    id,
    target,
    state,
    limit,
    startMs: Math.max(startMs, FROM_MS),
    endMs: Math.min(endMs, TO_MS),
    announcedAtMs,
    replaces,
    origin,
    facts:
      state === 'open'
        ? null
        : announcementFacts({ target, state, limit }, approximate, origin, known.catalog),
  };
}

function checkReplaces(
  value: unknown,
  path: string,
  { target, state, limit }: Pick<CheckedAnnouncement, 'target' | 'state' | 'limit'>,
  known: Known,
): CheckedAnnouncement['replaces'] {
  if (typeof target !== 'string' || limit !== null || (state !== 'closed' && state !== 'open')) {
    throw invalidOption(path, {
      en: 'It needs the target all or a server, the state closed or open, and no limit.',
      ja: 'target が all かサーバ、state が closed か open で、limit がない場合にだけ指定できます。',
    });
  }
  const given = readKeys(value, path, { rule: true, month: true } satisfies Record<
    keyof NonNullable<Announcement['replaces']>,
    true
  >);
  const { rule, month } = given;
  checkText(rule, `${path}.rule`);
  const servers = target === 'all' ? known.catalog.servers.map(({ id }) => id) : [target];
  const rules = [...new Set(servers.flatMap((server) => known.outagesOf(server)))];
  if (!rules.includes(rule)) {
    const names = rules.join(', ');
    throw invalidOption(`${path}.rule`, {
      en:
        rules.length === 0 ? 'This server has no planned outages.' : `It must be one of ${names}.`,
      ja:
        rules.length === 0
          ? 'このサーバには計画停止がありません。'
          : `${names} のいずれかを指定してください。`,
    });
  }
  checkText(month, `${path}.month`);
  if (!MONTH.test(month))
    throw invalidOption(`${path}.month`, {
      en: 'It must have the form YYYY-MM.',
      ja: 'YYYY-MM 形式で指定してください。',
    });
  return { rule, month };
}

/** A month, `YYYY-MM`. */
export const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
/** What an announcement may say. */
export const STATES = ['closed', 'uncertain', 'slow', 'open'] as const;
/** Whom an announcement may concern. */
export const LIMITS = ['first-use', 'some-sources', 'unknown-scope'] as const;

function checkChoice<T extends string>(value: unknown, path: string, choices: readonly T[]): T {
  checkText(value, path);
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  throw invalidOption(path, {
    en: `It must be one of ${choices.join(', ')}.`,
    ja: `${choices.join(', ')} のいずれかを指定してください。`,
  });
}

function checkTarget(value: unknown, path: string, catalog: Catalog): AnnouncementTarget<Catalog> {
  if (typeof value === 'object' && value !== null) return checkNarrowTarget(value, path, catalog);
  checkText(value, path);
  if (value === 'all' || isServerId(value, catalog)) return value;
  throw new SelfInfoError('unknown_server', { path });
}

function checkNarrowTarget(
  value: unknown,
  path: string,
  catalog: Catalog,
): AnnouncementTarget<Catalog> {
  const given = readKeys(value, path, { detail: true, item: true });
  const { detail, item } = given;
  if ((detail === undefined) === (item === undefined))
    throw invalidOption(path, {
      en: 'It must be all, a server, { detail } or { item }.',
      ja: 'all、サーバ、{ detail }、{ item } のいずれかを指定してください。',
    });
  if (detail === undefined) return Object.freeze({ item: checkItemCode(item, `${path}.item`) });
  checkText(detail, `${path}.detail`);
  checkDetailId(detail, `${path}.detail`, catalog);
  return Object.freeze({ detail });
}

function instant(value: unknown, path: string): number {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  return toEpochMs(value as Instant, path);
}

function checkLimited(value: unknown, path: string, max: number): asserts value is string {
  checkText(value, path);
  if (value.length > max)
    throw invalidOption(path, {
      en: `At most ${max} characters.`,
      ja: `${max} 文字以内で指定してください。`,
    });
}

/** Checks how many announcements a calendar gets. */
export function checkCount(count: number, path: string): void {
  if (count > MAX_ANNOUNCEMENTS)
    throw invalidOption(path, {
      en: `At most ${MAX_ANNOUNCEMENTS} announcements.`,
      ja: `お知らせは ${MAX_ANNOUNCEMENTS} 件以内で指定してください。`,
    });
}
