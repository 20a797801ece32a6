import type { LeadTime } from './lead-times.js';
import type { Link, StepNetwork, Task } from './network.js';
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
  /** The critical path: the steps to do, in order, that determine the goal. */
  readonly path: readonly StepId[];
}

/** Where a plan starts. Either may be absent when a step is done. */
export interface PlanFloor {
  /** The first step to do starts on this day or later. */
  readonly start?: number;
  /** The first step to do ends on this day or later, although it may have started before. */
  readonly today?: number;
}

/** Schedules every step that is not done as early as possible (forward pass). */
export function earliestFrom(network: StepNetwork, floor: PlanFloor): EarliestDates {
  const { tasks, done, goalOnBusinessDay } = network;
  const spans = new Map<StepId, StepDays>();
  const causes = new Map<StepId, DateCause>();
  for (const [id, day] of done) spans.set(id, { start: day, end: day });
  const reached = ({ from, to, lead }: Link): number =>
    network.daysOf(to).after((spans.get(from) as StepDays).end, lead.amount);
  let first = true;
  for (const task of tasks) {
    if (done.has(task.id)) continue;
    const { span, cause } = earliestOf(task, network, reached, first ? floor : {});
    spans.set(task.id, span);
    causes.set(task.id, cause);
    first = false;
  }
  const links = tasks.flatMap(({ out }) => out.filter(({ to }) => to === 'goal'));
  const goal = latestOf(links, (link) =>
    goalOnBusinessDay
      ? reached(link)
      : network.daysOf('goal').later((spans.get(link.from) as StepDays).end, link.lead.amount),
  ) as ReachedDay;
  return { spans, causes, goal: goal.day, path: pathTo(goal.link.from, causes) };
}

function earliestOf(
  { id, takes, into }: Task,
  network: StepNetwork,
  reached: (link: Link) => number,
  floor: PlanFloor,
): { span: StepDays; cause: DateCause } {
  const days = network.daysOf(id);
  const linked = (until: Link['until']): ReachedDay | undefined =>
    latestOf(
      into.filter((link) => link.until === until),
      reached,
    );
  const [begun, awaited] = [linked('start'), linked('end')];
  const given = floor.start === undefined ? undefined : days.onOrAfter(floor.start);
  const start = Math.max(begun?.day ?? -Infinity, given ?? -Infinity);
  const end = takes.reduce((day, { amount }) => days.after(day, amount), start);
  const last = floor.today === undefined ? -Infinity : days.onOrAfter(floor.today);
  if (last > Math.max(end, awaited?.day ?? -Infinity)) {
    const short = takes.length === 0 && awaited === undefined;
    return { span: { start: short ? last : start, end: last }, cause: { after: null, leads: [] } };
  }
  if (awaited && awaited.day > end)
    return {
      span: { start, end: awaited.day },
      cause: { after: awaited.link.from, leads: [awaited.link.lead] },
    };
  const after = begun && begun.day === start ? begun.link : undefined;
  return {
    span: { start, end },
    cause: { after: after?.from ?? null, leads: [...(after ? [after.lead] : []), ...takes] },
  };
}

function pathTo(last: StepId, causes: ReadonlyMap<StepId, DateCause>): readonly StepId[] {
  const path: StepId[] = [];
  for (let id: StepId | null = last; id !== null; ) {
    // A step that is done has no cause: the path begins after it.
    const cause = causes.get(id);
    if (cause === undefined) break;
    path.unshift(id);
    id = cause.after;
  }
  return path;
}

/** Schedules every step that is not done as late as possible for a goal (backward pass). */
export function latestUntil(network: StepNetwork, goal: number): ReadonlyMap<StepId, StepDays> {
  const { tasks, daysOf, done } = network;
  const spans = new Map<StepId, StepDays>();
  for (const [id, day] of done) spans.set(id, { start: day, end: day });
  const left = tasks.filter(({ id }) => !done.has(id));
  for (const { id, takes, out } of left.toReversed()) {
    const ends = out.map((link) => latestEnd(network, link, goal, spans));
    const end = Math.min(...ends);
    spans.set(id, {
      start: takes.reduceRight((day, { amount }) => daysOf(id).before(day, amount), end),
      end,
    });
  }
  // A step that is a wait starts as soon as the wait does.
  for (const { id, into } of left) {
    if (!into.some(({ until }) => until === 'end')) continue;
    const span = spans.get(id) as StepDays;
    const begun = into
      .filter(({ until }) => until === 'start')
      .map(({ from, lead }) => daysOf(id).after((spans.get(from) as StepDays).end, lead.amount));
    spans.set(id, { start: Math.min(span.end, Math.max(...begun)), end: span.end });
  }
  return spans;
}

/** Returns the latest day on which a step can end so that a link still reaches its day. */
function latestEnd(
  { daysOf, goalOnBusinessDay }: StepNetwork,
  { from, to, until, lead }: Link,
  goal: number,
  spans: ReadonlyMap<StepId, StepDays>,
): number {
  const day = to === 'goal' ? goal : (spans.get(to) as StepDays)[until];
  const [here, there] = [daysOf(from), daysOf(to)];
  if (here === there) return here.before(day, lead.amount);
  let end = here.onOrBefore(there.before(day, lead.amount));
  // The next step may count fewer business days, because of a freeze. This one then has more time.
  if (to === 'goal' && !goalOnBusinessDay) return end;
  for (
    let next = here.onOrAfter(end + 1);
    there.after(next, lead.amount) <= day;
    next = here.onOrAfter(end + 1)
  )
    end = next;
  return end;
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
