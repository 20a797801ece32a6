import { afterwards } from './afterwards.js';
import { beginning } from './beginning.js';
import type { Procedure, StepRow } from './rows.js';

const rows = [...beginning, ...afterwards] as const;

/** The id of a step, as the figures number them. */
export type StepId = (typeof rows)[number]['id'];

/**
 * A step of the procedure (手続), by the figures of chapters 5 and 6.
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
 * Every step of figures 5.1-1 to 6.4-1, guideline v2.2, in their order: who, what, after what, with
 * which documents.
 */
export const steps: readonly Step[] = rows;

/** The steps of a procedure, in the guideline's order. */
export function stepsOf(procedure: Procedure): readonly Step[] {
  return steps.filter((step) => step.procedure === procedure);
}
