import type { Catalog } from '../../catalog/catalog.js';
import { SelfInfoError } from '../../foundation/errors.js';
import { checkWhole, readKeys } from '../../foundation/options.js';
import { DAY_MS, type Instant, toEpochMs } from '../../foundation/time.js';
import { unknownHours } from '../hours.js';
import type { Cause, Segment, State } from '../results.js';
import type { Target } from '../targets.js';
import type { ScheduleCache } from './cache.js';
import { segmentsBetween } from './questions.js';
import { buildSegment } from './result-objects.js';

/** Options of `calendar.outlook`. */
export interface OutlookOptions {
  /** Start of the span. Default: now. */
  readonly from?: Instant;
  /** Length of the span in days, from 1. */
  readonly days: number;
}

/** How a target looks over some days. */
export interface Outlook {
  /**
   * The share of each state in the span. The fractions add up to 1, minus the time that is
   * uncertain only because the hours of `unknownHours` are not published.
   */
  readonly share: { readonly [S in State]: number };
  /**
   * The windows in which an outage, a notice or an unknown holder counts, in order: closed and
   * uncertain ones, and open ones that are slow. Closures by operating hours alone are left out.
   * The causes name their sources.
   */
  readonly risks: readonly Segment[];
  /** The servers whose hours are not published, by id. */
  readonly unknownHours: readonly string[];
  /** The longest open window, the first of several; null if there is none. */
  readonly safest: Segment | null;
}

/** Implements `calendar.outlook`. */
export function outlookOf(
  schedules: ScheduleCache,
  target: Target<Catalog>,
  options: OutlookOptions,
): Outlook {
  const given = readKeys(options, 'options', {
    from: true,
    days: true,
  } satisfies Record<keyof OutlookOptions, true>);
  const { from = Date.now(), days } = given;
  if (days === undefined) throw new SelfInfoError('missing_option', { path: 'options.days' });
  checkWhole(days, 'options.days', 1);
  const startMs = toEpochMs(from, 'options.from');
  const all = segmentsBetween(schedules, target, startMs, startMs + days * DAY_MS, false);
  const segments = all.flatMap(knownParts);
  const total = { open: 0, uncertain: 0, closed: 0 };
  let safest: Segment | null = null;
  for (const segment of segments) {
    const length = lengthOf(segment);
    total[segment.state] += length;
    if (segment.state === 'open' && (safest === null || length > lengthOf(safest)))
      safest = segment;
  }
  return Object.freeze({
    share: Object.freeze({
      open: total.open / (days * DAY_MS),
      uncertain: total.uncertain / (days * DAY_MS),
      closed: total.closed / (days * DAY_MS),
    }),
    risks: Object.freeze(segments.flatMap(risksIn)),
    unknownHours: Object.freeze(
      [
        ...new Set(
          all.flatMap(({ causes }) => causes.filter(isUnknown).map(({ server }) => server)),
        ),
      ]
        .filter((server) => server !== null)
        .sort(),
    ),
    safest,
  });
}

function isUnknown({ rule }: Cause): boolean {
  return rule === unknownHours.id;
}

/** Returns the parts of a segment that are not uncertain by unknown hours alone. */
function knownParts(segment: Segment): readonly Segment[] {
  if (segment.state !== 'uncertain' || !segment.causes.some(isUnknown)) return [segment];
  // Holders differ there as well, since one of them is unknown.
  const causes = segment.causes.filter((cause) => !isUnknown(cause) && cause.kind !== 'holder');
  const parts: Segment[] = [];
  for (const cause of causes.filter(({ state }) => state !== 'slow')) {
    const last = parts.at(-1);
    const startMs = Math.max(cause.startMs, segment.startMs);
    const endMs = Math.min(cause.endMs, segment.endMs);
    if (startMs >= endMs) continue;
    // Causes are in order of their start.
    if (last && startMs <= last.endMs)
      parts[parts.length - 1] = buildSegment(
        last.startMs,
        Math.max(last.endMs, endMs),
        'uncertain',
        [...last.causes, cause],
        [],
      );
    else parts.push(buildSegment(startMs, endMs, 'uncertain', [cause], []));
  }
  return parts;
}

function lengthOf({ startMs, endMs }: Segment): number {
  return endMs - startMs;
}

function risksIn(segment: Segment): Segment[] {
  if (segment.state !== 'open')
    return segment.causes.some(({ kind }) => kind !== 'hours') ? [segment] : [];
  // An open segment may last for weeks, so only the slow parts of it count.
  return segment.causes.map((cause: Cause) =>
    buildSegment(
      Math.max(cause.startMs, segment.startMs),
      Math.min(cause.endMs, segment.endMs),
      'open',
      [cause],
      [],
    ),
  );
}
