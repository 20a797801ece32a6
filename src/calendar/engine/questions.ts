import type { DateTime } from 'luxon';
import type { Catalog } from '../../catalog/catalog.js';
import { SelfInfoError } from '../../foundation/errors.js';
import { formatInstant, type Instant, toDateTime, toEpochMs } from '../../foundation/time.js';
import type { Cause, Segment, Status } from '../results.js';
import { FROM_MS, TO_MS } from '../rules.js';
import type { Target } from '../targets.js';
import type { ScheduleCache } from './cache.js';
import { buildSegment, buildStatus } from './result-objects.js';
import { CLOSED, nameOf, OPEN, type SegmentMs, type Timeline } from './timeline.js';

const NONE: readonly never[] = Object.freeze([]);

/** Implements `calendar.status`. */
export function statusAt(schedules: ScheduleCache, target: Target<Catalog>, at: Instant): Status {
  const schedule = schedules.scheduleOf(target);
  const ms = checkInstant(at, 'at');
  const segment = schedule.timeline.segmentAt(ms);
  const status = schedule.statusOf(segment);
  const opensMs = segment.state === OPEN ? ms : status.opensMs;
  const possibleMs = segment.state === CLOSED ? status.possibleMs : ms;
  return buildStatus(status, schedule.holdersAt(ms), opensMs, possibleMs);
}

/** Implements `calendar.isOpen`. */
export function isOpenAt(schedules: ScheduleCache, target: Target<Catalog>, at: Instant): boolean {
  return schedules.scheduleOf(target).timeline.stateAt(checkInstant(at, 'at')) === OPEN;
}

/** Implements `calendar.nextOpening`. */
export function nextOpeningFrom(
  schedules: ScheduleCache,
  target: Target<Catalog>,
  from: Instant,
): DateTime | null {
  const schedule = schedules.scheduleOf(target);
  const ms = checkInstant(from, 'from');
  const opensMs = schedule.firstStart(schedule.timeline.segmentAt(ms), OPEN);
  return opensMs === null ? null : toDateTime(Math.max(opensMs, ms));
}

/** Implements `calendar.segments` and, with `onlyOpen`, `calendar.windows`. */
export function segmentsBetween(
  schedules: ScheduleCache,
  target: Target<Catalog>,
  start: Instant,
  end: Instant,
  onlyOpen: boolean,
): Segment[] {
  const schedule = schedules.scheduleOf(target);
  const [startMs, endMs] = checkSpan(start, end);
  const segments: Segment[] = [];
  if (startMs === endMs) return segments;
  if (onlyOpen && schedule.isPlainWhenOpen) return openBetween(schedule.timeline, startMs, endMs);
  let segment: SegmentMs | undefined = schedule.timeline.segmentAt(startMs);
  for (; segment && segment.startMs < endMs; segment = schedule.timeline.after(segment)) {
    if (onlyOpen && segment.state !== OPEN) continue;
    const from = Math.max(segment.startMs, startMs);
    const to = Math.min(segment.endMs, endMs);
    const { causes, undone } = schedule.statusOf(segment);
    segments.push(
      buildSegment(
        from,
        to,
        nameOf(segment.state),
        touching(causes, from, to),
        touching(undone, from, to),
      ),
    );
  }
  return segments;
}

/** Returns the open segments without causes. It needs no year outside the span. */
function openBetween(timeline: Timeline, startMs: number, endMs: number): Segment[] {
  const segments: Segment[] = [];
  let openMs = -1;
  let untilMs = -1;
  timeline.visit({ startMs, endMs }, (from, to, state) => {
    if (state !== OPEN) return;
    // Segments go on at the turn of the year.
    if (from !== untilMs) {
      if (openMs >= 0) segments.push(buildSegment(openMs, untilMs, 'open', NONE, NONE));
      openMs = from;
    }
    untilMs = to;
  });
  if (openMs >= 0) segments.push(buildSegment(openMs, untilMs, 'open', NONE, NONE));
  return segments;
}

function touching<C extends Cause>(causes: readonly C[], start: number, end: number): readonly C[] {
  if (causes.length === 0) return causes;
  const inside = causes.filter((cause) => cause.startMs < end && cause.endMs > start);
  return inside.length === causes.length ? causes : Object.freeze(inside);
}

/**
 * Checks an instant and returns it in epoch milliseconds.
 *
 * @throws SelfInfoError `invalid_instant`, `invalid_date`, `outside_calendar`; TypeError.
 */
export function checkInstant(value: Instant, path: string): number {
  const ms = typeof value === 'number' ? value : toEpochMs(value, path);
  if (ms >= FROM_MS && ms < TO_MS) return Math.floor(ms);
  // Only a number outside the calendar's span can be an invalid instant here.
  toEpochMs(ms, path);
  throw outsideCalendar(path);
}

function checkSpan(start: Instant, end: Instant): [number, number] {
  const span = [toEpochMs(start, 'start'), toEpochMs(end, 'end')] as [number, number];
  // Both may equal the end of the calendar's span: nothing after it is asked for.
  if (span[0] < FROM_MS || span[0] > TO_MS) throw outsideCalendar('start');
  if (span[1] < FROM_MS || span[1] > TO_MS) throw outsideCalendar('end');
  if (span[1] < span[0]) throw new SelfInfoError('range_reversed', { path: 'end' });
  return span;
}

/** Returns the error for an instant, a month or a week that the calendar does not cover. */
export function outsideCalendar(path: string, fromMs = FROM_MS, toMs = TO_MS): SelfInfoError {
  const [from, to] = [formatInstant(fromMs), formatInstant(toMs)];
  return new SelfInfoError('outside_calendar', {
    path,
    expected: {
      en: `It covers ${from} up to, but not including, ${to}.`,
      ja: `対象期間は ${from} 以降、${to} より前です。`,
    },
  });
}
