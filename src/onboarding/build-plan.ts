import type { Calendar } from '../calendar/calendar.js';
import { has } from '../foundation/own.js';
import { dayStart, formatDay } from '../foundation/time.js';
import { businessDaysOf } from './business-days.js';
import {
  type DateCause,
  type EarliestDates,
  earliestFrom,
  latestUntil,
  type StepDays,
} from './critical-path.js';
import type { LeadTime, LeadTimeBetween } from './lead-times.js';
import type { StepNetwork } from './network.js';
import type { Plan, PlannedSpan, PlannedStep } from './plan.js';
import type { Procedure } from './procedures.js';
import { shortfallOf } from './shortfall.js';
import type { Step, StepId } from './steps.js';

/** What a plan is built from. Days are numbers since 1970-01-01. */
export interface PlanInput {
  readonly procedure: Procedure;
  readonly steps: readonly Step[];
  readonly network: StepNetwork;
  readonly given: number;
  readonly by: Plan['by'];
  readonly calendar: Calendar;
  readonly today: number;
  readonly leads: readonly (LeadTime | LeadTimeBetween)[];
}

/** The dates of a plan. */
interface PlanDates {
  readonly start: number;
  readonly goal: number;
  readonly earliest: EarliestDates;
  readonly latest: ReadonlyMap<StepId, StepDays>;
}

/** Builds a plan from a day on, or for a day. */
export function buildPlan(input: PlanInput): Plan {
  const { procedure, steps, network, given, by, calendar, today, leads } = input;
  const dates = datesOf(input);
  const { start, goal, earliest } = dates;
  const present = new Set<string>(['goal', ...network.tasks.map(({ id }) => id)]);
  return {
    procedure,
    guideline: 'v2.2',
    by,
    given: formatDay(given),
    start: formatDay(start),
    goal: formatDay(goal),
    today: formatDay(today),
    shortfall:
      by === 'start' || today <= start
        ? null
        : shortfallOf(
            { ...network, days: businessDaysOf(calendar, 'options.today') },
            goal,
            start,
            today,
          ),
    steps: steps.map((step) => planStep(step, network, dates)),
    criticalPath: earliest.path,
    leadTimes: leads
      .filter((lead) => !has(lead, 'from') || (present.has(lead.from) && present.has(lead.to)))
      .map(withoutPlace),
    holidaysPredicted: dayStart(goal + 1) > calendar.officialUntilMs,
  };
}

function datesOf({ network, given, by }: PlanInput): PlanDates {
  const { days, goalOnBusinessDay, tasks } = network;
  if (by === 'start') {
    const start = days.onOrAfter(given);
    const earliest = earliestFrom(network, start);
    const { goal } = earliest;
    return { start, goal, earliest, latest: latestUntil(network, goal) };
  }
  const goal = goalOnBusinessDay ? days.onOrBefore(given) : given;
  const latest = latestUntil(network, goal);
  const { start } = latest.get(tasks[0]?.id as StepId) as StepDays;
  return { start, goal, earliest: earliestFrom(network, start), latest };
}

function planStep(step: Step, { days }: StepNetwork, dates: PlanDates): PlannedStep {
  const host = step.beside ?? step.id;
  const earliest = dates.earliest.spans.get(host) as StepDays;
  const latest = dates.latest.get(host) as StepDays;
  if (step.beside !== undefined) {
    // It may take place on any day of the step beside which it takes place.
    const [from, to] = [earliest.start, latest.end];
    return {
      ...step,
      earliest: formatSpan(from, from),
      latest: formatSpan(to, to),
      slackBusinessDays: days.between(from, to),
      critical: false,
    };
  }
  const cause = dates.earliest.causes.get(step.id) as DateCause;
  return {
    ...step,
    earliest: formatSpan(earliest.start, earliest.end),
    latest: formatSpan(latest.start, latest.end),
    slackBusinessDays: days.between(earliest.end, latest.end),
    critical: dates.earliest.path.includes(step.id),
    because: { after: cause.after, leadTimes: cause.leads.map(({ id }) => id) },
  };
}

function formatSpan(start: number, end: number): PlannedSpan {
  return { start: formatDay(start), end: formatDay(end) };
}

function withoutPlace({ id, amount, basis, source, ja, en, later }: LeadTime): LeadTime {
  return { id, amount, basis, source, ja, en, ...(later && { later }) };
}
