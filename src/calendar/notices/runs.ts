import { joins, type Moment, spans, together } from './dates.js';
import { isDateline, type Passage } from './passages.js';

/** A moment with its place, which may reach from one passage into the next. */
export interface PlacedMoment extends Moment {
  /** It looks like a date or an hour and is none. */
  readonly broken: boolean;
  /** Index of the passage in which it starts, and where there. */
  readonly first: number;
  readonly from: number;
  /** Index of the passage in which it ends, and where there. */
  readonly last: number;
  readonly to: number;
}

/**
 * Moments with a tilde, dash or から between them: two make a period, one stands alone, and what more
 * would mean is not known.
 */
export type Run = readonly [PlacedMoment, ...PlacedMoment[]];

// What stands between the parts of a period is short.
const MAX_GAP = 40;

/** The runs of moments of a text, in order. */
export function readRuns(passages: readonly Passage[]): Run[] {
  const runs: [PlacedMoment, ...PlacedMoment[]][] = [];
  let before: PlacedMoment | undefined;
  for (const moment of readMoments(passages)) {
    if (moment === 'vague') {
      before = undefined;
      continue;
    }
    const gap = before && gapBetween(passages, before, moment);
    if (gap !== undefined && spans(gap)) runs.at(-1)?.push(moment);
    else runs.push([moment]);
    before = moment;
  }
  return runs;
}

function readMoments(passages: readonly Passage[]): (PlacedMoment | 'vague')[] {
  const moments: (PlacedMoment | 'vague')[] = [];
  for (const [index, passage] of passages.entries()) {
    for (const token of passage.tokens) {
      if (token.kind === 'vague') {
        moments.push('vague');
        continue;
      }
      const placed = { ...token, broken: token.kind === 'broken', first: index, last: index };
      const before = moments.at(-1);
      const gap =
        before && before !== 'vague' && isDayAlone(before) && token.kind === 'hour'
          ? gapBetween(passages, before, placed)
          : undefined;
      if (gap !== undefined && joins(gap))
        moments.splice(-1, 1, whole(before as PlacedMoment, placed));
      else moments.push(placed);
    }
  }
  return moments;
}

const isDayAlone = (moment: PlacedMoment): boolean =>
  moment.day !== undefined && moment.hour === undefined;

function whole(day: PlacedMoment, hour: PlacedMoment): PlacedMoment {
  return {
    ...together(day, hour),
    broken: false,
    first: day.first,
    from: day.from,
    last: hour.last,
    to: hour.to,
  };
}

/** What stands between two moments; undefined when they are not close. */
function gapBetween(
  passages: readonly Passage[],
  a: PlacedMoment,
  b: PlacedMoment,
): string | undefined {
  const [before, after] = [passages[a.last] as Passage, passages[b.first] as Passage];
  if (a.last === b.first)
    return b.from - a.to <= MAX_GAP ? before.plain.slice(a.to, b.from) : undefined;
  if (b.first !== a.last + 1 || isDateline(before)) return undefined;
  const [tail, head] = [before.plain.slice(a.to), after.plain.slice(0, b.from)];
  // A dash in front of a line is a bullet.
  return tail.length + head.length <= MAX_GAP
    ? `${tail}\n${head.replace(/^[-・*] ?/, '')}`
    : undefined;
}
