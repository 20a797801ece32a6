import { isDayHourGap, isPeriodGap, type Token, type WrittenTime } from './dates.js';
import type { Passage } from './passages.js';
import { isDateline } from './phrases.js';

/** A written time with its place. It may reach from one passage into the next. */
export interface PlacedTime extends WrittenTime {
  /** Whether it looks like a date or an hour but is invalid. */
  readonly broken: boolean;
  /** Index of the passage in which it starts. `from` is the place in that passage. */
  readonly first: number;
  readonly from: number;
  /** Index of the passage in which it ends. `to` is the place in that passage. */
  readonly last: number;
  readonly to: number;
}

/**
 * Times joined by a tilde, a dash or から, as written. Two make a period, one is a lone time; the
 * meaning of three or more is unknown.
 */
export type WrittenPeriod = readonly [PlacedTime, ...PlacedTime[]];

// The text between the parts of a period is short.
const MAX_GAP = 40;

/** Parses the written periods of a text, in order. */
export function parseWrittenPeriods(passages: readonly Passage[]): WrittenPeriod[] {
  const periods: [PlacedTime, ...PlacedTime[]][] = [];
  let before: PlacedTime | undefined;
  for (const time of parseTimes(passages)) {
    if (time === 'vague') {
      before = undefined;
      continue;
    }
    const gap = before && gapBetween(passages, before, time);
    if (gap !== undefined && isPeriodGap(gap)) periods.at(-1)?.push(time);
    else periods.push([time]);
    before = time;
  }
  return periods;
}

function parseTimes(passages: readonly Passage[]): (PlacedTime | 'vague')[] {
  const times: (PlacedTime | 'vague')[] = [];
  for (const [index, passage] of passages.entries()) {
    for (const token of passage.tokens) {
      if (token.kind === 'vague') {
        times.push('vague');
        continue;
      }
      const placed = placedTime(token, index);
      const before = times.at(-1);
      const gap =
        before && before !== 'vague' && isDayAlone(before) && token.kind === 'hour'
          ? gapBetween(passages, before, placed)
          : undefined;
      if (gap !== undefined && isDayHourGap(gap))
        times[times.length - 1] = placedDayWithHour(before as PlacedTime, placed);
      else times.push(placed);
    }
  }
  return times;
}

// A text may hold hundreds of thousands of times, and copying them with `...` would take most of the
// work.
const placedTime = (
  { kind, from, to, day, hour, half, approximate }: Token,
  index: number,
): PlacedTime => ({
  day,
  hour,
  half,
  approximate,
  broken: kind === 'broken',
  first: index,
  from,
  last: index,
  to,
});

const isDayAlone = (time: PlacedTime): boolean => time.day !== undefined && time.hour === undefined;

const placedDayWithHour = (day: PlacedTime, hour: PlacedTime): PlacedTime => ({
  day: day.day,
  hour: hour.hour,
  half: hour.half,
  approximate: day.approximate || hour.approximate,
  broken: false,
  first: day.first,
  from: day.from,
  last: hour.last,
  to: hour.to,
});

/** Returns the text between two times, or undefined when they are not close. */
function gapBetween(
  passages: readonly Passage[],
  a: PlacedTime,
  b: PlacedTime,
): string | undefined {
  const [before, after] = [passages[a.last] as Passage, passages[b.first] as Passage];
  if (a.last === b.first)
    return b.from - a.to <= MAX_GAP ? before.plain.slice(a.to, b.from) : undefined;
  if (b.first !== a.last + 1 || isDateline(before)) return undefined;
  const [tail, head] = [before.plain.slice(a.to), after.plain.slice(0, b.from)];
  // A dash at the start of a line is a bullet.
  return tail.length + head.length <= MAX_GAP
    ? `${tail}\n${head.replace(/^[-・*] ?/, '')}`
    : undefined;
}

/** Returns whether a written time is a period: two ends, or a whole day (終日). */
export function isPeriod(written: WrittenPeriod): boolean {
  const [start] = written;
  return (
    written.length === 2 ||
    (written.length === 1 && start.day !== undefined && start.hour === 'all-day')
  );
}
