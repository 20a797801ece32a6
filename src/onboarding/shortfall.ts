import { formatDay } from '../foundation/time.js';
import type { EarliestDates, StepDays } from './critical-path.js';
import type { StepNetwork } from './network.js';
import type { Shortfall } from './plan.js';
import type { StepId } from './steps.js';

/** Returns by how much a goal is missed with the earliest dates. */
export function shortfallOf(
  { daysOf }: StepNetwork,
  goal: number,
  latestStart: number,
  dates: EarliestDates,
): Shortfall {
  const days = daysOf('goal');
  return {
    businessDays: days.between(days.onOrAfter(goal), days.onOrAfter(dates.goal)),
    requested: formatDay(goal),
    latestStart: formatDay(latestStart),
    binding: longestStep(dates),
  };
}

/**
 * Returns the step of the path with the most days between the end of the step before it and its own
 * end; of several, the first.
 */
function longestStep({ path, spans }: EarliestDates): StepId {
  const lengths = path.map((id, index) => {
    const before = path[index - 1];
    const { start, end } = spans.get(id) as StepDays;
    return {
      id,
      length: end - (before === undefined ? start : (spans.get(before) as StepDays).end),
    };
  });
  return lengths.reduce((a, b) => (b.length > a.length ? b : a)).id;
}
