import type { BusinessDays } from './business-days.js';
import type { LeadTime, LeadTimeBetween } from './lead-times.js';
import type { Step, StepId } from './steps.js';

/** A lead time between two steps, or from a step to the day the plan is for. */
export interface Link {
  readonly from: StepId;
  readonly to: StepId | 'goal';
  readonly until: 'start' | 'end';
  readonly lead: LeadTime;
}

/** A step, with its own lead times and its links. */
export interface Task {
  readonly id: StepId;
  /** The lead times that make up the length of the step, one after the other. */
  readonly takes: readonly LeadTime[];
  readonly into: readonly Link[];
  readonly out: readonly Link[];
}

/** The steps of a plan in order, and the lead times between them. */
export interface StepNetwork {
  readonly tasks: readonly Task[];
  /** Returns the business days of those who act in a step, or of the goal. */
  daysOf(id: StepId | 'goal'): BusinessDays;
  /** The steps that are done, with their last day. No undone step comes before one of them. */
  readonly done: ReadonlyMap<StepId, number>;
  /** Whether the day the plan is for must be a business day, as a go-live must. */
  readonly goalOnBusinessDay: boolean;
}

/**
 * Joins steps by their order and their lead times. When a change leaves out a step, the step before
 * it links to the step after it.
 *
 * @param handover - the lead time between each step and the next.
 * @param last - the lead time between the last step and the day the plan is for.
 */
export function joinSteps(
  steps: readonly Step[],
  leads: readonly LeadTimeBetween[],
  handover: LeadTime,
  last: LeadTime,
): Pick<StepNetwork, 'tasks' | 'goalOnBusinessDay'> {
  const sequence = steps.filter(({ beside }) => beside === undefined);
  const order = sequence.map(({ id }, index): Link => {
    const next = sequence[index + 1];
    return { from: id, to: next?.id ?? 'goal', until: 'start', lead: next ? handover : last };
  });
  const present = (id: StepId | 'goal'): boolean =>
    id === 'goal' || sequence.some((step) => step.id === id);
  const between = leads
    .filter(({ from, to }) => from !== to && present(from) && present(to))
    .map((lead): Link => ({ ...lead, lead }));
  // Lead times come before handovers: of two links that lead to the same day, the first is named.
  const links = [...between, ...order];
  const tasks = sequence.map(({ id }): Task => {
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
