import type { Catalog } from '../../catalog/catalog.js';
import { invalidOption } from '../../foundation/errors.js';
import { fingerprint } from '../../foundation/fingerprint.js';
import type { Language } from '../../foundation/language.js';
import { checkText, readKeys } from '../../foundation/options.js';
import { type Instant, toEpochMs } from '../../foundation/time.js';
import type { Calendar } from '../calendar.js';
import type { State, Status } from '../results.js';
import type { Text } from '../rules.js';
import { membersOf, type Target } from '../targets.js';
import { checkLang, disclaimer, nameOfTarget, plain, reasonsOf } from './wording.js';

/** Options of {@link toICalendar}. */
export interface ICalendarOptions {
  /** Start of the span. */
  readonly start: Instant;
  /**
   * End of the span, itself not included. An event that crosses an end of the span is included
   * whole.
   */
  readonly end: Instant;
  /** Events for the open times, or for closed and uncertain ones. Default: `outages`. */
  readonly show?: 'windows' | 'outages';
  /** Language of the texts. Default: `ja`. */
  readonly lang?: Language;
  /** Name of the feed in calendar applications. Default: the target's name. */
  readonly name?: string;
  /**
   * The DTSTAMP of every event. Default: the time of the latest announcement behind the event, so
   * that an unchanged calendar gives exactly the same text.
   */
  readonly stamp?: Instant;
}

const kinds: Readonly<Record<State, Text>> = {
  open: { ja: '運用中', en: 'Open' },
  uncertain: { ja: '停止の可能性（不確定）', en: 'Perhaps closed (uncertain)' },
  closed: { ja: '停止', en: 'Closed' },
};

// RFC 5545 requires at least one component, and a calendar may have no events. The events
// themselves are in UTC.
const timeZone = [
  'BEGIN:VTIMEZONE',
  'TZID:Asia/Tokyo',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0900',
  'TZOFFSETTO:+0900',
  'TZNAME:JST',
  'END:STANDARD',
  'END:VTIMEZONE',
];

/**
 * Formats the operating hours of a target as an iCalendar text (RFC 5545), to subscribe to or to
 * import. It has an event for each open time, or for each closed and each uncertain time; uncertain
 * ones are `TENTATIVE`. Events do not block time (`TRANSPARENT`). The description holds the
 * reasons.
 *
 * The UID of an event depends only on target, state and start, not on the span. When an
 * announcement changes the calendar, serve the whole text again: subscribers then drop events that
 * are gone.
 *
 * @param calendar - the calendar, announcements included.
 * @param target - the target; `{ allOf }` for items that are requested together.
 * @param options - span, events, language and name.
 * @returns the text; send it as `text/calendar; charset=utf-8`.
 * @throws SelfInfoError `invalid_option`, `unknown_option`, `range_reversed`, and as {@link
 * Calendar.segments}; TypeError.
 * @example
 * ```ts
 * import { createCalendar, toICalendar } from 'myna-selfinfo/calendar';
 * const span = { start: '2026-12-01', end: '2027-03-01' };
 * const feed = toICalendar(createCalendar(), 'local-tax', span);
 * const headers = { 'content-type': 'text/calendar; charset=utf-8' };
 * const response = new Response(feed, { headers });
 * ```
 */
export function toICalendar<C extends Catalog>(
  calendar: Calendar<C>,
  target: Target<C>,
  options: ICalendarOptions,
): string {
  options = readKeys(options, 'options', {
    start: true,
    end: true,
    show: true,
    lang: true,
    name: true,
    stamp: true,
  } satisfies Record<keyof ICalendarOptions, true>);
  const { start, end, show = 'outages', lang = 'ja' } = options;
  checkShow(show);
  checkLang(lang, 'options.lang');
  if (options.name !== undefined) checkText(options.name, 'options.name');
  const stamp = options.stamp === undefined ? undefined : toEpochMs(options.stamp, 'options.stamp');
  const subject = nameOfTarget(target, 'target', lang, calendar.catalog);
  const key = membersOf(target, 'target', calendar.catalog)
    .map((member) => member.key)
    .join(' ');
  const name = escapedText(options.name ?? subject);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:-//myna-selfinfo//calendar//${lang.toUpperCase()}`,
    'CALSCALE:GREGORIAN',
    `NAME:${name}`,
    `X-WR-CALNAME:${name}`,
    'X-WR-TIMEZONE:Asia/Tokyo',
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    'X-PUBLISHED-TTL:PT1H',
    ...timeZone,
  ];
  for (const segment of calendar.segments(target, start, end)) {
    if ((segment.state === 'open') !== (show === 'windows')) continue;
    // The segment may be cut at the ends of the span, so ask for the whole one.
    const status = calendar.status(target, segment.startMs);
    const sinceMs = status.sinceMs ?? calendar.fromMs;
    lines.push(
      'BEGIN:VEVENT',
      `UID:${status.state}-${utcStamp(sinceMs)}-${fingerprint(key)}@myna-selfinfo`,
      `DTSTAMP:${utcStamp(stamp ?? lastAnnouncedMs(status, calendar.fromMs))}`,
      `DTSTART:${utcStamp(sinceMs)}`,
      `DTEND:${utcStamp(status.untilMs ?? calendar.toMs)}`,
      `SUMMARY:${escapedText(`${kinds[status.state][lang]}: ${subject}`)}`,
      `DESCRIPTION:${description(status, lang)}`,
      `STATUS:${status.state === 'uncertain' ? 'TENTATIVE' : 'CONFIRMED'}`,
      'TRANSP:TRANSPARENT',
      'X-MICROSOFT-CDO-BUSYSTATUS:FREE',
      `CATEGORIES:${status.state.toUpperCase()}`,
      'END:VEVENT',
    );
  }
  return [...lines, 'END:VCALENDAR', ''].map(foldedLine).join('\r\n');
}

/**
 * Returns the time of the latest announcement behind a status. The rows are as old as the
 * guideline, which is the start of the calendar.
 */
function lastAnnouncedMs({ causes, undone }: Status, earliestMs: number): number {
  const sources = [
    ...causes.map(({ source }) => source),
    ...undone.map(({ undoneBy }) => undoneBy),
  ];
  return Math.max(
    earliestMs,
    ...sources.map((source) =>
      source.kind === 'announcement' ? Date.parse(source.announcedAt) : earliestMs,
    ),
  );
}

function description(status: Status, lang: Language): string {
  const reasons = reasonsOf([status], lang).map(
    ({ text, when }) =>
      `- ${when.length > 0 ? `${when.join(lang === 'ja' ? '、' : ', ')} ` : ''}${text}`,
  );
  return [...reasons, disclaimer[lang]].map(escapedText).join('\\n');
}

function checkShow(show: unknown): void {
  if (show === 'windows' || show === 'outages') return;
  throw invalidOption('options.show', {
    en: 'It must be windows or outages.',
    ja: 'windows か outages を指定してください。',
  });
}

/** Formats an instant in UTC for iCalendar. */
export function utcStamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Escapes a text for the value of a property. */
export function escapedText(text: string): string {
  return plain(text).replaceAll(/[\\;,]/g, '\\$&');
}

const LONGEST_LINE = 75;

/**
 * Folds a line longer than 75 octets of UTF-8. Each continuation starts with a blank, which counts.
 * Characters stay whole.
 */
export function foldedLine(line: string): string {
  let text = '';
  let octets = 0;
  for (const character of line) {
    const code = character.codePointAt(0) as number;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (octets + size > LONGEST_LINE) {
      text += '\r\n ';
      octets = 1;
    }
    text += character;
    octets += size;
  }
  return text;
}
