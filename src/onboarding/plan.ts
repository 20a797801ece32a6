import type { Blackout } from './blackout.js';
import type { LeadTime, LeadTimeId } from './lead-times.js';
import type { Procedure } from './procedures.js';
import type { Step, StepId } from './steps.js';

/**
 * The first and the last day of a step, both included, `YYYY-MM-DD`. They are the same for a step
 * of one day. They are business days, except of a step that is done.
 */
export interface PlannedSpan {
  readonly start: string;
  readonly end: string;
}

/** A step with its dates. */
export interface PlannedStep extends Step {
  /** The earliest possible days. */
  readonly earliest: PlannedSpan;
  /** The latest possible days. */
  readonly latest: PlannedSpan;
  /**
   * How many business days the end may slip without moving the day the plan is for. Null for a step
   * beside another step, which delays nothing, and for a step that is done.
   */
  readonly slackBusinessDays: number | null;
  /** Whether it is on the critical path. */
  readonly critical: boolean;
  /**
   * What determines its date: the step before it on the way (null where the start or today does),
   * and the lead times. Absent for a step beside another step, and for a step that is done.
   */
  readonly because?: { readonly after: StepId | null; readonly leadTimes: readonly LeadTimeId[] };
  /**
   * Present for a step that is done: the day it ended, or null when no day was given. Its dates are
   * then the latest day on which it can have ended.
   */
  readonly done?: { readonly on: string | null };
}

/** By how much the plan misses the requested day, as of `today`. */
export interface Shortfall {
  /** By how many business days the plan's goal is after the requested day. */
  readonly businessDays: number;
  /** The requested day. A go-live on a non-business day is moved to the business day before. */
  readonly requested: string;
  /** The latest day on which the first step to do could start. */
  readonly latestStart: string;
  /** The step of the critical path that takes longest. */
  readonly binding: StepId;
}

/**
 * A plan: plain data that you can store or send as JSON. Days are JST days `YYYY-MM-DD`.
 *
 * In a plan for a day, `latest` contains the due dates, and `earliest` the best dates if the first
 * step starts as late as possible. In a plan from a day, `earliest` contains the expected dates,
 * and `latest` the limits. When the requested day cannot be met, the plan is one from today, and
 * `shortfall` says by how much it misses the day.
 */
export interface Plan {
  readonly procedure: Procedure;
  readonly guideline: 'v2.2';
  /** Whether the start or the goal was given. */
  readonly by: 'start' | 'goal';
  /** The given day; without one, today. */
  readonly given: string;
  /**
   * The day on which the first step to do starts. In a plan for a day that can be met, the latest
   * possible day.
   */
  readonly start: string;
  /**
   * The day the plan leads to: the go-live, or the planned day of suspension, resumption or end.
   * When the requested day cannot be met, the earliest possible day.
   */
  readonly goal: string;
  /** The day as of which the plan says whether the goal can be met. */
  readonly today: string;
  /** Null when the goal can be met, and in a plan from a day. */
  readonly shortfall: Shortfall | null;
  readonly steps: readonly PlannedStep[];
  /**
   * The longest way from the first step to do to the goal. A delay of one of its steps beyond its slack
   * delays the goal.
   */
  readonly criticalPath: readonly StepId[];
  /** The lead times of the plan, each with its basis. */
  readonly leadTimes: readonly LeadTime[];
  /** The days on which the provider changes nothing. */
  readonly blackout: readonly Blackout[];
  /** Whether the plan includes years whose holidays the Cabinet Office has not announced yet. */
  readonly holidaysPredicted: boolean;
}
