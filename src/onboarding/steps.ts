import { afterwards } from './afterwards.js';
import { beginning } from './beginning.js';
import type { Procedure, StepRow } from './rows.js';

/** Every step of figures 5.1-1 to 6.4-1, guideline v2.2: who, what, after what, with which documents. */
export const steps = [...beginning, ...afterwards] as const;

/** The id of a step, as the figures number them. */
export type StepId = (typeof steps)[number]['id'];

/**
 * A step of the procedure (手続), by the figures of chapters 5 and 6.
 *
 * @example
 * ```ts
 * import { type Step, steps } from 'myna-selfinfo/onboarding';
 * const handedIn = (steps as readonly Step[]).filter((step) => step.handling === 'hand-in').map(({ id, ja }) => `${id} ${ja}`);
 * ```
 */
export interface Step extends StepRow {
  readonly id: StepId;
  readonly after: readonly StepId[];
  readonly beside?: StepId;
  readonly like?: readonly StepId[];
}

/** The steps of a procedure, in the guideline's order. */
export function stepsOf(procedure: Procedure): readonly Step[] {
  return (steps as readonly Step[]).filter((step) => step.procedure === procedure);
}
