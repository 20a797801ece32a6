import type { LeadTime, LeadTimeId } from './lead-times.js';
import type { Procedure } from './procedures.js';
import type { Step, StepId } from './steps.js';

/**
 * The first and the last day of a step, both included, `YYYY-MM-DD`. They are the same for a step
 * of one day, and always business days.
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
  /** How many business days the end may slip without moving the day the plan is for. */
  readonly slackBusinessDays: number;
  /** Whether it is on the critical path. */
  readonly critical: boolean;
  /**
   * What determines its date: the step before it on the way, and the lead times. Absent for a step
   * beside another step.
   */
  readonly because?: { readonly after: StepId | null; readonly leadTimes: readonly LeadTimeId[] };
}

/** Why a day cannot be met, as of `today`. */
export interface Shortfall {
  /** By how many business days the plan misses the day. */
  readonly businessDays: number;
  /** The earliest possible day, starting today. */
  readonly earliest: string;
  /** The latest day on which the first step could start. */
  readonly latestStart: string;
  /** The step of the path that takes longest. */
  readonly binding: StepId;
  /** The critical path. */
  readonly path: readonly StepId[];
}

/**
 * A plan: plain data that you can store or send as JSON. Days are JST days `YYYY-MM-DD`.
 *
 * In a plan for a day, `latest` contains the due dates, and `earliest` the best dates if the first
 * step starts as late as possible. In a plan from a day, `earliest` contains the expected dates,
 * and `latest` the limits.
 */
export interface Plan {
  readonly procedure: Procedure;
  readonly guideline: 'v2.2';
  /** Whether the start or the goal was given. */
  readonly by: 'start' | 'goal';
  /** The given day. */
  readonly given: string;
  /** The day on which the first step starts. In a plan for a day, the latest possible day. */
  readonly start: string;
  /** The day the plan is for: the go-live, or the planned day of suspension, resumption or end. */
  readonly goal: string;
  /** The day as of which the plan says whether the goal can be met. */
  readonly today: string;
  /** Null when the goal can be met, and in a plan from a day. */
  readonly shortfall: Shortfall | null;
  readonly steps: readonly PlannedStep[];
  /**
   * The longest way from the first step to the goal. A delay of one of its steps beyond its slack
   * delays the goal.
   */
  readonly criticalPath: readonly StepId[];
  /** The lead times of the plan, each with its basis. */
  readonly leadTimes: readonly LeadTime[];
  /** Whether the plan includes years whose holidays the Cabinet Office has not announced yet. */
  readonly holidaysPredicted: boolean;
}
