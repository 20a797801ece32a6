import { isServerId } from '../catalog/lookup.js';
import { type ServerId, servers } from '../catalog/servers.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { formatInstant, type Instant, toEpochMs } from '../foundation/time.js';
import type { AnnouncementSource, CauseFacts } from './results.js';
import { FROM_MS, TO_MS } from './rules.js';

/**
 * News that overrides the published tables: an outage (停止のお知らせ), or that a planned one does not
 * take place. The guideline states planned outages only in principle (原則), and practice departs
 * from them. Plain JSON is accepted.
 *
 * - `closed` closes the server. `open` undoes its planned outages and settles an uncertain weekend.
 *   Nothing undoes operating hours.
 * - Where announcements overlap on a server, the one with the later `announcedAt` wins; at the same
 *   instant, the closed one does.
 * - An announcement with a known `id` and a later `announcedAt` replaces the earlier one
 *   completely: an extension, a correction, a withdrawal. Repeating it unchanged is harmless.
 *
 * @example
 * ```ts
 * import { type Announcement, createCalendar } from 'myna-selfinfo/calendar';
 * // Stops on the first weekend of September 2026 instead of the third.
 * const september: Announcement = {
 *   id: '2026-09-maintenance',
 *   target: 'all',
 *   state: 'closed',
 *   start: '2026-09-05T00:00+09:00',
 *   end: '2026-09-07T00:00+09:00',
 *   replaces: { rule: 'third-weekend', month: '2026-09' },
 *   announcedAt: '2026-08-20T10:00+09:00',
 *   source: '自己情報取得API 9月5日(土) 0:00 〜 9月7日(月) 0:00',
 * };
 * createCalendar({ announced: [september] }).status('local-tax', '2026-09-06').state; // closed
 * ```
 */
export interface Announcement {
  /** Name of the outage, at most 200 characters. */
  readonly id: string;
  /**
   * The server, or `all` for the whole service: all 13 systems, so every detail and every server
   * asked alone.
   */
  readonly target: ServerId | 'all';
  /** Whether the server stops, or runs despite its planned outages. */
  readonly state: 'closed' | 'open';
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
   * A planned outage that the announcement replaces. `rule` is the id of a planned outage of the
   * server (with `all`, of any server). Its occurrences that start in `month` (`YYYY-MM`) are
   * dropped, even outside the announced span.
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
  readonly target: ServerId | 'all';
  readonly startMs: number;
  readonly endMs: number;
  readonly announcedAtMs: number;
  readonly replaces: { readonly rule: string; readonly month: string } | null;
  readonly origin: AnnouncementSource;
  /** The facts of its causes if it closes; null if it opens. */
  readonly facts: CauseFacts | null;
}

const MAX_ANNOUNCEMENTS = 10_000;
const MAX_ID = 200;
const MAX_SOURCE = 10_000;

/**
 * Checks announcements.
 *
 * @param outagesOf - the ids of a server's planned outages.
 * @throws SelfInfoError `missing_option`, `invalid_option`, `unknown_option`, `unknown_server`,
 * `invalid_instant`, `invalid_date`, `range_reversed`; TypeError.
 */
export function checkAnnouncements(
  list: unknown,
  path: string,
  outagesOf: (server: ServerId) => readonly string[],
): CheckedAnnouncement[] {
  if (!Array.isArray(list)) throw new TypeError(`${path} must be an array.`);
  if (list.length > MAX_ANNOUNCEMENTS) throw tooMany(path);
  return Array.from(list, (item: unknown, index) =>
    checkAnnouncement(item, `${path}[${index}]`, outagesOf),
  );
}

/**
 * Adds announcements to the known ones. Returns the known list itself if nothing changes.
 *
 * @throws SelfInfoError `invalid_option` for two with the same id and instant that differ, and for
 * too many.
 */
