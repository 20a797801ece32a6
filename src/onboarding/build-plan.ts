import type { Calendar } from '../calendar/calendar.js';
import { dayStart, formatDay } from '../foundation/time.js';
import { type BusinessDays, businessDaysOf, type FrozenDays } from './business-days.js';
import {
  type DateCause,
  type EarliestDates,
  earliestFrom,
  latestUntil,
  type PlanFloor,
  type StepDays,
} from './critical-path.js';
import type { DoneStep } from './done.js';
import type { LeadTime, LeadTimeBetween } from './lead-times.js';
import { joinSteps, type StepNetwork } from './network.js';
import type { Plan, PlannedSpan, PlannedStep, Shortfall } from './plan.js';
import type { Procedure } from './procedures.js';
import { shortfallOf } from './shortfall.js';
import type { Step, StepId } from './steps.js';

/** What a plan is built from. Days are numbers since 1970-01-01. */
export interface PlanInput {
  readonly procedure: Procedure;
  readonly steps: readonly Step[];
  /** The day that was given, and the option that gave it. */
  readonly given: number;
  readonly by: Plan['by'];
  readonly path: string;
  readonly calendar: Calendar;
  readonly today: number;
  readonly leads: readonly LeadTimeBetween[];
  readonly handover: LeadTime;
  /** The lead time between the last step and the day the plan is for. */
  readonly last: LeadTime;
  readonly done: ReadonlyMap<StepId, DoneStep>;
  /** Whether the plan continues from done steps, without a day to start on. */
  readonly goesOn: boolean;
  readonly blackout: readonly FrozenDays[];
}

/** The dates of a plan. */
interface PlanDates {
  readonly start: number;
  readonly goal: number;
  readonly earliest: EarliestDates;
  readonly latest: ReadonlyMap<StepId, StepDays>;
  readonly shortfall: Shortfall | null;
}

/** Builds a plan from a day on, or for a day. */
export function buildPlan(input: PlanInput): Plan {
  const { procedure, steps, given, by, calendar, today, leads, handover, last, blackout } = input;
  const network = networkOf(input, input.path);
  const dates = datesOf(input, network);
  const { start, goal, earliest, shortfall } = dates;
  const present = new Set<string>(['goal', ...network.tasks.map(({ id }) => id)]);
  return {
    procedure,
    guideline: 'v2.2',
    by,
    given: formatDay(given),
    start: formatDay(start),
    goal: formatDay(goal),
    today: formatDay(today),
    shortfall,
    steps: steps.map((step) => planStep(step, network, dates, input.done)),
    criticalPath: earliest.path,
    leadTimes: [
      ...leads.filter(({ from, to }) => present.has(from) && present.has(to)),
      ...new Set([handover, last]),
    ].map(withoutPlace),
    blackout: blackout.map(({ from, to }) => ({ from: formatDay(from), to: formatDay(to) })),
    holidaysPredicted: dayStart(goal + 1) > calendar.officialUntilMs,
  };
}

/** Joins the steps. Days outside the calendar are reported for the option at `path`. */
function networkOf(input: PlanInput, path: string): StepNetwork {
  const { steps, leads, handover, last, calendar, blackout, done } = input;
  const agency = businessDaysOf(calendar, path);
  const provider = blackout.length === 0 ? agency : businessDaysOf(calendar, path, blackout);
  const providerSteps = new Set<StepId | 'goal'>(
    steps.filter(({ actors }) => actors.includes('provider')).map(({ id }) => id),
  ).add('goal');
  return {
    ...joinSteps(steps, leads, handover, last),
    daysOf: (id): BusinessDays => (providerSteps.has(id) ? provider : agency),
    done: new Map(
      steps.flatMap(({ id, beside }) => {
        const end = done.get(id)?.end;
        return beside !== undefined || end === undefined ? [] : [[id, end] as const];
      }),
    ),
  };
}

function datesOf(input: PlanInput, network: StepNetwork): PlanDates {
  const { given, by, today, goesOn } = input;
  const { daysOf, goalOnBusinessDay, tasks, done } = network;
  const first = tasks.find(({ id }) => !done.has(id))?.id as StepId;
  const floor: PlanFloor = goesOn ? { today } : { start: today };
  const startOf = ({ spans }: EarliestDates): number => (spans.get(first) as StepDays).start;
  if (by === 'start') {
    const earliest = earliestFrom(network, goesOn ? floor : { start: given });
    const { goal } = earliest;
    const latest = latestUntil(network, goal);
    return { start: startOf(earliest), goal, earliest, latest, shortfall: null };
  }
  const goal = goalOnBusinessDay ? daysOf('goal').onOrBefore(given) : given;
  const latest = latestUntil(network, goal);
  const { start } = latest.get(first) as StepDays;
  if (goesOn || today > start) {
    const now = networkOf(input, 'options.today');
    const earliest = earliestFrom(now, floor);
    if (earliest.goal > goal) {
      return {
        start: startOf(earliest),
        goal: earliest.goal,
        earliest,
        latest: latestUntil(now, earliest.goal),
        shortfall: shortfallOf(now, goal, start, earliest),
      };
    }
  }
  const earliest = earliestFrom(network, goesOn ? { start, today } : { start });
  return { start, goal, earliest, latest, shortfall: null };
}

function planStep(
  step: Step,
  { daysOf }: StepNetwork,
  dates: PlanDates,
  done: ReadonlyMap<StepId, DoneStep>,
): PlannedStep {
  const finished = done.get(step.id);
  if (finished) {
    const span = formatSpan(finished.end, finished.end);
    return {
      ...step,
      earliest: span,
      latest: span,
      slackBusinessDays: null,
      critical: false,
      done: { on: finished.on === null ? null : formatDay(finished.on) },
    };
  }
  const host = step.beside ?? step.id;
  const earliest = dates.earliest.spans.get(host) as StepDays;
  const latest = dates.latest.get(host) as StepDays;
  const spans = {
    earliest: formatSpan(earliest.start, earliest.end),
    latest: formatSpan(latest.start, latest.end),
  };
  if (step.beside !== undefined)
    return { ...step, ...spans, slackBusinessDays: null, critical: false };
  const cause = dates.earliest.causes.get(step.id) as DateCause;
  return {
    ...step,
    ...spans,
    slackBusinessDays: daysOf(step.id).between(earliest.end, latest.end),
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
