import type { LeadTime } from './lead-times.js';
import type { Link, StepNetwork } from './network.js';
import type { StepId } from './steps.js';

/** The first and the last day of a step, as day numbers. */
export interface StepDays {
  readonly start: number;
  readonly end: number;
}

/** Why a step ends on its day: the step before it (null for the first), and the lead times. */
export interface DateCause {
  readonly after: StepId | null;
  readonly leads: readonly LeadTime[];
}

/** The earliest dates of a plan that starts on a given day. */
export interface EarliestDates {
  readonly spans: ReadonlyMap<StepId, StepDays>;
  readonly causes: ReadonlyMap<StepId, DateCause>;
  readonly goal: number;
  /** The critical path: the steps, in order, that determine the goal. */
  readonly path: readonly StepId[];
}

/** Schedules every step as early as possible from a day on (forward pass). */
export function earliestFrom(network: StepNetwork, start: number): EarliestDates {
  const { tasks, days, goalOnBusinessDay } = network;
  const spans = new Map<StepId, StepDays>();
  const causes = new Map<StepId, DateCause>();
  const reached = ({ from, lead }: Link): number =>
    days.after((spans.get(from) as StepDays).end, lead.amount);
  for (const { id, takes, into } of tasks) {
    const begun = latestOf(
      into.filter(({ until }) => until === 'start'),
      reached,
    );
    const first = begun?.day ?? days.onOrAfter(start);
    const done = takes.reduce((day, { amount }) => days.after(day, amount), first);
    const awaited = latestOf(
      into.filter(({ until }) => until === 'end'),
      reached,
    );
    if (awaited && awaited.day > done) {
      spans.set(id, { start: first, end: awaited.day });
      causes.set(id, { after: awaited.link.from, leads: [awaited.link.lead] });
    } else {
      spans.set(id, { start: first, end: done });
      causes.set(id, {
        after: begun?.link.from ?? null,
        leads: [...(begun ? [begun.link.lead] : []), ...takes],
      });
    }
  }
  const links = tasks.flatMap(({ out }) => out.filter(({ to }) => to === 'goal'));
  const goal = latestOf(links, (link) =>
    goalOnBusinessDay
      ? reached(link)
      : days.later((spans.get(link.from) as StepDays).end, link.lead.amount),
  ) as ReachedDay;
  return { spans, causes, goal: goal.day, path: pathTo(goal.link.from, causes) };
}

function pathTo(last: StepId, causes: ReadonlyMap<StepId, DateCause>): readonly StepId[] {
  const path: StepId[] = [];
  for (let id: StepId | null = last; id !== null; id = (causes.get(id) as DateCause).after)
    path.unshift(id);
  return path;
}

/** Schedules every step as late as possible for a goal (backward pass). */
export function latestUntil(
  { tasks, days }: StepNetwork,
  goal: number,
): ReadonlyMap<StepId, StepDays> {
  const spans = new Map<StepId, StepDays>();
  for (const { id, takes, out } of tasks.toReversed()) {
    const ends = out.map(({ to, until, lead }) =>
      days.before(to === 'goal' ? goal : (spans.get(to) as StepDays)[until], lead.amount),
    );
    const end = Math.min(...ends);
    spans.set(id, {
      start: takes.reduceRight((day, { amount }) => days.before(day, amount), end),
      end,
    });
  }
  // A step that is a wait starts as soon as the wait does.
  for (const { id, into } of tasks) {
    if (!into.some(({ until }) => until === 'end')) continue;
    const span = spans.get(id) as StepDays;
    const begun = into
      .filter(({ until }) => until === 'start')
      .map(({ from, lead }) => days.after((spans.get(from) as StepDays).end, lead.amount));
    spans.set(id, { start: Math.min(span.end, Math.max(...begun)), end: span.end });
  }
  return spans;
}

/** The day that a link reaches. */
interface ReachedDay {
  readonly link: Link;
  readonly day: number;
}

/** Returns the link that reaches the latest day; of several, the first. */
function latestOf(links: readonly Link[], reached: (link: Link) => number): ReachedDay | undefined {
  return links
    .map((link): ReachedDay => ({ link, day: reached(link) }))
    .reduce<ReachedDay | undefined>((a, b) => (a && a.day >= b.day ? a : b), undefined);
}