export function mergeAnnouncements(
  known: readonly CheckedAnnouncement[],
  added: readonly CheckedAnnouncement[],
  path: string,
): readonly CheckedAnnouncement[] {
  const byId = new Map(known.map((announced) => [announced.id, announced]));
  let changed = false;
  for (const [index, announced] of added.entries()) {
    const other = byId.get(announced.id);
    if (
      other?.announcedAtMs === announced.announcedAtMs &&
      JSON.stringify(other) !== JSON.stringify(announced)
    ) {
      throw invalidOption(`${path}[${index}].id`, {
        en: 'A different announcement has the same id and announcedAt. Give the correction a later announcedAt.',
        ja: '同じ id と announcedAt で内容の異なるお知らせがあります。訂正には、より後の announcedAt を指定してください。',
      });
    }
    if (other && other.announcedAtMs >= announced.announcedAtMs) continue;
    byId.set(announced.id, announced);
    changed = true;
  }
  if (byId.size > MAX_ANNOUNCEMENTS) throw tooMany(path);
  return changed ? [...byId.values()] : known;
}

function checkAnnouncement(
  item: unknown,
  path: string,
  outagesOf: (server: ServerId) => readonly string[],
): CheckedAnnouncement {
  const given = readKeys(item, path, {
    id: true,
    target: true,
    state: true,
    start: true,
    end: true,
    approximate: true,
    replaces: true,
    announcedAt: true,
    source: true,
  } satisfies Record<keyof Announcement, true>);
  const { id, target, state, approximate = false, source } = given;
  checkLimited(id, `${path}.id`, MAX_ID);
  checkText(target, `${path}.target`);
  if (target !== 'all' && !isServerId(target))
    throw new SelfInfoError('unknown_server', { path: `${path}.target` });
  checkText(state, `${path}.state`);
  if (state !== 'closed' && state !== 'open')
    throw invalidOption(`${path}.state`, {
      en: 'It must be closed or open.',
      ja: 'closed か open を指定してください。',
    });
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
      : checkReplaces(given.replaces, `${path}.replaces`, target, outagesOf);
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
    startMs: Math.max(startMs, FROM_MS),
    endMs: Math.min(endMs, TO_MS),
    announcedAtMs,
    replaces,
    origin,
    facts: state === 'closed' ? closureFacts(target, approximate, origin) : null,
  };
}

function checkReplaces(
  value: unknown,
  path: string,
  target: ServerId | 'all',
  outagesOf: (server: ServerId) => readonly string[],
): CheckedAnnouncement['replaces'] {
  const given = readKeys(value, path, { rule: true, month: true } satisfies Record<
    keyof NonNullable<Announcement['replaces']>,
    true
  >);
  const { rule, month } = given;
  checkText(rule, `${path}.rule`);
  const known = [
    ...new Set(target === 'all' ? servers.flatMap(({ id }) => outagesOf(id)) : outagesOf(target)),
  ];
  if (!known.includes(rule)) {
    const names = known.join(', ');
    throw invalidOption(`${path}.rule`, {
      en:
        known.length === 0 ? 'This server has no planned outages.' : `It must be one of ${names}.`,
      ja:
        known.length === 0
          ? 'このサーバには計画停止がありません。'
          : `${names} のいずれかを指定してください。`,
    });
  }
  checkText(month, `${path}.month`);
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw invalidOption(`${path}.month`, {
      en: 'It must have the form YYYY-MM.',
      ja: 'YYYY-MM 形式で指定してください。',
    });
  return { rule, month };
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

function closureFacts(
  target: ServerId | 'all',
  approximate: boolean,
  source: AnnouncementSource,
): CauseFacts {
  const name = servers.find((server) => server.id === target) ?? {
    ja: 'サービス全体',
    en: 'The whole service',
  };
  const about = approximate
    ? {
        ja: '（時刻は目安、終了は最も遅い時刻）',
        en: ' (times are approximate; counted to the latest end)',
      }
    : { ja: '', en: '' };
  const text = {
    ja: `${name.ja}は、お知らせにより停止します${about.ja}。`,
    en: `${name.en}: announced outage${about.en}.`,
  };
  return Object.freeze({
    server: target === 'all' ? null : target,
    detail: null,
    kind: 'announcement',
    rule: 'announcement',
    state: 'closed',
    certainty: approximate ? 'approximate' : 'announced',
    source,
    text: Object.freeze(text),
  });
}

function tooMany(path: string): SelfInfoError {
  return invalidOption(path, {
    en: `At most ${MAX_ANNOUNCEMENTS} announcements.`,
    ja: `お知らせは ${MAX_ANNOUNCEMENTS} 件以内で指定してください。`,
  });
}
