import type { Days } from './days.js';
import type { LeadTime, LeadTimeBetween } from './lead-times.js';
import type { Step, StepId } from './steps.js';

/** The first and the last day of a step, as day numbers. */
export interface DaySpan {
  readonly start: number;
  readonly end: number;
}

interface Link {
  readonly from: StepId;
  readonly to: StepId | 'goal';
  readonly until: 'start' | 'end';
  readonly lead: LeadTime;
}

interface Task {
  readonly id: StepId;
  /** What the step itself takes, one after the other. */
  readonly takes: readonly LeadTime[];
  readonly into: readonly Link[];
  readonly out: readonly Link[];
}

/** The steps of a plan, in order, and the lead times between them. */
export interface Network {
  readonly tasks: readonly Task[];
  readonly days: Days;
  /** Whether the day the plan is for must be a business day, as a go-live is. */
  readonly goalOnBusinessDay: boolean;
}

/**
 * What set the last day of a step, or the day the plan is for: the step before it on the way, none
 * for the first, and the lead times.
 */
export interface Cause {
  readonly after: StepId | null;
  readonly leads: readonly LeadTime[];
}

/** The dates of a plan that starts on a day and loses none. */
export interface Schedule {
  readonly spans: ReadonlyMap<StepId, DaySpan>;
  readonly causes: ReadonlyMap<StepId, Cause>;
  readonly goal: number;
  /** The steps that set the goal, in order: the longest way from the start to it. */
  readonly path: readonly StepId[];
}

/**
 * Joins steps by their order and their lead times. A step that is left out, because a change does
 * not need it, passes its order on.
 *
 * @param handover - what lies between each step and the next.
 * @param last - what lies between the last step and the day the plan is for.
 */
export function joinSteps(
  steps: readonly Step[],
  leads: readonly LeadTimeBetween[],
  handover: LeadTime,
  last: LeadTime,
): Omit<Network, 'days'> {
  const row = steps.filter(({ beside }) => beside === undefined);
  const order = row.map(({ id }, index): Link => {
    const next = row[index + 1];
    return { from: id, to: next?.id ?? 'goal', until: 'start', lead: next ? handover : last };
  });
  const present = (id: StepId | 'goal'): boolean =>
    id === 'goal' || row.some((step) => step.id === id);
  const between = leads
    .filter(({ from, to }) => from !== to && present(from) && present(to))
    .map((lead): Link => ({ ...lead, lead }));
  // Lead times before the mere order, so that of two that come to the same day the one that says
  // more is named.
  const links = [...between, ...order];
  const tasks = row.map(({ id }): Task => {
    const takes = leads.filter(({ from, to }) => from === id && to === id);
    return {
      id,
      takes,
      into: links.filter(({ to }) => to === id),
      out: links.filter(({ from }) => from === id),
    };
  });
  return { tasks, goalOnBusinessDay: last.id === 'goLive' };
}

/** Everything as early as it can be, from a day on. */
export function scheduleFrom({ tasks, days, goalOnBusinessDay }: Network, start: number): Schedule {
  const spans = new Map<StepId, DaySpan>();
  const causes = new Map<StepId, Cause>();
  const reached = ({ from, lead }: Link): number =>
    days.after((spans.get(from) as DaySpan).end, lead.amount);
  for (const { id, takes, into } of tasks) {
    const begun = latest(
      into.filter(({ until }) => until === 'start'),
      reached,
    );
    const first = begun?.day ?? days.onOrAfter(start);
    const done = takes.reduce((day, { amount }) => days.after(day, amount), first);
    const awaited = latest(
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
  const goal = latest(links, (link) => {
    return goalOnBusinessDay
      ? reached(link)
      : days.later((spans.get(link.from) as DaySpan).end, link.lead.amount);
  }) as Reached;
  const path: StepId[] = [];
  for (let id: StepId | null = goal.link.from; id !== null; id = (causes.get(id) as Cause).after)
    path.unshift(id);
  return { spans, causes, goal: goal.day, path };
}

/** Everything as late as it can be, for the goal to be met. */
export function scheduleUntil(
  { tasks, days }: Network,
  goal: number,
): ReadonlyMap<StepId, DaySpan> {
  const spans = new Map<StepId, DaySpan>();
  for (const { id, takes, out } of tasks.toReversed()) {
    const ends = out.map(({ to, until, lead }) =>
      days.before(to === 'goal' ? goal : (spans.get(to) as DaySpan)[until], lead.amount),
    );
    const end = Math.min(...ends);
    spans.set(id, {
      start: takes.reduceRight((day, { amount }) => days.before(day, amount), end),
      end,
    });
  }
  // What is only waited for begins with what it waits for.
  for (const { id, into } of tasks) {
    if (!into.some(({ until }) => until === 'end')) continue;
    const span = spans.get(id) as DaySpan;
    const begun = into
      .filter(({ until }) => until === 'start')
      .map(({ from, lead }) => days.after((spans.get(from) as DaySpan).end, lead.amount));
    spans.set(id, { start: Math.min(span.end, Math.max(...begun)), end: span.end });
  }
  return spans;
}

interface Reached {
  readonly link: Link;
  readonly day: number;
}

/** The link that reaches furthest; of several the first. */
function latest(links: readonly Link[], reached: (link: Link) => number): Reached | undefined {
  return links
    .map((link): Reached => ({ link, day: reached(link) }))
    .reduce<Reached | undefined>((a, b) => (a && a.day >= b.day ? a : b), undefined);
}
