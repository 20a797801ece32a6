import { chapter5Steps } from './chapter-5-steps.js';
import { chapter6Steps } from './chapter-6-steps.js';
import type { Procedure } from './procedures.js';
import type { StepRow } from './step-row.js';

const rows = [...chapter5Steps, ...chapter6Steps] as const;

/** The id of a step: its number in the figures. */
export type StepId = (typeof rows)[number]['id'];

/**
 * A step of a procedure (手続), as in the figures of chapters 5 and 6.
 *
 * @example
 * ```ts
 * import { type Step, steps } from 'myna-selfinfo/onboarding';
 * const nameOf = ({ id, ja }: Step) => `${id} ${ja}`;
 * steps.filter((step) => step.handling === 'hand-in').map(nameOf);
 * ```
 */
export interface Step extends StepRow {
  readonly id: StepId;
  readonly after: readonly StepId[];
  readonly beside?: StepId;
  readonly like?: readonly StepId[];
}

/**
 * All steps of figures 5.1-1 to 6.4-1 (guideline v2.2) in their order: who does what, after which
 * steps, with which documents.
 */
export const steps: readonly Step[] = rows;

/** Returns the steps of a procedure, in the order of the guideline. */
export function stepsOf(procedure: Procedure): readonly Step[] {
  return steps.filter((step) => step.procedure === procedure);
}
